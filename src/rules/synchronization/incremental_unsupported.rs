//! `incremental-unsupported`: a connector is prepared incrementally though its package exports only completely.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::ir::SynchronizationMode;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "incremental-unsupported",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "a connector is prepared incrementally though its package exports only completely",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    for prepare in job.of(kinds::PREPARE_SYNCHRONIZATION_TASK) {
        let task = job.tasks[prepare].task;
        if task.synchronization_mode.is_none_or(|mode| mode.value != SynchronizationMode::Incremental) {
            continue;
        }
        let Some(exports) = super::exports(job, prepare).filter(|exports| !exports.incremental) else { continue };
        let name = job.task_name(prepare);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(prepare, task.synchronization_mode),
            format!("`{name}` prepares incrementally, but package `{}` exports only completely", exports.package),
        )
        .label("the export is always whole")
        .note("the step has to find the changes itself against the last extract; one lost reference file and changes are missed until a complete run")
        .help("write `SynchronizationMode=\"Complete\"` for this connector, also in an incremental job");
        sink.push(job.about(prepare, finding));
    }
}
