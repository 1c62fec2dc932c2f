//! `role-model-entity-types`: the role model tasks of a job lack owners of resources that it provisions.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::ir::{EntityType, Id};
use crate::rules::suggest::listed;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "role-model-entity-types",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "the role model tasks of a job lack owners of resources that it provisions",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    // A task without entity types is reported as such.
    let tasks: Vec<usize> =
        job.of(kinds::COMPUTE_ROLE_MODEL_TASK).filter(|&index| !job.tasks[index].task.entity_types.is_empty()).collect();
    let Some(&last) = tasks.last() else { return };
    if !job.is_judged() || job.runs_unknown() || tasks.len() < job.of(kinds::COMPUTE_ROLE_MODEL_TASK).len() {
        return;
    }
    let mut computed: FxHashSet<Id<EntityType>> = FxHashSet::default();
    for &index in &tasks {
        if job.tasks[index].task.unread {
            return;
        }
        for field in &job.tasks[index].task.entity_types {
            // One that does not exist may be the one that is missing.
            let Some(target) = field.value.target else { return };
            computed.insert(target);
        }
    }
    let mut missing: Vec<Id<EntityType>> = Vec::new();
    let mut example = None;
    for orders in job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK) {
        let Some(types) = super::covered(job.facts, job.tasks[orders].task) else { continue };
        for &id in types.iter() {
            let source = job.program.items.resource_types[id].source.and_then(|source| source.value.target);
            if let Some(source) = source.filter(|&source| computed.insert(source)) {
                missing.push(source);
                let listed = job.tasks[orders].task.resource_types.iter().find(|field| field.value.target == Some(id));
                example.get_or_insert((id, job.field_place(orders, listed.copied())));
            }
        }
    }
    let Some((resource_type, orders)) = example else { return };
    let entity_types: Vec<_> =
        missing.iter().map(|&id| job.program.identifier(job.program.items.entity_types[id].origin)).collect();
    let list = listed(entity_types.iter().map(|name| &**name), 5);
    let (name, first) = (job.task_name(last), &entity_types[0]);
    let finding = Finding::new(
        &RULE.info,
        job.place(last),
        format!("`{name}` computes the role model without {list}, whose accounts job `{}` provisions", job.name()),
    )
    .label(format!("lacks {list}"))
    .note("assignments of these owners are not computed in this run: the orders that follow hold yesterday's decisions")
    .help(format!("add `<TaskEntityType EntityType=\"{first}\" />` to `{name}`"))
    .related(orders, format!("generates orders for {}", super::names(job.program, &[resource_type])));
    sink.push(job.about(last, finding));
}
