//! `jobwright runs`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

use super::arguments::Global;
use super::{Error, Exit, stores, terminal};
use crate::engine::clock::{self, Timestamp};
use crate::engine::{Filter, JobState, RunRecord};

/// List the runs of a store, the latest first
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Runs {
    #[command(subcommand)]
    what: Option<What>,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Only runs of this job
    #[arg(long, value_name = "JOB")]
    job: Option<String>,
    /// Only runs that ended so, or that run now
    #[arg(long, value_name = "OUTCOME", num_args = 1.., value_parser = outcomes())]
    outcome: Vec<String>,
    /// Only runs begun since: a date, a date and time (UTC), or an age such as 90min, 36h, 7d
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Timestamp>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

#[derive(Debug, Subcommand)]
enum What {
    Prune(Prune),
}

/// Forget old runs, with their events and logs
///
/// Kept are the latest runs, the last run of each job, because it may have to be continued, and runs that go on. What
/// the runs did to the identity data stays.
#[derive(Debug, Args)]
struct Prune {
    /// How many of the latest runs to keep
    #[arg(long, value_name = "N")]
    keep: usize,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    Text,
    Json,
}

fn outcomes() -> PossibleValuesParser {
    PossibleValuesParser::new(JobState::ALL.map(JobState::name))
}

fn since(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text, Timestamp::now())
        .ok_or_else(|| "write a date (2026-11-22), a date and time (2026-11-22T07:00), or an age (90min, 36h, 7d, 2w)".to_owned())
}

impl Runs {
    /// The store that the command is told to work on.
    pub(super) fn store(&self) -> Option<&PathBuf> {
        match &self.what {
            Some(What::Prune(prune)) => prune.store.as_ref(),
            None => self.store.as_ref(),
        }
    }

    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        if let Some(What::Prune(prune)) = &self.what {
            return prune.execute(global);
        }
        let filter = Filter {
            job: self.job.clone(),
            states: self.outcome.iter().filter_map(|name| JobState::named(name)).collect(),
            since: self.since,
            limit: self.limit,
        };
        let runs = stores::existing(self.store.as_ref())?.find_runs(&filter)?;
        let all = filter == Filter::default();
        terminal::print(|out| match self.format {
            Form::Json => {
                serde_json::to_writer_pretty(&mut *out, &serde_json::json!({ "runs": runs }))?;
                writeln!(out)
            }
            Form::Text if runs.is_empty() => writeln!(out, "{}", if all { "no run yet" } else { "no such run" }),
            Form::Text => table(&runs, out),
        })?;
        Ok(Exit::Done)
    }
}

fn table(runs: &[RunRecord], out: &mut dyn Write) -> io::Result<()> {
    let width = runs.iter().map(|run| run.job.chars().count()).max().unwrap_or(0).max(3);
    let states = runs.iter().map(|run| run.state.name().len()).max().unwrap_or(0).max(5);
    writeln!(out, "{:>4}  {:<width$}  {:<states$}  {:<19}  {:>7}  tasks", "run", "job", "state", "started", "took")?;
    for run in runs {
        let took = run.duration_ms.map_or_else(|| "-".to_owned(), clock::duration);
        let counts: Vec<String> = run.counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let (id, job, state, counts) = (run.id, &run.job, run.state.name(), counts.join(", "));
        let started = run.started.to_string();
        let started = started.get(..19).unwrap_or(&started);
        writeln!(out, "{id:>4}  {job:<width$}  {state:<states$}  {started:<19}  {took:>7}  {counts}")?;
    }
    Ok(())
}

impl Prune {
    fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let engine = stores::existing(self.store.as_ref())?;
        let pruned = engine.prune(self.keep)?.len();
        if !global.quiet {
            let left = engine.runs()?.len();
            let runs = |count: usize| if count == 1 { "1 run".to_owned() } else { format!("{count} runs") };
            terminal::say(&format!("forgot {}; {} left", runs(pruned), runs(left)));
        }
        Ok(Exit::Done)
    }
}
