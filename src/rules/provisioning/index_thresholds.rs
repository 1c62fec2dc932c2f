//! `index-thresholds`: a rebuild threshold outside 30 to 90 percent.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{ValueProblem, kinds, names};
use crate::rules::{Check, Rule, Sink, TaskModel};
use crate::source::trim;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "index-thresholds",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "a rebuild threshold outside 30 to 90 percent",
    },
    check: Check::Task(check),
};

fn check(model: &TaskModel<'_>, sink: &mut Sink) {
    if model.task.kind != kinds::MAINTAIN_INDEXES_TASK {
        return;
    }
    let Some(written) = model.program.task_value(model.id, names::REBUILD_THRESHOLD) else { return };
    let value = trim(&written);
    let nearest = match value.parse::<i64>() {
        Ok(0 | 30..=90) => return,
        Ok(number) => number.clamp(30, 90),
        // A number that nothing has room for is out of this range; what is no number is an `invalid-value`.
        Err(_) => match kinds::MAINTAIN_INDEXES_TASK.def().attribute(names::REBUILD_THRESHOLD, "").map(|def| def.check(value)) {
            Some(Err(ValueProblem::OutOfRange { .. })) if value.starts_with('-') => 30,
            Some(Err(ValueProblem::OutOfRange { .. })) => 90,
            _ => return,
        },
    };
    let name = model.name();
    let finding = Finding::new(
        &RULE.info,
        model.attribute_place(names::REBUILD_THRESHOLD),
        format!("`{name}` has RebuildThreshold {value}, which must be 30 to 90, or 0 for the default"),
    )
    .label("outside 30 to 90")
    .note("the task refuses the value and ends in error: indexes and statistics are left as they are")
    .help(format!("write `RebuildThreshold=\"{nearest}\"`, or remove it for the default"));
    sink.push(model.about(finding));
}
