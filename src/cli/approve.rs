//! `jobwright approve`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::{Global, reason};
use super::{Error, Exit, stores, terminal};

/// Let a blocked task of a run go on
#[derive(Debug, Args)]
pub(super) struct Approve {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The task
    #[arg(value_name = "TASK")]
    pub(super) task: String,
    /// Why the changes are right; kept with the run
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(super) reason: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
}

impl Approve {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let run = stores::run(&self.run)?;
        let engine = stores::existing(self.store.as_ref())?;
        engine.approve(run, &self.task, &self.reason)?;
        if !global.quiet {
            let next = engine.show(run)?.next;
            let first = if next.len() == 1 { "apply the changes:" } else { "the run goes on after:" };
            terminal::say(&format!("approved; {first}\n{}", next.join("\n")));
        }
        Ok(Exit::Done)
    }
}
