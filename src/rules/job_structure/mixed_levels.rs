//! `mixed-levels`: some tasks of a job have a level and others have none.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::names;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "mixed-levels",
        category: Category::JobStructure,
        severity: Severity::Error,
        summary: "some tasks of a job have a level and others have none",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    // What is no number is a finding of its own.
    let is_unreadable = |index: usize| {
        let written = job.program.value(job.program.entry_origin(job.tasks[index].entry), names::LEVEL);
        written.is_some_and(|level| level.trim().parse::<i64>().is_err())
    };
    let with = (0..job.tasks.len()).find(|&index| job.tasks[index].level.is_some());
    let mut lacking = (0..job.tasks.len()).filter(|&index| job.tasks[index].level.is_none() && !is_unreadable(index));
    let (Some(with), Some(without)) = (with, lacking.next()) else { return };
    let count = 1 + lacking.count();
    let finding = Finding::new(
        &RULE.info,
        job.program.identifier_place(job.job.origin),
        format!("job `{}` has {count} of {} tasks without a Level: when they run is not defined", job.name(), job.tasks.len()),
    )
    .label("some tasks have a Level, others none")
    .note("the product says nothing of how Level −1 stands to other levels: these tasks may run first, last or beside any other")
    .help("write a Level on every task and step of the job, or on none and let their order in the file count")
    .related(job.entry_place(without), format!("`{}` has no Level", job.task_name(without)))
    .related(job.entry_place(with), format!("`{}` has one", job.task_name(with)))
    .anchor(format!("Job[{}]", job.name()));
    sink.push(finding);
}
