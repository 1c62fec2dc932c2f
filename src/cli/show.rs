//! `jobwright show`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::report::Reports;
use super::runs::Form;
use super::{Error, Exit, stores, terminal};
use crate::engine::reporter::table;
use crate::output::{RunFormat, render_run};

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
    #[command(flatten)]
    pub(super) reports: Reports,
}

impl Show {
    pub(super) fn execute(&self, _: &Global) -> Result<Exit, Error> {
        self.reports.check()?;
        let run = stores::run(&self.run)?;
        let detail = stores::existing(self.store.as_ref())?.show(run)?;
        self.reports.write(&detail)?;
        terminal::print(|out| match self.format {
            _ if !self.reports.is_empty() => Ok(()),
            Form::Json => render_run(RunFormat::Json, &detail, out),
            Form::Text => write!(out, "{}", table(&detail, terminal::width())),
        })?;
        Ok(Exit::Done)
    }
}
