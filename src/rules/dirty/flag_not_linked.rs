//! `flag-not-linked`: the flag task is not linked to every synchronize task of the job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "flag-not-linked",
        category: Category::DirtyMode,
        severity: Severity::Warning,
        summary: "the flag task is not linked to every synchronize task of the job",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    for flag in job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK) {
        for synchronize in job.of(kinds::SYNCHRONIZE_TASK) {
            if job.linked(flag, synchronize) {
                continue;
            }
            let (name, parent) = (job.task_name(flag), job.task_name(synchronize));
            let finding = Finding::new(
                &RULE.info,
                job.place(flag),
                format!("`{name}` does not wait for the changes of `{parent}`"),
            )
            .label("not linked to a synchronization")
            .note(
                "it is started when one of its parents changed something: what only this synchronization changed stays untagged",
            )
            .help(format!("add `<TaskDependsOnTask ParentTask=\"{parent}\" />` to `{name}`"))
            .related(job.place(synchronize), "the synchronization");
            sink.push(job.about(flag, super::super::links::with_link_fix(job, flag, synchronize, finding)));
        }
    }
}
