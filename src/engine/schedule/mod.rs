//! Starts jobs by their cron expressions, for as long as it is let.
//!
//! A start is noted before the job is started, so that a crash never starts it twice for one time. What was missed while
//! nothing looked is caught up once, however often it was missed; a job that still runs is not started beside itself.

mod clock;
mod ledger;
mod times;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use jiff::{SignedDuration, Timestamp};

use super::control::Control;
use super::error::EngineError;
use super::store::Store;
use clock::Pause;
use ledger::Ledger;

pub use clock::Clock;
pub use times::Times;

/// A start that comes later than this has been missed.
const LATE: SignedDuration = SignedDuration::from_mins(1);
/// A clock that was set back by less is waited for.
const BACK: SignedDuration = SignedDuration::from_hours(1);
/// Missed starts are counted so far.
const COUNTED: usize = 1000;

/// A job with its starts.
#[derive(Debug)]
pub struct Entry {
    /// The job.
    pub job: String,
    /// Its starts.
    pub times: Times,
}

/// What happens, for a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A job is started.
    Started {
        /// The job.
        job: String,
        /// The time that it was due.
        due: Timestamp,
        /// How many starts were missed; the one is for all of them.
        missed: usize,
    },
    /// A job is due and still runs.
    StillRunning {
        /// The job.
        job: String,
        /// The time that it was due.
        due: Timestamp,
    },
    /// A job has ended; what there is to say of it.
    Ended {
        /// The job.
        job: String,
        /// How.
        how: String,
    },
    /// Up to when starts have been dealt with could not be written.
    NotNoted {
        /// Why not.
        problem: String,
    },
    /// No job is started any more.
    Stopping {
        /// The jobs that still run.
        running: Vec<String>,
    },
}

/// One job on the way.
struct State {
    entry: Entry,
    since: Timestamp,
    next: Option<Timestamp>,
    running: bool,
}

impl State {
    /// What is due by now: the last start and how many there were before it.
    fn due(&mut self, now: Timestamp) -> Option<(Timestamp, usize)> {
        if self.since.duration_since(now) > BACK {
            self.since = now;
            self.next = self.entry.times.next(now);
        }
        let first = self.next.filter(|next| *next <= now)?;
        let mut due = first;
        let mut missed = 0;
        for later in self.entry.times.after(first).take_while(|later| *later <= now).take(COUNTED) {
            due = later;
            missed += 1;
        }
        self.since = now;
        self.next = self.entry.times.next(now);
        Some((due, missed))
    }
}

/// Starts jobs until it is asked to stop, then waits for those that run. `start` runs a job to its end and says how it
/// ended; `tell` hears what happens.
pub fn serve(
    store: &Store,
    entries: Vec<Entry>,
    clock: &Clock,
    control: &Control,
    start: &(dyn Fn(&str) -> String + Sync),
    tell: &mut dyn FnMut(Timestamp, Happening),
) -> Result<(), EngineError> {
    let mut ledger = Ledger::open(store.work())?;
    let begun = clock.now();
    let mut jobs: Vec<State> = Vec::with_capacity(entries.len());
    for entry in entries {
        let since = ledger.since(&entry.job).unwrap_or(begun);
        let next = entry.times.next(since);
        jobs.push(State { entry, since, next, running: false });
    }
    ledger.note(jobs.iter().map(|job| (job.entry.job.clone(), job.since)))?;
    thread::scope(|scope| {
        let (ended, ends) = mpsc::channel();
        loop {
            let now = clock.now();
            if control.is_cancelled() {
                break;
            }
            for (place, job) in jobs.iter_mut().enumerate() {
                let Some((due, missed)) = job.due(now) else { continue };
                let name = job.entry.job.clone();
                // A disk that is full tonight is none tomorrow.
                if let Err(error) = ledger.note([(name.clone(), now)]) {
                    let problem = error.to_string().replace('\n', " ");
                    tell(now, Happening::NotNoted { problem });
                }
                if job.running {
                    tell(now, Happening::StillRunning { job: name, due });
                    continue;
                }
                let missed = missed + usize::from(now.duration_since(due) > LATE);
                tell(now, Happening::Started { job: name.clone(), due, missed });
                job.running = true;
                let ended = ended.clone();
                scope.spawn(move || {
                    let how = start(&name);
                    // Nobody listens only when the schedule itself has failed.
                    let _ = ended.send((place, how));
                });
            }
            let next = jobs.iter().filter_map(|job| job.next).min();
            let idle = jobs.iter().all(|job| !job.running);
            let wait = match clock.pause(next, idle) {
                Pause::Over => break,
                Pause::None => std::time::Duration::ZERO,
                Pause::Wait(wait) => wait,
            };
            match ends.recv_timeout(wait) {
                Ok((place, how)) => {
                    jobs[place].running = false;
                    tell(clock.now(), Happening::Ended { job: jobs[place].entry.job.clone(), how });
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
        let running: Vec<String> = jobs.iter().filter(|job| job.running).map(|job| job.entry.job.clone()).collect();
        let left = running.len();
        tell(clock.now(), Happening::Stopping { running });
        for _ in 0..left {
            if let Ok((place, how)) = ends.recv() {
                tell(clock.now(), Happening::Ended { job: jobs[place].entry.job.clone(), how });
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Mutex;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::plan::model;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn hourly() -> Vec<Entry> {
        let schedule = model::Schedule { expression: "0 * * * *".to_owned(), time_zone: "UTC".to_owned() };
        vec![Entry { job: "Hourly".to_owned(), times: Times::new(&schedule, &TimeZone::UTC).unwrap() }]
    }

    fn leaping(now: &str, end: &str) -> Clock {
        Clock::Leaping { now: Cell::new(time(now)), end: time(end) }
    }

    /// What happens between two times, in short.
    fn told(store: &Store, clock: &Clock) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |_: Timestamp, happening: Happening| match happening {
            Happening::Started { due, missed, .. } => told.push(format!("{due} {missed}")),
            Happening::StillRunning { due, .. } => told.push(format!("{due} still runs")),
            Happening::Ended { .. } | Happening::NotNoted { .. } | Happening::Stopping { .. } => {}
        };
        serve(store, hourly(), clock, &Control::new(), &|_| String::new(), &mut tell).unwrap();
        told
    }

    #[test]
    fn what_was_missed_is_caught_up_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db"), true).unwrap();
        let first = told(&store, &leaping("2026-11-24T00:30:00Z", "2026-11-24T02:30:00Z"));
        assert_eq!(first, ["2026-11-24T01:00:00Z 0", "2026-11-24T02:00:00Z 0"], "nothing is caught up the first time");
        let later = told(&store, &leaping("2026-11-24T06:30:00Z", "2026-11-24T07:30:00Z"));
        assert_eq!(later, ["2026-11-24T06:00:00Z 4", "2026-11-24T07:00:00Z 0"]);
        let again = told(&store, &leaping("2026-11-24T07:30:00Z", "2026-11-24T07:40:00Z"));
        assert!(again.is_empty(), "nothing was missed: {again:?}");
        let back = told(&store, &leaping("2026-11-20T07:30:00Z", "2026-11-20T08:30:00Z"));
        assert_eq!(back, ["2026-11-20T08:00:00Z 0"], "a clock that was set back does not silence the schedule");
    }

    #[test]
    fn a_job_is_not_started_beside_itself() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db"), true).unwrap();
        let clock = leaping("2026-11-24T00:30:00Z", "2026-11-24T03:30:00Z");
        let (go, wait) = mpsc::channel::<()>();
        let wait = Mutex::new(wait);
        let mut starts = Vec::new();
        let mut tell = |_: Timestamp, happening: Happening| match happening {
            Happening::Started { due, .. } => {
                starts.push(format!("{due}"));
                if let (Clock::Leaping { now, .. }, 1) = (&clock, starts.len()) {
                    now.set(time("2026-11-24T02:10:00Z"));
                } else {
                    go.send(()).unwrap();
                }
            }
            Happening::StillRunning { due, .. } => {
                starts.push(format!("{due} still runs"));
                go.send(()).unwrap();
            }
            Happening::Ended { .. } | Happening::NotNoted { .. } | Happening::Stopping { .. } => {}
        };
        let start = |_: &str| {
            wait.lock().unwrap().recv().unwrap();
            String::new()
        };
        serve(&store, hourly(), &clock, &Control::new(), &start, &mut tell).unwrap();
        assert_eq!(starts, ["2026-11-24T01:00:00Z", "2026-11-24T02:00:00Z still runs", "2026-11-24T03:00:00Z"]);
    }

    #[test]
    fn one_schedule_is_enough_for_a_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("store.db"), true).unwrap();
        let held = Ledger::open(store.work()).unwrap();
        let clock = leaping("2026-11-24T00:30:00Z", "2026-11-24T01:30:00Z");
        let second = serve(&store, hourly(), &clock, &Control::new(), &|_| String::new(), &mut |_, _| {});
        assert!(matches!(second, Err(EngineError::ScheduleRuns { .. })));
        drop(held);
        assert_eq!(told(&store, &clock).len(), 1);
    }
}
