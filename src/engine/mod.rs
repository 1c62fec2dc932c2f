//! Runs the jobs of a plan: dispatcher, state machine, store, history.
//!
//! Invariants: one dispatcher owns the state of a run; the effect of a task and its outcome are committed in one
//! transaction of `store.db`, so that a crash at any instant leaves each task either done or not done; whatever the
//! history says beside that is reconciled with it when a run is read or continued. A job is run by one process at a
//! time. The engine reads a plan that its caller has verified. What it does where the product's documentation says nothing
//! is written in `docs/execution.md`.

mod again;
mod claim;
pub mod clock;
pub mod control;
mod crew;
mod dispatcher;
pub mod error;
pub mod event;
mod executor;
pub mod external;
mod failpoint;
mod grants;
pub mod group;
mod held_back;
mod inspect;
pub mod launch;
pub mod log;
mod oversight;
pub mod process;
pub mod reporter;
#[cfg(test)]
mod sample;
pub mod schedule;
pub mod selection;
pub mod shell;
pub mod signals;
pub mod simulate;
pub mod source;
pub mod state;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::Executors;
use crate::plan::Plan;
use crate::plan::model::{Job, Task};
use crate::tasks::{RunId, Settings};

pub use control::Control;
pub use error::EngineError;
pub use inspect::inspect;
pub use oversight::{Cancelled, person};
pub use reporter::Reporter;
pub use selection::Selection;
pub use simulate::{Simulation, simulate};
pub use source::{BuiltIn, TaskSource};
pub use state::{JobState, TaskState};
pub use store::{Checked, DEFAULT_STORE, Filter, RunDetail, RunRecord, Store, TaskRecord};

use dispatcher::{Dispatcher, Start};
use executor::Executor;
use external::{Doubts, Programs, RecordFile};
use grants::Grants;
use launch::Board;
use process::System;
use state::TaskSignal;

/// What a run has come to: the same that `show` tells of it.
pub type RunSummary = RunDetail;

/// How a job is run.
#[derive(Clone, Debug)]
pub struct RunOptions<'a> {
    /// At most so many tasks of a level are started together.
    pub jobs: usize,
    /// What to run; a continued run keeps the selection that it began with.
    pub selection: Selection,
    /// Connection settings.
    pub settings: &'a Settings,
    /// By which the run is asked to end.
    pub control: Control,
    /// Where settings and data were found, kept with the run for whoever continues it: names and paths, no secrets.
    pub context: BTreeMap<String, String>,
    /// Which programs execute tasks.
    pub executors: &'a Executors,
    /// What somebody says of tasks whose program was cut off.
    pub doubts: Doubts,
    /// Where programs start; none: where this process works.
    pub folder: Option<PathBuf>,
}

impl<'a> RunOptions<'a> {
    /// The whole job, four tasks at a time.
    pub fn new(settings: &'a Settings) -> Self {
        static NONE: Executors = Executors { elements: BTreeMap::new(), job_runner: None, secrets: BTreeMap::new() };
        Self {
            jobs: 4,
            selection: Selection::default(),
            settings,
            control: Control::new(),
            context: BTreeMap::new(),
            executors: &NONE,
            doubts: Doubts::default(),
            folder: None,
        }
    }
}

/// An engine on one store.
pub struct Engine {
    store: Store,
}

impl Engine {
    /// Opens the store whose identity data is `file`, and creates it where there is none.
    pub fn open(file: &Path) -> Result<Self, EngineError> {
        Ok(Self { store: Store::open(file, true)? })
    }

    /// Opens a store that must exist.
    pub fn open_existing(file: &Path) -> Result<Self, EngineError> {
        Ok(Self { store: Store::open(file, false)? })
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Runs a job of a plan that the caller has verified. A job that ends badly is no error: see the state of the
    /// summary.
    pub fn run(
        &self,
        plan: &Plan,
        job: &str,
        options: &RunOptions<'_>,
        source: &dyn TaskSource,
        reporter: &mut dyn Reporter,
    ) -> Result<RunSummary, EngineError> {
        let job = &asked_job(plan, job, options)?;
        let selected = options.selection.resolve(job)?;
        let programs = programs(plan, job, &selected, options, source)?;
        let mut board = Board::new(job)?;
        leave_out(&mut board, &selected)?;
        self.store.check_writable()?;
        let mut left = None;
        let check = || {
            left = self.last_unfinished(job)?;
            left.as_ref().map_or(Ok(()), |(last, rows)| external::forbid_left_overs(self.store.work(), *last, rows))
        };
        let run = self.store.begin(plan, job, &options.selection, &options.context, programs.asking(), &System, check)?;
        if let Some((last, rows)) = left {
            external::end_restartable(self.store.work(), last, &rows);
        }
        let mut records = self.store.task_rows(run)?;
        self.hold_back(plan, job, source, &mut board, &mut records, &[])?;
        let start = Start { board, records, approvals: vec![None; job.tasks.len()], attempt: 1, events: 0, jobs: options.jobs };
        self.work(plan, job, run, options, &programs, source, reporter, start)
    }

    /// Continues a run, or the last unfinished one, with the plan and the selection that it began with. Tasks with a
    /// committed outcome are kept, an approved one applies its change list, all others run, and with them those whose
    /// output a failed task could not use.
    pub fn resume(
        &self,
        run: Option<RunId>,
        options: &RunOptions<'_>,
        source: &dyn TaskSource,
        reporter: &mut dyn Reporter,
    ) -> Result<RunSummary, EngineError> {
        let run = run.map_or_else(|| self.store.last_unfinished(&System), Ok)?;
        let known = self.store.detail(run, &System)?.run;
        let plan = self.store.plan(&known.plan)?;
        let rows = self.store.task_rows(run)?;
        let mut job = find_job(&plan, &known.job)?.clone();
        if rows.len() == 1 && external::is_handed_over_row(&rows[0].element) {
            job = external::hand_over(&job);
        }
        let job = &job;
        let selected = known.selection.resolve(job)?;
        let programs = programs(&plan, job, &selected, options, source).map_err(|error| error.continuing(run))?;
        let mut board = Board::new(job)?;
        self.store.check_writable()?;
        // Whatever was read so far may have changed since: a process may have worked on the run until now.
        let reopened =
            self.store.reopen(run, &programs.asking(), &System, || self.check_continued(run, job, options, &programs))?;
        let rows = self.store.rows_without_holder(run)?;
        external::end_restartable(self.store.work(), run, &rows);
        external::recover(&self.store, run, &rows, &programs)?;
        external::assume(&self.store, run, &options.doubts, &rows)?;
        let mut records = self.store.settled_rows(run)?;
        let programmed: Vec<&str> = job
            .tasks
            .iter()
            .enumerate()
            .filter(|(place, _)| programs.command(*place).is_some())
            .map(|(_, task)| task.id.as_str())
            .collect();
        // What a program did is not done again unasked.
        let repeatable = |task: &Task| source.is_repeatable(task) && !programmed.contains(&task.id.as_str());
        let gone = self.gone(run)?;
        let again = again::tasks(&plan, job, &repeatable, &records, &self.store.outcomes(run)?, &gone);
        self.store.take_back(run, &again)?;
        let approvals = self.approvals(run, job)?;
        let outcomes = self.store.outcomes(run)?;
        for (place, record) in records.iter_mut().enumerate() {
            match outcomes.get(&record.task) {
                Some(outcome) if approvals[place].is_none() => {
                    board.restore(place, outcome.state);
                    record.take(outcome);
                }
                _ => {
                    record.state = TaskState::Waiting;
                    record.reason = None;
                    record.message = None;
                    record.counters.clear();
                    record.ended = None;
                    record.duration_ms = None;
                    if !selected[place] {
                        board.apply(place, TaskSignal::LeftOut)?;
                    }
                }
            }
        }
        let own: Vec<String> = self.store.approvals(run)?.into_iter().map(|approval| approval.list).collect();
        self.hold_back(&plan, job, source, &mut board, &mut records, &own)?;
        let start = Start { board, records, approvals, attempt: reopened.attempt, events: reopened.events, jobs: options.jobs };
        self.work(&plan, job, run, options, &programs, source, reporter, start)
    }

    /// Refuses to go on with a run that nobody works on as long as something waits for approval, is still at work or is in
    /// doubt.
    fn check_continued(
        &self,
        run: RunId,
        job: &Job,
        options: &RunOptions<'_>,
        programs: &Programs<'_>,
    ) -> Result<(), EngineError> {
        self.approvals(run, job)?;
        let rows = self.store.rows_without_holder(run)?;
        external::forbid_left_overs(self.store.work(), run, &rows)?;
        let asking = self.store.asking(run)?;
        let asks = |place: usize| asking.as_ref().map_or(programs.command(place).is_some(), |asking| asking.contains(&place));
        options.doubts.check(self.store.work(), run, &job.id, &rows, programs, asks)
    }

    /// The last run of the job with its tasks, if it can be continued: its programs may still be at work.
    fn last_unfinished(&self, job: &Job) -> Result<Option<(RunId, Vec<TaskRecord>)>, EngineError> {
        let last = Filter { job: Some(job.id.clone()), limit: Some(1), ..Filter::default() };
        let last = self.store.history(&last, &System)?.into_iter().find(|record| record.state.is_resumable());
        last.map(|record| Ok((RunId(record.id), self.store.rows_without_holder(RunId(record.id))?))).transpose()
    }

    #[expect(clippy::too_many_arguments, reason = "all of them differ between a new and a continued run")]
    fn work(
        &self,
        plan: &Plan,
        job: &Job,
        run: RunId,
        options: &RunOptions<'_>,
        programs: &Programs<'_>,
        source: &dyn TaskSource,
        reporter: &mut dyn Reporter,
        start: Start<'_>,
    ) -> Result<RunSummary, EngineError> {
        let executor = Executor {
            plan,
            job,
            run,
            work: self.store.work(),
            store: self.store.data_file(),
            settings: options.settings,
            folder: options.folder.as_deref(),
            source,
            programs,
            control: options.control.clone(),
            grants: Grants::new(options.control.clone()),
            records: if programs.count() == 0 { None } else { Some(RecordFile::open(self.store.work(), run)?) },
        };
        Dispatcher::run(&self.store, &executor, reporter, start).map_err(|error| error.during(run))?;
        self.store.detail(run, &System)
    }

    /// Keeps an incremental job from the connectors that wait for approval, but for the lists approved for this run.
    fn hold_back(
        &self,
        plan: &Plan,
        job: &Job,
        source: &dyn TaskSource,
        board: &mut Board<'_>,
        records: &mut [TaskRecord],
        approved: &[String],
    ) -> Result<(), EngineError> {
        let held_back = self.store.ask(|data| held_back::tasks(plan, job, source, data, approved))?;
        for (place, reason) in held_back {
            if board.states()[place] == TaskState::Waiting {
                board.apply(place, TaskSignal::Refused)?;
                records[place].reason = Some(reason);
            }
        }
        Ok(())
    }

    /// For each task of the job the change list that is approved for it; refuses a blocked task that nobody approved.
    fn approvals(&self, run: RunId, job: &Job) -> Result<Vec<Option<String>>, EngineError> {
        let outcomes = self.store.outcomes(run)?;
        let given = self.store.approvals(run)?;
        let of_task = |task: &Task| match outcomes.get(&task.id) {
            Some(outcome) if outcome.waits(&task.id, &given) && !self.store.is_gone(outcome)? => {
                Err(EngineError::NotApproved { run, task: task.id.clone() })
            }
            Some(outcome) => Ok(outcome.approved(&task.id, &given).map(str::to_owned)),
            None => Ok(None),
        };
        job.tasks.iter().map(of_task).collect()
    }

    /// The tasks of a run that nobody approved and whose change list waits no longer: what they hold back is computed anew.
    fn gone(&self, run: RunId) -> Result<Vec<String>, EngineError> {
        let given = self.store.approvals(run)?;
        let mut gone = Vec::new();
        for (task, outcome) in self.store.outcomes(run)? {
            if outcome.waits(&task, &given) && self.store.is_gone(&outcome)? {
                gone.push(task);
            }
        }
        Ok(gone)
    }
}

/// Refuses what [`Engine::run`] would refuse without having looked at the store: an unknown job or task, a selection of
/// nothing, a task without an embedded form.
pub fn check_start(plan: &Plan, job: &str, options: &RunOptions<'_>, source: &dyn TaskSource) -> Result<(), EngineError> {
    let job = asked_job(plan, job, options)?;
    programs(plan, &job, &options.selection.resolve(&job)?, options, source).map(|_| ())
}

/// The job of that identifier, as one task where whole jobs are handed over.
fn asked_job(plan: &Plan, job: &str, options: &RunOptions<'_>) -> Result<Job, EngineError> {
    let job = find_job(plan, job)?;
    if options.executors.job_runner.is_none() {
        return Ok(job.clone());
    }
    if options.selection != Selection::default() {
        return Err(EngineError::HandedOver { job: job.id.clone() });
    }
    Ok(external::hand_over(job))
}

/// The programs of the selected tasks; refuses tasks that can be executed neither by one nor here.
fn programs<'o>(
    plan: &Plan,
    job: &Job,
    selected: &[bool],
    options: &RunOptions<'o>,
    source: &dyn TaskSource,
) -> Result<Programs<'o>, EngineError> {
    let programs = Programs::new(options.executors, plan, job, selected, options.settings)
        .map_err(|problems| EngineError::Programs { job: job.id.clone(), problems })?;
    check_embedded(job, selected, &programs, source)?;
    check_settings(plan, job, selected, &programs, options.settings, source)?;
    Ok(programs)
}

/// Refuses settings that embedded tasks cannot work with, before anything starts.
fn check_settings(
    plan: &Plan,
    job: &Job,
    selected: &[bool],
    programs: &Programs<'_>,
    settings: &Settings,
    source: &dyn TaskSource,
) -> Result<(), EngineError> {
    let mut problems: Vec<String> = Vec::new();
    for (place, task) in job.tasks.iter().enumerate() {
        let embedded = source.find(&task.element).filter(|_| selected[place] && programs.command(place).is_none());
        let Some(Err(error)) = embedded.map(|embedded| embedded.check_settings(plan, task, settings)) else { continue };
        let problem = error.to_string();
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(EngineError::Settings { job: job.id.clone(), problems }) }
}

/// What a run of the job on the store would do if every task completed; touches nothing. Refuses what no run could execute,
/// and without a store nothing is held back. Settings and the programs themselves are not looked at.
pub fn dry_run(
    plan: &Plan,
    job: &str,
    options: &RunOptions<'_>,
    store: &Path,
    source: &dyn TaskSource,
) -> Result<Simulation, EngineError> {
    let job = &asked_job(plan, job, options)?;
    let selection = &options.selection;
    check_embedded(job, &selection.resolve(job)?, &Programs::named(options.executors, plan, job), source)?;
    // Nothing is asked of the store about tasks whose parents have nothing to pass on: where all complete there are none.
    let simulate = |held_back: &[(usize, String)]| simulate(job, options.jobs, selection, &BTreeMap::new(), held_back, &|_| None);
    let asked = store::peek(store, |data| Ok(simulate(&held_back::tasks(plan, job, source, data, &[])?)))?;
    asked.unwrap_or_else(|| simulate(&[]))
}

/// The job of that identifier.
pub fn find_job<'p>(plan: &'p Plan, asked: &str) -> Result<&'p Job, EngineError> {
    plan.jobs.iter().find(|job| selection::same(&job.id, asked)).ok_or_else(|| EngineError::UnknownJob {
        job: asked.to_owned(),
        suggestion: error::nearest(asked, plan.jobs.iter().map(|job| job.id.as_str())),
        known: plan.jobs.iter().map(|job| job.id.clone()).collect(),
    })
}

/// Refuses a job with tasks that cannot be executed here, before anything starts.
fn check_embedded(job: &Job, selected: &[bool], programs: &Programs<'_>, source: &dyn TaskSource) -> Result<(), EngineError> {
    let missing = |(place, task): (usize, &Task)| {
        let nobody = selected[place] && programs.command(place).is_none() && source.find(&task.element).is_none();
        nobody.then(|| (task.id.clone(), task.element.clone()))
    };
    let tasks: Vec<(String, String)> = job.tasks.iter().enumerate().filter_map(missing).collect();
    if tasks.is_empty() { Ok(()) } else { Err(EngineError::NotEmbedded { job: job.id.clone(), tasks }) }
}

fn leave_out(board: &mut Board<'_>, selected: &[bool]) -> Result<(), EngineError> {
    for (place, _) in selected.iter().enumerate().filter(|(_, selected)| !**selected) {
        board.apply(place, TaskSignal::LeftOut)?;
    }
    Ok(())
}
