//! A testing aid: ends the process, without any clean-up, at the n-th point of a run where its state changes.
//!
//! `JOBWRIGHT_KILL_AT=n` in the environment aborts the process when the n-th point (from 1) is reached. Points stand
//! before and after every commit of either database and around the work files, so that counting n up until a run
//! ends by itself visits every place where a crash could leave something half done.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

static LIMIT: OnceLock<Option<u64>> = OnceLock::new();
static REACHED: AtomicU64 = AtomicU64::new(0);

/// A point where a crash is simulated when its number is up.
pub(super) fn reach() {
    let limit = LIMIT.get_or_init(|| std::env::var("JOBWRIGHT_KILL_AT").ok()?.parse().ok());
    if let Some(limit) = limit
        && REACHED.fetch_add(1, Ordering::Relaxed) + 1 == *limit
    {
        std::process::abort();
    }
}
