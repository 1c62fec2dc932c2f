//! `jobwright show`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::arguments::Global;
use super::report::Reports;
use super::runs::Form;
use super::{Error, Exit, stores, terminal};
use crate::engine::reporter::{changes, table};
use crate::engine::store::store_argument;
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
    /// List the changes that wait for approval, each of them
    #[arg(long)]
    pub(super) changes: bool,
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
        let engine = stores::existing(self.store.as_ref())?;
        let detail = engine.show(run)?;
        self.reports.write(&detail)?;
        if !self.reports.is_empty() {
            return Ok(Exit::Done);
        }
        let lists = engine.change_lists(run, self.changes)?;
        terminal::print(|out| match self.format {
            Form::Json => {
                let mut text = Vec::new();
                render_run(RunFormat::Json, &detail, &mut text)?;
                let mut shown: serde_json::Value = serde_json::from_slice(&text)?;
                shown["change_lists"] = lists.iter().map(|(task, list)| json!({ "task": task, "list": list })).collect();
                serde_json::to_writer_pretty(&mut *out, &shown)?;
                writeln!(out)
            }
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
