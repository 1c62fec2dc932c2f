//! The life of a store: pruning old runs, checking, backing up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{Store, lock, second_file};
use crate::engine::error::EngineError;
use crate::engine::log;
use crate::engine::process::Processes;
use crate::tasks::RunId;

/// Pages copied at a time by a backup, between which writers get their turn.
const PAGES: i32 = 256;

impl Store {
    /// Forgets all but the latest `keep` runs, with their events, logs, committed outcomes and plans nobody needs any
    /// more; gives back their numbers. A run that goes on is kept, and so is the latest run of each job: it may have to
    /// be continued.
    pub fn prune(&self, keep: usize, processes: &dyn Processes) -> Result<Vec<RunId>, EngineError> {
        let failed = |error| self.runs_error(error);
        let mut seen = Vec::new();
        let mut old = Vec::new();
        for (index, record) in self.history(processes)?.into_iter().enumerate() {
            let resource = lock::of_job(&record.job);
            let latest = !seen.contains(&resource);
            if latest {
                seen.push(resource);
            }
            if index >= keep && !latest && record.state != crate::engine::JobState::Running {
                old.push(RunId(record.id));
            }
        }
        let transaction = Transaction::new_unchecked(&self.runs, TransactionBehavior::Immediate).map_err(failed)?;
        for run in &old {
            transaction.execute("DELETE FROM run WHERE id = ?1 AND state <> 'running'", [run.0]).map_err(failed)?;
        }
        transaction.execute("DELETE FROM plan WHERE digest NOT IN (SELECT plan FROM run)", []).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        for run in &old {
            if let Some(folder) = log::path_of(&self.work, *run).parent() {
                // A log that stays costs room, not truth.
                let _ = std::fs::remove_dir_all(folder);
            }
        }
        self.prune_outcomes()?;
        Ok(old)
    }

    /// Forgets the outcomes of runs that the history does not know, but never those of the newest: its number must not
    /// be given out twice.
    fn prune_outcomes(&self) -> Result<(), EngineError> {
        let read = || -> rusqlite::Result<Vec<i64>> {
            self.runs.prepare("SELECT id FROM run ORDER BY id")?.query_map([], |row| row.get(0))?.collect()
        };
        let known = read().map_err(|error| self.runs_error(error))?;
        let Some(newest) = known.last() else { return Ok(()) };
        let listed = known.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        self.data
            .execute(&format!("DELETE FROM task_outcome WHERE run < ?1 AND run NOT IN ({listed})"), params![newest])
            .map(|_| ())
            .map_err(|error| self.data_error(error))
    }

    /// Looks through both files for damage.
    pub fn check(&self) -> Result<(), EngineError> {
        for (connection, file) in [(&self.data, &self.data_file), (&self.runs, &self.runs_file)] {
            let look = |sql: &str| -> rusqlite::Result<Vec<String>> {
                let mut statement = connection.prepare(sql)?;
                statement.query_map([], |row| row.get(0))?.collect()
            };
            let failed = |error| EngineError::database(file, error);
            let mut findings = look("PRAGMA integrity_check(20)").map_err(failed)?;
            findings.retain(|finding| finding != "ok");
            findings.extend(
                look("SELECT DISTINCT \"table\" || ' has a row without its parent' FROM pragma_foreign_key_check")
                    .map_err(failed)?,
            );
            if !findings.is_empty() {
                return Err(EngineError::Inconsistent { file: file.clone(), findings });
            }
        }
        Ok(())
    }

    /// Copies both files as they are at one moment each, also while a run goes on, which is interrupted in the copy; the
    /// history first, so that every outcome it tells of is in the copy of the data. Gives back the files made.
    pub fn backup(&self, to: &Path) -> Result<[PathBuf; 2], EngineError> {
        let runs = second_file(to);
        for file in [to, &runs] {
            if file.exists() {
                return Err(EngineError::Exists { file: file.to_owned() });
            }
        }
        copy(&self.runs, &runs, "DELETE FROM lock")?;
        copy(&self.data, to, "")?;
        Ok([to.to_owned(), runs])
    }
}

/// Copies a database, then tidies up the copy.
fn copy(from: &Connection, to: &Path, tidy: &str) -> Result<(), EngineError> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(|error| EngineError::io(folder, "created", error))?;
    }
    let copied = || -> rusqlite::Result<()> {
        let mut target = Connection::open(to)?;
        Backup::new(from, &mut target)?.run_to_completion(PAGES, Duration::from_millis(5), None)?;
        target.execute_batch(tidy)
    };
    copied().map_err(|error| EngineError::database(to, error))
}
