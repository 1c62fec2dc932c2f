//! `missing-do-not-delete-changes`: a synchronize task of an incremental job does not keep its changes.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-do-not-delete-changes",
        category: Category::Synchronization,
        severity: Severity::Error,
        summary: "a synchronize task of an incremental job does not keep its changes",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if job.kind != JobKind::Incremental {
        return;
    }
    for synchronize in job.of(kinds::SYNCHRONIZE_TASK) {
        let task = job.tasks[synchronize].task;
        if job.connector(synchronize).is_none()
            || job.is_unreadable(synchronize, task.do_not_delete_changes, names::DO_NOT_DELETE_CHANGES)
        {
            continue;
        }
        if task.keeps_changes() {
            continue;
        }
        let name = job.task_name(synchronize);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(synchronize, task.do_not_delete_changes),
            format!("`{name}` forgets its changes, but `{}` is an incremental job", job.name()),
        )
        .label("its changes are deleted when it ends")
        .note("the task that tags modified resources then finds nothing to tag: the dirty tasks skip exactly what changed")
        .help(fixes::setting_help(job, synchronize, "DoNotDeleteChanges", "true"));
        sink.push(job.about(synchronize, fixes::setting(job, synchronize, "DoNotDeleteChanges", "true", finding)));
    }
}
