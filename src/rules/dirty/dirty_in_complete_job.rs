//! `dirty-in-complete-job`: a compute task of a complete job treats only tagged resources.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "dirty-in-complete-job",
        category: Category::DirtyMode,
        severity: Severity::Error,
        summary: "a compute task of a complete job treats only tagged resources",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_surely(JobKind::Complete) {
        return;
    }
    for dirty in super::dirty_tasks(job).filter(|&index| super::is_compute(job.tasks[index].task.kind)) {
        let name = job.task_name(dirty);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(dirty, job.tasks[dirty].task.dirty),
            format!("`{name}` computes only tagged resources, but `{}` is a complete job", job.name()),
        )
        .label("dirty mode in a complete job")
        .note(
            "the complete job is what repairs the second-order dependencies that dirty runs miss; with Dirty it repairs nothing",
        )
        .help("remove `Dirty`, or make the job incremental with DoNotDeleteChanges and a flag task");
        sink.push(job.about(dirty, finding));
    }
}
