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
        let (name, parent) = (job.task_name(synchronize), job.task_name(prepare));
        let (own, prepared) = (task.variant(), job.tasks[prepare].task.variant());
        // What is right for a connector of Active Directory is known, in a job of any mode.
        let is_known = super::is_active_directory(job, connector);
        let place = |index: usize| job.field_place(index, job.tasks[index].task.synchronization_type);
        // Of two generated tasks, the one is wrong into which something else is merged.
        let is_generated = |index: usize| job.tasks[index].task.origin.generated.is_some();
        let is_changed = |index: usize| is_generated(index) && place(index) != job.place(index);
        let (at, other, words, said) = if is_generated(synchronize) && !is_changed(synchronize) && is_changed(prepare) {
            (prepare, synchronize, "the synchronize task", own)
        } else {
            (synchronize, prepare, "the prepare task", prepared)
        };
        let right = if is_known { SynchronizationType::ActiveDirectory } else { said };
        // The one to be changed: the prepare task where the synchronize task alone is right.
        let wrong = if at == prepare || own == right { prepare } else { synchronize };
        let wanted = right.name();
        let help = if wrong == prepare && is_known {
            format!(
                "write `Type=\"{wanted}\"` on the prepare task `{parent}`: connector `{}` is Active Directory",
                job.connector_name(connector)
            )
        } else {
            format!("write `Type=\"{wanted}\"` on both; an absent Type is None")
        };
        let finding = Finding::new(
            &RULE.info,
            place(at),
            format!("`{name}` has Type {}, but its prepare task `{parent}` has Type {}", own.name(), prepared.name()),
        )
        .label(format!("{words} says {}", said.name()))
        .note("each type has its own file layout: the synchronization reads the prepared files wrongly or not at all")
        .help(help)
        .related(place(other), words);
        sink.push(job.about(at, fixes::guess(job, wrong, "Type", wanted, finding)));
    }
}
