//! `synchronization-type-mismatch`: the Type of a synchronize task differs from that of its prepare task.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::ir::SynchronizationType;
use crate::rules::{Check, JobModel, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "synchronization-type-mismatch",
        category: Category::Synchronization,
        severity: Severity::Error,
        summary: "a synchronize task has another Type than its prepare task",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    for synchronize in job.of(kinds::SYNCHRONIZE_TASK) {
        let Some(connector) = job.connector(synchronize) else { continue };
        let task = job.tasks[synchronize].task;
        let mut prepares =
            job.of_connector(kinds::PREPARE_SYNCHRONIZATION_TASK, connector).filter(|&prepare| job.before(prepare, synchronize));
        let Some(prepare) = prepares.clone().next_back() else { continue };
        // A Type that is no value is a finding of its own: which of the two is right is not known.
        let unreadable = |index: usize| job.is_unreadable(index, job.tasks[index].task.synchronization_type, names::TYPE);
        let fits = |prepare: usize| unreadable(prepare) || job.tasks[prepare].task.variant() == task.variant();
        if unreadable(synchronize) || prepares.any(fits) {
            continue;
        }
        let prepared = job.tasks[prepare].task.variant();
        // What is right for a connector of Active Directory is known, in a job of any mode.
        let right = if super::is_active_directory(job, connector) { SynchronizationType::ActiveDirectory } else { prepared };
        let (prepared, wanted) = (prepared.name(), right.name());
        let (name, parent) = (job.task_name(synchronize), job.task_name(prepare));
        // The one to be changed: the prepare task where the synchronize task alone is right.
        let wrong = if task.variant() == right { prepare } else { synchronize };
        let help = if wrong == prepare {
            format!(
                "write `Type=\"{wanted}\"` on the prepare task `{parent}`: connector `{}` is Active Directory",
                job.connector_name(connector)
            )
        } else {
            format!("write `Type=\"{wanted}\"` on both; an absent Type is None")
        };
        let finding = Finding::new(
            &RULE.info,
            job.field_place(synchronize, task.synchronization_type),
            format!("`{name}` has Type {}, but its prepare task `{parent}` has Type {prepared}", task.variant().name()),
        )
        .label(format!("the prepare task says {prepared}"))
        .note("each type has its own file layout: the synchronization reads the prepared files wrongly or not at all")
        .help(help)
        .related(job.field_place(prepare, job.tasks[prepare].task.synchronization_type), "the prepare task");
        sink.push(job.about(synchronize, fixes::guess(job, wrong, "Type", wanted, finding)));
    }
}
