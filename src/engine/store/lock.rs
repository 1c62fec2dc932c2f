//! Locks: a job is run by one process at a time.
//!
//! A lock is a row that names the process by number and incarnation. It outlives a crash and is taken over at once when
//! its holder is dead; no time-out decides.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::engine::clock::Timestamp;
use crate::engine::process::{Holder, Processes};
use crate::tasks::RunId;

/// A lock somebody holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) run: RunId,
    pub(super) holder: Holder,
    pub(super) since: Timestamp,
}

/// The name under which a job is locked.
pub(super) fn of_job(job: &str) -> String {
    format!("job:{}", job.to_lowercase())
}

/// Takes the lock for a run; gives back the holder that still lives, if there is one.
pub(super) fn take(
    transaction: &Transaction<'_>,
    resource: &str,
    run: RunId,
    processes: &dyn Processes,
) -> rusqlite::Result<Result<(), Held>> {
    if let Some(held) = held(transaction, resource)?
        && held.holder.lives(processes)
    {
        return Ok(Err(held));
    }
    let this = Holder::this(processes);
    transaction.execute(
        "INSERT OR REPLACE INTO lock VALUES (?1, ?2, ?3, ?4, ?5)",
        params![resource, run.0, this.pid, this.incarnation, Timestamp::now().0],
    )?;
    Ok(Ok(()))
}

/// Gives the lock back.
pub(super) fn give_back(transaction: &Transaction<'_>, resource: &str, run: RunId) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM lock WHERE resource = ?1 AND run = ?2", params![resource, run.0]).map(|_| ())
}

/// A lock whose holder lives, if there is one.
pub(super) fn living(connection: &rusqlite::Connection, processes: &dyn Processes) -> rusqlite::Result<Option<Held>> {
    let mut statement = connection.prepare("SELECT run, pid, incarnation, since FROM lock ORDER BY resource")?;
    let held: Vec<Held> = statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?;
    Ok(held.into_iter().find(|held| held.holder.lives(processes)))
}

/// Who holds the lock, alive or dead.
pub(super) fn held(connection: &rusqlite::Connection, resource: &str) -> rusqlite::Result<Option<Held>> {
    connection.query_row("SELECT run, pid, incarnation, since FROM lock WHERE resource = ?1", [resource], read).optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Held> {
    Ok(Held {
        run: RunId(row.get(0)?),
        holder: Holder { pid: row.get(1)?, incarnation: row.get(2)? },
        since: Timestamp(row.get(3)?),
    })
}
