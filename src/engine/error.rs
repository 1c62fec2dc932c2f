//! What can go wrong with a run as a whole, in words that say what to do next.
//!
//! A task that fails is no error of the engine: it is an outcome of the run.
//!
//! A message says what is wrong before its last semicolon, and what to do after it. A command to type stands on a line of
//! its own, without the store, which whoever was told one adds.

mod help;

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::clock::Timestamp;
use super::shell::word;
use super::state::JobState;
use crate::tasks::inspect::InspectError;
use crate::tasks::{RunId, is_order_list};
use help::{after, among, at_work, cut, did_you_mean};

pub(super) use help::nearest;

/// Why a run could not be started, continued or shown.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// There is no store where one is expected.
    #[error("there is no store at {}; name another one with --store, or start a run to create it", file.display())]
    NoStore {
        /// Where it was looked for.
        file: PathBuf,
    },
    /// The path is taken by something that is no store.
    #[error("{} is not a jobwright store ({what}); it was left untouched, name another file with --store", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it is instead.
        what: String,
    },
    /// The store was written by a later version.
    #[error(
        "{} is a store of version {found}, this jobwright reads versions up to {known}; it was left untouched, use a newer jobwright",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// The two files of a store do not belong together.
    #[error(
        "{} belongs to another store than {}; put the right file back, or move it away to go on without the history of runs",
        runs.display(),
        data.display()
    )]
    Unpaired {
        /// The identity data.
        data: PathBuf,
        /// The history.
        runs: PathBuf,
    },
    /// A file or folder of the store cannot be read or written.
    #[error("{} cannot be {action}: {source}; check that it exists and its permissions", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What was tried, as a participle: `read`, `created`.
        action: &'static str,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The store may be read but not written.
    #[error("{} is read-only; make it and its folder writable, or name another store with --store", file.display())]
    ReadOnly {
        /// The file.
        file: PathBuf,
    },
    /// No room for the store.
    #[error("the disk of {} is full; make room, then {}", file.display(), after(*run))]
    DiskFull {
        /// The file.
        file: PathBuf,
        /// The run that it interrupted.
        run: Option<RunId>,
    },
    /// The operating system fails to read or write the store.
    #[error("{} cannot be read or written ({source}); check the disk, quotas and limits, then {}", file.display(), after(*run))]
    Disk {
        /// The file.
        file: PathBuf,
        /// The run that it interrupted.
        run: Option<RunId>,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// The store's content is damaged.
    #[error("{} is damaged ({source}); put a backup in its place", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// Another process holds the store for longer than is waited.
    #[error("{} is in use by another process; wait for its end, then {}", file.display(), after(*run))]
    Busy {
        /// The file.
        file: PathBuf,
        /// The run that it interrupted.
        run: Option<RunId>,
    },
    /// Any other failure of the database.
    #[error("{} could not be used: {source}; look for damage:\njobwright store check", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
    /// A kept plan or a stored text does not have the expected form.
    #[error("{} holds something unreadable for {what}: {detail}; look for damage:\njobwright store check", file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What was read.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A question to the store has no answer, or a decision cannot be taken.
    #[error(transparent)]
    Unanswered(#[from] InspectError),
    /// The plan has no such job.
    #[error("the plan has no job {job}{}{}", did_you_mean(suggestion.as_deref()), among(known))]
    UnknownJob {
        /// What was asked for.
        job: String,
        /// The nearest identifier.
        suggestion: Option<String>,
        /// All jobs.
        known: Vec<String>,
    },
    /// The job has no such task.
    #[error("job {job} has no task {task}{}{}", did_you_mean(suggestion.as_deref()), among(known))]
    UnknownTask {
        /// The job.
        job: String,
        /// What was asked for.
        task: String,
        /// The nearest identifier.
        suggestion: Option<String>,
        /// All tasks.
        known: Vec<String>,
    },
    /// A partial run that leaves out everything.
    #[error("no task of job {job} is selected: {selection}; widen the selection, or see the tasks with --dry-run")]
    NothingSelected {
        /// The job.
        job: String,
        /// The selection in words.
        selection: String,
    },
    /// The plan contradicts itself.
    #[error("the plan cannot be run: {detail}; compile it again")]
    BadPlan {
        /// In which way.
        detail: String,
    },
    /// Tasks that only the product itself can execute.
    #[error(
        "job {job} was not started: {} embedded form: {}; leave them out with --from, --to or --only, or name programs for them under [executors]",
        if tasks.len() == 1 { "1 task has no".to_owned() } else { format!("{} tasks have no", tasks.len()) },
        tasks.iter().map(|(task, element)| format!("{task} ({element})")).collect::<Vec<_>>().join(", ")
    )]
    NotEmbedded {
        /// The job.
        job: String,
        /// Identifier and element of each, in the order of the job.
        tasks: Vec<(String, String)>,
    },
    /// Tasks of a run that programs executed, which are not configured any more.
    #[error(
        "run {} does not go on: nothing executes {} any more; name programs for them under [executors], as when it began",
        run.0,
        tasks.iter().map(|(task, element)| format!("{task} ({element})")).collect::<Vec<_>>().join(", ")
    )]
    NoPrograms {
        /// The run.
        run: RunId,
        /// Identifier and element of each, in the order of the job.
        tasks: Vec<(String, String)>,
    },
    /// Programs that cannot be started as they are configured.
    #[error("job {job} was not started: {}; correct [executors] in jobwright.toml", problems.join(", "))]
    Programs {
        /// The job.
        job: String,
        /// What is wrong, one line each.
        problems: Vec<String>,
    },
    /// Settings that tasks of the job cannot work with.
    #[error("job {job} was not started: {}; correct the settings, then start it again", problems.join(", "))]
    Settings {
        /// The job.
        job: String,
        /// What is wrong, with its place in the settings file.
        problems: Vec<String>,
    },
    /// A part of a job that is handed over as a whole.
    #[error(
        "job {job} is handed to the job runner as a whole, so no part of it can be selected; leave the selection out, or take [executors.job-runner] away"
    )]
    HandedOver {
        /// The job.
        job: String,
    },
    /// Programs of which nobody saw the end.
    #[error(
        "run {id} does not go on by itself: nobody knows whether {} took effect, {}:\n{}\njobwright run --resume {id} --restart {}\njobwright run --resume {id} {}",
        tasks.join(", "),
        if tasks.len() == 1 {
            "its program was cut off; look at what it wrote, then run it again, or say that it is done"
        } else {
            "their programs were cut off; look at what they wrote, then run them again, or say that they are done"
        },
        tasks.iter().map(|task| format!("jobwright logs {} {}", run.0, word(task))).collect::<Vec<_>>().join("\n"),
        tasks.iter().map(|task| word(task)).collect::<Vec<_>>().join(" "),
        tasks.iter().map(|task| format!("--assume {}", word(&format!("{task}=completed")))).collect::<Vec<_>>().join(" "),
        id = run.0
    )]
    Uncertain {
        /// The run.
        run: RunId,
        /// The tasks.
        tasks: Vec<String>,
    },
    /// Somebody says what became of a task that is in no doubt.
    #[error("task {task} of run {} {}: it is in no doubt; leave it out of --restart and --assume", run.0, state.predicate())]
    NotInDoubt {
        /// The run.
        run: RunId,
        /// The task.
        task: String,
        /// Where it stands.
        state: super::state::TaskState,
    },
    /// Somebody says twice what became of a task.
    #[error("task {task} is named twice in --restart and --assume; say one of them: that it is run again, or how it ended")]
    NamedTwice {
        /// As it was named.
        task: String,
    },
    /// A second schedule on one store.
    #[error("another jobwright schedule works on {}; one is enough for a store, stop one of them", work.display())]
    ScheduleRuns {
        /// The folder of work files.
        work: PathBuf,
    },
    /// A job that nobody may start by hand.
    #[error(
        "job {job} may not be started by hand (UserStartDenied); `jobwright schedule` starts it, another scheduler may with --as-scheduler"
    )]
    StartDenied {
        /// The job.
        job: String,
    },
    /// A program of an interrupted run is still at work.
    #[error("the program of {task} of run {} is still at work in process {pid}{}", run.0, at_work(*run, *by))]
    LeftOver {
        /// The run.
        run: RunId,
        /// The task.
        task: String,
        /// The process.
        pid: u32,
        /// The process that sees it to its end, where the run goes on in the store that this one is a copy of.
        by: Option<u32>,
    },
    /// Somebody else runs the job.
    #[error("job {job} is already running: run {} in process {pid} since {since}; wait for its end, or ask for it:\njobwright cancel {}", run.0, run.0)]
    Locked {
        /// The job.
        job: String,
        /// The run.
        run: RunId,
        /// Its process.
        pid: u32,
        /// When it took the job.
        since: Timestamp,
    },
    /// A store to be brought up to date in which a process of an earlier version runs a job.
    #[error(
        "{} is of an earlier version of jobwright, and process {pid} of that version works on run {} in it since {since}; wait for its end, then try again",
        file.display(), run.0
    )]
    Outdated {
        /// The file.
        file: PathBuf,
        /// The run.
        run: RunId,
        /// Its process.
        pid: u32,
        /// When it took the job.
        since: Timestamp,
    },
    /// No run of that number.
    #[error("the store has no run {}; see them:\njobwright runs", run.0)]
    UnknownRun {
        /// What was asked for.
        run: RunId,
    },
    /// Nothing waits to be continued.
    #[error("no run of this store can be continued: each ended, or a later run of its job did; see them:\njobwright runs")]
    NothingToResume,
    /// The run cannot be continued.
    #[error("run {} cannot be continued: it is {state}; start its job anew", run.0)]
    NotResumable {
        /// The run.
        run: RunId,
        /// Where it stands.
        state: JobState,
    },
    /// A blocked task that nobody approved.
    #[error(
        "run {id} waits for approval of {task}; look at its changes, approve them, then continue:\njobwright show {id}\njobwright approve {id} {} --reason \"…\"\njobwright run --resume {id}",
        word(task),
        id = run.0
    )]
    NotApproved {
        /// The run.
        run: RunId,
        /// The blocked task.
        task: String,
    },
    /// A change list that waits for nobody's approval any more.
    #[error(
        "{} of task {task} of run {} wait no longer: others took their place, or what they are about was brought in since; continue the run, which computes them anew:\njobwright run --resume {}",
        if is_order_list(list) { "the orders".to_owned() } else { format!("the changes of list {list}") },
        run.0,
        run.0
    )]
    ListGone {
        /// The run.
        run: RunId,
        /// The task.
        task: String,
        /// Its list.
        list: String,
    },
    /// A task that waits for nobody's approval.
    #[error("task {task} of run {} is not blocked: it {}; there is nothing to approve", run.0, state.predicate())]
    NotBlocked {
        /// The run.
        run: RunId,
        /// The task.
        task: String,
        /// Where it stands.
        state: super::state::TaskState,
    },
    /// A run that nobody works on.
    #[error("run {} cannot be cancelled: it is {state}, and no process works on it; see how it stands:\njobwright show {}", run.0, run.0)]
    NotRunning {
        /// The run.
        run: RunId,
        /// Where it stands.
        state: JobState,
    },
    /// A simulation that assumes what no task can end as.
    #[error("task {task} cannot end as {outcome}; assume completed, unchanged, warning, errored, blocked or cancelled")]
    BadOutcome {
        /// The task.
        task: String,
        /// What was assumed.
        outcome: super::state::TaskState,
    },
    /// A simulation that assumes two outcomes of one task.
    #[error("{} and {} are one task, and it ends once; name it once", names[0], names[1])]
    TwoOutcomes {
        /// As it was named.
        names: [String; 2],
    },
    /// A check of the store that found something.
    #[error("{} is damaged: {}; put a backup in its place", file.display(), findings.join("; "))]
    Inconsistent {
        /// The file.
        file: PathBuf,
        /// What was found, in the words of the database.
        findings: Vec<String>,
    },
    /// Files that the store names are missing or were changed.
    #[error(
        "work files that the next run needs are not whole: {}; run the complete job of each connector concerned",
        findings.join(", ")
    )]
    WorkFiles {
        /// What was found.
        findings: Vec<String>,
    },
    /// A backup would overwrite something.
    #[error("{} exists already; name a new file for the backup", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// Anything else that has interrupted a run.
    #[error("{}", cut(*run, &source.to_string()))]
    Cut {
        /// The run.
        run: RunId,
        /// What has.
        source: Box<EngineError>,
    },
    /// A defect of the engine itself.
    #[error("internal error of the engine: {0}; please report it")]
    Internal(String),
}

impl EngineError {
    /// The exit code of a process that ends with this error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::UnknownJob { .. }
            | Self::UnknownTask { .. }
            | Self::NothingSelected { .. }
            | Self::NotEmbedded { .. }
            | Self::NoPrograms { .. }
            | Self::Programs { .. }
            | Self::StartDenied { .. }
            | Self::HandedOver { .. }
            | Self::NamedTwice { .. }
            | Self::NotInDoubt { .. }
            | Self::UnknownRun { .. }
            | Self::NothingToResume
            | Self::NotResumable { .. }
            | Self::NotBlocked { .. }
            | Self::ListGone { .. }
            | Self::BadOutcome { .. }
            | Self::TwoOutcomes { .. }
            | Self::Exists { .. }
            | Self::NotRunning { .. }
            | Self::Unanswered(InspectError::Ambiguous { .. } | InspectError::Refused(_) | InspectError::Unknown { .. }) => 2,
            Self::Locked { .. }
            | Self::Outdated { .. }
            | Self::NotApproved { .. }
            | Self::Uncertain { .. }
            | Self::LeftOver { .. }
            | Self::ScheduleRuns { .. } => 12,
            Self::Cut { source, .. } => source.exit_code(),
            Self::Internal(_) => 4,
            _ => 6,
        }
    }

    /// As what keeps a run from going on, whose parts cannot be chosen any more.
    pub(super) fn continuing(self, run: RunId) -> Self {
        match self {
            Self::NotEmbedded { tasks, .. } => Self::NoPrograms { run, tasks },
            other => other,
        }
    }

    /// As what has interrupted a run.
    pub(super) fn during(self, run: RunId) -> Self {
        match self {
            Self::Busy { file, run: None } => Self::Busy { file, run: Some(run) },
            Self::DiskFull { file, run: None } => Self::DiskFull { file, run: Some(run) },
            Self::Disk { file, run: None, source } => Self::Disk { file, run: Some(run), source },
            other => Self::Cut { run, source: Box::new(other) },
        }
    }

    /// The job has no such task.
    pub fn unknown_task<'n>(job: &str, asked: &str, known: impl Iterator<Item = &'n str> + Clone) -> Self {
        Self::UnknownTask {
            job: job.to_owned(),
            task: asked.to_owned(),
            suggestion: nearest(asked, known.clone()),
            known: known.map(str::to_owned).collect(),
        }
    }

    /// An error of the database in `file`.
    pub(super) fn database(file: &Path, source: rusqlite::Error) -> Self {
        let file = file.to_owned();
        if source.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
            return Self::DiskFull { file, run: None };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { file, run: None },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { file },
            Some(ErrorCode::SystemIoFailure) => Self::Disk { file, run: None, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { file, run: None },
            Some(ErrorCode::CannotOpen) => Self::Io { file, action: "opened", source: std::io::Error::other(source) },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { file, source },
            _ => Self::Database { file, source },
        }
    }

    /// A failure to read or write `file`.
    pub(super) fn io(file: &Path, action: &'static str, source: std::io::Error) -> Self {
        let file = file.to_owned();
        match source.kind() {
            _ if is_full(&source) => Self::DiskFull { file, run: None },
            std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { file },
            _ => Self::Io { file, action, source },
        }
    }
}

/// Whether a write failed for want of room: on the disk, in a quota, under a limit.
pub(super) fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_code(code: i32) -> String {
        let source = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        let error = EngineError::database(Path::new("store.db"), source);
        assert_eq!(error.exit_code(), 6);
        error.to_string()
    }

    #[test]
    fn failures_of_the_disk_say_what_to_do() {
        use rusqlite::ffi::{SQLITE_CANTOPEN, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_READONLY};
        insta::assert_snapshot!(of_code(SQLITE_FULL), @"the disk of store.db is full; make room, then try again");
        let full = || EngineError::io(Path::new("log"), "written", std::io::ErrorKind::StorageFull.into());
        insta::assert_snapshot!(full().during(RunId(7)), @"
        the disk of log is full; make room, then continue:
        jobwright run --resume 7
        ");
        insta::assert_snapshot!(of_code(SQLITE_READONLY), @"store.db is read-only; make it and its folder writable, or name another store with --store");
        assert!(of_code(SQLITE_CORRUPT).starts_with("store.db is damaged"));
        assert!(of_code(SQLITE_CANTOPEN).starts_with("store.db cannot be opened"));
    }
}
