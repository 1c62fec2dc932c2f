//! `all-entity-types`: a job of some connectors computes all entity types.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "all-entity-types",
        category: Category::Provisioning,
        severity: Severity::Note,
        summary: "a job of some connectors computes all entity types",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    let all = |index: usize| job.tasks[index].task.all_entity_type.is_some_and(|field| field.value);
    let mut tasks = [kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK, kinds::COMPUTE_CORRELATION_KEYS_TASK]
        .into_iter()
        .flat_map(|kind| job.of(kind))
        .filter(|&index| all(index))
        .peekable();
    if !job.is_judged() || tasks.peek().is_none() {
        return;
    }
    let mut touched = FxHashSet::default();
    for index in 0..job.tasks.len() {
        let task = job.tasks[index].task;
        let connector = job.connector(index);
        if matches!(task.kind, kinds::EXPORT_TASK | kinds::PREPARE_SYNCHRONIZATION_TASK | kinds::SYNCHRONIZE_TASK)
            && connector.is_none()
        {
            return;
        }
        touched.extend(connector);
        let types = task.resource_types.iter().filter_map(|field| field.value.target);
        touched.extend(types.filter_map(|id| job.facts.connector_of_resource_type(job.program, id)));
    }
    let connectors = job.program.items.connectors.len();
    if touched.is_empty() || touched.len() >= connectors {
        return;
    }
    for index in tasks {
        let name = job.task_name(index);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(index, job.tasks[index].task.all_entity_type),
            format!(
                "`{name}` computes all entity types, but job `{}` touches {} of {connectors} connectors",
                job.name(),
                touched.len()
            ),
        )
        .label("computes everything")
        .note("what the job did not touch did not change; on a large directory most of the run goes into it")
        .help("remove `AllEntityType` and add a `<TaskEntityType EntityType=\"…\" />` for each entity type of these connectors");
        sink.push(job.about(index, finding));
    }
}
