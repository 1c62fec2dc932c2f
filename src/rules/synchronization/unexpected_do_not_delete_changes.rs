//! `unexpected-do-not-delete-changes`: a synchronize task of a complete job keeps its changes.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "unexpected-do-not-delete-changes",
        category: Category::Synchronization,
        severity: Severity::Error,
        summary: "a synchronize task of a complete job keeps its changes",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_surely(JobKind::Complete) {
        return;
    }
    for synchronize in job.of(kinds::SYNCHRONIZE_TASK) {
        let task = job.tasks[synchronize].task;
        if job.connector(synchronize).is_none() {
            continue;
        }
        if !task.keeps_changes() {
            continue;
        }
        let name = job.task_name(synchronize);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(synchronize, task.do_not_delete_changes),
            format!("`{name}` keeps its changes, but `{}` is a complete job", job.name()),
        )
        .label("nothing in this job consumes them")
        .note("change rows pile up until the next incremental job, which then computes all of them again")
        .help("remove `DoNotDeleteChanges`");
        sink.push(job.about(synchronize, finding));
    }
}
