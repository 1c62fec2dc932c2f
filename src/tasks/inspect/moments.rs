//! Moments of the store as runs and times.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;

use crate::expr::date::DateTime;

/// A moment: which run, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct When {
    /// Number of the run.
    pub run: i64,
    /// Date and time, UTC, RFC 3339.
    pub at: String,
}

/// Milliseconds since 1970 as date and time.
pub(crate) fn date(at: i64) -> String {
    let date = DateTime::from_unix(at).and_then(|date| date.format("yyyy-MM-ddTHH:mm:ss"));
    date.map_or_else(|| at.to_string(), |date| date + "Z")
}

/// The run and the time of a moment.
pub(super) fn when(store: &Connection, moment: i64) -> rusqlite::Result<When> {
    let found = store
        .prepare_cached("SELECT run, at FROM moment WHERE seq = ?1")?
        .query_row([moment], |row| Ok(When { run: row.get(0)?, at: date(row.get(1)?) }))
        .optional()?;
    Ok(found.unwrap_or(When { run: 0, at: String::new() }))
}
