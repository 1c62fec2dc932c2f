//! The state machine of tasks and jobs: the one place that says what may follow what.
//!
//! The two tables are complete: a signal without a row for a state is refused, and each row has its test.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a task of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskState {
    /// Its turn has not come.
    Waiting,
    /// It may begin at any moment, and has not as far as is known.
    Granted,
    /// It is being executed.
    Running,
    /// It did something.
    Completed,
    /// It ran and has nothing to pass on.
    Unchanged,
    /// It failed, and its failure is tolerated.
    Warning,
    /// It failed, and the job with it.
    Errored,
    /// A threshold holds it back until somebody approves.
    Blocked,
    /// It was ended before it was done; nothing of it is stored.
    Cancelled,
    /// Its process died while it ran; nothing of it is stored.
    Interrupted,
    /// It did not run because its parents did not complete.
    NotLaunched,
    /// It did not run because the job had stopped.
    NotStarted,
    /// It did not run because the partial run leaves it out.
    NotSelected,
}

/// What can happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskSignal {
    /// Its turn comes next, whatever becomes of the tasks that run.
    Grant,
    /// Its turn has come and its parents agree.
    Launch,
    /// It says that it did something.
    Completed,
    /// It says that there was nothing to do.
    Unchanged,
    /// It says that a threshold was exceeded.
    Blocked,
    /// It failed and stops the job.
    Failed,
    /// It failed and the job goes on.
    Tolerated,
    /// It gave up because it was told to.
    GaveUp,
    /// It was granted, has not begun, and is not to begin now.
    Withheld,
    /// It was queued, and the run was cancelled before it began.
    Withdrawn,
    /// Its parents did not complete.
    Refused,
    /// The job stopped before its turn.
    JobStopped,
    /// The partial run leaves it out.
    LeftOut,
    /// The process that ran it is dead.
    HolderDied,
    /// The run goes on, and the task has no committed outcome.
    Resumed,
}

use TaskSignal as Sig;
use TaskState as Is;

/// State, signal, next state.
const TASK_TABLE: &[(Is, Sig, Is)] = &[
    (Is::Waiting, Sig::Grant, Is::Granted),
    (Is::Waiting, Sig::Launch, Is::Running),
    (Is::Waiting, Sig::Refused, Is::NotLaunched),
    (Is::Waiting, Sig::JobStopped, Is::NotStarted),
    (Is::Waiting, Sig::LeftOut, Is::NotSelected),
    (Is::Waiting, Sig::Resumed, Is::Waiting),
    (Is::Granted, Sig::Launch, Is::Running),
    (Is::Granted, Sig::Withheld, Is::Waiting),
    (Is::Granted, Sig::HolderDied, Is::Interrupted),
    (Is::Running, Sig::Completed, Is::Completed),
    (Is::Running, Sig::Unchanged, Is::Unchanged),
    (Is::Running, Sig::Blocked, Is::Blocked),
    (Is::Running, Sig::Failed, Is::Errored),
    (Is::Running, Sig::Tolerated, Is::Warning),
    (Is::Running, Sig::GaveUp, Is::Cancelled),
    (Is::Running, Sig::Withdrawn, Is::NotStarted),
    (Is::Running, Sig::HolderDied, Is::Interrupted),
    (Is::Errored, Sig::Resumed, Is::Waiting),
    (Is::Blocked, Sig::Resumed, Is::Waiting),
    (Is::Cancelled, Sig::Resumed, Is::Waiting),
    (Is::Interrupted, Sig::Resumed, Is::Waiting),
    (Is::NotLaunched, Sig::Resumed, Is::Waiting),
    (Is::NotStarted, Sig::Resumed, Is::Waiting),
];

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// A process works on it.
    Running,
    /// Every task ended well or had no reason to run.
    Completed,
    /// As completed, but for tolerated failures.
    CompletedWithWarnings,
    /// A task failed.
    Errored,
    /// A task waits for approval.
    Blocked,
    /// Somebody asked for its end.
    Cancelled,
    /// Its process died.
    Interrupted,
}

/// What can happen to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobSignal {
    /// Every task has its outcome, none of them bad.
    Ended,
    /// Every task has its outcome, the worst is a tolerated failure.
    EndedWithWarnings,
    /// A task failed and no other runs any more.
    Failed,
    /// A task is blocked and no other runs any more.
    Blocked,
    /// The run was cancelled and no task runs any more.
    Cancelled,
    /// The process that ran it is dead.
    HolderDied,
    /// Somebody lets it go on.
    Resumed,
}

use JobSignal as JobSig;
use JobState as JobIs;

/// State, signal, next state.
const JOB_TABLE: &[(JobIs, JobSig, JobIs)] = &[
    (JobIs::Running, JobSig::Ended, JobIs::Completed),
    (JobIs::Running, JobSig::EndedWithWarnings, JobIs::CompletedWithWarnings),
    (JobIs::Running, JobSig::Failed, JobIs::Errored),
    (JobIs::Running, JobSig::Blocked, JobIs::Blocked),
    (JobIs::Running, JobSig::Cancelled, JobIs::Cancelled),
    (JobIs::Running, JobSig::HolderDied, JobIs::Interrupted),
    (JobIs::Errored, JobSig::Resumed, JobIs::Running),
    (JobIs::Blocked, JobSig::Resumed, JobIs::Running),
    (JobIs::Cancelled, JobSig::Resumed, JobIs::Running),
    (JobIs::Interrupted, JobSig::Resumed, JobIs::Running),
];

impl TaskState {
    /// All states, in the order of their declaration.
    pub const ALL: [Self; 13] = [
        Self::Waiting,
        Self::Granted,
        Self::Running,
        Self::Completed,
        Self::Unchanged,
        Self::Warning,
        Self::Errored,
        Self::Blocked,
        Self::Cancelled,
        Self::Interrupted,
        Self::NotLaunched,
        Self::NotStarted,
        Self::NotSelected,
    ];

    /// The state that follows; none where the table has no row.
    pub fn after(self, signal: TaskSignal) -> Option<Self> {
        TASK_TABLE.iter().find(|row| row.0 == self && row.1 == signal).map(|row| row.2)
    }

    /// Whether nothing more happens to the task in this run, unless it is resumed.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Waiting | Self::Granted | Self::Running)
    }

    /// The name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Granted => "granted",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Unchanged => "unchanged",
            Self::Warning => "warning",
            Self::Errored => "errored",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::NotLaunched => "not-launched",
            Self::NotStarted => "not-started",
            Self::NotSelected => "not-selected",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// How a sentence about the task goes on: `ended unchanged`.
    pub fn predicate(self) -> &'static str {
        match self {
            Self::Waiting | Self::Granted => "has not run",
            Self::Running => "is still running",
            Self::Completed => "completed",
            Self::Unchanged => "ended unchanged",
            Self::Warning => "ended in warning",
            Self::Errored => "ended in error",
            Self::Blocked => "was blocked",
            Self::Cancelled => "was cancelled",
            Self::Interrupted => "was interrupted",
            Self::NotLaunched => "was not launched",
            Self::NotStarted => "was not started",
            Self::NotSelected => "was not selected",
        }
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::NotLaunched => "not launched",
            Self::NotStarted => "not started",
            Self::NotSelected => "not selected",
            other => other.name(),
        })
    }
}

impl JobState {
    /// All states, in the order of their declaration.
    pub const ALL: [Self; 7] = [
        Self::Running,
        Self::Completed,
        Self::CompletedWithWarnings,
        Self::Errored,
        Self::Blocked,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// The state that follows; none where the table has no row.
    pub fn after(self, signal: JobSignal) -> Option<Self> {
        JOB_TABLE.iter().find(|row| row.0 == self && row.1 == signal).map(|row| row.2)
    }

    /// Whether a run in this state can go on.
    pub fn is_resumable(self) -> bool {
        self.after(JobSignal::Resumed).is_some()
    }

    /// The name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Completed => "completed",
            Self::CompletedWithWarnings => "completed-with-warnings",
            Self::Errored => "errored",
            Self::Blocked => "blocked",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The exit code of a process whose run ended so; warnings count only where they are asked to.
    pub fn exit_code(self, fail_on_warning: bool) -> u8 {
        match self {
            Self::CompletedWithWarnings if fail_on_warning => 11,
            Self::Completed | Self::CompletedWithWarnings => 0,
            Self::Errored | Self::Running | Self::Interrupted => 10,
            Self::Blocked => 12,
            Self::Cancelled => 13,
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::CompletedWithWarnings => "completed with warnings",
            other => other.name(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test per row, and one that the table has no row without a test.
    macro_rules! rows {
        ($table:ident, $count:ident: $($name:ident: $from:expr, $signal:expr => $to:expr;)*) => {
            $(#[test] fn $name() { assert_eq!($from.after($signal), Some($to)); })*
            #[test]
            fn $count() {
                let tested = [$(($from, $signal, $to)),*];
                assert_eq!(tested.len(), $table.len());
                assert!($table.iter().all(|row| tested.contains(row)), "every row of the table is tested");
                for (index, row) in tested.iter().enumerate() {
                    let same = |other: &&(_, _, _)| other.0 == row.0 && other.1 == row.1;
                    assert_eq!(tested.iter().filter(same).count(), 1, "row {index} is the only one of its kind");
                }
            }
        };
    }

    rows! { TASK_TABLE, every_task_row_is_tested:
        waiting_task_is_granted: Is::Waiting, Sig::Grant => Is::Granted;
        waiting_task_is_launched: Is::Waiting, Sig::Launch => Is::Running;
        waiting_task_is_refused_by_its_parents: Is::Waiting, Sig::Refused => Is::NotLaunched;
        waiting_task_is_not_started_when_the_job_stops: Is::Waiting, Sig::JobStopped => Is::NotStarted;
        waiting_task_is_left_out: Is::Waiting, Sig::LeftOut => Is::NotSelected;
        waiting_task_waits_on_after_resume: Is::Waiting, Sig::Resumed => Is::Waiting;
        granted_task_begins: Is::Granted, Sig::Launch => Is::Running;
        granted_task_that_has_not_begun_waits_again: Is::Granted, Sig::Withheld => Is::Waiting;
        granted_task_may_have_begun_when_its_process_dies: Is::Granted, Sig::HolderDied => Is::Interrupted;
        running_task_completes: Is::Running, Sig::Completed => Is::Completed;
        running_task_ends_unchanged: Is::Running, Sig::Unchanged => Is::Unchanged;
        running_task_is_blocked: Is::Running, Sig::Blocked => Is::Blocked;
        running_task_fails: Is::Running, Sig::Failed => Is::Errored;
        running_task_fails_and_is_tolerated: Is::Running, Sig::Tolerated => Is::Warning;
        running_task_gives_up: Is::Running, Sig::GaveUp => Is::Cancelled;
        running_task_is_withdrawn: Is::Running, Sig::Withdrawn => Is::NotStarted;
        running_task_loses_its_process: Is::Running, Sig::HolderDied => Is::Interrupted;
        errored_task_is_resumed: Is::Errored, Sig::Resumed => Is::Waiting;
        blocked_task_is_resumed: Is::Blocked, Sig::Resumed => Is::Waiting;
        cancelled_task_is_resumed: Is::Cancelled, Sig::Resumed => Is::Waiting;
        interrupted_task_is_resumed: Is::Interrupted, Sig::Resumed => Is::Waiting;
        not_launched_task_is_resumed: Is::NotLaunched, Sig::Resumed => Is::Waiting;
        not_started_task_is_resumed: Is::NotStarted, Sig::Resumed => Is::Waiting;
    }

    rows! { JOB_TABLE, every_job_row_is_tested:
        job_completes: JobIs::Running, JobSig::Ended => JobIs::Completed;
        job_completes_with_warnings: JobIs::Running, JobSig::EndedWithWarnings => JobIs::CompletedWithWarnings;
        job_fails: JobIs::Running, JobSig::Failed => JobIs::Errored;
        job_is_blocked: JobIs::Running, JobSig::Blocked => JobIs::Blocked;
        job_is_cancelled: JobIs::Running, JobSig::Cancelled => JobIs::Cancelled;
        job_loses_its_process: JobIs::Running, JobSig::HolderDied => JobIs::Interrupted;
        errored_job_is_resumed: JobIs::Errored, JobSig::Resumed => JobIs::Running;
        blocked_job_is_resumed: JobIs::Blocked, JobSig::Resumed => JobIs::Running;
        cancelled_job_is_resumed: JobIs::Cancelled, JobSig::Resumed => JobIs::Running;
        interrupted_job_is_resumed: JobIs::Interrupted, JobSig::Resumed => JobIs::Running;
    }

    #[test]
    fn what_the_table_does_not_say_is_refused() {
        assert_eq!(Is::Completed.after(Sig::Resumed), None);
        assert_eq!(Is::Waiting.after(Sig::Completed), None);
        assert_eq!(Is::NotSelected.after(Sig::Launch), None);
        assert_eq!(JobIs::Completed.after(JobSig::Resumed), None);
    }

    #[test]
    fn names_are_read_back() {
        for state in Is::ALL {
            assert_eq!(Is::named(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        for state in JobIs::ALL {
            assert_eq!(JobIs::named(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
