//! `jobwright approve`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, pipeline};

/// Let a blocked task of a run go on
#[derive(Debug, Args)]
pub(super) struct Approve {
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

impl Approve {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        pipeline::approve(self, global)
    }
}
