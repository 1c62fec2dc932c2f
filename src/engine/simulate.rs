//! What a run would do for given outcomes of its tasks; touches nothing.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

use crate::plan::model::{Job, OnFailure};

use super::error::EngineError;
use super::launch::{Board, Step, although};
use super::selection::{Selection, find};
use super::state::{JobState, TaskSignal, TaskState};

/// One task of a simulated run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimulatedTask {
    /// Identifier.
    pub task: String,
    /// Element name.
    pub element: String,
    /// Its level.
    pub level: u32,
    /// Where it would end.
    pub state: TaskState,
    /// Why it would not run, or why it would although its parents have nothing to pass on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Simulation {
    /// The job.
    pub job: String,
    /// How it would end.
    pub state: JobState,
    /// Its tasks, in the order in which they would run.
    pub tasks: Vec<SimulatedTask>,
}

/// Runs the launch logic over assumed outcomes. Tasks without one complete; `errored` becomes a warning where the plan
/// tolerates the failure. Only outcomes that a task can have by itself may be assumed. `held_back` are tasks, by place,
/// that are left out, and why. `awaited` tells of a task, by place, what awaits it, if something does. At most `jobs` tasks
/// run at a time, and end in the order in which they began.
pub fn simulate(
    job: &Job,
    jobs: usize,
    selection: &Selection,
    outcomes: &BTreeMap<String, TaskState>,
    held_back: &[(usize, String)],
    awaited: &dyn Fn(usize) -> Option<String>,
) -> Result<Simulation, EngineError> {
    let mut signals = vec![TaskSignal::Completed; job.tasks.len()];
    let mut assumed: Vec<(usize, &str)> = Vec::new();
    for (task, outcome) in outcomes {
        let place = find(job, task)?;
        if let Some((_, other)) = assumed.iter().find(|(other, _)| *other == place) {
            return Err(EngineError::TwoOutcomes { names: [(*other).to_owned(), task.clone()] });
        }
        assumed.push((place, task));
        let tolerated = job.tasks[place].on_failure == OnFailure::Continue;
        signals[place] = match outcome {
            TaskState::Completed => TaskSignal::Completed,
            TaskState::Unchanged => TaskSignal::Unchanged,
            TaskState::Blocked => TaskSignal::Blocked,
            TaskState::Errored if !tolerated => TaskSignal::Failed,
            TaskState::Errored | TaskState::Warning => TaskSignal::Tolerated,
            TaskState::Cancelled => TaskSignal::GaveUp,
            other => {
                return Err(EngineError::BadOutcome { task: task.clone(), outcome: *other });
            }
        };
    }
    let mut board = Board::new(job)?;
    let mut reasons: Vec<Option<String>> = vec![None; job.tasks.len()];
    let mut order = Vec::with_capacity(job.tasks.len());
    for (place, selected) in selection.resolve(job)?.into_iter().enumerate() {
        if !selected {
            board.apply(place, TaskSignal::LeftOut)?;
        }
    }
    for (place, reason) in held_back {
        if board.states()[*place] == TaskState::Waiting {
            board.apply(*place, TaskSignal::Refused)?;
            reasons[*place] = Some(reason.clone());
            order.push(*place);
        }
    }
    let mut running = VecDeque::new();
    loop {
        while let Some(step) = board.next(jobs.max(1)) {
            let (place, signal, reason) = match step {
                Step::Ask(place, reason) => match awaited(place) {
                    Some(what) => (place, TaskSignal::Launch, Some(although(&what))),
                    None => (place, TaskSignal::Refused, Some(reason)),
                },
                Step::Launch(place) => (place, TaskSignal::Launch, None),
                Step::Pass(place, signal, reason) => (place, signal, Some(reason)),
            };
            board.apply(place, signal)?;
            reasons[place] = reason;
            order.push(place);
            if signal == TaskSignal::Launch {
                running.push_back(place);
            }
        }
        let Some(place) = running.pop_front() else { break };
        board.apply(place, signals[place])?;
    }
    let left_out = (0..job.tasks.len()).filter(|place| board.states()[*place] == TaskState::NotSelected);
    order.extend(left_out);
    order.sort_by_key(|place| (job.tasks[*place].level, job.tasks[*place].position));
    let state = JobState::Running.after(board.end()).unwrap_or(JobState::Errored);
    let describe = |place: usize| SimulatedTask {
        task: job.tasks[place].id.clone(),
        element: job.tasks[place].element.clone(),
        level: job.tasks[place].level,
        state: board.states()[place],
        reason: reasons[place].clone(),
    };
    Ok(Simulation { job: job.id.clone(), state, tasks: order.into_iter().map(describe).collect() })
}

#[cfg(test)]
mod tests;
