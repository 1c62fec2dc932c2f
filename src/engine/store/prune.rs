//! Pruning: a store forgets its old runs.

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{Filter, Store, lock};
use crate::engine::error::EngineError;
use crate::engine::log;
use crate::engine::process::Processes;
use crate::engine::state::{JobState, TaskState};
use crate::tasks::RunId;

impl Store {
    /// Forgets all but the latest `keep` runs, with their events, logs, committed outcomes and plans nobody needs any
    /// more; gives back their numbers. A run that goes on is kept, and so is the latest run of each job, which may have to
    /// be continued, and one whose changes wait for approval.
    pub fn prune(&self, keep: usize, processes: &dyn Processes) -> Result<Vec<RunId>, EngineError> {
        let failed = |error| self.runs_error(error);
        let mut seen = Vec::new();
        let mut old = Vec::new();
        for (index, record) in self.history(&Filter::default(), processes)?.into_iter().enumerate() {
            let resource = lock::of_job(&record.job);
            if !seen.contains(&resource) {
                seen.push(resource);
            } else if index >= keep && record.state != JobState::Running && !self.holds_back(RunId(record.id))? {
                old.push((RunId(record.id), resource));
            }
        }
        let transaction = Transaction::new_unchecked(&self.runs, TransactionBehavior::Immediate).map_err(failed)?;
        // Somebody may have taken one up again since it was looked at. One that a crash ended still says that it runs.
        let is_free = |(run, resource): (RunId, String)| -> rusqlite::Result<Option<RunId>> {
            let held = lock::held(&transaction, &resource)?;
            Ok((!held.is_some_and(|held| held.run == run && held.holder.lives(processes))).then_some(run))
        };
        let old =
            old.into_iter().filter_map(|old| is_free(old).transpose()).collect::<rusqlite::Result<Vec<_>>>().map_err(failed)?;
        for run in &old {
            transaction.execute("DELETE FROM run WHERE id = ?1", [run.0]).map_err(failed)?;
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

    /// Whether changes of the run wait for approval, which nobody could give any more: their connector would stay blocked.
    fn holds_back(&self, run: RunId) -> Result<bool, EngineError> {
        let lists = self.outcomes(run)?.into_values().filter(|outcome| outcome.state == TaskState::Blocked);
        for list in lists.filter_map(|outcome| outcome.list) {
            if self.ask(|data| crate::tasks::change_list(data, &list, false))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
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
