//! What happens in a run, as told to reporters and written to its log.
//!
//! Events carry identifiers, counts, states and the messages of tasks, never settings.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clock::Timestamp;
use super::state::{JobState, TaskState};

/// One thing that happened: a line of `events.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Number of the run.
    pub run: i64,
    /// From 1, without gaps, also when a run is continued. Progress bears the number of the event before it.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// A run began or goes on.
    JobStarted {
        /// The job.
        job: String,
        /// Digest of the plan.
        plan: String,
        /// 1 for the first time, one more each time it is continued.
        attempt: u32,
        /// How many tasks it covers.
        tasks: usize,
    },
    /// A task has its outcome from an earlier attempt and is not run again.
    TaskKept {
        /// The task.
        task: String,
        /// Its outcome.
        state: TaskState,
    },
    /// A task began.
    TaskStarted {
        /// The task.
        task: String,
        /// Its element.
        element: String,
        /// Its level.
        level: u32,
        /// 1 for the first time.
        attempt: u32,
        /// Why, where its parents gave no reason to.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A task tells how far it is; for reporters only, not in the log.
    TaskProgress {
        /// The task.
        task: String,
        /// Items done.
        done: u64,
        /// Items in all, where known.
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<u64>,
    },
    /// A task that ran has ended.
    TaskEnded {
        /// The task.
        task: String,
        /// Its outcome.
        state: TaskState,
        /// What it counted.
        counters: BTreeMap<String, u64>,
        /// What it says.
        #[serde(skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// How long it took, in milliseconds.
        duration_ms: u64,
    },
    /// A task does not run.
    TaskPassed {
        /// The task.
        task: String,
        /// Not launched, not started or not selected.
        state: TaskState,
        /// Why.
        reason: String,
    },
    /// No task is started any more; running ones finish.
    CancelRequested,
    /// The run has ended.
    JobEnded {
        /// The job.
        job: String,
        /// Its outcome.
        state: JobState,
        /// How many tasks are in each state.
        tasks: BTreeMap<TaskState, usize>,
        /// How long this attempt took, in milliseconds.
        duration_ms: u64,
    },
}
