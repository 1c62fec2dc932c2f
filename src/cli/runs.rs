//! `jobwright runs`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::{Error, Exit, stores, terminal};
use crate::engine::clock;

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
    pub(super) fn execute(&self, _: &Global) -> Result<Exit, Error> {
        let runs = stores::existing(self.store.as_ref())?.runs()?;
        terminal::print(|out| match self.format {
            Form::Json => {
                serde_json::to_writer_pretty(&mut *out, &serde_json::json!({ "runs": runs }))?;
                writeln!(out)
            }
            Form::Text if runs.is_empty() => writeln!(out, "no run yet"),
            Form::Text => {
                let width = runs.iter().map(|run| run.job.chars().count()).max().unwrap_or(0).max(3);
                let states = runs.iter().map(|run| run.state.name().len()).max().unwrap_or(0).max(5);
                writeln!(out, "{:>4}  {:<width$}  {:<states$}  {:<19}  {:>7}  tasks", "run", "job", "state", "started", "took")?;
                for run in &runs {
                    let took = run.duration_ms.map_or_else(|| "-".to_owned(), clock::duration);
                    let counts: Vec<String> = run.counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
                    let (job, state, started) = (&run.job, run.state.name(), run.started.to_string());
                    let started = started.get(..19).unwrap_or(&started);
                    writeln!(
                        out,
                        "{:>4}  {job:<width$}  {state:<states$}  {started:<19}  {took:>7}  {}",
                        run.id,
                        counts.join(", ")
                    )?;
                }
                Ok(())
            }
        })?;
        Ok(Exit::Done)
    }
}
