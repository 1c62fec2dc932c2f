//! `provisioning-target-mismatch`: orders and fulfilment, or orders and synchronization, are not about the same things.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::ir::{Id, ResourceType};
use crate::rules::{Check, JobModel, Rule, Sink};
use crate::source::Location;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "provisioning-target-mismatch",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "orders and fulfilment, or orders and synchronization, are not about the same things",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    fulfilments(job, sink);
    connectors(job, sink);
}

/// Fulfil tasks that cover what their orders tasks do not: those they wait for, else those before them.
fn fulfilments(job: &JobModel<'_>, sink: &mut Sink) {
    let all = super::Orders::new(job);
    for fulfil in job.of(kinds::FULFILL_TASK) {
        let Some(types) = super::covered(job.facts, job.tasks[fulfil].task) else { continue };
        let ancestors = job.ancestors(fulfil);
        let before: Vec<usize> =
            job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK).filter(|&orders| job.before(orders, fulfil)).collect();
        let linked: Vec<usize> = before.iter().copied().filter(|orders| ancestors.contains(orders)).collect();
        let meant = all.of_fulfil(job, fulfil, &types);
        if !linked.is_empty() && !meant.is_empty() && !meant.iter().any(|orders| ancestors.contains(orders)) {
            // It waits for other orders than its own: the missing link is the mistake, and `fulfill-not-linked` says so.
            continue;
        }
        // The one that it should wait for may be what the job fails to name.
        if linked.is_empty() && job.runs_unknown() {
            continue;
        }
        let own = if linked.is_empty() { before } else { linked };
        let Some(&last) = own.last() else { continue };
        if all.unknown && own.iter().any(|&orders| !super::is_known(job.tasks[orders].task)) {
            continue;
        }
        let own: FxHashSet<usize> = own.into_iter().collect();
        let generated = |id| all.of_type(id).any(|task| own.contains(&task));
        let missing: Vec<Id<ResourceType>> = types.iter().copied().filter(|&id| !generated(id)).collect();
        if missing.is_empty() {
            continue;
        }
        let (name, orders, list) = (job.task_name(fulfil), job.task_name(last), super::names(job.program, &missing));
        let finding = Finding::new(
            &RULE.info,
            place(job, fulfil, &missing),
            format!("`{name}` fulfils {list}, for which `{orders}` generates no orders"),
        )
        .label("more than its orders task covers")
        .note("there is nothing to fulfil for them in this run: changes wait for another job, or for ever")
        .help(format!("give `{orders}` and `{name}` the same Connector or the same `TaskResourceType` list"))
        .related(job.place(last), "the orders task");
        sink.push(job.about(fulfil, finding));
    }
}

/// Where a fulfil task says what it covers: at its connector. Into a generated one, a resource type may be merged.
fn place(job: &JobModel<'_>, fulfil: usize, missing: &[Id<ResourceType>]) -> Location {
    let task = job.tasks[fulfil].task;
    if task.origin.generated.is_some() && !task.resource_types.is_empty() {
        let is_missing = |id: Option<Id<ResourceType>>| id.is_some_and(|id| missing.contains(&id));
        let merged = task.resource_types.iter().filter(|field| is_missing(field.value.target));
        let mut places = merged.map(|field| job.field_place(fulfil, Some(*field)));
        return places.find(|&place| place != job.place(fulfil)).unwrap_or_else(|| job.place(fulfil));
    }
    job.field_place(fulfil, task.connector)
}

/// Orders for a connector that a synchronizing job does not synchronize.
fn connectors(job: &JobModel<'_>, sink: &mut Sink) {
    if job.of(kinds::SYNCHRONIZE_TASK).len() == 0 || job.some_unknown(kinds::SYNCHRONIZE_TASK) || job.runs_unknown() {
        return;
    }
    for orders in job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK) {
        let task = job.tasks[orders].task;
        let Some(field) = task.connector.filter(|_| task.resource_types.is_empty()) else { continue };
        let Some(connector) = field.value.target else { continue };
        if job.of_connector(kinds::SYNCHRONIZE_TASK, connector).len() > 0 {
            continue;
        }
        let (name, connector) = (job.task_name(orders), job.connector_name(connector));
        let mut finding = Finding::new(
            &RULE.info,
            job.field_place(orders, task.connector),
            format!("`{name}` generates orders for connector `{connector}`, which job `{}` does not synchronize", job.name()),
        )
        .label("not synchronized in this job")
        .note("orders are computed against the last known state of the system: an old state gives orders that undo or repeat changes")
        .help(format!("name the connector that the job synchronizes, or synchronize `{connector}` in it"));
        if let Some(synchronize) = job.of(kinds::SYNCHRONIZE_TASK).next() {
            finding = finding.related(job.place(synchronize), "what the job synchronizes");
        }
        sink.push(job.about(orders, finding));
    }
}
