//! Committed outcomes: what stands in `store.db` beside the effect of a task.

use std::collections::BTreeMap;

use rusqlite::{Transaction, TransactionBehavior, params};

use super::{Approval, Store};
use crate::engine::clock::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::failpoint;
use crate::engine::state::TaskState;
use crate::tasks::RunId;

/// How a task ended, with what it counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Completed, unchanged, blocked or warning.
    pub state: TaskState,
    /// By name.
    pub counters: BTreeMap<String, u64>,
    /// One line.
    pub message: Option<String>,
    /// When it was committed.
    pub ended: Timestamp,
    /// Of a blocked task: the change list that waits for approval.
    pub list: Option<String>,
}

impl Outcome {
    /// The approved change list, of a blocked task that somebody approved. An approval holds for the list that it was
    /// given for, and for no later one.
    pub(crate) fn approved(&self, task: &str, approvals: &[Approval]) -> Option<&str> {
        let list = self.list.as_deref().filter(|_| self.state == TaskState::Blocked)?;
        approvals.iter().any(|approval| approval.task == task && approval.list == list).then_some(list)
    }

    /// Whether the task is blocked and nobody has approved its list.
    pub(crate) fn waits(&self, task: &str, approvals: &[Approval]) -> bool {
        self.state == TaskState::Blocked && self.approved(task, approvals).is_none()
    }
}

/// Writes the outcome into the transaction that holds the effect.
pub(crate) fn commit_outcome(transaction: &Transaction<'_>, run: RunId, task: &str, outcome: &Outcome) -> rusqlite::Result<()> {
    let counters = serde_json::to_string(&outcome.counters).unwrap_or_else(|_| "{}".to_owned());
    transaction
        .prepare_cached("INSERT OR REPLACE INTO task_outcome VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![run.0, task, outcome.state.name(), counters, outcome.message, outcome.ended.0, outcome.list])
        .map(|_| ())
}

impl Store {
    /// The committed outcomes of a run, by task.
    pub(crate) fn outcomes(&self, run: RunId) -> Result<BTreeMap<String, Outcome>, EngineError> {
        let rows = || -> rusqlite::Result<Vec<_>> {
            let mut statement = self.data.prepare_cached(
                "SELECT task, state, counters, message, ended, list FROM task_outcome WHERE run = ?1 ORDER BY task",
            )?;
            statement
                .query_map([run.0], |row| {
                    let texts: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                    Ok((texts, row.get(3)?, row.get(4)?, row.get(5)?))
                })?
                .collect()
        };
        let mut outcomes = BTreeMap::new();
        for ((task, state, counters), message, ended, list) in rows().map_err(|error| self.data_error(error))? {
            let state = TaskState::named(&state).ok_or_else(|| self.content_error("a task's outcome", &state))?;
            let counters = serde_json::from_str(&counters).unwrap_or_default();
            outcomes.insert(task, Outcome { state, counters, message, ended: Timestamp(ended), list });
        }
        Ok(outcomes)
    }

    /// Forgets the outcomes of tasks that the run is to do again.
    pub(crate) fn take_back(&self, run: RunId, tasks: &[&str]) -> Result<(), EngineError> {
        if tasks.is_empty() {
            return Ok(());
        }
        let delete = || -> rusqlite::Result<()> {
            let transaction = Transaction::new_unchecked(&self.data, TransactionBehavior::Immediate)?;
            for task in tasks {
                transaction.execute("DELETE FROM task_outcome WHERE run = ?1 AND task = ?2", params![run.0, task])?;
            }
            failpoint::reach();
            transaction.commit()?;
            failpoint::reach();
            Ok(())
        };
        delete().map_err(|error| self.data_error(error))
    }

    /// Writes the outcome of a task of which nobody saw the end.
    pub(crate) fn settle(&self, run: RunId, task: &str, outcome: &Outcome) -> Result<(), EngineError> {
        let write = || -> rusqlite::Result<()> {
            let transaction = Transaction::new_unchecked(&self.data, TransactionBehavior::Immediate)?;
            commit_outcome(&transaction, run, task, outcome)?;
            transaction.commit()
        };
        write().map_err(|error| self.data_error(error))
    }

    /// The greatest run number that the identity data knows: a history that was lost must not give it out again.
    pub(super) fn last_run_of_data(&self) -> Result<i64, EngineError> {
        self.data
            .query_row("SELECT coalesce(max(run), 0) FROM task_outcome", [], |row| row.get(0))
            .map_err(|error| self.data_error(error))
    }
}
