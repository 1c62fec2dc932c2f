//! Executes embedded tasks: one thread, one connection, one task after the other.
//!
//! The identity store takes one writer at a time, so tasks that start together are executed in the order in which they
//! were launched; that also makes the content independent of chance. A task's effect and its outcome are one
//! transaction.

use std::cell::Cell;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::claim::Claim;
use super::clock::Timestamp;
use super::control::Control;
use super::error::{EngineError, is_full};
use super::external::{self, Programs, RecordFile};
use super::failpoint;
use super::grants::Grants;
use super::source::TaskSource;
use super::state::TaskState;
use super::store::{Outcome, commit_outcome};
use crate::plan::Plan;
use crate::plan::model::{Job, OnFailure, Task};
use crate::tasks::{RunId, Settings, TaskContext, TaskEnd, TaskError, TaskReport};

/// The shortest time between two reports of progress.
pub(super) const PROGRESS: Duration = Duration::from_millis(50);
/// How long a lock of another process is waited for before the request to end the run is looked at again.
const PATIENCE: Duration = Duration::from_millis(200);

/// One task to execute.
pub(super) struct Order {
    /// Its place in the job.
    pub(super) place: usize,
    /// The change list that was approved.
    pub(super) approval: Option<String>,
    /// Which time the task is started in this run.
    pub(super) attempt: u32,
}

/// What the executor tells the dispatcher.
pub(super) enum Report {
    /// How far a task is.
    Progress(usize, u64, Option<u64>),
    /// How a task ended, how long it took, and which granted task was begun in its place, and when.
    Ended(usize, Ending, Duration, Option<(usize, Timestamp)>),
}

/// How a task ended.
pub(super) enum Ending {
    /// It is committed; of a program: it has ended, which the history is told with the next step.
    Committed(Outcome),
    /// It failed; nothing of it is stored.
    Failed(String),
    /// It gave up because the run is being ended; nothing of it is stored.
    GaveUp,
    /// Its program was ended before it was done; what is known of it, in words.
    CutOff(String),
    /// The run was cancelled before it began.
    Withdrawn,
    /// The store failed.
    Broken(EngineError),
}

/// Why a task did not come to its end.
enum Failure {
    /// Its own failure, in words.
    Task(String),
    /// The store could not take its work.
    Store(EngineError),
}

/// What all tasks of a run share.
pub(super) struct Executor<'a> {
    pub(super) plan: &'a Plan,
    pub(super) job: &'a Job,
    pub(super) run: RunId,
    pub(super) work: &'a Path,
    pub(super) store: &'a Path,
    pub(super) settings: &'a Settings,
    /// Where programs start; none: where this process works.
    pub(super) folder: Option<&'a Path>,
    pub(super) source: &'a dyn TaskSource,
    pub(super) programs: &'a Programs<'a>,
    pub(super) control: Control,
    pub(super) grants: Grants,
    /// What is known of programs; none where no task is one.
    pub(super) records: Option<RecordFile>,
}

impl Executor<'_> {
    /// Executes orders until no more can come.
    pub(super) fn serve(&self, mut connection: Connection, orders: &Receiver<Order>, reports: &Sender<Report>) {
        for order in orders {
            let started = Instant::now();
            let ending = self.execute(&mut connection, &order, reports).unwrap_or_else(|error| match error {
                EngineError::Database { source, .. } if source.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                    Ending::GaveUp
                }
                other => Ending::Broken(other),
            });
            // What embedded tasks do is one after the other in the order of the dispatcher.
            self.grants.ended(reports, order.place, ending, started.elapsed(), false);
        }
    }

    fn execute(&self, connection: &mut Connection, order: &Order, reports: &Sender<Report>) -> Result<Ending, EngineError> {
        let failed = |error| EngineError::database(self.store, error);
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        let task = &self.job.tasks[order.place];
        let Some(_claim) = self.claim(task)? else { return Ok(Ending::Withdrawn) };
        let Some(transaction) = self.begin(connection)? else { return Ok(Ending::Withdrawn) };
        failpoint::reach();
        let mut result = self.call(&transaction, order, reports);
        // Some failures make the database roll back by itself; what came after would not be one transaction.
        let open = !transaction.is_autocommit();
        if !open && result.is_ok() {
            result = Err(Failure::Task("the database has ended the transaction of the task".to_owned()));
        }
        let failure = match result {
            Ok(report) => {
                let state = match report.outcome {
                    TaskEnd::Completed => TaskState::Completed,
                    TaskEnd::Unchanged => TaskState::Unchanged,
                    TaskEnd::Blocked => TaskState::Blocked,
                    TaskEnd::Failed if task.on_failure == OnFailure::Stop => {
                        return Self::fail(transaction, report).map_err(failed);
                    }
                    TaskEnd::Failed => TaskState::Warning,
                };
                let TaskReport { counters, message, after_commit, .. } = report;
                let ended = Timestamp::now();
                let list = match state {
                    TaskState::Blocked => Some(self.list(&transaction, order).map_err(failed)?),
                    _ => None,
                };
                let mut outcome = Outcome { state, counters, message, ended, list };
                commit_outcome(&transaction, self.run, &task.id, &outcome).map_err(failed)?;
                failpoint::reach();
                transaction.commit().map_err(failed)?;
                failpoint::reach_after("a commit of the data");
                for action in after_commit {
                    // Housekeeping: which file counts stands in the store, so a failure costs room, not content.
                    if let Err(error) = action() {
                        let said = outcome.message.map_or_else(String::new, |said| format!("{said}; "));
                        outcome.message = Some(format!("{said}a work file could not be tidied up: {error}"));
                    }
                    failpoint::reach();
                }
                return Ok(Ending::Committed(outcome));
            }
            Err(failure) => failure,
        };
        if open {
            transaction.rollback().map_err(failed)?;
        } else {
            drop(transaction);
        }
        if self.control.is_aborted() {
            return Ok(Ending::GaveUp);
        }
        let message = match failure {
            Failure::Task(message) => message,
            Failure::Store(error) => return Ok(Ending::Broken(error)),
        };
        if task.on_failure == OnFailure::Stop {
            return Ok(Ending::Failed(message));
        }
        let outcome = Outcome {
            state: TaskState::Warning,
            counters: std::collections::BTreeMap::new(),
            message: Some(message),
            ended: Timestamp::now(),
            list: None,
        };
        let Some(transaction) = self.begin(connection)? else { return Ok(Ending::GaveUp) };
        commit_outcome(&transaction, self.run, &task.id, &outcome).map_err(failed)?;
        failpoint::reach();
        transaction.commit().map_err(failed)?;
        failpoint::reach_after("a commit of the data");
        Ok(Ending::Committed(outcome))
    }

    /// Ends a task in error whose work so far is kept. Its error is no outcome that a later attempt could build on.
    fn fail(transaction: Transaction<'_>, report: TaskReport) -> rusqlite::Result<Ending> {
        failpoint::reach();
        transaction.commit()?;
        failpoint::reach_after("a commit of the data");
        let mut message = report.message.unwrap_or_default();
        for action in report.after_commit {
            if let Err(error) = action() {
                message = format!("{message}; a work file could not be tidied up: {error}");
            }
        }
        Ok(Ending::Failed(message))
    }

    /// What awaits a task in the store, in words; nothing is known of what awaits a program.
    pub(super) fn awaited(&self, store: &Connection, place: usize) -> Result<Option<String>, TaskError> {
        let task = &self.job.tasks[place];
        match self.source.find(&task.element) {
            Some(embedded) if self.programs.command(place).is_none() => embedded.awaited(self.plan, self.job, task, store),
            _ => Ok(None),
        }
    }

    /// The name of the change list of a task that has just blocked.
    fn list(&self, store: &Connection, order: &Order) -> rusqlite::Result<String> {
        let task = &self.job.tasks[order.place];
        let named = self.source.change_list(store, task)?;
        Ok(named.unwrap_or_else(|| external::list_of(self.run, &task.id, order.attempt)))
    }

    /// Waits until nobody else executes the task; none once the run is cancelled.
    pub(super) fn claim(&self, task: &Task) -> Result<Option<Claim>, EngineError> {
        while !self.control.is_cancelled() {
            if let Some(claim) = Claim::take(self.work, &task.id).map_err(|error| EngineError::io(self.work, "written", error))? {
                return Ok(Some(claim));
            }
            thread::sleep(PATIENCE);
        }
        Ok(None)
    }

    /// Takes the write lock, however long another process needs it; none once the run is cancelled.
    fn begin<'c>(&self, connection: &'c Connection) -> Result<Option<Transaction<'c>>, EngineError> {
        loop {
            if self.control.is_cancelled() {
                return Ok(None);
            }
            match Transaction::new_unchecked(connection, TransactionBehavior::Immediate) {
                Ok(transaction) => return Ok(Some(transaction)),
                Err(error) => match EngineError::database(self.store, error) {
                    EngineError::Busy { .. } => {}
                    other => return Err(other),
                },
            }
        }
    }

    /// Calls the task; a panic in it is a failure like any other.
    fn call(&self, transaction: &Transaction<'_>, order: &Order, reports: &Sender<Report>) -> Result<TaskReport, Failure> {
        let task = &self.job.tasks[order.place];
        let Some(embedded) = self.source.find(&task.element) else {
            return Err(Failure::Task(format!("{} has no embedded form", task.element)));
        };
        let told: Cell<Option<Instant>> = Cell::new(None);
        let progress = |done, of| {
            if told.get().is_none_or(|last| last.elapsed() >= PROGRESS) {
                told.set(Some(Instant::now()));
                // The dispatcher is gone only when the run ends in an error that it reports itself.
                let _ = reports.send(Report::Progress(order.place, done, of));
            }
        };
        let cancelled = || self.control.is_aborted();
        let mut context = TaskContext {
            plan: self.plan,
            job: self.job,
            task,
            transaction,
            work: self.work,
            settings: self.settings,
            run: self.run,
            progress: &progress,
            cancelled: &cancelled,
            approval: order.approval.as_deref(),
        };
        match catch_unwind(AssertUnwindSafe(|| embedded.run(&mut context))) {
            Ok(result) => result.map_err(|error| self.failure(&error)),
            Err(panic) => {
                let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
                let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
                Err(Failure::Task(format!("internal error in {}: {said}; please report it", task.element)))
            }
        }
    }

    /// Tells a failure of the store itself, for which no task is to blame, from a failure of the task.
    fn failure(&self, error: &TaskError) -> Failure {
        let mut cause: Option<&dyn Error> = Some(error);
        // Chains of causes are short; the bound is for one that leads back to itself.
        for _ in 0..16 {
            let Some(at) = cause else { break };
            if let Some(rusqlite::Error::SqliteFailure(code, said)) = at.downcast_ref()
                && matches!(code.code, ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure)
            {
                let error = rusqlite::Error::SqliteFailure(*code, said.clone());
                return Failure::Store(EngineError::database(self.store, error));
            }
            if at.downcast_ref::<std::io::Error>().is_some_and(is_full) {
                return Failure::Store(EngineError::DiskFull { file: self.work.to_owned(), run: None });
            }
            cause = at.source();
        }
        Failure::Task(error.to_string())
    }
}
