//! What runs next, and what does not and why: the rules of a job, without clocks, threads or files.
//!
//! The dispatcher and the simulation both work on a [`Board`], so that a dry run cannot differ from a run. Levels are
//! barriers; a task of a level is launched if its declared parents satisfy it; a parent satisfies if it completed or lies
//! outside the selection. Where parents ended well with nothing to pass on, the task is asked for: something may await it
//! in the store. Once the job has stopped nothing is launched any more.

use crate::plan::model::{EdgeKind, Job, Parents};

use super::error::EngineError;
use super::state::{JobSignal, TaskSignal, TaskState};

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Start the task if something awaits it, else record that it does not run, for the reason given: its parents ended
    /// well and have nothing to pass on.
    Ask(usize, String),
    /// Start the task.
    Launch(usize),
    /// Record that the task does not run: the signal says which way, the text why.
    Pass(usize, TaskSignal, String),
}

/// The states of all tasks of one run.
pub struct Board<'a> {
    job: &'a Job,
    states: Vec<TaskState>,
    /// Whether each task ended well with nothing to pass on: unchanged, or not launched for no other reason than that.
    idle: Vec<bool>,
    /// For each task its declared parents, by place.
    parents: Vec<Vec<usize>>,
    /// Places by level, then position.
    order: Vec<usize>,
    /// Everything before this place of `order` is final.
    settled: usize,
    /// Why nothing is launched any more.
    stop: Option<String>,
    cancelled: bool,
}

enum Verdict {
    Ask(String),
    Launch,
    Refuse(String),
    Wait,
}

impl<'a> Board<'a> {
    /// A board with every task waiting; refuses a plan whose edges lead nowhere.
    pub fn new(job: &'a Job) -> Result<Self, EngineError> {
        let places: std::collections::BTreeMap<&str, usize> =
            job.tasks.iter().enumerate().map(|(place, task)| (task.id.as_str(), place)).collect();
        if places.len() != job.tasks.len() {
            return Err(EngineError::BadPlan { detail: format!("job {} has two tasks of one identifier", job.id) });
        }
        let mut parents = Vec::with_capacity(job.tasks.len());
        for task in &job.tasks {
            let mut of_task = Vec::new();
            for edge in task.depends_on.iter().filter(|edge| edge.kind == EdgeKind::Declared) {
                of_task.push(*places.get(edge.parent.as_str()).ok_or_else(|| EngineError::BadPlan {
                    detail: format!("task {} of job {} waits for {}, which the job lacks", task.id, job.id, edge.parent),
                })?);
            }
            of_task.sort_unstable();
            parents.push(of_task);
        }
        let mut order: Vec<usize> = (0..job.tasks.len()).collect();
        order.sort_by_key(|place| (job.tasks[*place].level, job.tasks[*place].position));
        let states = vec![TaskState::Waiting; job.tasks.len()];
        let idle = vec![false; job.tasks.len()];
        Ok(Self { job, states, idle, parents, order, settled: 0, stop: None, cancelled: false })
    }

    /// Puts a task into a state reached earlier, before the run goes on.
    pub fn restore(&mut self, place: usize, state: TaskState) {
        self.states[place] = state;
        self.idle[place] = state == TaskState::Unchanged;
    }

    /// The states, in the order of the job's tasks.
    pub fn states(&self) -> &[TaskState] {
        &self.states
    }

    /// Lets a signal act on a task.
    pub fn apply(&mut self, place: usize, signal: TaskSignal) -> Result<TaskState, EngineError> {
        let state = self.states[place];
        let id = &self.job.tasks[place].id;
        let next = state
            .after(signal)
            .ok_or_else(|| EngineError::Internal(format!("task {id} is {state} and cannot take {signal:?}")))?;
        self.states[place] = next;
        self.idle[place] = match next {
            TaskState::Unchanged => true,
            // A failure further up, though it is tolerated, goes down the whole chain.
            TaskState::NotLaunched => {
                let mut refusing = self.refusing(place).peekable();
                refusing.peek().is_some() && refusing.all(|parent| self.idle[parent])
            }
            _ => false,
        };
        if matches!(next, TaskState::Errored | TaskState::Blocked | TaskState::Cancelled) && self.stop.is_none() {
            self.stop = Some(format!("{id} {}", next.predicate()));
        }
        Ok(next)
    }

    /// Launches nothing any more; running tasks finish.
    pub fn cancel(&mut self) {
        self.cancelled = true;
        self.stop.get_or_insert_with(|| CANCELLED.to_owned());
    }

    /// How many tasks run.
    pub fn running(&self) -> usize {
        self.states.iter().filter(|state| **state == TaskState::Running).count()
    }

    /// How many tasks are granted.
    pub fn granted(&self) -> usize {
        self.states.iter().filter(|state| **state == TaskState::Granted).count()
    }

    /// Whether every task is in a final state.
    pub fn is_done(&self) -> bool {
        self.states.iter().all(|state| state.is_final())
    }

    /// What is to be done next with at most `jobs` tasks running; none while there is nothing but to wait.
    ///
    /// Each answer must be applied before the next is asked for.
    pub fn next(&mut self, jobs: usize) -> Option<Step> {
        while self.order.get(self.settled).is_some_and(|place| self.states[*place].is_final()) {
            self.settled += 1;
        }
        let rest = &self.order[self.settled..];
        if let Some(reason) = &self.stop {
            let place = rest.iter().find(|place| self.states[**place] == TaskState::Waiting)?;
            return Some(Step::Pass(*place, TaskSignal::JobStopped, reason.clone()));
        }
        let level = self.job.tasks[*rest.first()?].level;
        let running = self.running();
        let mut waiting = None;
        for place in rest.iter().take_while(|place| self.job.tasks[**place].level == level) {
            if !matches!(self.states[*place], TaskState::Waiting | TaskState::Granted) {
                continue;
            }
            match self.verdict(*place) {
                Verdict::Ask(reason) if running < jobs.max(1) => return Some(Step::Ask(*place, reason)),
                Verdict::Launch if running < jobs.max(1) => return Some(Step::Launch(*place)),
                Verdict::Ask(_) | Verdict::Launch => {}
                Verdict::Refuse(reason) => return Some(Step::Pass(*place, TaskSignal::Refused, reason)),
                Verdict::Wait => waiting = waiting.or(Some(*place)),
            }
        }
        // Tasks of one level that wait for each other, or for a later level, would wait for ever.
        let place = waiting.filter(|_| running == 0)?;
        let parent = self.parents[place].iter().find(|parent| !self.states[**parent].is_final())?;
        let reason = format!("{} does not run before it", self.job.tasks[*parent].id);
        Some(Step::Pass(place, TaskSignal::Refused, reason))
    }

    /// The tasks to grant beside those that are granted, so that those are `most` at most: they start next whatever becomes
    /// of the tasks that run, in the order in which they would. `may` says which can be granted at all.
    ///
    /// To be asked when there is nothing more to do [next](Self::next).
    pub fn ahead(&self, most: usize, may: impl Fn(usize) -> bool) -> Vec<usize> {
        let rest = &self.order[self.settled..];
        let Some(level) = rest.first().map(|place| self.job.tasks[*place].level).filter(|_| self.stop.is_none()) else {
            return Vec::new();
        };
        let of_level = rest.iter().copied().take_while(|place| self.job.tasks[*place].level == level);
        of_level
            .filter(|place| self.states[*place] == TaskState::Waiting)
            .take_while(|place| may(*place) && matches!(self.verdict(*place), Verdict::Launch))
            .take(most.saturating_sub(self.granted()))
            .collect()
    }

    /// Whether nothing is launched any more.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some()
    }

    fn verdict(&self, place: usize) -> Verdict {
        let parents = &self.parents[place];
        if parents.is_empty() {
            return Verdict::Launch;
        }
        let refusing: Vec<usize> = self.refusing(place).collect();
        let content = parents.iter().filter(|parent| self.satisfies(**parent)).count();
        let (all, ended) = (self.job.tasks[place].parents == Parents::All, content + refusing.len() == parents.len());
        if refusing.is_empty() && content == parents.len() || !all && content > 0 {
            return Verdict::Launch;
        }
        let reason = || match refusing.len() {
            0 | 1 => self.reason(&refusing),
            _ if all => self.reason(&refusing),
            _ => format!("none of its parents completed: {}", self.reason(&refusing)),
        };
        match (ended, refusing.iter().all(|parent| self.idle[*parent])) {
            (true, true) => Verdict::Ask(reason()),
            (true, false) => Verdict::Refuse(reason()),
            (false, false) if all => Verdict::Refuse(reason()),
            (false, _) => Verdict::Wait,
        }
    }

    fn satisfies(&self, parent: usize) -> bool {
        matches!(self.states[parent], TaskState::Completed | TaskState::NotSelected)
    }

    /// The parents of a task that have ended and do not satisfy it.
    fn refusing(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let ended = |parent: &usize| self.states[*parent].is_final() && !self.satisfies(*parent);
        self.parents[place].iter().copied().filter(ended)
    }

    /// What became of the parents, in words.
    fn reason(&self, parents: &[usize]) -> String {
        let words: Vec<String> =
            parents.iter().map(|parent| format!("{} {}", self.job.tasks[*parent].id, self.states[*parent].predicate())).collect();
        words.join(", ")
    }

    /// How the run ended, once every task is in a final state. An error outweighs a block, a block a cancel.
    pub fn end(&self) -> JobSignal {
        let has = |wanted: TaskState| self.states.contains(&wanted);
        if has(TaskState::Errored) {
            JobSignal::Failed
        } else if has(TaskState::Blocked) {
            JobSignal::Blocked
        } else if has(TaskState::Cancelled) || self.cancelled && has(TaskState::NotStarted) {
            JobSignal::Cancelled
        } else if has(TaskState::Warning) {
            JobSignal::EndedWithWarnings
        } else {
            JobSignal::Ended
        }
    }
}

/// Why a task is launched whose parents have nothing to pass on.
pub(super) fn although(awaited: &str) -> String {
    format!("launched because {awaited}")
}

/// The reason of tasks that a cancel kept from starting.
pub(super) const CANCELLED: &str = "the run was cancelled";

#[cfg(test)]
mod tests;
