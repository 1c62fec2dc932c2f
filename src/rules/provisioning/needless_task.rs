//! `needless-task`: a task has no rule to apply.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, Rule, Sink, TaskModel};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "needless-task",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "a task has no rule to apply",
    },
    check: Check::Task(check),
};

fn check(model: &TaskModel<'_>, sink: &mut Sink) {
    let known = &model.facts.rules;
    let unread = || model.facts.unread_rules(model.program);
    let (missing, what, help) = match model.task.kind {
        kinds::UPDATE_CLASSIFICATION_TASK => (
            !known.classification && !unread().classification,
            "classification rule",
            "add a `<ResourceClassificationRule … />` for the resource types it should find, or remove the task",
        ),
        kinds::SET_INTERNAL_USER_PROFILES_TASK => (
            !known.profiles && !unread().profiles,
            "profile rule or profile context",
            "add a `<ProfileRuleContext …>` or `<ProfileContext …>`, or remove the task",
        ),
        _ => return,
    };
    if !missing {
        return;
    }
    let name = model.name();
    let finding = Finding::new(&RULE.info, model.place(), format!("`{name}` has nothing to do: the configuration has no {what}"))
        .label(format!("no {what} exists"))
        .note("the task starts, reads its entity types and ends without effect in every run")
        .help(help);
    sink.push(model.about(finding));
}
