//! `flag-not-linked`: the flag task is not linked to every synchronize task of the job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

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
    for flag in job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK).filter(|&task| !job.waits_for_unknown(task)) {
        let ancestors = job.ancestors(flag);
        let missing: Vec<usize> = job.of(kinds::SYNCHRONIZE_TASK).filter(|&task| !job.is_among(&ancestors, task)).collect();
        let Some(&first) = missing.first() else { continue };
        let name = job.task_name(flag);
        let what = match missing.len() {
            1 => format!("`{}`", job.task_name(first)),
            count => format!("{count} synchronize tasks, such as `{}`", job.task_name(first)),
        };
        let mut finding = Finding::new(&RULE.info, job.place(flag), format!("`{name}` does not wait for the changes of {what}"))
            .label("not linked to a synchronization")
            .note(
                "it is started when one of its parents changed something: what only this synchronization changed stays untagged",
            )
            .help(links::help(job, flag, &missing));
        for &synchronize in missing.iter().take(5) {
            finding = finding.related(job.place(synchronize), "a synchronization of the job");
        }
        sink.push(job.about(flag, links::with_link_fix(job, flag, &missing, finding)));
    }
}
