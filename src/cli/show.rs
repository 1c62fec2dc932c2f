//! `jobwright show`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::runs::Form;
use super::{Error, Exit, stores, terminal};
use crate::engine::reporter::table;

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
    pub(super) fn execute(&self, _: &Global) -> Result<Exit, Error> {
        let run = stores::run(&self.run)?;
        let detail = stores::existing(self.store.as_ref())?.show(run)?;
        terminal::print(|out| match self.format {
            Form::Json => {
                serde_json::to_writer_pretty(&mut *out, &detail)?;
                writeln!(out)
            }
            Form::Text => write!(out, "{}", table(&detail, terminal::width())),
        })?;
        Ok(Exit::Done)
    }
}
