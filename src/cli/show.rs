//! `jobwright show`.

use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::report::Reports;
use super::runs::Form;
use super::{Error, Exit, stores, terminal};
use crate::engine::reporter::{changes, table};
use crate::engine::shell::store_argument;
use crate::output::render_waiting;

/// Show a run, task by task
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// List the changes that wait for approval, each of them
    #[arg(long, conflicts_with = "files")]
    pub(super) changes: bool,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with = "files")]
    pub(super) format: Form,
    #[command(flatten)]
    pub(super) reports: Reports,
}

impl Show {
    pub(super) fn execute(&self, _: &Global) -> Result<Exit, Error> {
        self.reports.check()?;
        let run = stores::run(&self.run)?;
        let engine = stores::existing(self.store.as_ref())?;
        let detail = engine.show(run)?;
        self.reports.write(&detail)?;
        if !self.reports.is_empty() {
            return Ok(Exit::Done);
        }
        let lists = engine.change_lists(run, self.changes)?;
        terminal::print(|out| match self.format {
            Form::Json => render_waiting(&detail, &lists, out),
            Form::Text => {
                for (task, list) in &lists {
                    write!(out, "{}", changes(task, list))?;
                }
                if !lists.is_empty() && !self.changes {
                    let store = store_argument(engine.store().data_file());
                    writeln!(out, "Each change: jobwright show {} --changes{store}", run.0)?;
                }
                if !lists.is_empty() {
                    writeln!(out)?;
                }
                write!(out, "{}", table(&detail, terminal::width()))
            }
        })?;
        Ok(Exit::Done)
    }
}
