//! Reading the history: what `runs` and `show` print, true at any instant.
//!
//! A run whose process is dead is shown as interrupted, and a task that the history believes to be running is shown
//! with its committed outcome if there is one: nobody has to clean up first.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Row};
use serde::Serialize;

use super::{Filter, Outcome, Store, lock};
use crate::engine::clock::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::external::{self, Records};
use crate::engine::process::Processes;
use crate::engine::selection::{self, Selection};
use crate::engine::shell::{store_argument, word};
use crate::engine::state::{JobState, TaskSignal, TaskState};
use crate::tasks::RunId;

/// Under which name the context of a run keeps the places of the tasks whose programs are not run again unasked.
pub(super) const ASKING: &str = "programs";

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunRecord {
    /// Its number.
    pub id: i64,
    /// The job.
    pub job: String,
    /// Where it stands.
    pub state: JobState,
    /// How often it was begun or continued.
    pub attempt: u32,
    /// When it was begun.
    pub started: Timestamp,
    /// When it ended; none while it runs and after a crash.
    pub ended: Option<Timestamp>,
    /// How long its attempts took together, but for those that a crash ended.
    pub duration_ms: Option<u64>,
    /// Digest of its plan.
    pub plan: String,
    /// What it covers.
    pub selection: Selection,
    /// How many tasks are in each state.
    pub counts: BTreeMap<TaskState, usize>,
}

/// One task of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskRecord {
    /// Its identifier.
    pub task: String,
    /// Its element.
    pub element: String,
    /// Its level.
    pub level: u32,
    /// Where it stands.
    pub state: TaskState,
    /// How often it was started.
    pub attempt: u32,
    /// Why it did not run, or why it was launched although its parents gave no reason to.
    pub reason: Option<String>,
    /// What it says of its end.
    pub message: Option<String>,
    /// What it counted.
    pub counters: BTreeMap<String, u64>,
    /// When it was started last.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How long it took.
    pub duration_ms: Option<u64>,
}

/// Somebody's consent to the changes of a blocked task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The task.
    pub task: String,
    /// The change list that is approved.
    pub list: String,
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// One run with its tasks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunDetail {
    /// The run.
    #[serde(flatten)]
    pub run: RunRecord,
    /// Its tasks, in the order of the job.
    pub tasks: Vec<TaskRecord>,
    /// What was approved.
    pub approvals: Vec<Approval>,
    /// The commands that let it go on, in their order; none where there is nothing to do.
    pub next: Vec<String>,
}

/// A run as its row says, before it is judged.
struct RunRow {
    record: RunRecord,
    state: String,
    selection: String,
}

const RUN_COLUMNS: &str = "id, job, state, attempt, started, ended, milliseconds, plan, selection";

impl RunRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let record = RunRecord {
            id: row.get(0)?,
            job: row.get(1)?,
            state: JobState::Running,
            attempt: row.get(3)?,
            started: Timestamp(row.get(4)?),
            ended: row.get::<_, Option<i64>>(5)?.map(Timestamp),
            duration_ms: row.get::<_, Option<i64>>(6)?.map(i64::unsigned_abs),
            plan: row.get(7)?,
            selection: Selection::default(),
            counts: BTreeMap::new(),
        };
        Ok(Self { record, state: row.get(2)?, selection: row.get(8)? })
    }
}

impl Store {
    /// The runs that were asked for, the latest first.
    pub fn history(&self, filter: &Filter, processes: &dyn Processes) -> Result<Vec<RunRecord>, EngineError> {
        let since = filter.since.map_or(i64::MIN, |since| since.0);
        let sql = format!("SELECT {RUN_COLUMNS} FROM run WHERE started >= ?1 ORDER BY id DESC");
        let read = || -> rusqlite::Result<Vec<RunRow>> { self.runs.prepare(&sql)?.query_map([since], RunRow::read)?.collect() };
        let mut records = Vec::new();
        for row in read().map_err(|error| self.runs_error(error))? {
            if filter.limit.is_some_and(|limit| records.len() >= limit) {
                break;
            }
            // Identifiers compare without case in all scripts, which the database cannot.
            if filter.job.as_ref().is_some_and(|job| !selection::same(job, &row.record.job)) {
                continue;
            }
            let mut record = self.judged(row, processes)?;
            if !filter.wants(record.state) {
                continue;
            }
            record.counts = match record.state {
                JobState::Interrupted => count(&self.tasks_of(&record)?),
                _ => self.counts(record.id)?,
            };
            records.push(record);
        }
        Ok(records)
    }

    /// One run.
    pub fn detail(&self, run: RunId, processes: &dyn Processes) -> Result<RunDetail, EngineError> {
        let row = self
            .runs
            .query_row(&format!("SELECT {RUN_COLUMNS} FROM run WHERE id = ?1"), [run.0], RunRow::read)
            .optional()
            .map_err(|error| self.runs_error(error))?;
        let mut record = self.judged(row.ok_or(EngineError::UnknownRun { run })?, processes)?;
        let mut tasks = self.tasks_of(&record)?;
        record.counts = count(&tasks);
        let approvals = self.approvals(run)?;
        let next = if record.state.is_resumable() { self.next_commands(run, &mut tasks, &approvals)? } else { Vec::new() };
        Ok(RunDetail { run: record, tasks, approvals, next })
    }

    /// The run to continue when none is named: the latest one that can go on and was not followed by another of its job.
    /// Where there is none, and one goes on now, it is told of that one.
    pub fn last_unfinished(&self, processes: &dyn Processes) -> Result<RunId, EngineError> {
        let mut seen = Vec::new();
        let mut running = None;
        for record in self.history(&Filter::default(), processes)? {
            let job = record.job.to_lowercase();
            if seen.contains(&job) {
                continue;
            }
            if record.state.is_resumable() {
                return Ok(RunId(record.id));
            }
            if record.state == JobState::Running {
                running = running.or(Some(record.job));
            }
            seen.push(job);
        }
        let Some(job) = running else { return Err(EngineError::NothingToResume) };
        let held = lock::held(&self.runs, &lock::of_job(&job)).map_err(|error| self.runs_error(error))?;
        Err(held.map_or(EngineError::NothingToResume, |held| Self::locked(&job, &held)))
    }

    /// What was kept with a run when it began.
    pub(crate) fn context(&self, run: RunId) -> Result<BTreeMap<String, String>, EngineError> {
        let text: Option<String> = self
            .runs
            .query_row("SELECT context FROM run WHERE id = ?1", [run.0], |row| row.get(0))
            .optional()
            .map_err(|error| self.runs_error(error))?;
        let text = text.ok_or(EngineError::UnknownRun { run })?;
        serde_json::from_str(&text).map_err(|error| self.content_error("the context", &error))
    }

    /// The places of the tasks whose programs are not run again unasked; none where a run of an earlier version does not say.
    pub(crate) fn asking(&self, run: RunId) -> Result<Option<BTreeSet<usize>>, EngineError> {
        let places = self.context(run)?.remove(ASKING);
        Ok(places.map(|places| places.split(',').filter_map(|place| place.parse().ok()).collect()))
    }

    /// The approvals of a run, by task.
    pub fn approvals(&self, run: RunId) -> Result<Vec<Approval>, EngineError> {
        let read = || -> rusqlite::Result<Vec<Approval>> {
            let mut statement =
                self.runs.prepare("SELECT task, list, who, at, reason FROM approval WHERE run = ?1 ORDER BY task")?;
            statement
                .query_map([run.0], |row| {
                    Ok(Approval {
                        task: row.get(0)?,
                        list: row.get(1)?,
                        who: row.get(2)?,
                        at: Timestamp(row.get(3)?),
                        reason: row.get(4)?,
                    })
                })?
                .collect()
        };
        read().map_err(|error| self.runs_error(error))
    }

    /// The tasks of a run as its rows say, in the order of the job.
    pub(crate) fn task_rows(&self, run: RunId) -> Result<Vec<TaskRecord>, EngineError> {
        let read = || -> rusqlite::Result<Vec<(TaskRecord, String, String)>> {
            let mut statement = self.runs.prepare(
                "SELECT task, element, level, attempt, reason, message, started, ended, milliseconds, state, counters
                 FROM task_run WHERE run = ?1 ORDER BY position",
            )?;
            statement
                .query_map([run.0], |row| {
                    let record = TaskRecord {
                        task: row.get(0)?,
                        element: row.get(1)?,
                        level: row.get(2)?,
                        state: TaskState::Waiting,
                        attempt: row.get(3)?,
                        reason: row.get(4)?,
                        message: row.get(5)?,
                        counters: BTreeMap::new(),
                        started: row.get::<_, Option<i64>>(6)?.map(Timestamp),
                        ended: row.get::<_, Option<i64>>(7)?.map(Timestamp),
                        duration_ms: row.get::<_, Option<i64>>(8)?.map(i64::unsigned_abs),
                    };
                    Ok((record, row.get(9)?, row.get(10)?))
                })?
                .collect()
        };
        let mut records = Vec::new();
        for (mut record, state, counters) in read().map_err(|error| self.runs_error(error))? {
            record.state = TaskState::named(&state).ok_or_else(|| self.content_error("the state of a task", &state))?;
            record.counters = serde_json::from_str(&counters).unwrap_or_default();
            records.push(record);
        }
        Ok(records)
    }

    /// The tasks of a run that nobody works on, as the records of their programs complete them.
    pub(crate) fn settled_rows(&self, run: RunId) -> Result<Vec<TaskRecord>, EngineError> {
        let mut tasks = self.task_rows(run)?;
        settle(&Records::read(&self.work, run), &mut tasks);
        Ok(tasks)
    }

    /// The tasks of a run as it is judged to stand.
    fn tasks_of(&self, run: &RunRecord) -> Result<Vec<TaskRecord>, EngineError> {
        let id = RunId(run.id);
        if run.state == JobState::Interrupted { self.rows_without_holder(id) } else { self.task_rows(id) }
    }

    /// The tasks of a run that nobody works on; after a crash as the committed outcomes say.
    pub(crate) fn rows_without_holder(&self, run: RunId) -> Result<Vec<TaskRecord>, EngineError> {
        let mut tasks = self.task_rows(run)?;
        let before: Vec<TaskState> = tasks.iter().map(|task| task.state).collect();
        // What the history could not be told any more is told by the outcome, if there is one.
        let open = |place: usize| !before[place].is_final() || before[place] == TaskState::Interrupted;
        if !(0..tasks.len()).any(open) {
            return Ok(tasks);
        }
        let (outcomes, known, asks) = (self.outcomes(run)?, Records::read(&self.work, run), self.asking(run)?);
        settle(&known, &mut tasks);
        for (place, task) in tasks.iter_mut().enumerate().filter(|(place, _)| open(*place)) {
            // A program that was approved and begun again is no longer where it was blocked; an embedded task is.
            let is_program = || {
                let asks = asks.as_ref().is_some_and(|asks| asks.contains(&place));
                asks || known.of(place).is_some_and(|record| record.attempt == task.attempt)
            };
            let begun_since = |outcome: &Outcome| {
                let of_attempt = external::list_of(run, &task.task, task.attempt);
                matches!(before[place], TaskState::Running | TaskState::Interrupted)
                    && outcome.state == TaskState::Blocked
                    && outcome.list != Some(of_attempt)
                    && is_program()
            };
            match outcomes.get(&task.task).filter(|outcome| !begun_since(outcome)) {
                Some(outcome) => task.take(outcome),
                None => task.state = task.state.after(TaskSignal::HolderDied).unwrap_or(task.state),
            }
        }
        Ok(tasks)
    }

    /// The run as it is now: what is recorded as running by a dead process is interrupted.
    fn judged(&self, row: RunRow, processes: &dyn Processes) -> Result<RunRecord, EngineError> {
        let mut record = row.record;
        record.state = JobState::named(&row.state).ok_or_else(|| self.content_error("the state of a run", &row.state))?;
        record.selection = serde_json::from_str(&row.selection).map_err(|error| self.content_error("the selection", &error))?;
        if record.state == JobState::Running {
            let held = lock::held(&self.runs, &lock::of_job(&record.job)).map_err(|error| self.runs_error(error))?;
            if !held.is_some_and(|held| held.run.0 == record.id && held.holder.lives(processes)) {
                record.state = JobState::Interrupted;
            }
        }
        Ok(record)
    }

    /// What somebody types to go on with a run, in order. Says of the tasks what that follows from.
    fn next_commands(&self, run: RunId, tasks: &mut [TaskRecord], approvals: &[Approval]) -> Result<Vec<String>, EngineError> {
        let outcomes = self.outcomes(run)?;
        let store = store_argument(&self.data_file);
        let mut commands = Vec::new();
        for task in tasks.iter_mut() {
            let Some(outcome) = outcomes.get(&task.task).filter(|outcome| outcome.waits(&task.task, approvals)) else { continue };
            if self.is_gone(outcome)? {
                task.add("this waits no longer: continuing the run computes it anew");
            } else {
                commands.push(format!("jobwright approve {} {} --reason \"…\"{store}", run.0, word(&task.task)));
            }
        }
        let left = external::left_overs(&self.work, run, tasks);
        for left in &left {
            let whose = left.by.map_or_else(String::new, |by| format!(", which process {by} has started and waits for"));
            tasks[left.place].add(&format!("its program is still at work in process {}{whose}", left.pid));
        }
        // A task whose program was cut off is run again only where somebody has looked.
        let (known, asks) = (Records::read(&self.work, run), self.asking(run)?.unwrap_or_default());
        let doubtful = |place: usize, task: &TaskRecord| external::is_in_doubt(&known, place, task, asks.contains(&place));
        let doubtful = tasks.iter().enumerate().filter(|(place, task)| doubtful(*place, task)).map(|(_, task)| word(&task.task));
        let doubtful: Vec<Cow<'_, str>> = doubtful.collect();
        commands.extend(doubtful.iter().map(|task| format!("jobwright logs {} {task}{store}", run.0)));
        if left.iter().any(|left| left.by.is_none()) {
            commands.push(format!("jobwright cancel {}{store}", run.0));
        }
        let restart = if doubtful.is_empty() { String::new() } else { format!(" --restart {}", doubtful.join(" ")) };
        commands.push(format!("jobwright run --resume {}{restart}{store}", run.0));
        Ok(commands)
    }

    /// Whether the change list of a blocked task waits no longer: another one took its place, or what it was about was brought
    /// in since.
    pub(crate) fn is_gone(&self, outcome: &Outcome) -> Result<bool, EngineError> {
        let Some(list) = &outcome.list else { return Ok(false) };
        self.ask(|data| crate::tasks::is_gone(data, list))
    }

    fn counts(&self, run: i64) -> Result<BTreeMap<TaskState, usize>, EngineError> {
        let read = || -> rusqlite::Result<Vec<(String, i64)>> {
            let mut statement = self.runs.prepare_cached("SELECT state, count(*) FROM task_run WHERE run = ?1 GROUP BY state")?;
            statement.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let mut counts = BTreeMap::new();
        for (state, number) in read().map_err(|error| self.runs_error(error))? {
            let state = TaskState::named(&state).ok_or_else(|| self.content_error("the state of a task", &state))?;
            counts.insert(state, usize::try_from(number).unwrap_or(0));
        }
        Ok(counts)
    }
}

/// Says of the tasks of a run that nobody works on what the records of their programs tell beside the history: whether one
/// that was granted has begun, and how one ended.
fn settle(known: &Records, tasks: &mut [TaskRecord]) {
    for (place, task) in tasks.iter_mut().enumerate() {
        // In a copy of a store that was taken while its run went on, the records are newer than the history.
        if task.state == TaskState::Waiting && known.of(place).is_some_and(|record| record.attempt == task.attempt + 1) {
            task.state = task.state.after(TaskSignal::Grant).unwrap_or(task.state);
        }
        if task.state == TaskState::Granted {
            let began = known.may_have_begun(place, task.attempt + 1);
            let signal = if began { TaskSignal::HolderDied } else { TaskSignal::Withheld };
            task.state = task.state.after(signal).unwrap_or(task.state);
            task.attempt += u32::from(began);
        }
        if matches!(task.state, TaskState::Running | TaskState::Interrupted)
            && let Some(end) = known.end_of(place, task.attempt)
        {
            task.take_end(end);
        }
    }
}

impl TaskRecord {
    /// Why it did not run, or what it said of its end and why it was launched.
    pub fn said(&self) -> Cow<'_, str> {
        match (&self.message, &self.reason) {
            (Some(message), Some(reason)) if !reason.ends_with(message) => Cow::Owned(format!("{message}; {reason}")),
            (Some(said), None) | (_, Some(said)) => Cow::Borrowed(said),
            (None, None) => Cow::Borrowed(""),
        }
    }

    /// Says one thing more of it.
    fn add(&mut self, said: &str) {
        self.message = Some(self.message.take().map_or_else(|| said.to_owned(), |message| format!("{message}; {said}")));
    }

    /// Takes over the committed outcome.
    pub(crate) fn take(&mut self, outcome: &Outcome) {
        self.state = outcome.state;
        self.counters.clone_from(&outcome.counters);
        self.message.clone_from(&outcome.message);
        self.ended = Some(outcome.ended);
        self.reason = None;
    }

    /// Takes over how its program ended.
    fn take_end(&mut self, end: external::End) {
        self.state = end.state;
        self.counters = end.counters;
        self.message = end.message;
        self.started = Some(Timestamp(end.began));
        self.ended = Some(Timestamp(end.ended));
        self.duration_ms = Some(end.milliseconds);
        self.reason = None;
    }
}

/// How many tasks are in each state.
pub(crate) fn count(tasks: &[TaskRecord]) -> BTreeMap<TaskState, usize> {
    let mut counts = BTreeMap::new();
    for task in tasks {
        *counts.entry(task.state).or_default() += 1;
    }
    counts
}
