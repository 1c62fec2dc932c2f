//! A testing aid: ends or holds the process, without any clean-up, at the n-th point of a run where its state changes.
//!
//! `JOBWRIGHT_KILL_AT=n` in the environment aborts the process when the n-th point (from 1) is reached;
//! `JOBWRIGHT_HOLD_AT=n` lets it wait there for the end of its standard input, so that another process can look at a run
//! at a known place. Points stand before and after every commit of either database and around the work files, so that
//! counting n up until a run ends by itself visits every place where a crash could leave something half done. Both say
//! on standard error what was done last.

use std::io::{self, Read, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The numbers at which to end and to hold.
static LIMITS: OnceLock<[Option<u64>; 2]> = OnceLock::new();
static REACHED: AtomicU64 = AtomicU64::new(0);

/// A point where a crash is simulated when its number is up.
pub(super) fn reach() {
    reach_after("no commit");
}

/// A point right behind what is named: a commit whose flush may have been the last thing before a power cut.
pub(super) fn reach_after(done: &str) {
    let number = |name| std::env::var(name).ok()?.parse().ok();
    let [kill, hold] = *LIMITS.get_or_init(|| [number("JOBWRIGHT_KILL_AT"), number("JOBWRIGHT_HOLD_AT")]);
    if kill.is_none() && hold.is_none() {
        return;
    }
    let point = Some(REACHED.fetch_add(1, Ordering::Relaxed) + 1);
    if point == kill {
        // Nobody may be there to read it.
        let _ = writeln!(io::stderr(), "killed after {done}");
        std::process::abort();
    }
    if point == hold {
        let _ = writeln!(io::stderr(), "held after {done}");
        let _ = io::stdin().read_to_end(&mut Vec::new());
    }
}
