//! `flag-without-changes`: no synchronize task keeps its changes for the flag task.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "flag-without-changes",
        category: Category::DirtyMode,
        severity: Severity::Error,
        summary: "no synchronize task keeps its changes for the flag task",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    let mut synchronizes = job.of(kinds::SYNCHRONIZE_TASK).peekable();
    let none = synchronizes.peek().is_none();
    if synchronizes.any(|index| job.tasks[index].task.keeps_changes()) {
        return;
    }
    for flag in job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK) {
        let name = job.task_name(flag);
        let why = if none { "the job synchronizes nothing" } else { "no synchronize task of the job keeps its changes" };
        let finding = Finding::new(&RULE.info, job.place(flag), format!("`{name}` finds nothing to tag: {why}"))
            .note("it reads the change rows that synchronizations leave with DoNotDeleteChanges")
            .help(if none {
                "add the synchronize tasks before it, or remove it together with `Dirty` on the compute tasks"
            } else {
                "add `DoNotDeleteChanges=\"true\"` to the synchronize tasks"
            });
        sink.push(job.about(flag, finding));
    }
}
