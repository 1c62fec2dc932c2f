//! What time it is, and the passing of time: that of the machine, or a leaping one for tests.

use std::cell::Cell;
use std::time::Duration;

use jiff::Timestamp;

/// How often a request to stop, and a clock that was set, are looked for.
const LOOK: Duration = Duration::from_millis(200);

/// A clock.
#[derive(Debug)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A testing aid: leaps from one start to the next while nothing runs, and ends.
    Leaping {
        /// The time now.
        now: Cell<Timestamp>,
        /// The end of time.
        end: Timestamp,
    },
}

/// What to do until something is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Wait, at most so long.
    Wait(Duration),
    /// Nothing: it is due.
    None,
    /// Stop: time has ended.
    Over,
}

impl Clock {
    /// The machine's, unless `JOBWRIGHT_CLOCK=START/END` in the environment gives a leaping one.
    pub fn from_environment() -> Self {
        let leaping = || {
            let text = std::env::var("JOBWRIGHT_CLOCK").ok()?;
            let (start, end) = text.split_once('/')?;
            Some(Self::Leaping { now: Cell::new(start.parse().ok()?), end: end.parse().ok()? })
        };
        leaping().unwrap_or(Self::System)
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Leaping { now, .. } => now.get(),
        }
    }

    /// How long to wait for the next start, while something runs or nothing does.
    pub(super) fn pause(&self, next: Option<Timestamp>, idle: bool) -> Pause {
        match self {
            Self::System => {
                let left = next.map_or(LOOK, |next| Duration::try_from(next.duration_since(self.now())).unwrap_or_default());
                if left.is_zero() { Pause::None } else { Pause::Wait(left.min(LOOK)) }
            }
            Self::Leaping { .. } if !idle => Pause::Wait(LOOK),
            Self::Leaping { now, end } => match next.filter(|next| next <= end) {
                Some(next) => {
                    now.set(next);
                    Pause::None
                }
                None => Pause::Over,
            },
        }
    }
}
