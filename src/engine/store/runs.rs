//! Writing the history: short transactions, each of them one step of a run.

use std::collections::BTreeMap;
use std::fs;

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::history::{ASKING, TaskRecord};
use super::lock::{self, Held};
use super::{Store, plans};
use crate::engine::clock::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::event::Event;
use crate::engine::failpoint;
use crate::engine::process::{Holder, Processes};
use crate::engine::selection::Selection;
use crate::engine::state::JobState;
use crate::plan::Plan;
use crate::plan::model::Job;
use crate::tasks::RunId;

/// What was committed, as told at a failpoint.
const RUNS: &str = "a commit of the history";

/// The end of one attempt at a run.
pub(crate) struct End {
    /// The outcome.
    pub(crate) state: JobState,
    /// How long the attempt took.
    pub(crate) milliseconds: u64,
}

/// A run that goes on.
pub(crate) struct Reopened {
    /// 2 for the first continuation.
    pub(crate) attempt: u32,
    /// Number of the last event.
    pub(crate) events: u64,
}

impl Store {
    fn transaction(&self) -> Result<Transaction<'_>, EngineError> {
        Transaction::new_unchecked(&self.runs, TransactionBehavior::Immediate).map_err(|error| self.runs_error(error))
    }

    pub(super) fn locked(job: &str, held: &Held) -> EngineError {
        EngineError::Locked { job: job.to_owned(), run: held.run, pid: held.holder.pid, since: held.since }
    }

    /// Begins a run: takes the job's lock, keeps the plan, and writes the run with all its tasks waiting. `check` is asked
    /// when nobody else can run the job any more; if it refuses, nothing has changed. `asking` is what
    /// [`asking`](Self::asking) gives back.
    #[expect(clippy::too_many_arguments, reason = "a run begins with all of them")]
    pub(crate) fn begin(
        &self,
        plan: &Plan,
        job: &Job,
        selection: &Selection,
        context: &BTreeMap<String, String>,
        asking: String,
        processes: &dyn Processes,
        check: impl FnOnce() -> Result<(), EngineError>,
    ) -> Result<RunId, EngineError> {
        let failed = |error| self.runs_error(error);
        let body = serde_json::to_string(plan).map_err(|error| self.content_error("the plan", &error))?;
        let selection = serde_json::to_string(selection).map_err(|error| self.content_error("the selection", &error))?;
        let mut context = context.clone();
        context.insert(ASKING.to_owned(), asking);
        let context = serde_json::to_string(&context).map_err(|error| self.content_error("the context", &error))?;
        let of_data = self.last_run_of_data()?;
        let transaction = self.transaction()?;
        let last: i64 = transaction.query_row("SELECT coalesce(max(id), 0) FROM run", [], |row| row.get(0)).map_err(failed)?;
        let run = RunId(self.unused_number(last.max(of_data))?);
        let resource = lock::of_job(&job.id);
        if let Err(held) = lock::take(&transaction, &resource, run, processes).map_err(failed)? {
            return Err(Self::locked(&job.id, &held));
        }
        check()?;
        let write = || -> rusqlite::Result<()> {
            plans::keep(&transaction, &plan.digest, &body)?;
            transaction.execute(
                "INSERT INTO run(id, job, plan, selection, context, state, attempt, started) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7)",
                params![run.0, job.id, plan.digest, selection, context, JobState::Running.name(), Timestamp::now().0],
            )?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO task_run(run, position, task, element, level, state) VALUES (?1, ?2, ?3, ?4, ?5, 'waiting')",
            )?;
            for (place, task) in job.tasks.iter().enumerate() {
                insert.execute(params![run.0, (place as u64).cast_signed(), task.id, task.element, task.level])?;
            }
            Ok(())
        };
        write().map_err(failed)?;
        failpoint::reach();
        transaction.commit().map_err(failed)?;
        failpoint::reach_after(RUNS);
        Ok(run)
    }

    /// The first number behind `last` under which nothing is kept, neither now nor later: a history that was lost, or is an
    /// older copy, must not give out a number whose work files say how the programs of another run ended.
    fn unused_number(&self, last: i64) -> Result<i64, EngineError> {
        /// What is called by a greater number was not made by runs.
        const GREATEST: i64 = 1 << 53;
        let folder = self.work.join("runs");
        if fs::symlink_metadata(folder.join((last + 1).to_string())).is_err() {
            return Ok(last + 1);
        }
        let failed = |error| EngineError::io(&folder, "listed", error);
        let mut greatest = last;
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let number = entry.map_err(failed)?.file_name().to_str().and_then(|name| name.parse::<i64>().ok());
            greatest = greatest.max(number.filter(|number| *number < GREATEST).unwrap_or(0));
        }
        Ok(greatest + 1)
    }

    /// Takes up a run again: takes the job's lock and marks the run as running. `check` is asked when nobody else can work on
    /// the run any more; if it refuses, nothing has changed.
    pub(crate) fn reopen(
        &self,
        run: RunId,
        asking: &str,
        processes: &dyn Processes,
        check: impl FnOnce() -> Result<(), EngineError>,
    ) -> Result<Reopened, EngineError> {
        let failed = |error| self.runs_error(error);
        let transaction = self.transaction()?;
        let row: Option<(String, String, u32)> = transaction
            .query_row("SELECT job, state, attempt FROM run WHERE id = ?1", [run.0], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
            .map_err(failed)?;
        let (job, state, attempt) = row.ok_or(EngineError::UnknownRun { run })?;
        let resource = lock::of_job(&job);
        if let Err(held) = lock::take(&transaction, &resource, run, processes).map_err(failed)? {
            return Err(Self::locked(&job, &held));
        }
        // Whoever ran it is dead: this process has the lock now.
        let state = match JobState::named(&state).ok_or_else(|| self.content_error("the state of a run", &state))? {
            JobState::Running => JobState::Interrupted,
            other => other,
        };
        if !state.is_resumable() {
            return Err(EngineError::NotResumable { run, state });
        }
        check()?;
        transaction
            .execute(
                "UPDATE run SET state = 'running', attempt = ?2, ended = NULL, cancel = 0,
                 context = json_set(context, '$.' || ?3, ?4) WHERE id = ?1",
                params![run.0, attempt + 1, ASKING, asking],
            )
            .map_err(failed)?;
        let events: i64 = transaction
            .query_row("SELECT coalesce(max(number), 0) FROM event WHERE run = ?1", [run.0], |row| row.get(0))
            .map_err(failed)?;
        failpoint::reach();
        transaction.commit().map_err(failed)?;
        failpoint::reach_after(RUNS);
        Ok(Reopened { attempt: attempt + 1, events: events.unsigned_abs() })
    }

    /// Writes one step of a run: changed tasks, events, and the end if it is the last one. Gives the lock back with the
    /// end.
    pub(crate) fn record<'t>(
        &self,
        run: RunId,
        job: &str,
        tasks: impl Iterator<Item = (usize, &'t TaskRecord)>,
        events: &[Event],
        end: Option<&End>,
    ) -> Result<(), EngineError> {
        let transaction = self.transaction()?;
        let write = || -> rusqlite::Result<()> {
            let mut update = transaction.prepare_cached(
                "UPDATE task_run SET state = ?3, attempt = ?4, reason = ?5, message = ?6, counters = ?7, started = ?8,
                 ended = ?9, milliseconds = ?10 WHERE run = ?1 AND position = ?2",
            )?;
            for (place, task) in tasks {
                update.execute(params![
                    run.0,
                    (place as u64).cast_signed(),
                    task.state.name(),
                    task.attempt,
                    task.reason,
                    task.message,
                    serde_json::to_string(&task.counters).unwrap_or_else(|_| "{}".to_owned()),
                    task.started.map(|at| at.0),
                    task.ended.map(|at| at.0),
                    task.duration_ms.map(u64::cast_signed),
                ])?;
            }
            let mut insert = transaction.prepare_cached("INSERT INTO event VALUES (?1, ?2, ?3)")?;
            for event in events {
                let body = serde_json::to_string(event).unwrap_or_else(|_| "{}".to_owned());
                insert.execute(params![run.0, event.number.cast_signed(), body])?;
            }
            if let Some(end) = end {
                transaction.execute(
                    "UPDATE run SET state = ?2, ended = ?3, milliseconds = coalesce(milliseconds, 0) + ?4 WHERE id = ?1",
                    params![run.0, end.state.name(), Timestamp::now().0, end.milliseconds.cast_signed()],
                )?;
                lock::give_back(&transaction, &lock::of_job(job), run)?;
            }
            Ok(())
        };
        write().map_err(|error| self.runs_error(error))?;
        failpoint::reach();
        transaction.commit().map_err(|error| self.runs_error(error))?;
        failpoint::reach_after(RUNS);
        Ok(())
    }

    /// Ends the run of a job that this process works on no more and could not write so; gives it back if there is one.
    pub(crate) fn abandon(&self, job: &str, processes: &dyn Processes) -> Result<Option<RunId>, EngineError> {
        let transaction = self.transaction()?;
        let resource = lock::of_job(job);
        let write = || -> rusqlite::Result<Option<RunId>> {
            let this = Holder::this(processes);
            let Some(held) = lock::held(&transaction, &resource)?.filter(|held| held.holder == this) else { return Ok(None) };
            let sql = "UPDATE run SET state = ?2, ended = ?3 WHERE id = ?1 AND state = ?4";
            let (interrupted, running) = (JobState::Interrupted.name(), JobState::Running.name());
            transaction.execute(sql, params![held.run.0, interrupted, Timestamp::now().0, running])?;
            lock::give_back(&transaction, &resource, held.run)?;
            Ok(Some(held.run))
        };
        let run = write().map_err(|error| self.runs_error(error))?;
        transaction.commit().map_err(|error| self.runs_error(error))?;
        Ok(run)
    }

    /// The log of a run so far, one JSON object a line.
    pub(crate) fn log(&self, run: RunId) -> Result<Vec<String>, EngineError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.runs.prepare("SELECT body FROM event WHERE run = ?1 ORDER BY number")?;
            statement.query_map([run.0], |row| row.get(0))?.collect()
        };
        read().map_err(|error| self.runs_error(error))
    }

    /// Whether another process asked for the end of the run.
    pub(crate) fn cancel_requested(&self, run: RunId) -> Result<bool, EngineError> {
        let read = || self.runs.prepare_cached("SELECT cancel FROM run WHERE id = ?1")?.query_row([run.0], |row| row.get(0));
        read().map_err(|error| self.runs_error(error))
    }

    /// Asks the process that runs it to end the run.
    pub(crate) fn request_cancel(&self, run: RunId) -> Result<(), EngineError> {
        self.runs
            .execute("UPDATE run SET cancel = 1 WHERE id = ?1 AND state = 'running'", [run.0])
            .map(|_| ())
            .map_err(|error| self.runs_error(error))
    }

    /// Records who approved a blocked task, and why; a later approval replaces an earlier one. It holds for the list
    /// that stood in the store when it was given, and for no later one.
    pub(crate) fn record_approval(&self, run: RunId, task: &str, list: &str, who: &str, reason: &str) -> Result<(), EngineError> {
        self.runs
            .execute(
                "INSERT OR REPLACE INTO approval VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![run.0, task, list, who, Timestamp::now().0, reason],
            )
            .map(|_| ())
            .map_err(|error| self.runs_error(error))
    }
}
