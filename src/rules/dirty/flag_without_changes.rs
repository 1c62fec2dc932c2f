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

/// Synchronize tasks shown beside the flag task.
const SHOWN: usize = 8;

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.runs_unknown() || super::keeps_changes(job) {
        return;
    }
    let none = job.of(kinds::SYNCHRONIZE_TASK).next().is_none();
    for flag in job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK) {
        let name = job.task_name(flag);
        let why = if none { "the job synchronizes nothing" } else { "no synchronize task of the job keeps its changes" };
        let mut finding = Finding::new(&RULE.info, job.place(flag), format!("`{name}` finds nothing to tag: {why}"))
            .label("no changes to read")
            .note("it reads the change rows that synchronizations leave with DoNotDeleteChanges; without them nothing is tagged, and the dirty tasks after it compute nothing of what changed")
            .help(if none {
                "add the synchronize tasks before it, or remove it together with `Dirty` on the compute tasks"
            } else {
                "add `DoNotDeleteChanges=\"true\"` to the synchronize tasks"
            });
        for synchronize in job.of(kinds::SYNCHRONIZE_TASK).take(SHOWN) {
            let words = format!("`{}` deletes its changes when it ends", job.task_name(synchronize));
            finding = finding.related(job.place(synchronize), words);
        }
        sink.push(job.about(flag, finding));
    }
}
