//! Executes tasks as programs: one process group each, as many at a time as tasks may run.
//!
//! The effect of a program is not part of a transaction. What is promised instead: the record of a program is written
//! before it starts, so that a program of which nobody saw the end is known to be one, and its task is never run a
//! second time unless somebody, or the configuration, says that this does no harm. How it ended is put on record and written
//! into the history; whoever continues the run puts it beside the outcomes of the other tasks.

mod child;
mod folders;
mod handed;
mod hook;
mod output;
mod programs;
mod protocol;
mod record;
mod streams;
mod uncertain;
mod values;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;
use std::process;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::clock::{self, Timestamp};
use super::error::EngineError;
use super::executor::{Ending, Executor, Order, PROGRESS, Report};
use super::failpoint;
use super::process::System;
use super::state::TaskState;
use super::store::{Outcome, commit_outcome};
use crate::config::executors::Command;
use crate::plan::model::OnFailure;
use child::{Ended, Patience, Running};
use folders::Folders;
use output::Output;
use protocol::{Told, Verdict};
use values::Values;

pub(crate) use handed::{hand_over, is_handed_over, is_handed_over_row};
pub use hook::{Bad, Hook, HookEnd, hook_problem, run_hook};
pub(crate) use programs::Programs;
use record::ProcessRecord;
pub(crate) use record::{End, RecordFile, Records, list_of};
pub use record::{folder, has_program, output_file};
pub use uncertain::Doubts;
pub(crate) use uncertain::{assume, end_left_overs, end_restartable, forbid_left_overs, is_in_doubt, left_overs, recover};

/// How long the store is waited for when a program has ended.
const COMMIT: Duration = Duration::from_mins(1);
/// How often a wait looks at the request to end the run.
const LOOK: Duration = Duration::from_millis(50);
/// Whether the system finds processes by the mark in their environment.
const MARKED: bool = cfg!(target_os = "linux");
/// What was flushed, as told at a failpoint.
const FLUSHED: &str = "a flush of the records";
/// The longest wait before another try.
const LONGEST: Duration = Duration::from_hours(1);

/// The executor of programs.
pub(super) struct External<'a> {
    shared: &'a Executor<'a>,
    /// For outcomes, opened once.
    store: Mutex<Connection>,
    records: &'a RecordFile,
    workers: usize,
}

/// How one try ended.
enum Try {
    /// With an outcome.
    Good(TaskState),
    /// Badly; whether it may be tried again, and whether it ended by itself without having told of an effect.
    Bad { message: String, again: bool, harmless: bool },
    /// The run gave up while it ran.
    CutOff,
}

impl<'a> External<'a> {
    /// At most `workers` tasks at a time.
    pub(super) fn new(shared: &'a Executor<'a>, store: Connection, records: &'a RecordFile, workers: usize) -> Self {
        Self { shared, store: Mutex::new(store), records, workers }
    }

    /// Executes orders until no more can come, each beside the others.
    pub(super) fn serve(&self, orders: &Receiver<Order>, reports: &Sender<Report>) {
        thread::scope(|scope| {
            for _ in 0..self.workers {
                let reports = reports.clone();
                scope.spawn(move || {
                    let mut folders = Folders::default();
                    for order in orders {
                        let mut next = Some(order);
                        while let Some(order) = next {
                            let begun = Instant::now();
                            let ending = self.execute(&order, &mut folders, &reports).unwrap_or_else(Ending::Broken);
                            next = self.shared.grants.ended(&reports, order.place, ending, begun.elapsed(), true);
                        }
                    }
                });
            }
        });
    }

    fn execute(&self, order: &Order, folders: &mut Folders, reports: &Sender<Report>) -> Result<Ending, EngineError> {
        let shared = self.shared;
        let task = &shared.job.tasks[order.place];
        let Some(command) = shared.programs.command(order.place) else {
            return Err(EngineError::Internal(format!("task {} has no program", task.id)));
        };
        let Some(_claim) = shared.claim(task)? else { return Ok(Ending::Withdrawn) };
        let folder = folder(shared.work, shared.run, order.place);
        folders.make(&folder).map_err(|error| EngineError::io(&folder, "created", error))?;
        let ending = self.attempt(command, order, &folder, reports);
        folders.leave(folder);
        ending
    }

    /// Sees a task to its end, with as many tries as that takes.
    fn attempt(&self, command: &Command, order: &Order, folder: &Path, reports: &Sender<Report>) -> Result<Ending, EngineError> {
        let shared = self.shared;
        let task = &shared.job.tasks[order.place];
        let failed = |error| EngineError::io(self.records.path(), "written", error);
        let secrets: Vec<_> = programs::secrets(command).filter_map(|name| shared.programs.secrets.get(name)).collect();
        let file = output_file(folder, order.attempt);
        let open = || {
            Output::new(file.clone(), command.output_limit, &secrets).map_err(|error| EngineError::io(&file, "written", error))
        };
        let (began, begun) = (Timestamp::now(), Instant::now());
        let mut retries = 0;
        let mut told;
        let mut record;
        let ending = loop {
            // What a try has told counts for that one alone: one that took effect was the last.
            told = Told::default();
            let mut output = open()?;
            record = ProcessRecord::new(new_mark(), order.attempt, command.restart);
            // The line of an earlier try says that it did no harm: it must not be the last one that outlives the machine.
            self.records.add(order.place, &record, retries > 0).map_err(failed)?;
            failpoint::reach_after(if retries > 0 { FLUSHED } else { "no commit" });
            let ended = self.once(command, order, folder, &mut record, &mut output, &mut told, reports)?;
            failpoint::reach();
            let (message, again, harmless) = match ended {
                Try::Good(state) => break Ok(state),
                Try::CutOff => {
                    self.records.add(order.place, &record, true).map_err(failed)?;
                    let message = "its program was ended before it was done; nobody knows whether it took effect";
                    return Ok(Ending::CutOff(message.to_owned()));
                }
                Try::Bad { message, again, harmless } => (message, again, harmless),
            };
            record.harmless = harmless;
            record.ended = true;
            self.records.add(order.place, &record, true).map_err(failed)?;
            failpoint::reach_after(FLUSHED);
            if !again || retries >= command.retries || shared.control.is_cancelled() {
                let tries = if retries > 0 { format!(", after {} tries", retries + 1) } else { String::new() };
                break Err(format!("{message}{tries}"));
            }
            let wait = command.backoff.saturating_mul(1 << retries.min(16)).min(LONGEST);
            retries += 1;
            let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let again = format!("{message}; retry {retries} of {} in {}", command.retries, clock::duration(milliseconds));
            output.note(&again).map_err(|error| EngineError::io(&file, "written", error))?;
            if !self.wait(wait) {
                break Err(message);
            }
        };
        let state = match ending {
            Ok(state) => state,
            Err(message) if task.on_failure == OnFailure::Stop => return Ok(Ending::Failed(message)),
            Err(message) => {
                told.message = Some(message);
                TaskState::Warning
            }
        };
        if retries > 0 {
            told.counts.insert("retries".to_owned(), retries.into());
        }
        let list = (state == TaskState::Blocked).then(|| list_of(shared.run, &task.id, order.attempt));
        let outcome = Outcome { state, counters: told.counts, message: told.message, ended: Timestamp::now(), list };
        if outcome.list.is_some() {
            self.commit(&task.id, &outcome)?;
        } else {
            // The history is told by the dispatcher, together with what starts next: one flush, not two. Should nobody be left
            // to do so, the record tells.
            record.ended_well(End {
                state,
                counters: outcome.counters.clone(),
                message: outcome.message.clone(),
                began: began.0,
                ended: outcome.ended.0,
                milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            });
            self.records.add(order.place, &record, false).map_err(failed)?;
            failpoint::reach();
        }
        Ok(Ending::Committed(outcome))
    }

    /// One try.
    #[expect(clippy::too_many_arguments, reason = "what lasts over several tries, piece by piece")]
    fn once(
        &self,
        command: &Command,
        order: &Order,
        folder: &Path,
        record: &mut ProcessRecord,
        output: &mut Output,
        told: &mut Told,
        reports: &Sender<Report>,
    ) -> Result<Try, EngineError> {
        let shared = self.shared;
        let failed = |error| EngineError::io(folder, "written", error);
        let values = self.values(order);
        let input = serde_json::to_vec(&protocol::input(&values, order.approval.as_deref()))
            .map_err(|error| EngineError::Internal(error.to_string()))?;
        let started = match Running::start(self.command(command, &values, order, record, folder), input) {
            Ok(started) => started,
            Err(error) => {
                // Nothing ran, and a second try would find the same.
                let message = programs::why_not(&command.program, &error);
                return Ok(Try::Bad { message, again: false, harmless: true });
            }
        };
        let pid = started.pid();
        let mut known = || {
            record.started(pid, &System);
            self.records.add(order.place, record, false)
        };
        // Where everything that a program leaves is found by its mark, its number is worth writing once it has not ended at
        // once.
        if !MARKED {
            known().map_err(failed)?;
        }
        failpoint::reach();
        let mut last: Option<Instant> = None;
        let progress = |progress: protocol::Progress| {
            if last.is_none_or(|last| last.elapsed() >= PROGRESS) {
                last = Some(Instant::now());
                let _ = reports.send(Report::Progress(order.place, progress.done, progress.of));
            }
        };
        let patience = Patience { timeout: command.timeout, grace: command.grace };
        let ended = started
            .watch(patience, &shared.control, output, told, progress, || if MARKED { known() } else { Ok(()) })
            .map_err(failed)?;
        let tried = match ended {
            Ended::GaveUp => Try::CutOff,
            Ended::TimedOut => {
                let limit = command.timeout.map_or(0, |timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
                let message = format!("its program was ended after {}", clock::duration(limit));
                Try::Bad { message, again: !told.effect, harmless: false }
            }
            Ended::Status(status) => match told.verdict(status) {
                Verdict::Good(state) => Try::Good(state),
                Verdict::Bad(message) => {
                    let last = output.last_line();
                    let said = if last.is_empty() || told.message.is_some() { String::new() } else { format!(": {last}") };
                    Try::Bad { message: output.conceal(&message) + &said, again: !told.effect, harmless: !told.effect }
                }
            },
        };
        // Not before it is judged: a secret may be a part of a word that counts.
        told.conceal(|text| output.conceal(text));
        Ok(tried)
    }

    fn values(&self, order: &Order) -> Values<'a> {
        let shared = self.shared;
        Values {
            plan: shared.plan,
            job: shared.job,
            task: &shared.job.tasks[order.place],
            run: shared.run,
            attempt: order.attempt,
            work: shared.work,
            store: shared.store,
            settings: shared.settings,
            secrets: &shared.programs.secrets,
        }
    }

    fn command(
        &self,
        command: &Command,
        values: &Values<'_>,
        order: &Order,
        record: &ProcessRecord,
        folder: &Path,
    ) -> process::Command {
        let mut made = process::Command::new(self.shared.programs.place(command));
        if let Some(folder) = self.shared.folder {
            made.current_dir(folder);
        }
        // It is told the name that it was called by.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut made, &command.program);
        made.args(values.arguments(command));
        made.env("JOBWRIGHT_RUN", self.shared.run.0.to_string())
            .env("JOBWRIGHT_JOB", &values.job.id)
            .env("JOBWRIGHT_TASK", &values.task.id)
            .env("JOBWRIGHT_ELEMENT", &values.task.element)
            .env("JOBWRIGHT_ATTEMPT", order.attempt.to_string())
            .env("JOBWRIGHT_WORK", values::absolute(folder))
            .env(record::MARK, record.mark());
        if let Some(approval) = &order.approval {
            made.env("JOBWRIGHT_APPROVAL", approval);
        }
        made.envs(command.env.iter().map(|(variable, template)| (variable, values.fill(template))));
        made
    }

    /// Waits before another try; false where the run is being ended.
    fn wait(&self, long: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < long {
            if self.shared.control.is_cancelled() {
                return false;
            }
            thread::sleep(LOOK.min(long.saturating_sub(begun.elapsed())));
        }
        true
    }

    /// Writes the outcome of a blocked task, however long another task needs the store.
    fn commit(&self, task: &str, outcome: &Outcome) -> Result<(), EngineError> {
        let failed = |error| EngineError::database(self.shared.store, error);
        let begun = Instant::now();
        loop {
            let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = match Transaction::new_unchecked(&store, TransactionBehavior::Immediate) {
                Ok(transaction) => transaction,
                Err(error) => match failed(error) {
                    EngineError::Busy { .. } if !self.shared.control.is_aborted() || begun.elapsed() < COMMIT => continue,
                    other => return Err(other),
                },
            };
            commit_outcome(&transaction, self.shared.run, task, outcome).map_err(failed)?;
            failpoint::reach();
            transaction.commit().map_err(failed)?;
            failpoint::reach();
            return Ok(());
        }
    }
}

/// A text that no other start of a program bears.
fn new_mark() -> String {
    format!("{:016x}{:016x}", RandomState::new().hash_one(1), RandomState::new().hash_one(2))
}
