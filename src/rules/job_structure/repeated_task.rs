//! `repeated-task`: one job runs the same task twice.

use std::collections::hash_map::Entry;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::finding::{Category, Finding, RuleInfo, Safety, Severity};
use crate::ir::{Id, JobEntry, Symbol, Task};
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

/// What a step or task runs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Runs {
    Task(Id<Task>),
    /// A name that no task has, as far as the configuration is here: it stands for one task all the same.
    Unknown(Symbol),
}

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    let tasks = job.tasks.iter().map(|view| (Runs::Task(view.task.base.unwrap_or(view.id)), view.entry, view.level));
    let unknown = job.unknown().map(|(name, entry, level)| (Runs::Unknown(name), entry, level));
    let all = tasks.chain(unknown);
    // Hardly any job runs a task twice.
    let mut sorted: Vec<Runs> = all.clone().map(|(runs, ..)| runs).collect();
    sorted.sort_unstable();
    if sorted.windows(2).all(|pair| pair[0] != pair[1]) {
        return;
    }
    let count = sorted.len();
    let mut first: FxHashMap<Runs, JobEntry> = FxHashMap::with_capacity_and_hasher(count, FxBuildHasher);
    let mut in_level: FxHashMap<(Runs, i32), JobEntry> = FxHashMap::with_capacity_and_hasher(count, FxBuildHasher);
    for (index, (runs, entry, level)) in all.enumerate() {
        let together = level.and_then(|level| match in_level.entry((runs, level)) {
            Entry::Occupied(other) => Some((*other.get(), level)),
            Entry::Vacant(free) => {
                free.insert(entry);
                None
            }
        });
        let earlier = match first.entry(runs) {
            Entry::Occupied(other) => *other.get(),
            Entry::Vacant(free) => {
                free.insert(entry);
                continue;
            }
        };
        let finding = again(job, runs, entry, earlier, together);
        sink.push(if index < job.tasks.len() { job.about(index, finding) } else { finding });
    }
}

fn again(job: &JobModel<'_>, runs: Runs, entry: JobEntry, earlier: JobEntry, together: Option<(JobEntry, i32)>) -> Finding {
    let origin = job.program.entry_origin(entry);
    let place = match runs {
        Runs::Task(_) => job.program.place(origin),
        Runs::Unknown(_) => job.program.identifier_place(origin),
    };
    let named = job.program.identifier(origin);
    let (name, job_name) = match runs {
        Runs::Task(task) => (job.program.task_name(task), job.name()),
        Runs::Unknown(_) => (named, job.name()),
    };
    let first = |entry: JobEntry| job.program.place(job.program.entry_origin(entry));
    let finding = if let Some((other, level)) = together {
        let message = format!("job `{job_name}` runs `{name}` twice in Level {level}, where tasks start together");
        Finding::new(&RULE.info, place, message)
            .severity(Severity::Error)
            .note("a task cannot run twice at once: the second start is refused and the job ends in error")
            .help("remove one of them, or give the second a higher Level")
            .related(first(other), "the first")
    } else {
        Finding::new(&RULE.info, place, format!("job `{job_name}` runs `{name}` twice"))
            .note("the second run does the same work again, and a link to the task waits for the first run only")
            .help("remove one of them; where both are meant, declare a second task with its own identifier")
            .related(first(earlier), "the first")
    };
    // Together they cannot run at all; one after the other they may be meant, and so may a task whose name was mistaken.
    let safety = if together.is_some() && matches!(runs, Runs::Task(_)) { Safety::Safe } else { Safety::Unsafe };
    fixes::remove_step(job, entry, safety, finding.label("runs again here"))
}
