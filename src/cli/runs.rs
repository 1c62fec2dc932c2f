//! `jobwright runs`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::{Error, Exit, pipeline};

/// List the runs of a store
#[derive(Debug, Args)]
pub(super) struct Runs {
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Form,
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    Text,
    Json,
}

impl Runs {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        pipeline::runs(self, global)
    }
}
