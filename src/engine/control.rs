//! How a run is asked to end from outside the dispatcher, e.g. by a signal handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A shared request to end a run: the first lets the running task finish, the second tells it to give up.
#[derive(Clone, Debug, Default)]
pub struct Control(Arc<AtomicU8>);

impl Control {
    /// A control without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks once more; safe to call from any thread. Returns how often it has been asked, so that a caller may end the
    /// process itself from the third time on: a run is safe against that.
    pub fn interrupt(&self) -> u8 {
        let before = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| Some(count.saturating_add(1)));
        before.unwrap_or(u8::MAX).saturating_add(1)
    }

    /// Asks that no further task be started; running ones finish.
    pub fn cancel(&self) {
        self.0.fetch_max(1, Ordering::SeqCst);
    }

    /// Whether no further task is to be started.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 1
    }

    /// Whether running tasks are to give up.
    pub fn is_aborted(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 2
    }
}
