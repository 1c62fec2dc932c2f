//! `missing-provisioning-target`: an orders or fulfil task says nothing of what it works on.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, Rule, Sink, TaskModel};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-provisioning-target",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "an orders or fulfil task says nothing of what it works on",
    },
    check: Check::Task(check),
};

fn check(model: &TaskModel<'_>, sink: &mut Sink) {
    let task = model.task;
    let what = match task.kind {
        kinds::GENERATE_PROVISIONING_ORDERS_TASK => "generates orders for",
        kinds::FULFILL_TASK => "fulfils",
        _ => return,
    };
    if task.connector.is_some() || !task.resource_types.is_empty() || task.unread {
        return;
    }
    let name = model.name();
    let finding = Finding::new(
        &RULE.info,
        model.place(),
        format!("`{name}` {what} nothing: it names neither Connector nor resource types"),
    )
    .label("no connector, no resource type")
    .note("nothing is provisioned, and nobody is told: accounts that should be created or closed stay as they are")
    .help("write `Connector=\"…\"`, or add a `<TaskResourceType ResourceType=\"…\" />` for each resource type");
    sink.push(model.about(finding));
}
