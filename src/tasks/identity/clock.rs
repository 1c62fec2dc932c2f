//! The clock that everything in the store is dated by.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// What the system clock shows, in milliseconds since 1970; 0 where it shows an earlier time.
pub fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX).saturating_add(offset())
}

/// A testing aid: `JOBWRIGHT_CLOCK_OFFSET` in the environment, in milliseconds, is added to what the system clock shows.
fn offset() -> i64 {
    static OFFSET: OnceLock<i64> = OnceLock::new();
    *OFFSET.get_or_init(|| std::env::var("JOBWRIGHT_CLOCK_OFFSET").ok().and_then(|text| text.parse().ok()).unwrap_or(0))
}
