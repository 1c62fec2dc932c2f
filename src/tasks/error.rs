//! Why a task failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::connectors::ldap::LdapFailure;

/// Why a task failed, with the place in the data where there is one.
///
/// The engine makes *errored* of it, or *warning* where the task's failure is tolerated.
#[derive(Debug, thiserror::Error)]
pub struct TaskError {
    /// What is wrong, with the names involved.
    pub message: String,
    /// The data file.
    pub file: Option<PathBuf>,
    /// Line of the data file, from 1.
    pub row: Option<u64>,
    /// What to do.
    pub help: Option<String>,
    /// What the system or the database said.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TaskError {
    /// A failure without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), file: None, row: None, help: None, source: None }
    }

    /// In a data file.
    #[must_use]
    pub fn file(mut self, file: &Path) -> Self {
        self.file = Some(file.to_path_buf());
        self
    }

    /// At a line of it, from 1.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.row = Some(row);
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A file that could not be read or written.
    pub fn io(what: &str, file: &Path, source: io::Error) -> Self {
        Self { source: Some(Box::new(source)), ..Self::new(what).file(file) }
    }

    /// Something in the store cannot be read.
    pub fn damaged(what: &str) -> Self {
        Self::new(format!("the store holds something unreadable for {what}"))
            .help("look for the damage: `jobwright store check`; put a backup in its place where there is any")
    }

    /// The plan lacks what a part of it names.
    pub fn not_in_plan(what: &str, id: &str) -> Self {
        Self::new(format!("the plan has no {what} {id}"))
            .help("`jobwright check` shows what names it; then compile the plan again")
    }

    /// The run is being cancelled; nothing of the task's work is kept.
    pub fn cancelled() -> Self {
        Self::new("cancelled before it was done")
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(formatter, "{}", file.display())?;
            if let Some(row) = self.row {
                write!(formatter, ", row {row}")?;
            }
            formatter.write_str(": ")?;
        }
        formatter.write_str(&self.message)?;
        if let Some(source) = &self.source {
            write!(formatter, ": {source}")?;
        }
        if let Some(help) = &self.help {
            write!(formatter, " ({help})")?;
        }
        Ok(())
    }
}

impl From<rusqlite::Error> for TaskError {
    fn from(source: rusqlite::Error) -> Self {
        Self { source: Some(Box::new(source)), ..Self::new("the store could not be read or written") }
    }
}

impl From<io::Error> for TaskError {
    fn from(source: io::Error) -> Self {
        Self { source: Some(Box::new(source)), ..Self::new("a work file could not be read or written") }
    }
}

impl From<LdapFailure> for TaskError {
    fn from(failure: LdapFailure) -> Self {
        let error = Self::new(failure.to_string());
        match failure.help() {
            Some(help) => error.help(help),
            None => error,
        }
    }
}
