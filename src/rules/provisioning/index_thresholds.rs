//! `index-thresholds`: a rebuild threshold outside 30 to 90 percent.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, Rule, Sink, TaskModel};

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
    let Some(threshold) = model.task.rebuild_threshold else { return };
    if model.task.kind != kinds::MAINTAIN_INDEXES_TASK || threshold.value == 0 || (30..=90).contains(&threshold.value) {
        return;
    }
    let (name, value) = (model.name(), threshold.value);
    let nearest = value.clamp(30, 90);
    let finding = Finding::new(
        &RULE.info,
        model.field_place(model.task.rebuild_threshold),
        format!("`{name}` has RebuildThreshold {value}, which must be 30 to 90, or 0 for the default"),
    )
    .label("outside 30 to 90")
    .note("the task refuses the value and ends in error: indexes and statistics are left as they are")
    .help(format!("write `RebuildThreshold=\"{nearest}\"`, or remove it for the default"));
    sink.push(model.about(finding));
}
