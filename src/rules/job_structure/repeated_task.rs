//! `repeated-task`: one job runs the same task twice.

use rustc_hash::FxHashMap;

use crate::finding::{Category, Finding, RuleInfo, Safety, Severity};
use crate::ir::{Id, Task};
use crate::rules::{Check, JobModel, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "repeated-task",
        category: Category::JobStructure,
        severity: Severity::Warning,
        summary: "one job runs the same task twice",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    let mut first: FxHashMap<Id<Task>, usize> = FxHashMap::default();
    let mut in_level: FxHashMap<(Id<Task>, i32), usize> = FxHashMap::default();
    for (index, view) in job.tasks.iter().enumerate() {
        let task = view.task.base.unwrap_or(view.id);
        let together = view.level.and_then(|level| match in_level.entry((task, level)) {
            std::collections::hash_map::Entry::Occupied(entry) => Some((*entry.get(), level)),
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(index);
                None
            }
        });
        let earlier = *first.entry(task).or_insert(index);
        if earlier == index {
            continue;
        }
        let (name, job_name) = (job.task_name(index), job.name());
        let finding = if let Some((other, level)) = together {
            Finding::new(
                &RULE.info,
                job.entry_place(index),
                format!("job `{job_name}` runs `{name}` twice in Level {level}, where tasks start together"),
            )
            .severity(Severity::Error)
            .note("a task cannot run twice at once: the second start is refused and the job ends in error")
            .help("remove one of them, or give the second a higher Level")
            .related(job.entry_place(other), "the first")
        } else {
            Finding::new(&RULE.info, job.entry_place(index), format!("job `{job_name}` runs `{name}` twice"))
                .note("the second run does the same work again, and a link to the task waits for the first run only")
                .help("remove one of them; where both are meant, declare a second task with its own identifier")
                .related(job.entry_place(earlier), "the first")
        };
        // Together they cannot run at all; one after the other they may be meant.
        let safety = if together.is_some() { Safety::Safe } else { Safety::Unsafe };
        let finding = fixes::remove_step(job, index, safety, finding.label("runs again here"));
        sink.push(job.about(index, finding));
    }
}
