//! `jobwright logs`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, pipeline};

/// Show what a task of a run wrote
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The task
    #[arg(value_name = "TASK")]
    pub(super) task: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
}

impl Logs {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        pipeline::logs(self, global)
    }
}
