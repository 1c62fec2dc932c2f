//! Tasks whose program was cut off: found before a run goes on, and only run again when that is known to do no harm.

use std::path::Path;

use super::programs::Programs;
use super::record::{ProcessRecord, Records};
use crate::config::executors::Restart;
use crate::engine::clock::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::group::{End, Groups};
use crate::engine::process::{Holder, System};
use crate::engine::state::TaskState;
use crate::engine::store::{Outcome, Store, TaskRecord};
use crate::tasks::RunId;

/// What somebody says of tasks that nobody saw the end of.
#[derive(Clone, Debug, Default)]
pub struct Doubts {
    /// They may be run again.
    pub restart: Vec<String>,
    /// They are taken as ended so: completed or unchanged.
    pub assume: Vec<(String, TaskState)>,
}

impl Doubts {
    fn settles(&self, task: &str) -> bool {
        let same = |named: &String| crate::engine::selection::same(named, task);
        self.restart.iter().any(same) || self.assume.iter().any(|(named, _)| same(named))
    }

    /// Refuses to go on while a task is in doubt, and names of tasks that are none. `asks` says of tasks by place whether a
    /// program executed them that is not run again unasked.
    pub(crate) fn check(
        &self,
        work: &Path,
        run: RunId,
        job: &str,
        records: &[TaskRecord],
        programs: &Programs<'_>,
        asks: impl Fn(usize) -> bool,
    ) -> Result<(), EngineError> {
        let named = || self.assume.iter().map(|(task, _)| task).chain(&self.restart);
        for (index, task) in named().enumerate() {
            if named().take(index).any(|other| crate::engine::selection::same(other, task)) {
                return Err(EngineError::NamedTwice { task: task.clone() });
            }
        }
        let known = Records::read(work, run);
        let (places, in_doubt): (Vec<usize>, Vec<&TaskRecord>) =
            records.iter().enumerate().filter(|(place, record)| is_in_doubt(&known, *place, record, asks(*place))).unzip();
        for named in self.restart.iter().chain(self.assume.iter().map(|(task, _)| task)) {
            let Some(record) = records.iter().find(|record| crate::engine::selection::same(&record.task, named)) else {
                return Err(EngineError::unknown_task(job, named, records.iter().map(|record| record.task.as_str())));
            };
            if !in_doubt.iter().any(|doubtful| doubtful.task == record.task) {
                return Err(EngineError::NotInDoubt { run, task: record.task.clone(), state: record.state });
            }
        }
        // Somebody may have written since that running it again does no harm.
        let harmless = |place: usize| programs.command(place).is_some_and(|command| command.restart == Restart::Yes);
        let open = places.into_iter().zip(in_doubt).filter(|(place, record)| !harmless(*place) && !self.settles(&record.task));
        let open: Vec<String> = open.map(|(_, record)| record.task.clone()).collect();
        if open.is_empty() { Ok(()) } else { Err(EngineError::Uncertain { run, tasks: open }) }
    }
}

/// Whether the program of a task may have taken effect unseen, and nothing says that it may be run again. `asks`: a program
/// executed it that is not run again unasked; that counts where its record has gone.
pub(crate) fn is_in_doubt(known: &Records, place: usize, task: &TaskRecord, asks: bool) -> bool {
    let unseen = matches!(task.state, TaskState::Running | TaskState::Interrupted | TaskState::Cancelled | TaskState::Errored);
    let of_attempt = || known.of(place).filter(|record| record.attempt == task.attempt);
    unseen && of_attempt().map_or(asks && task.attempt > 0, |record| record.is_uncertain() && !record.may_restart())
}

/// Refuses to go on beside a program of a run that is still at work, unless it may be ended and run again.
pub(crate) fn forbid_left_overs(work: &Path, run: RunId, records: &[TaskRecord]) -> Result<(), EngineError> {
    match left_overs(work, run, records).into_iter().next() {
        Some(LeftOver { place, pid, by }) => Err(EngineError::LeftOver { run, task: records[place].task.clone(), pid, by }),
        None => Ok(()),
    }
}

/// A program of a run that is still at work.
pub(crate) struct LeftOver {
    /// The place of its task.
    pub(crate) place: usize,
    /// One of its processes.
    pub(crate) pid: u32,
    /// The process that sees it to its end, where the run goes on in the store that this one is a copy of.
    pub(crate) by: Option<u32>,
}

/// The programs of a run that are still at work, but for those that may be ended and run again.
pub(crate) fn left_overs(work: &Path, run: RunId, records: &[TaskRecord]) -> Vec<LeftOver> {
    let kept = Records::read(work, run);
    let at_work = |place| {
        let known = kept.of(place)?;
        let (pid, by) = (known.left_over(&System)?, known.seen_by(&System));
        (by.is_some() || !known.may_restart()).then_some(LeftOver { place, pid, by })
    };
    candidates(records).filter_map(|(place, _)| at_work(place)).collect()
}

/// Ends what is still at work of a run and may be run again.
pub(crate) fn end_restartable(work: &Path, run: RunId, records: &[TaskRecord]) {
    let kept = Records::read(work, run);
    let may_end = |known: &ProcessRecord| known.may_restart() && known.seen_by(&System).is_none();
    for known in candidates(records).filter_map(|(place, _)| kept.of(place)).filter(may_end) {
        end(&known);
    }
}

/// Ends everything of a run that is still at work; gives back the tasks it was of. Refuses where the run goes on in the store that
/// this one is a copy of.
pub(crate) fn end_left_overs(work: &Path, run: RunId, records: &[TaskRecord]) -> Result<Vec<String>, EngineError> {
    if let Some(LeftOver { place, pid, by }) = left_overs(work, run, records).into_iter().find(|left| left.by.is_some()) {
        return Err(EngineError::LeftOver { run, task: records[place].task.clone(), pid, by });
    }
    let mut ended = Vec::new();
    let kept = Records::read(work, run);
    for (place, record) in candidates(records) {
        let Some(known) = kept.of(place) else { continue };
        if known.left_over(&System).is_some() {
            end(&known);
            ended.push(record.task.clone());
        }
    }
    Ok(ended)
}

fn candidates(records: &[TaskRecord]) -> impl Iterator<Item = (usize, &TaskRecord)> {
    let cut = |record: &TaskRecord| {
        matches!(record.state, TaskState::Running | TaskState::Interrupted | TaskState::Cancelled | TaskState::Errored)
    };
    records.iter().enumerate().filter(move |(_, record)| cut(record))
}

/// Asks what is left to end, then ends it by force.
fn end(known: &ProcessRecord) {
    for (how, patience) in [(End::Ask, 100), (End::Force, 100)] {
        let left = known.left_overs(&System);
        if left.is_empty() {
            return;
        }
        let holders: Vec<Holder> = left.iter().filter_map(|pid| Holder::of(*pid, &System)).collect();
        // The group by its head, and whoever has left the group.
        for group in known.pid.iter().filter(|pid| left.contains(pid)).chain(&left) {
            System.end(*group, how);
            System.end_one(*group, how);
        }
        for _ in 0..patience {
            if !holders.iter().any(|holder| holder.lives(&System)) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

/// Puts the outcomes of programs, which the history alone has kept, beside those of the other tasks. One that was blocked,
/// and has ended since it was approved, is blocked no more.
pub(crate) fn recover(store: &Store, run: RunId, records: &[TaskRecord], programs: &Programs<'_>) -> Result<(), EngineError> {
    let (outcomes, kept) = (store.outcomes(run)?, Records::read(store.work(), run));
    let known = |task: &str| outcomes.get(task).is_some_and(|outcome| outcome.state != TaskState::Blocked);
    let ended = |state| matches!(state, TaskState::Completed | TaskState::Unchanged | TaskState::Warning);
    // Another configuration may have the task embedded now.
    let was_program = |place: usize, attempt| kept.of(place).is_some_and(|record| record.attempt == attempt);
    for (place, record) in records.iter().enumerate() {
        let is_program = programs.command(place).is_some() || was_program(place, record.attempt);
        if !ended(record.state) || !is_program || known(&record.task) {
            continue;
        }
        let outcome = Outcome {
            state: record.state,
            counters: record.counters.clone(),
            message: record.message.clone(),
            ended: record.ended.unwrap_or_else(Timestamp::now),
            list: None,
        };
        store.settle(run, &record.task, &outcome)?;
    }
    Ok(())
}

/// Writes the outcomes that somebody says the tasks in doubt have.
pub(crate) fn assume(store: &Store, run: RunId, doubts: &Doubts, records: &[TaskRecord]) -> Result<(), EngineError> {
    for (named, state) in &doubts.assume {
        let Some(record) = records.iter().find(|record| crate::engine::selection::same(&record.task, named)) else { continue };
        let outcome = Outcome {
            state: *state,
            counters: std::collections::BTreeMap::new(),
            message: Some("taken as that by whoever continued the run".to_owned()),
            ended: Timestamp::now(),
            list: None,
        };
        store.settle(run, &record.task, &outcome)?;
    }
    Ok(())
}
