//! `stops-on-error`: the failure of an export or fulfil task ends its job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::rules::{Check, Rule, Sink, TaskModel, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "stops-on-error",
        category: Category::Provisioning,
        severity: Severity::Note,
        summary: "the failure of an export or fulfil task ends its job",
    },
    check: Check::Task(check),
};

fn check(model: &TaskModel<'_>, sink: &mut Sink) {
    let task = model.task;
    let what = match task.kind {
        kinds::EXPORT_TASK => "export",
        kinds::FULFILL_TASK => "fulfilment",
        _ => return,
    };
    if task.continue_on_error.is_some_and(|field| field.value) {
        return;
    }
    // A value that is not of its type is a finding of its own.
    if task.continue_on_error.is_none() && model.is_unreadable(names::CONTINUE_ON_ERROR) {
        return;
    }
    let name = model.name();
    let mut finding = Finding::new(
        &RULE.info,
        model.field_place(task.continue_on_error),
        format!("a failure of `{name}` ends the whole job"),
    )
    .label("without ContinueOnError")
    .note(format!(
        "one system that cannot be reached during the {what} keeps every later task from running, those of other systems included"
    ))
    .help(match task.origin.generated {
        None => "add `ContinueOnError=\"true\"`: tasks linked to it are held back, the others run".to_owned(),
        Some(_) if model.program.written(task.origin).is_some() => {
            format!("add `ContinueOnError=\"true\"` to what is merged into `{name}`, to let the others run")
        }
        Some(_) => format!(
            "to let the others run, write `<{} Identifier=\"{name}\" ConsolidationMode=\"Merge\" ContinueOnError=\"true\" />`",
            task.kind.def().name
        ),
    });
    finding.fix = fixes::set_attribute(model.program, task.origin, "ContinueOnError", "true");
    sink.push(model.about(finding));
}
