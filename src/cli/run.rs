//! `jobwright run`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::check::Level;
use super::{Error, Exit, pipeline};

/// Run a job
#[derive(Debug, Args)]
pub(super) struct Run {
    /// A configuration (file or folder) or a plan [default: the current folder]
    #[arg(value_name = "PATH|PLAN", conflicts_with = "resume")]
    pub(super) path: Option<PathBuf>,
    /// The job
    #[arg(long, value_name = "JOB", required_unless_present = "resume")]
    pub(super) job: Option<String>,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// The base of relative paths in connection settings [default: the folder of the settings file]
    #[arg(long, value_name = "FOLDER")]
    pub(super) data: Option<PathBuf>,
    /// Connection settings [default: appsettings.agent.json beside PATH]
    #[arg(long, value_name = "FILE")]
    pub(super) appsettings: Option<PathBuf>,
    /// Tasks at a time
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) jobs: NonZeroUsize,
    /// The agent to be
    #[arg(long, value_name = "AGENT")]
    pub(super) agent: Option<String>,
    /// Say what would run, and run nothing
    #[arg(long)]
    #[allow(clippy::struct_field_names, reason = "the name of the flag")]
    pub(super) dry_run: bool,
    /// Go on with an unfinished run, by the plan kept in the store [default: the last]
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "last", conflicts_with = "job")]
    pub(super) resume: Option<String>,
    /// From this task on
    #[arg(long, value_name = "TASK")]
    pub(super) from: Option<String>,
    /// Up to this task
    #[arg(long, value_name = "TASK")]
    pub(super) to: Option<String>,
    /// Only these tasks
    #[arg(long, value_name = "TASK", num_args = 1..)]
    pub(super) only: Vec<String>,
    /// Only tasks of this element
    #[arg(long = "type", value_name = "ELEMENT")]
    pub(super) element: Option<String>,
    /// Only tasks whose identifier contains this text
    #[arg(long, value_name = "TEXT")]
    pub(super) containing: Option<String>,
    /// From what on the exit code is not 0 [default: error]
    #[arg(long, value_name = "SEVERITY")]
    pub(super) fail_on: Option<Level>,
}

impl Run {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        pipeline::run(self, global)
    }
}
