//! Pruning: a store forgets its old runs.

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{Filter, Store, lock};
use crate::engine::error::EngineError;
use crate::engine::log;
use crate::engine::process::Processes;
use crate::tasks::RunId;

impl Store {
    /// Forgets all but the latest `keep` runs, with their events, logs, committed outcomes and plans nobody needs any
    /// more; gives back their numbers. A run that goes on is kept, and so is the latest run of each job: it may have to
    /// be continued.
    pub fn prune(&self, keep: usize, processes: &dyn Processes) -> Result<Vec<RunId>, EngineError> {
        let failed = |error| self.runs_error(error);
        let mut seen = Vec::new();
        let mut old = Vec::new();
        for (index, record) in self.history(&Filter::default(), processes)?.into_iter().enumerate() {
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
}
