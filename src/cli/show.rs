//! `jobwright show`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::runs::Form;
use super::{Error, Exit, pipeline};

/// Show a run, task by task
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Form,
}

impl Show {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        pipeline::show(self, global)
    }
}
