//! `missing-entity-types`: a compute task covers no entity type.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::rules::{Check, Rule, Sink, TaskModel};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-entity-types",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "a compute task covers no entity type",
    },
    check: Check::Task(check),
};

fn check(model: &TaskModel<'_>, sink: &mut Sink) {
    let task = model.task;
    let (all, attribute) = match task.kind {
        kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK | kinds::COMPUTE_CORRELATION_KEYS_TASK => {
            (task.all_entity_type, Some("AllEntityType"))
        }
        kinds::GET_ROLE_MINING_TASK => (task.all_entities, Some("AllEntities")),
        kinds::COMPUTE_ROLE_MODEL_TASK | kinds::COMPUTE_RISK_SCORES_TASK => (None, None),
        _ => return,
    };
    if !task.entity_types.is_empty() || task.unread || all.is_some_and(|field| field.value) {
        return;
    }
    // A value that is not of its type is a finding of its own.
    if attribute.is_some() && all.is_none() && is_unreadable(model) {
        return;
    }
    let name = model.name();
    let help = "add a `<TaskEntityType EntityType=\"…\" />` for each entity type to compute";
    let finding = Finding::new(&RULE.info, model.field_place(all), format!("`{name}` names no entity type to compute"))
        .label("covers nothing")
        .note("the task runs, computes nothing and ends as if all were well")
        .help(match attribute {
            Some(attribute) => format!("{help}, or write `{attribute}=\"true\"`"),
            None => help.to_owned(),
        });
    sink.push(model.about(finding));
}

/// Whether what says that the task covers everything is written, yet is no Boolean.
fn is_unreadable(model: &TaskModel<'_>) -> bool {
    let name = if model.task.kind == kinds::GET_ROLE_MINING_TASK { names::ALL_ENTITIES } else { names::ALL_ENTITY_TYPE };
    model.is_unreadable(name)
}
