//! `jobwright cancel`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit};

/// Ask a run to stop
#[derive(Debug, Args)]
pub(super) struct Cancel {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
}

impl Cancel {
    pub(super) fn execute(self, _global: &Global) -> Result<Exit, Error> {
        Err(Error::usage("`cancel` is not part of this build"))
    }
}
