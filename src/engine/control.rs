//! How a run is asked to end from outside the dispatcher, e.g. by a signal handler.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A shared request to end a run: the first lets the running task finish, the second tells it to give up.
#[derive(Clone, Debug, Default)]
pub struct Control {
    own: Arc<AtomicU8>,
    /// That of whoever has started the run beside others.
    above: Option<Arc<AtomicU8>>,
}

impl Control {
    /// A control without a request.
    pub fn new() -> Self {
        Self::default()
    }

    /// The control of one run of several: a request made here ends that one alone, one made of `self` ends all.
    #[must_use]
    pub fn of_one(&self) -> Self {
        Self { own: Arc::default(), above: Some(self.own.clone()) }
    }

    /// Asks once more; safe to call from any thread. Returns how often it has been asked, so that a caller may end the
    /// process itself from the third time on: a run is safe against that.
    pub fn interrupt(&self) -> u8 {
        let before = self.own.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| Some(count.saturating_add(1)));
        before.unwrap_or(u8::MAX).saturating_add(1)
    }

    /// Asks that no further task be started; running ones finish.
    pub fn cancel(&self) {
        self.own.fetch_max(1, Ordering::SeqCst);
    }

    /// Whether no further task is to be started.
    pub fn is_cancelled(&self) -> bool {
        self.asked() >= 1
    }

    /// Whether running tasks are to give up.
    pub fn is_aborted(&self) -> bool {
        self.asked() >= 2
    }

    fn asked(&self) -> u8 {
        let above = self.above.as_ref().map_or(0, |above| above.load(Ordering::SeqCst));
        self.own.load(Ordering::SeqCst).saturating_add(above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_to_one_run_is_none_to_the_others() {
        let all = Control::new();
        let (one, other) = (all.of_one(), all.of_one());
        one.cancel();
        assert!(one.is_cancelled() && !other.is_cancelled() && !all.is_cancelled());
        all.interrupt();
        all.interrupt();
        assert!(one.is_aborted() && other.is_aborted());
    }
}
