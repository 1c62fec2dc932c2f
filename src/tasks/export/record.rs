//! What the store knows of the last export of a connection.
//!
//! A file gets its place before the record of it is committed. A run that is killed between leaves a file that another
//! record is of, so a note beside the file says of which export it is, and gets its place before the file. Where note and
//! record differ, nothing is known of the file. A copy of the work files keeps both.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use tempfile::NamedTempFile;

use crate::tasks::TaskError;
use crate::tasks::prepare::persist;

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
}

impl ExportRecord {
    /// That of a connection, if it was exported.
    pub(in crate::tasks) fn of(store: &Connection, connection: &str) -> Result<Option<Self>, TaskError> {
        let sql = "SELECT hash, delta, source, skipped FROM export WHERE connection = ?1";
        let row = store.query_row(sql, [connection], |row| {
            let skipped = row.get::<_, i64>(3)?.unsigned_abs();
            Ok(Self { hash: row.get(0)?, delta: row.get(1)?, source: row.get(2)?, skipped })
        });
        Ok(row.optional()?)
    }

    /// Records the export of a connection.
    pub(super) fn save(&self, store: &Connection, connection: &str) -> Result<(), TaskError> {
        let sql = "INSERT OR REPLACE INTO export VALUES (?1, ?2, ?3, ?4, ?5)";
        store.execute(sql, params![connection, self.hash, self.delta, self.source, self.skipped.cast_signed()])?;
        Ok(())
    }

    /// Whether it is the record of this file. Earlier versions wrote no notes, and are believed.
    pub(in crate::tasks) fn is_of(&self, file: &Path) -> bool {
        match std::fs::read_to_string(beside(file)) {
            Ok(said) => std::fs::metadata(file).is_ok_and(|data| said == note(&self.hash, data.len())),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}

/// Where the note of a file lies.
fn beside(file: &Path) -> PathBuf {
    file.with_extension("hash")
}

fn note(hash: &str, length: u64) -> String {
    format!("{hash} {length}\n")
}

/// Says of which export the file will be that is about to get this place, and how long. Nothing is flushed: a note that a power
/// cut spoils fits no record.
pub(super) fn announce(file: &Path, hash: &str, length: u64) -> io::Result<()> {
    let mut draft = NamedTempFile::new_in(file.parent().unwrap_or(Path::new("")))?;
    draft.write_all(note(hash, length).as_bytes())?;
    draft.persist(beside(file)).map_err(|error| error.error)?;
    Ok(())
}

/// Gives a file of an export its place.
pub(super) fn put(mut output: BufWriter<NamedTempFile>, target: &Path, hash: &str) -> io::Result<()> {
    output.flush()?;
    announce(target, hash, output.get_ref().as_file().metadata()?.len())?;
    persist(output, target)
}
