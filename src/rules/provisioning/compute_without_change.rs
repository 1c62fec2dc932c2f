//! `compute-without-change`: a scheduled job computes before anything can have changed.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "compute-without-change",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "a scheduled job computes before anything can have changed",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.job.cron.is_none() || job.runs_unknown() {
        return;
    }
    // A generated job synchronizes and fulfils what connections can: one that cannot be read is the finding.
    let in_doubt = || job.job.origin.generated.is_some() && job.facts.unread_connections(job.program);
    let mut changes = Earliest::default();
    for kind in [kinds::SYNCHRONIZE_TASK, kinds::FULFILL_TASK] {
        for index in job.of(kind) {
            changes.add(job.tasks[index].level, index);
        }
    }
    for kind in [kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK, kinds::COMPUTE_CORRELATION_KEYS_TASK] {
        for index in job.of(kind) {
            if changes.is_before(job.tasks[index].level, index) || in_doubt() {
                continue;
            }
            let name = job.task_name(index);
            let finding = Finding::new(
                &RULE.info,
                job.place(index),
                format!("`{name}` computes at every start of scheduled job `{}`, but nothing changes data before it", job.name()),
            )
            .label("nothing is synchronized or fulfilled before")
            .note("it reads all resources and finds what it found last time: the database is kept busy for nothing")
            .help("move it behind the synchronize or fulfil tasks of the job, or into the job that has them");
            sink.push(job.about(index, finding));
        }
    }
}

/// The earliest of some tasks, so that asking for each other task costs the same however many there are.
#[derive(Default)]
struct Earliest {
    level: Option<i32>,
    without_level: Option<usize>,
    any: Option<usize>,
}

impl Earliest {
    fn add(&mut self, level: Option<i32>, index: usize) {
        let least = |old: Option<usize>| Some(old.map_or(index, |old| old.min(index)));
        self.any = least(self.any);
        match level {
            Some(level) => self.level = Some(self.level.map_or(level, |old| old.min(level))),
            None => self.without_level = least(self.without_level),
        }
    }

    /// As [`JobModel::before`] for any of the tasks.
    fn is_before(&self, level: Option<i32>, index: usize) -> bool {
        match level {
            Some(level) => {
                self.level.is_some_and(|earliest| earliest < level) || self.without_level.is_some_and(|first| first < index)
            }
            None => self.any.is_some_and(|first| first < index),
        }
    }
}
