//! `needless-task`: a task has no rule to apply.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{ElementKind, kinds};
use crate::rules::{Check, Rule, Sink, TaskModel, lost};

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
    let (missing, wanted, what, help): (_, &[ElementKind], _, _) = match model.task.kind {
        kinds::UPDATE_CLASSIFICATION_TASK => (
            !known.classification,
            &[kinds::RESOURCE_CLASSIFICATION_RULE],
            "classification rule",
            "add a `<ResourceClassificationRule … />` for the resource types it should find, or remove the task",
        ),
        kinds::SET_INTERNAL_USER_PROFILES_TASK => (
            !known.profiles,
            &[kinds::PROFILE_CONTEXT, kinds::PROFILE_RULE_CONTEXT],
            "profile rule or profile context",
            "add a `<ProfileRuleContext …>` or `<ProfileContext …>`, or remove the task",
        ),
        _ => return,
    };
    if !missing || wanted.iter().any(|&kind| lost::may_hold(model.program, kind)) {
        return;
    }
    let name = model.name();
    let finding = Finding::new(&RULE.info, model.place(), format!("`{name}` has nothing to do: the configuration has no {what}"))
        .label(format!("no {what} exists"))
        .note("the task starts, reads its entity types and ends without effect in every run")
        .help(help);
    sink.push(model.about(finding));
}
