//! The tables of the two files, by version.
//!
//! A file says whose it is by its `application_id` and how old it is by its `user_version`. A new version adds a step at
//! the end of the list; a step that has been released never changes.

use rusqlite::Transaction;

use crate::tasks;

/// The version that this program writes, of both files.
pub(super) const VERSION: u32 = 4;

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Identity data and committed outcomes.
    Data,
    /// History, locks, events, kept plans.
    Runs,
}

/// What the engine keeps beside the identity data: written in the transaction of the task's effect.
const DATA_1: &str = "
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE task_outcome(
        run INTEGER NOT NULL,
        task TEXT NOT NULL,
        state TEXT NOT NULL,
        counters TEXT NOT NULL,
        message TEXT,
        ended INTEGER NOT NULL,
        list TEXT,  -- of a blocked task: the change list that waits for approval
        PRIMARY KEY (run, task)
    ) STRICT, WITHOUT ROWID;
";

const RUNS_1: &str = "
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE plan(digest TEXT PRIMARY KEY, body TEXT NOT NULL, kept INTEGER NOT NULL) STRICT;
    CREATE TABLE run(
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        plan TEXT NOT NULL REFERENCES plan(digest),
        selection TEXT NOT NULL,
        context TEXT NOT NULL,  -- where the caller found settings and data, as JSON
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        started INTEGER NOT NULL,
        ended INTEGER,
        milliseconds INTEGER,
        cancel INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE task_run(
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        task TEXT NOT NULL,
        element TEXT NOT NULL,
        level INTEGER NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        message TEXT,
        counters TEXT NOT NULL DEFAULT '{}',
        started INTEGER,
        ended INTEGER,
        milliseconds INTEGER,
        PRIMARY KEY (run, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE event(
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (run, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE lock(
        resource TEXT PRIMARY KEY,
        run INTEGER NOT NULL,
        pid INTEGER NOT NULL,
        incarnation TEXT NOT NULL,
        since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE approval(
        run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,
        task TEXT NOT NULL,
        list TEXT NOT NULL,
        who TEXT NOT NULL,
        at INTEGER NOT NULL,
        reason TEXT NOT NULL,
        PRIMARY KEY (run, task)
    ) STRICT, WITHOUT ROWID;
";

impl Part {
    /// The number in the file's header, four letters: `JWst`, `JWru`.
    pub(super) fn application_id(self) -> u32 {
        match self {
            Self::Data => u32::from_be_bytes(*b"JWst"),
            Self::Runs => u32::from_be_bytes(*b"JWru"),
        }
    }

    /// The version that this program writes.
    pub(super) fn version(self) -> u32 {
        match self {
            Self::Data | Self::Runs => VERSION,
        }
    }

    /// Brings the tables from version `from` (0: an empty file) to the present one. Version 2 adds what the role model says
    /// and what became of it, version 3 since when links wait for their resources, version 4 that a task may be granted.
    pub(super) fn migrate(self, transaction: &Transaction<'_>, from: u32) -> rusqlite::Result<()> {
        if from < 1 {
            transaction.execute_batch(match self {
                Self::Data => DATA_1,
                Self::Runs => RUNS_1,
            })?;
        }
        if self == Self::Data {
            tasks::migrate_identity(transaction)?;
        }
        transaction.pragma_update(None, "user_version", self.version())
    }
}
