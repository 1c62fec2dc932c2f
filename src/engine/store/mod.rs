//! The store: two `SQLite` files and a folder of work files.
//!
//! `store.db` holds the identity data and the committed outcome of each task, written in the transaction of the task's
//! effect; `store-runs.db` holds what is about runs, in short transactions. Nothing relies on a transaction across
//! both: where they disagree, the committed outcome is right, and [`Store::resume`] and the history act on it.

mod backup;
mod check;
mod file;
mod filter;
mod history;
mod lock;
mod outcome;
mod plans;
mod private;
mod prune;
mod runs;
mod schema;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::EngineError;
use schema::Part;

pub use check::Checked;
pub use file::peek;
pub use filter::Filter;
pub(super) use history::count;
pub use history::{Approval, RunDetail, RunRecord, TaskRecord};
pub(super) use outcome::{Outcome, commit_outcome};
pub(super) use runs::End;

/// The version of the stores that this program writes.
#[cfg(test)]
pub(super) const PRESENT_VERSION: u32 = schema::VERSION;

/// What the two files bear in their headers.
#[cfg(test)]
pub(super) fn application_ids() -> [u32; 2] {
    [Part::Data.application_id(), Part::Runs.application_id()]
}

/// Where a store is looked for when none is named.
pub const DEFAULT_STORE: &str = ".jobwright/store.db";

/// An open store.
pub struct Store {
    data_file: PathBuf,
    runs_file: PathBuf,
    work: PathBuf,
    data: Connection,
    runs: Connection,
}

impl Store {
    /// Opens the store whose identity data is `file`; creates it where there is none and `create` says so.
    pub fn open(file: &Path, create: bool) -> Result<Self, EngineError> {
        let runs_file = second_file(file);
        let data =
            if create { file::open_or_create(file, Part::Data, &new_name())? } else { file::open_existing(file, Part::Data)? };
        let store = name_of(&data, file)?;
        let runs = file::open_or_create(&runs_file, Part::Runs, &store)?;
        if name_of(&runs, &runs_file)? != store {
            return Err(EngineError::Unpaired { data: file.to_owned(), runs: runs_file });
        }
        let work = work_folder(file);
        if create {
            // Where nothing can be written, whoever needs the folder says so.
            let _ = private::folder(&work);
        }
        Ok(Self { data_file: file.to_owned(), runs_file, work, data, runs })
    }

    /// The folder of work files: exports, sorted files, logs of runs.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// The file of identity data.
    pub fn data_file(&self) -> &Path {
        &self.data_file
    }

    /// A connection of its own to the identity data, for the thread that executes tasks.
    pub(super) fn connect(&self) -> Result<Connection, EngineError> {
        file::open_existing(&self.data_file, Part::Data)
    }

    /// Asks the identity data something.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, EngineError> {
        question(&self.data).map_err(|error| self.data_error(error))
    }

    /// Refuses a store that cannot be written, before a run begins.
    pub(super) fn check_writable(&self) -> Result<(), EngineError> {
        for (connection, file) in [(&self.data, &self.data_file), (&self.runs, &self.runs_file)] {
            if connection.is_readonly("main").map_err(|error| EngineError::database(file, error))? {
                return Err(file::why_unwritable(file));
            }
        }
        Ok(())
    }

    fn runs_error(&self, error: rusqlite::Error) -> EngineError {
        EngineError::database(&self.runs_file, error)
    }

    fn data_error(&self, error: rusqlite::Error) -> EngineError {
        EngineError::database(&self.data_file, error)
    }

    fn content_error(&self, what: &str, detail: &dyn ToString) -> EngineError {
        EngineError::Content { file: self.runs_file.clone(), what: what.to_owned(), detail: detail.to_string() }
    }
}

/// The file of the history that belongs to a file of identity data.
fn second_file(data: &Path) -> PathBuf {
    beside(data, "-runs.db")
}

/// The folder of work files that belongs to a file of identity data.
pub(super) fn work_folder(data: &Path) -> PathBuf {
    beside(data, "-work")
}

fn beside(data: &Path, ending: &str) -> PathBuf {
    let mut name = data.file_stem().unwrap_or_default().to_owned();
    name.push(ending);
    data.with_file_name(name)
}

/// A name that no other store bears, by which the two files know each other.
fn new_name() -> String {
    format!("{:016x}{:016x}", RandomState::new().hash_one(1), RandomState::new().hash_one(2))
}

fn name_of(connection: &Connection, file: &Path) -> Result<String, EngineError> {
    connection
        .query_row("SELECT value FROM meta WHERE key = 'store'", [], |row| row.get(0))
        .map_err(|error| EngineError::database(file, error))
}
