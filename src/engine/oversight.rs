//! What is asked about runs, and done to them, by others than the process that works on them.

use std::collections::BTreeMap;

use super::external;
use super::process::System;
use super::selection;
use super::state::{JobState, TaskState};
use super::store::{Filter, RunDetail, RunRecord};
use super::{Engine, EngineError};
use crate::plan::Plan;
use crate::tasks::{ChangeList, RunId};

/// What a request to end a run has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// The process that works on it was asked, perhaps not for the first time; those tasks run.
    Asked {
        /// Whether it was asked before.
        before: bool,
        /// The tasks that finish first.
        running: Vec<String>,
    },
    /// Nobody works on it; the programs of those tasks were ended.
    Ended(Vec<String>),
}

impl Engine {
    /// All runs, the latest first.
    pub fn runs(&self) -> Result<Vec<RunRecord>, EngineError> {
        self.find_runs(&Filter::default())
    }

    /// The runs that were asked for, the latest first.
    pub fn find_runs(&self, filter: &Filter) -> Result<Vec<RunRecord>, EngineError> {
        self.store.history(filter, &System)
    }

    /// What the caller kept with a run, see [`RunOptions::context`]; of the run to continue where none is named.
    pub fn context(&self, run: Option<RunId>) -> Result<BTreeMap<String, String>, EngineError> {
        let run = run.map_or_else(|| self.store.last_unfinished(&System), Ok)?;
        self.store.context(run)
    }

    /// The plan and the job of a run, or of the last unfinished one.
    pub fn continued(&self, run: Option<RunId>) -> Result<(Plan, String), EngineError> {
        let run = run.map_or_else(|| self.store.last_unfinished(&System), Ok)?;
        let known = self.store.detail(run, &System)?.run;
        Ok((self.store.plan(&known.plan)?, known.job))
    }

    /// One run with its tasks.
    pub fn show(&self, run: RunId) -> Result<RunDetail, EngineError> {
        self.store.detail(run, &System)
    }

    /// What has happened in a run, one JSON object a line.
    pub fn events(&self, run: RunId) -> Result<Vec<String>, EngineError> {
        self.store.log(run)
    }

    /// The change lists of a run that wait for approval, or for the run to go on, with the tasks that hold them back;
    /// with `rows` each of their changes.
    pub fn change_lists(&self, run: RunId, rows: bool) -> Result<Vec<(String, ChangeList)>, EngineError> {
        let mut lists = Vec::new();
        for (task, outcome) in self.store.outcomes(run)? {
            let Some(name) = outcome.list.filter(|_| outcome.state == TaskState::Blocked) else { continue };
            lists.extend(self.store.ask(|data| crate::tasks::change_list(data, &name, rows))?.map(|list| (task, list)));
        }
        Ok(lists)
    }

    /// Forgets all but the latest `keep` runs; see [`Store::prune`].
    pub fn prune(&self, keep: usize) -> Result<Vec<RunId>, EngineError> {
        self.store.check_writable()?;
        self.store.prune(keep, &System)
    }

    /// Writes down that this process works on the job no more, where a run of it has failed and could not: the disk was full.
    /// Gives the run back, if it has left one.
    pub fn abandon(&self, job: &str) -> Result<Option<RunId>, EngineError> {
        self.store.check_writable()?;
        self.store.abandon(job, &System)
    }

    /// Asks the process that works on the run to end it; the running task finishes. Of a run that nobody works on, ends
    /// the programs that it has left.
    pub fn cancel(&self, run: RunId) -> Result<Cancelled, EngineError> {
        let detail = self.store.detail(run, &System)?;
        let state = detail.run.state;
        if state == JobState::Running {
            self.store.check_writable()?;
            let before = self.store.cancel_requested(run)?;
            self.store.request_cancel(run)?;
            let running =
                detail.tasks.into_iter().filter(|task| task.state == TaskState::Running).map(|task| task.task).collect();
            return Ok(Cancelled::Asked { before, running });
        }
        let ended = external::end_left_overs(self.store.work(), run, &detail.tasks)?;
        if ended.is_empty() { Err(EngineError::NotRunning { run, state }) } else { Ok(Cancelled::Ended(ended)) }
    }

    /// Consents to the changes of a blocked task, which `resume` then applies.
    pub fn approve(&self, run: RunId, task: &str, reason: &str) -> Result<(), EngineError> {
        let detail = self.store.detail(run, &System)?;
        let found = detail.tasks.iter().find(|record| selection::same(&record.task, task));
        let record = found.ok_or_else(|| {
            EngineError::unknown_task(&detail.run.job, task, detail.tasks.iter().map(|record| record.task.as_str()))
        })?;
        let outcome = self.store.outcomes(run)?.remove(&record.task);
        let Some(list) = outcome.filter(|outcome| outcome.state == TaskState::Blocked).and_then(|outcome| outcome.list) else {
            return Err(EngineError::NotBlocked { run, task: record.task.clone(), state: record.state });
        };
        if self.store.ask(|data| crate::tasks::is_gone(data, &list))? {
            return Err(EngineError::ListGone { run, task: record.task.clone(), list });
        }
        self.store.check_writable()?;
        self.store.record_approval(run, &record.task, &list, &person(), reason)
    }
}

/// Who works here: the name that the environment has, else the number of the user.
pub fn person() -> String {
    let named = ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
    named.filter(|name| !name.is_empty()).unwrap_or_else(number)
}

#[cfg(unix)]
fn number() -> String {
    format!("user {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn number() -> String {
    "somebody".to_owned()
}
