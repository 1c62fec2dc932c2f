//! `synchronization-mode-mismatch`: the mode of a prepare task disagrees with its job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::ir::SynchronizationMode;
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "synchronization-mode-mismatch",
        category: Category::Synchronization,
        severity: Severity::Error,
        summary: "the mode of a prepare task disagrees with its job",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    for prepare in job.of(kinds::PREPARE_SYNCHRONIZATION_TASK) {
        let task = job.tasks[prepare].task;
        if job.connector(prepare).is_none() {
            continue;
        }
        let Some(mode) = task.synchronization_mode else { continue };
        let name = job.task_name(prepare);
        let (kind, wanted, why) = match (job.kind, mode.value) {
            (JobKind::Initialization, SynchronizationMode::Complete | SynchronizationMode::Incremental) => (
                "an initialization",
                SynchronizationMode::Initial,
                "a first load inserts everything without comparing; any other mode compares with an empty database and meets the thresholds",
            ),
            (JobKind::Complete, SynchronizationMode::Incremental) if job.is_surely(JobKind::Complete) => (
                "a complete",
                SynchronizationMode::Complete,
                "a complete job exists to repair what incremental runs missed: an incremental prepare step lets the differences stand",
            ),
            (JobKind::Complete, SynchronizationMode::Initial) => (
                "a complete",
                SynchronizationMode::Complete,
                "the first load is not repeatable: a second run loads everything twice",
            ),
            (JobKind::Other, SynchronizationMode::Initial) => (
                "no initialization",
                SynchronizationMode::Complete,
                "the first load is not repeatable: a second run loads everything twice",
            ),
            (JobKind::Incremental, SynchronizationMode::Initial) => (
                "an incremental",
                SynchronizationMode::Incremental,
                "the first load is not repeatable: a second run loads everything twice",
            ),
            (JobKind::Incremental, SynchronizationMode::Complete)
                if super::exports(job, prepare).is_some_and(|exports| exports.incremental) =>
            {
                (
                    "an incremental",
                    SynchronizationMode::Incremental,
                    "the export gives changes only: prepared as a whole extract, everything that did not change is read as deleted",
                )
            }
            _ => continue,
        };
        let finding = Finding::new(
            &RULE.info,
            job.field_place(prepare, task.synchronization_mode),
            format!("`{name}` prepares in mode {}, but `{}` is {kind} job", mode.value.name(), job.name()),
        )
        .label(format!("{} expected", wanted.name()))
        .note(why)
        .help(format!("write `SynchronizationMode=\"{}\"`", wanted.name()));
        sink.push(job.about(prepare, fixes::guess(job, prepare, "SynchronizationMode", wanted.name(), finding)));
    }
}
