//! What the store knows of the last export of a connection.
//!
//! A file gets its place before the record of it is committed. A run that is killed between leaves a file that another
//! record is of, so a record holds what tells the files it is of from all others.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use crate::tasks::TaskError;
use crate::tasks::prepare::Stamp;

/// The last export of a connection.
pub(in crate::tasks) struct ExportRecord {
    /// Of what was read.
    pub(in crate::tasks) hash: String,
    /// Whether that were changes only.
    pub(in crate::tasks) delta: bool,
    /// Where it was read; empty where rows have no lines there.
    pub(in crate::tasks) source: String,
    /// Lines before the header.
    pub(in crate::tasks) skipped: u64,
    /// The stamps of the files that were written, if they are known.
    files: Option<String>,
}

impl ExportRecord {
    /// Of files of which there is nothing but changes, or nothing but all.
    pub(super) fn new(hash: String, delta: bool, source: String, skipped: u64) -> Self {
        Self { hash, delta, source, skipped, files: None }
    }

    /// That of a connection, if it was exported.
    pub(in crate::tasks) fn of(store: &Connection, connection: &str) -> Result<Option<Self>, TaskError> {
        let sql = "SELECT hash, delta, source, skipped FROM export WHERE connection = ?1";
        let row = store.query_row(sql, [connection], |row| {
            Ok(Self {
                hash: row.get(0)?,
                delta: row.get(1)?,
                source: row.get(2)?,
                skipped: row.get::<_, i64>(3)?.unsigned_abs(),
                files: None,
            })
        });
        Ok(row.optional()?.map(|record| match record.hash.split_once(' ') {
            Some((hash, files)) => Self { hash: hash.to_owned(), files: Some(files.to_owned()), ..record },
            None => record,
        }))
    }

    /// Records the export of a connection, whose files have their places.
    pub(super) fn save<'f>(
        &self,
        store: &Connection,
        connection: &str,
        files: impl IntoIterator<Item = &'f Path>,
    ) -> Result<(), TaskError> {
        let stamps: Vec<_> = files.into_iter().filter_map(Stamp::at).map(|stamp| stamp.to_string()).collect();
        let hash = format!("{} {}", self.hash, stamps.join(" "));
        let sql = "INSERT OR REPLACE INTO export VALUES (?1, ?2, ?3, ?4, ?5)";
        store.execute(sql, params![connection, hash, self.delta, self.source, self.skipped.cast_signed()])?;
        Ok(())
    }

    /// Whether it is the record of this file. Versions that recorded no stamps are believed.
    pub(in crate::tasks) fn is_of(&self, file: &Path) -> bool {
        let Some(files) = &self.files else { return true };
        Stamp::at(file).is_some_and(|stamp| files.split(' ').any(|known| known == stamp.to_string()))
    }
}
