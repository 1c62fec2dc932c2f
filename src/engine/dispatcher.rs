//! The dispatcher: the one owner of a run's state.
//!
//! It asks the board what is next, writes every change to the history before it acts on it, hands tasks to the executor
//! and hears from it how they ended. Reporters are told after the store. What there is nothing to be done about as yet may
//! wait for more of its kind, so that one flush serves several: until then it is on record elsewhere.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::InterruptHandle;

use super::clock::Timestamp;
use super::crew::Crew;
use super::error::EngineError;
use super::event::{Event, EventKind};
use super::executor::{Ending, Executor, Order, Report};
use super::launch::{Board, CANCELLED, Step, although};
use super::log::EventLog;
use super::reporter::Reporter;
use super::state::{JobState, TaskSignal, TaskState};
use super::store::{End, Store, TaskRecord, count};
use crate::tasks::RunId;

/// How often a request to end the run is looked for while tasks run.
const LOOK: Duration = Duration::from_millis(100);

/// Programs that are done before this outrun the disk: a flush that tells of one must let more than one begin.
const QUICK: Duration = Duration::from_millis(10);

/// How many times as many tasks are granted behind such programs as else.
const QUICK_AHEAD: usize = 8;

/// At most so long the end of such a program waits for others before the history is told of all of them.
const GATHER: Duration = Duration::from_millis(20);

/// Pages kept of the identity data, in KiB where negative: the indexes of some millions of links. Read anew from the
/// file again and again they would cost more than all other work of a synchronization.
const CACHE: i64 = -128 * 1024;

/// What a run starts from.
pub(super) struct Start<'a> {
    /// The board, with tasks restored and left out.
    pub(super) board: Board<'a>,
    /// The tasks as the history knows them.
    pub(super) records: Vec<TaskRecord>,
    /// For each task the approved change list.
    pub(super) approvals: Vec<Option<String>>,
    /// Which time the run is started.
    pub(super) attempt: u32,
    /// Number of the last event.
    pub(super) events: u64,
    /// At most so many tasks at a time.
    pub(super) jobs: usize,
}

pub(super) struct Dispatcher<'a> {
    store: &'a Store,
    run: RunId,
    executor: &'a Executor<'a>,
    reporter: &'a mut dyn Reporter,
    log: EventLog,
    start: Start<'a>,
    changed: BTreeSet<usize>,
    pending: Vec<Event>,
    orders: Vec<Order>,
    /// Tasks that are granted with the next step.
    ahead: Vec<Order>,
    /// At most so many tasks are granted while programs take their time; none where nobody could tell after a power cut.
    most_ahead: usize,
    /// Whether the program that ended last was done in less than [`QUICK`].
    quick: bool,
    began: Instant,
    cancel_told: bool,
    abort: InterruptHandle,
}

impl<'a> Dispatcher<'a> {
    /// Works on the run until it has ended, and says how.
    pub(super) fn run(
        store: &'a Store,
        executor: &'a Executor<'a>,
        reporter: &'a mut dyn Reporter,
        start: Start<'a>,
    ) -> Result<JobState, EngineError> {
        let run = executor.run;
        let log = EventLog::open(store.work(), run, &store.log(run)?)?;
        let connection = store.connect()?;
        connection.pragma_update(None, "cache_size", CACHE).map_err(|error| EngineError::database(store.data_file(), error))?;
        let external = if executor.programs.count() == 0 { None } else { Some(store.connect()?) };
        let jobs = start.jobs;
        let abort = connection.get_interrupt_handle();
        let mut dispatcher = Self {
            store,
            run,
            executor,
            reporter,
            log,
            start,
            changed: BTreeSet::new(),
            pending: Vec::new(),
            orders: Vec::new(),
            ahead: Vec::new(),
            most_ahead: 0,
            quick: false,
            began: Instant::now(),
            cancel_told: false,
            abort,
        };
        thread::scope(|scope| {
            let (crew, reports) = Crew::start(scope, executor, connection, external, jobs);
            let ended = dispatcher.work(&crew, &reports);
            if ended.is_err() {
                // Whatever still runs is told to give up, so that the scope can end.
                executor.control.interrupt();
                executor.control.interrupt();
                dispatcher.abort.interrupt();
            }
            drop(crew);
            ended
        })
        .inspect_err(|_| dispatcher.give_up())
    }

    fn work(&mut self, crew: &Crew<'_>, reports: &Receiver<Report>) -> Result<JobState, EngineError> {
        self.open()?;
        loop {
            self.look_for_cancel(reports)?;
            if self.start.board.is_stopped() {
                self.withdraw(reports)?;
            }
            while let Some(step) = self.start.board.next(self.start.jobs) {
                self.take(step, reports)?;
            }
            if self.start.board.is_done() {
                return self.close();
            }
            self.grant()?;
            let events = self.commit(None)?;
            for launched in self.orders.drain(..) {
                crew.send(launched).map_err(|_| EngineError::Internal("the executor has ended".to_owned()))?;
            }
            self.executor.grants.offer(self.ahead.drain(..));
            self.tell(&events)?;
            match reports.recv_timeout(LOOK) {
                Ok(report) => {
                    self.hear(report)?;
                    self.gather(reports)?;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.reporter.tick();
                    if self.executor.control.is_aborted() {
                        self.abort.interrupt();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(EngineError::Internal("the executor has ended".to_owned()));
                }
            }
        }
    }

    /// The first events: the job, the tasks that are kept, the tasks that are left out.
    fn open(&mut self) -> Result<(), EngineError> {
        let states: Vec<TaskState> = self.start.board.states().to_vec();
        self.emit(EventKind::JobStarted {
            job: self.executor.job.id.clone(),
            plan: self.executor.plan.digest.clone(),
            attempt: self.start.attempt,
            tasks: states.iter().filter(|state| **state != TaskState::NotSelected).count(),
        });
        for (place, state) in states.into_iter().enumerate() {
            self.changed.insert(place);
            let task = self.start.records[place].task.clone();
            match state {
                TaskState::Waiting => {}
                TaskState::NotSelected | TaskState::NotLaunched => {
                    let record = self.change(place, state);
                    let reason = record.reason.get_or_insert_with(|| "outside the selection".to_owned()).clone();
                    self.emit(EventKind::TaskPassed { task, state, reason });
                }
                state => self.emit(EventKind::TaskKept { task, state }),
            }
        }
        self.flush(None)?;
        if let Some(records) = &self.executor.records
            && records.note_boot()?
        {
            self.most_ahead = self.start.jobs;
        }
        Ok(())
    }

    /// Grants the programs that start next whatever becomes of those that run, so that none of them waits for a flush.
    fn grant(&mut self) -> Result<(), EngineError> {
        let may = |place: usize| self.executor.programs.command(place).is_some() && self.start.approvals[place].is_none();
        let most = if self.quick { self.most_ahead * QUICK_AHEAD } else { self.most_ahead };
        for place in self.start.board.ahead(most, may) {
            let state = self.start.board.apply(place, TaskSignal::Grant)?;
            let attempt = self.change(place, state).attempt + 1;
            self.ahead.push(Order { place, approval: None, attempt });
        }
        Ok(())
    }

    /// Takes back what is granted and has not begun, and hears of what has.
    fn withdraw(&mut self, reports: &Receiver<Report>) -> Result<(), EngineError> {
        for order in self.executor.grants.withdraw() {
            let state = self.start.board.apply(order.place, TaskSignal::Withheld)?;
            self.change(order.place, state);
        }
        while let Some(place) = self.start.board.states().iter().position(|state| *state == TaskState::Granted) {
            self.hear_begin(place, reports)?;
        }
        Ok(())
    }

    /// Hears what is told until that task, which somebody has taken, is known to have begun.
    fn hear_begin(&mut self, place: usize, reports: &Receiver<Report>) -> Result<(), EngineError> {
        while self.start.board.states()[place] == TaskState::Granted {
            // It was told when it was taken.
            let report = reports.try_recv().map_err(|_| EngineError::Internal("a task began untold".to_owned()))?;
            self.hear(report)?;
        }
        Ok(())
    }

    /// A task begins, or has begun since.
    fn begin(&mut self, place: usize, at: Timestamp, because: Option<String>) -> Result<u32, EngineError> {
        let state = self.start.board.apply(place, TaskSignal::Launch)?;
        let record = self.change(place, state);
        record.attempt += 1;
        record.started = Some(at);
        record.reason.clone_from(&because);
        let attempt = record.attempt;
        let event = EventKind::TaskStarted {
            task: record.task.clone(),
            element: record.element.clone(),
            level: record.level,
            attempt,
            reason: because,
        };
        self.emit(event);
        Ok(attempt)
    }

    fn take(&mut self, step: Step, reports: &Receiver<Report>) -> Result<(), EngineError> {
        let (step, because) = match step {
            Step::Ask(place, reason) => match self.store.ask(|data| Ok(self.executor.awaited(data, place)))? {
                Ok(Some(awaited)) => (Step::Launch(place), Some(although(&awaited))),
                Ok(None) => (Step::Pass(place, TaskSignal::Refused, reason), None),
                Err(error) => {
                    let reason = format!("{reason}; what awaits it could not be told: {error}");
                    (Step::Pass(place, TaskSignal::Refused, reason), None)
                }
            },
            step => (step, None),
        };
        match step {
            // Answered above.
            Step::Ask(..) => {}
            Step::Launch(place) => {
                if self.start.board.states()[place] == TaskState::Granted && self.executor.grants.withdraw_one(place).is_none() {
                    return self.hear_begin(place, reports);
                }
                let attempt = self.begin(place, Timestamp::now(), because)?;
                let approval = self.start.approvals[place].clone();
                self.orders.push(Order { place, approval, attempt });
            }
            Step::Pass(place, signal, reason) => {
                let state = self.start.board.apply(place, signal)?;
                let record = self.change(place, state);
                record.reason = Some(reason.clone());
                let task = record.task.clone();
                self.emit(EventKind::TaskPassed { task, state, reason });
            }
        }
        Ok(())
    }

    /// Hears what else has been told, and what will be within [`GATHER`] as long as nobody waits for the history.
    fn gather(&mut self, reports: &Receiver<Report>) -> Result<(), EngineError> {
        let begun = Instant::now();
        loop {
            let patience = if self.may_wait() { GATHER.saturating_sub(begun.elapsed()) } else { Duration::ZERO };
            match reports.recv_timeout(patience) {
                Ok(report) => self.hear(report)?,
                Err(_) => return Ok(()),
            }
        }
    }

    /// Whether everybody works, and more than half of the quick programs that are granted have not begun: a flush may come later
    /// than the end that it tells of, which is on record.
    fn may_wait(&self) -> bool {
        let board = &self.start.board;
        self.quick
            && !board.is_stopped()
            && !self.executor.control.is_cancelled()
            && board.running() >= self.start.jobs
            && board.granted() * 2 > self.most_ahead * QUICK_AHEAD
    }

    fn hear(&mut self, report: Report) -> Result<(), EngineError> {
        let (place, ending, took, next) = match report {
            Report::Progress(place, done, of) => {
                let task = self.start.records[place].task.clone();
                let kind = EventKind::TaskProgress { task, done, of };
                let event = Event { run: self.run.0, number: self.start.events, at: Timestamp::now(), kind };
                self.reporter.event(&event);
                return Ok(());
            }
            Report::Ended(place, ending, took, next) => (place, ending, took, next),
        };
        self.quick = self.executor.programs.command(place).is_some() && took < QUICK;
        self.hear_end(place, ending, took)?;
        if let Some((place, at)) = next {
            self.begin(place, at, None)?;
        }
        Ok(())
    }

    fn hear_end(&mut self, place: usize, ending: Ending, took: Duration) -> Result<(), EngineError> {
        let (signal, outcome, message) = match ending {
            Ending::Broken(error) => return Err(error),
            Ending::Committed(outcome) => {
                let signal = match outcome.state {
                    TaskState::Completed => TaskSignal::Completed,
                    TaskState::Unchanged => TaskSignal::Unchanged,
                    TaskState::Blocked => TaskSignal::Blocked,
                    _ => TaskSignal::Tolerated,
                };
                (signal, Some(outcome), None)
            }
            Ending::Failed(message) => (TaskSignal::Failed, None, Some(message)),
            Ending::GaveUp => (TaskSignal::GaveUp, None, Some("ended before it was done; nothing of it is kept".to_owned())),
            Ending::CutOff(message) => (TaskSignal::GaveUp, None, Some(message)),
            Ending::Withdrawn => {
                let state = self.start.board.apply(place, TaskSignal::Withdrawn)?;
                let record = self.change(place, state);
                record.reason = Some(CANCELLED.to_owned());
                let task = record.task.clone();
                self.emit(EventKind::TaskPassed { task, state, reason: CANCELLED.to_owned() });
                return Ok(());
            }
        };
        let state = self.start.board.apply(place, signal)?;
        let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let record = self.change(place, state);
        record.ended = Some(Timestamp::now());
        record.message = message;
        if let Some(outcome) = outcome {
            let because = record.reason.take();
            record.take(&outcome);
            record.reason = because;
        }
        record.duration_ms = Some(duration_ms);
        let event = EventKind::TaskEnded {
            task: record.task.clone(),
            state,
            counters: record.counters.clone(),
            message: record.message.clone(),
            duration_ms,
        };
        self.emit(event);
        Ok(())
    }

    fn look_for_cancel(&mut self, reports: &Receiver<Report>) -> Result<(), EngineError> {
        if !self.cancel_told && self.store.cancel_requested(self.run)? {
            self.executor.control.cancel();
        }
        if !self.cancel_told && self.executor.control.is_cancelled() {
            self.cancel_told = true;
            self.withdraw(reports)?;
            self.start.board.cancel();
            self.emit(EventKind::CancelRequested);
        }
        Ok(())
    }

    fn close(&mut self) -> Result<JobState, EngineError> {
        let signal = self.start.board.end();
        let state = JobState::Running
            .after(signal)
            .ok_or_else(|| EngineError::Internal(format!("a running job cannot take {signal:?}")))?;
        let milliseconds = self.milliseconds();
        self.emit(EventKind::JobEnded {
            job: self.executor.job.id.clone(),
            state,
            tasks: count(&self.start.records),
            duration_ms: milliseconds,
        });
        self.flush(Some(&End { state, milliseconds }))?;
        Ok(state)
    }

    /// Leaves a run that cannot go on as interrupted, as far as the store still takes it.
    fn give_up(&mut self) {
        for order in self.executor.grants.withdraw().into_iter().chain(std::mem::take(&mut self.ahead)) {
            if let Ok(state) = self.start.board.apply(order.place, TaskSignal::Withheld) {
                self.change(order.place, state);
            }
        }
        for place in 0..self.start.records.len() {
            let before = self.start.records[place].state;
            if !matches!(before, TaskState::Granted | TaskState::Running) {
                continue;
            }
            // What it committed is found again when the run is continued.
            if let Ok(state) = self.start.board.apply(place, TaskSignal::HolderDied) {
                // One that was taken, and nobody was there to hear of it.
                self.change(place, state).attempt += u32::from(before == TaskState::Granted);
            }
        }
        let end = End { state: JobState::Interrupted, milliseconds: self.milliseconds() };
        // The error that led here is what the caller is told.
        let _ = self.flush(Some(&end));
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn change(&mut self, place: usize, state: TaskState) -> &mut TaskRecord {
        self.changed.insert(place);
        let record = &mut self.start.records[place];
        record.state = state;
        record
    }

    fn emit(&mut self, kind: EventKind) {
        self.start.events += 1;
        self.pending.push(Event { run: self.run.0, number: self.start.events, at: Timestamp::now(), kind });
    }

    /// Writes what has happened since the last time, then tells it.
    fn flush(&mut self, end: Option<&End>) -> Result<(), EngineError> {
        let events = self.commit(end)?;
        self.tell(&events)
    }

    /// Writes what has happened since the last time, in one transaction; gives back the events, still to be told.
    fn commit(&mut self, end: Option<&End>) -> Result<Vec<Event>, EngineError> {
        if self.changed.is_empty() && self.pending.is_empty() && end.is_none() {
            return Ok(Vec::new());
        }
        let mut told = false;
        loop {
            let tasks = self.changed.iter().map(|place| (*place, &self.start.records[*place]));
            match self.store.record(self.run, &self.executor.job.id, tasks, &self.pending, end) {
                Ok(()) => break,
                // Whoever has the history for so long is no reason to cut off what runs, unless it is to stop anyway.
                Err(EngineError::Busy { file, .. })
                    if !(self.executor.control.is_aborted() || (told && self.executor.control.is_cancelled())) =>
                {
                    if !std::mem::replace(&mut told, true) {
                        self.reporter
                            .note(&format!("{} is in use by another process; the run waits for its end", file.display()));
                    }
                }
                // What could not be written is written with how the run is given up, if that can be.
                Err(error) => return Err(error),
            }
        }
        self.changed.clear();
        Ok(std::mem::take(&mut self.pending))
    }

    /// Tells the log and the reporter what is in the store.
    fn tell(&mut self, events: &[Event]) -> Result<(), EngineError> {
        if !events.is_empty() {
            self.log.append(events)?;
        }
        for event in events {
            self.reporter.event(event);
        }
        Ok(())
    }
}
