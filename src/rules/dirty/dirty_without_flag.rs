//! `dirty-without-flag`: a dirty task has no flag task before it.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "dirty-without-flag",
        category: Category::DirtyMode,
        severity: Severity::Error,
        summary: "a dirty task has no flag task before it",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.runs_unknown() {
        return;
    }
    for dirty in super::dirty_tasks(job) {
        // On a compute task of a complete job, Dirty itself is the mistake.
        if job.kind == JobKind::Complete && super::is_compute(job.tasks[dirty].task.kind) {
            continue;
        }
        let mut flags = job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK);
        if flags.clone().any(|flag| job.before(flag, dirty)) {
            continue;
        }
        let name = job.task_name(dirty);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(dirty, job.tasks[dirty].task.dirty),
            format!("`{name}` computes only what is tagged as modified, but no task of job `{}` tags it before", job.name()),
        )
        .label("dirty mode without a flag task")
        .note("nothing is tagged in this run, so the task computes nothing of what the run changed");
        let finding = match flags.next() {
            Some(late) => finding.help(links::put_after(job, dirty, late)).related(job.place(late), "the flag task comes after"),
            None => finding.help(help(job)),
        };
        sink.push(job.about(dirty, finding));
    }
}

/// What to do where nothing tags: a flag task would make an incremental job of one that is none.
fn help(job: &JobModel<'_>) -> String {
    match job.kind {
        _ if job.of(kinds::SYNCHRONIZE_TASK).len() == 0 => {
            format!("remove `Dirty`: `{}` synchronizes nothing that could be tagged", job.name())
        }
        JobKind::Complete => format!("remove `Dirty`: `{}` is a complete job, where everything is computed", job.name()),
        JobKind::Initialization => format!("remove `Dirty`: `{}` is the first load, where everything is computed", job.name()),
        JobKind::Connector | JobKind::Incremental | JobKind::Other => {
            "add a `<SetRecentlyModifiedFlagTask … />` after the synchronize tasks and link this task to it, or remove `Dirty`"
                .to_owned()
        }
    }
}
