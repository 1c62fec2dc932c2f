//! `synchronization-type-mismatch`: the Type of a synchronize task differs from that of its prepare task.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
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
        let (own, prepared) = (task.variant().name(), job.tasks[prepare].task.variant().name());
        let place = |index: usize| job.field_place(index, job.tasks[index].task.synchronization_type);
        // Of two generated tasks, the one is wrong into which something else is merged.
        let is_generated = |index: usize| job.tasks[index].task.origin.generated.is_some();
        let is_changed = |index: usize| is_generated(index) && place(index) != job.place(index);
        let (at, other, words, wanted) = if is_generated(synchronize) && !is_changed(synchronize) && is_changed(prepare) {
            (prepare, synchronize, "the synchronize task", own)
        } else {
            (synchronize, prepare, "the prepare task", prepared)
        };
        let finding = Finding::new(
            &RULE.info,
            place(at),
            format!("`{name}` has Type {own}, but its prepare task `{parent}` has Type {prepared}"),
        )
        .label(format!("{words} says {wanted}"))
        .note("each type has its own file layout: the synchronization reads the prepared files wrongly or not at all")
        .help(format!("write `Type=\"{wanted}\"` on both; an absent Type is None"))
        .related(place(other), words);
        sink.push(job.about(at, fixes::guess(job, at, "Type", wanted, finding)));
    }
}
