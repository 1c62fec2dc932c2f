//! The identity part of the store: resources, links, their history, and what the tasks remember between runs.
//!
//! History is told in moments: one number per task that wrote, from one counter, with the wall-clock time kept beside
//! it. Content therefore never depends on when something ran.

mod clock;
mod digest;
mod layout;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{RunId, TaskError};

pub use clock::now;
pub use digest::content_digest;
pub(crate) use digest::hex;
pub use layout::Layout;

/// Version of the identity tables.
const VERSION: i64 = 1;

/// Creates the identity tables of a store, or brings those of an older version up to date.
pub fn migrate_identity(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    // Up to version 2 of the store nothing told since when a link waits.
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'orphan')
               AND NOT EXISTS (SELECT 1 FROM pragma_table_info('orphan') WHERE name = 'since')";
    let dateless = transaction.query_row(sql, [], |row| row.get::<_, bool>(0))?;
    if dateless {
        transaction.execute_batch("CREATE TABLE dateless_orphan AS SELECT * FROM orphan; DROP TABLE orphan")?;
    }
    transaction.execute_batch(include_str!("schema.sql"))?;
    if dateless {
        transaction.execute_batch(
            "INSERT INTO orphan SELECT association, first, second, 0 FROM dateless_orphan; DROP TABLE dateless_orphan",
        )?;
    }
    transaction.execute_batch(include_str!("assignments.sql"))?;
    transaction.execute("INSERT OR IGNORE INTO identity_meta VALUES ('version', ?1)", [VERSION])?;
    Ok(())
}

/// What was done to a resource or a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// It is new.
    Insert = 1,
    /// Its values changed.
    Update = 2,
    /// It is gone.
    Delete = 3,
}

impl Command {
    /// As written in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Draws the next moment of the store for a run.
pub fn next_moment(connection: &Connection, run: RunId) -> Result<i64, TaskError> {
    connection.execute("INSERT INTO moment (run, at) VALUES (?1, ?2)", params![run.0, now()])?;
    Ok(connection.last_insert_rowid())
}

/// When a moment was, in milliseconds since 1970.
pub(crate) fn moment_time(connection: &Connection, moment: i64) -> Result<i64, TaskError> {
    Ok(connection.query_row("SELECT at FROM moment WHERE seq = ?1", [moment], |row| row.get(0))?)
}

/// The first moment of a run; a version that began later in the run is amended, not kept as history.
pub fn first_moment(connection: &Connection, run: RunId) -> Result<i64, TaskError> {
    let first =
        connection.query_row("SELECT min(seq) FROM moment WHERE run = ?1", [run.0], |row| row.get::<_, Option<i64>>(0))?;
    Ok(first.unwrap_or(i64::MAX))
}

/// The number of an association in the store, given on first use.
pub fn association_number(connection: &Connection, name: &str) -> Result<i64, TaskError> {
    connection.execute("INSERT OR IGNORE INTO association (name) VALUES (?1)", [name])?;
    Ok(connection.query_row("SELECT id FROM association WHERE name = ?1", [name], |row| row.get(0))?)
}

/// The moment up to which a consumer has seen the modified resources of an entity type.
pub fn watermark(connection: &Connection, consumer: &str, entity_type: i64) -> Result<i64, TaskError> {
    let seq = connection
        .prepare_cached("SELECT seq FROM watermark WHERE consumer = ?1 AND type = ?2")?
        .query_row(params![consumer, entity_type], |row| row.get(0))
        .optional()?;
    Ok(seq.unwrap_or(0))
}

/// Sets a watermark to now: everything flagged so far has been seen.
pub fn set_watermark(connection: &Connection, consumer: &str, entity_type: i64) -> Result<(), TaskError> {
    connection.execute(
        "INSERT OR REPLACE INTO watermark VALUES (?1, ?2, (SELECT ifnull(max(seq), 0) FROM moment))",
        params![consumer, entity_type],
    )?;
    Ok(())
}
