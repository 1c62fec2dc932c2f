//! The embedded tasks: one file per task element.
//!
//! A task does its work on the identity store inside the transaction it is given, and never commits: the engine
//! commits effect and outcome together. Files are written so that doing the work twice gives the same as once, and
//! which file counts is recorded in the store, never told by what lies in a folder.

mod attribute;
mod classification;
mod context;
mod context_names;
mod correlation;
pub mod decide;
mod display;
mod error;
mod export;
mod expressions;
mod flag;
mod fulfill;
pub mod identity;
mod indexes;
pub mod inspect;
mod invoke_api;
mod invoke_sql;
mod label;
mod mappings;
mod notify;
mod orders;
mod pre_existing;
mod prepare;
mod profiles;
mod risk;
mod role_model;
pub mod settings;
mod synchronize;
mod upkeep;
mod valid_from;
mod views;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use rusqlite::Connection;

use crate::plan::model::{Job, Plan, Task};

pub use error::TaskError;
pub use identity::{content_digest, migrate_identity};
pub(crate) use orders::{held_list, is_order_list, list_name as order_list_name};
pub(crate) use prepare::{named_files as work_files, verify as verify_work_file};
pub use settings::Settings;
pub use synchronize::{ChangeCounts, ChangeList, ListedChange, blocked_list, change_list, is_gone};

/// Number of a run in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

/// A task element that can be run without the vendor's software.
pub trait EmbeddedTask: Sync {
    /// Looks for what is wrong with the settings that `task` needs, before the job starts.
    fn check_settings(&self, _plan: &Plan, _task: &Task, _settings: &Settings) -> Result<(), TaskError> {
        Ok(())
    }

    /// What awaits the task in the store, in words: reason enough to launch it although the tasks before it have nothing
    /// to pass on.
    fn awaited(&self, _plan: &Plan, _job: &Job, _task: &Task, _store: &Connection) -> Result<Option<String>, TaskError> {
        Ok(None)
    }

    /// Does the task's work on the identity store inside `context.transaction`; the engine commits it together with
    /// the outcome.
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError>;
}

/// What a task is given.
pub struct TaskContext<'a> {
    /// The compiled configuration.
    pub plan: &'a Plan,
    /// The job that runs.
    pub job: &'a Job,
    /// The task itself.
    pub task: &'a Task,
    /// On `store.db`.
    pub transaction: &'a rusqlite::Transaction<'a>,
    /// Folder of work files beside the store.
    pub work: &'a Path,
    /// Connection settings.
    pub settings: &'a Settings,
    /// The run.
    pub run: RunId,
    /// Told how many of how many items are done.
    pub progress: &'a dyn Fn(u64, Option<u64>),
    /// Whether the run is being cancelled.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Set when a blocked task is resumed after approval: the id of the change list approved.
    pub approval: Option<&'a str>,
}

/// How a task ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEnd {
    /// It did something that the next tasks can build on.
    Completed,
    /// It ran and has nothing to pass on.
    Unchanged,
    /// A threshold was exceeded; the change list waits for approval.
    Blocked,
    /// A part of it failed, as its message says; what was done is kept. Doing the task again goes on from there.
    Failed,
}

/// Something to do after the commit; doing it twice must be the same as once.
pub type AfterCommit = Box<dyn FnOnce() -> io::Result<()>>;

/// What a task did.
pub struct TaskReport {
    /// How it ended.
    pub outcome: TaskEnd,
    /// Numbers for summaries, by name.
    pub counters: BTreeMap<String, u64>,
    /// One line for a person.
    pub message: Option<String>,
    /// Housekeeping on work files; must be idempotent.
    pub after_commit: Vec<AfterCommit>,
}

impl TaskReport {
    /// A report with nothing but an outcome.
    pub fn new(outcome: TaskEnd) -> Self {
        Self { outcome, counters: BTreeMap::new(), message: None, after_commit: Vec::new() }
    }

    /// With one number more.
    #[must_use]
    pub fn count(mut self, name: &str, value: u64) -> Self {
        self.counters.insert(name.to_owned(), value);
        self
    }

    /// With a line for a person.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}

/// The embedded form of each task element, by element name.
const EMBEDDED: &[(&str, &dyn EmbeddedTask)] = &[
    ("ComputeCorrelationKeysTask", &correlation::ComputeCorrelationKeys),
    ("ComputeRiskScoresTask", &risk::ComputeRiskScores),
    ("ComputeRoleModelTask", &role_model::ComputeRoleModel),
    ("CreateDatabaseViewsTask", &views::CreateDatabaseViews),
    ("ExportTask", &export::Export),
    ("FulfillTask", &fulfill::Fulfill),
    ("GenerateProvisioningOrdersTask", &orders::GenerateOrders),
    ("InvokeApiTask", &invoke_api::InvokeApi),
    ("InvokeSqlCommandTask", &invoke_sql::InvokeSqlCommand),
    ("MaintainIndexesTask", &upkeep::MaintainIndexes),
    ("ManageConfigurationIndexesTask", &indexes::ManageConfigurationIndexes),
    ("PrepareSynchronizationTask", &prepare::Prepare),
    ("ResetValidFromTask", &valid_from::ResetValidFrom),
    ("SavePreExistingAccessRightsTask", &pre_existing::SavePreExistingAccessRights),
    ("SendNotificationsTask", &notify::SendNotifications),
    ("SendRoleModelNotificationsTask", &notify::SendRoleModelNotifications),
    ("SetInternalUserProfilesTask", &profiles::SetInternalUserProfiles),
    ("SetRecentlyModifiedFlagTask", &flag::SetRecentlyModifiedFlag),
    ("SynchronizeTask", &synchronize::Synchronize),
    ("UpdateClassificationTask", &classification::UpdateClassification),
    ("UpdateEntityPropertyExpressionsTask", &expressions::UpdateExpressions),
    ("UpdateParametersContextDisplayNamesTask", &context_names::UpdateContextNames),
];

/// The embedded form of a task element, where there is one.
pub fn find(element: &str) -> Option<&'static dyn EmbeddedTask> {
    EMBEDDED.iter().find(|(name, _)| *name == element).map(|(_, task)| *task)
}

/// The task elements that have an embedded form, ordinal.
pub fn embedded_elements() -> Vec<&'static str> {
    EMBEDDED.iter().map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests;
