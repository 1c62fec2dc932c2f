//! Work on a database that ends when it takes too long between two rows, or when nobody wants it any more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::SqlError;

/// How often it is looked at whether the work has to end.
const LOOK: Duration = Duration::from_millis(25);

/// How guarded work ended that did not succeed.
#[derive(Debug)]
pub enum Guarded<E> {
    /// It failed by itself.
    Failed(E),
    /// It was ended: no row came for as long as one may take.
    TimedOut,
    /// It was ended because the run is being ended.
    Cancelled,
}

impl From<SqlError> for Guarded<SqlError> {
    fn from(error: SqlError) -> Self {
        Self::Failed(error)
    }
}

/// Does `work` on a database. It tells of each row by raising the number that it is given; when that does not rise for
/// `limit`, or when `cancelled`, the statement is interrupted. What it had committed by then counts.
pub fn guarded<T: Send, E: Send>(
    database: Connection,
    limit: Duration,
    mut cancelled: impl FnMut(u64) -> bool,
    work: impl FnOnce(Connection, &AtomicU64) -> Result<T, E> + Send,
) -> Result<T, Guarded<E>> {
    let handle = database.get_interrupt_handle();
    let rows = AtomicU64::new(0);
    let (end, ended) = channel::<()>();
    let mut stopped = None;
    let result = thread::scope(|scope| {
        let counted = &rows;
        let worker = scope.spawn(move || {
            // Dropped when the work is done, whatever its end.
            let _end = end;
            work(database, counted)
        });
        let (mut seen, mut since) = (0, Instant::now());
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LOOK) {
            let now = rows.load(Ordering::Relaxed);
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
            if stopped.is_none() {
                if cancelled(now) {
                    stopped = Some(Guarded::Cancelled);
                } else if since.elapsed() >= limit {
                    stopped = Some(Guarded::TimedOut);
                }
            }
            // Again and again: an interrupt between two statements is lost.
            if stopped.is_some() {
                handle.interrupt();
            }
        }
        worker.join()
    });
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(stopped.unwrap_or(Guarded::Failed(error))),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

    fn endless(limit: Duration, cancelled: bool) -> Guarded<SqlError> {
        let database = Connection::open_in_memory().unwrap();
        let work = |database: Connection, _: &AtomicU64| database.query_row(ENDLESS, [], |_| Ok(())).map_err(SqlError::from);
        guarded(database, limit, |_| cancelled, work).unwrap_err()
    }

    #[test]
    fn a_statement_without_end_is_ended() {
        assert!(matches!(endless(Duration::from_millis(60), false), Guarded::TimedOut));
        assert!(matches!(endless(Duration::from_mins(10), true), Guarded::Cancelled));
    }

    #[test]
    fn what_succeeds_in_time_is_given_back() {
        let database = Connection::open_in_memory().unwrap();
        let work = |database: Connection, _: &AtomicU64| Ok::<_, SqlError>(database.query_row("SELECT 7", [], |row| row.get(0))?);
        let seven: i64 = guarded(database, Duration::from_mins(10), |_| false, work).unwrap();
        assert_eq!(seven, 7);
    }
}
