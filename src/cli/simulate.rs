//! `jobwright simulate`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::arguments::{Global, jobs};
use super::input::Paths;
use super::{Error, Exit, compiled, terminal};
use crate::engine::{self, Selection, Simulation, TaskState, find_job};

/// What the file of outcomes is.
const FORM: &str = "it holds one JSON object: task to outcome, e.g. `{\"AD_Synchronize\": \"unchanged\"}`";

/// Tell what would run, and why not, for given outcomes of tasks
#[derive(Debug, Args)]
pub(super) struct Simulate {
    /// The plan, or a configuration
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The job
    #[arg(long, value_name = "JOB")]
    pub(super) job: String,
    /// Task to outcome, as JSON
    #[arg(long, value_name = "FILE")]
    pub(super) outcomes: PathBuf,
    /// Tasks at a time, as the run is given
    #[arg(long, value_name = "N", default_value = "1", value_parser = jobs)]
    pub(super) jobs: NonZeroUsize,
}

impl Simulate {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let plan = match compiled::plan(&Paths::of(vec![self.plan.clone()]), global, std::slice::from_ref(&self.job))? {
            Ok(plan) => plan,
            Err(exit) => return Ok(exit),
        };
        let file = self.outcomes.display();
        let text = fs::read_to_string(&self.outcomes)
            .map_err(|error| Error::usage(format!("`{file}` cannot be read: {error}")).help(FORM))?;
        let named: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|error| Error::usage(format!("`{file}`: {error}")).help(FORM))?;
        let mut outcomes = BTreeMap::new();
        for (task, outcome) in named {
            let state = TaskState::named(&outcome).ok_or_else(|| {
                Error::usage(format!("`{file}`: `{outcome}` is no outcome of {task}"))
                    .help("assume completed, unchanged, warning, errored, blocked or cancelled")
            })?;
            outcomes.insert(task, state);
        }
        let (job, jobs) = (find_job(&plan, &self.job)?, self.jobs.get());
        let simulation = engine::simulate(job, jobs, &Selection::default(), &outcomes, &[], &|_| None)?;
        terminal::print(|out| table(&simulation, out))?;
        Ok(Exit::Done)
    }
}

/// What a run would do, one line a task.
pub(super) fn table(simulation: &Simulation, out: &mut dyn Write) -> io::Result<()> {
    let width = simulation.tasks.iter().map(|task| task.task.chars().count()).max().unwrap_or(0);
    for task in &simulation.tasks {
        let line = format!(
            "{:>5}  {:<width$}  {:<12}  {}",
            task.level,
            task.task,
            task.state.name(),
            task.reason.as_deref().unwrap_or("")
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "{}: {}", simulation.job, simulation.state.name())
}
