//! `jobwright simulate`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, pipeline};

/// Tell what would run, and why not, for given outcomes of tasks
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// The plan
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The job
    #[arg(long, value_name = "JOB")]
    pub(super) job: String,
    /// Task to outcome, as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) outcomes: PathBuf,
}

impl Simulate {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        pipeline::simulate(self, global)
    }
}
