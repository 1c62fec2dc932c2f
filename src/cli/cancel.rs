//! `jobwright cancel`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, stores, terminal};
use crate::engine::Cancelled;

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
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let run = stores::run(&self.run)?;
        let cancelled = stores::existing(self.store.as_ref())?.cancel(run)?;
        if global.quiet {
            return Ok(Exit::Done);
        }
        terminal::say(&match cancelled {
            Cancelled::Asked { before: true, running } if !running.is_empty() => format!(
                "run {} was asked to stop before; it waits for {}, and a further interrupt (Ctrl-C) of its process ends that at once",
                run.0,
                running.join(", ")
            ),
            Cancelled::Asked { .. } => format!("run {} is asked to stop; its running task finishes first", run.0),
            Cancelled::Ended(ended) => format!("ended what run {} had left at work: {}", run.0, ended.join(", ")),
        });
        Ok(Exit::Done)
    }
}
