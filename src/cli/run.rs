//! `jobwright run`.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::check::Level;
use super::input::Paths;
use super::report::Reports;
use super::stores::Places;
use super::{Error, Exit, compiled, stores, terminal};
use crate::engine::reporter::{Plain, Silent, Terminal, table};
use crate::engine::{
    BuiltIn, Control, Engine, JobState, Reporter, RunOptions, Selection, check_start, dry_run, find_job, signals,
};
use crate::plan::Plan;

/// Run a job
#[derive(Debug, Args)]
pub(super) struct Run {
    /// A configuration (file or folder) or a plan [default: the current folder]
    #[arg(value_name = "PATH|PLAN", conflicts_with = "resume")]
    pub(super) path: Option<PathBuf>,
    /// The job
    #[arg(long, value_name = "JOB", required_unless_present = "resume")]
    pub(super) job: Option<String>,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// The base of relative paths in connection settings [default: the folder of the settings file]
    #[arg(long, value_name = "FOLDER")]
    pub(super) data: Option<PathBuf>,
    /// Connection settings [default: appsettings.agent.json beside PATH]
    #[arg(long, value_name = "FILE")]
    pub(super) appsettings: Option<PathBuf>,
    /// Tasks at a time
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) jobs: NonZeroUsize,
    /// The agent to be
    #[arg(long, value_name = "AGENT")]
    pub(super) agent: Option<String>,
    /// Say what would run, and run nothing
    #[arg(long)]
    #[allow(clippy::struct_field_names, reason = "the name of the flag")]
    pub(super) dry_run: bool,
    /// Go on with an unfinished run, by the plan kept in the store [default: the last]
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "last", conflicts_with = "job")]
    pub(super) resume: Option<String>,
    /// From this task on
    #[arg(long, value_name = "TASK")]
    pub(super) from: Option<String>,
    /// Up to this task
    #[arg(long, value_name = "TASK")]
    pub(super) to: Option<String>,
    /// Only these tasks
    #[arg(long, value_name = "TASK", num_args = 1..)]
    pub(super) only: Vec<String>,
    /// Only tasks of this element
    #[arg(long = "type", value_name = "ELEMENT")]
    pub(super) element: Option<String>,
    /// Only tasks whose identifier contains this text
    #[arg(long, value_name = "TEXT")]
    pub(super) containing: Option<String>,
    /// From what on the exit code is not 0 [default: error]
    #[arg(long, value_name = "SEVERITY")]
    pub(super) fail_on: Option<Level>,
    #[command(flatten)]
    pub(super) reports: Reports,
}

impl Run {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        if self.dry_run {
            return self.simulate(global);
        }
        self.reports.check()?;
        let control = Control::new();
        signals::listen(control.clone()).map_err(|error| Error::operational(format!("interrupts cannot be handled: {error}")))?;
        let mut reporter = reporter(global);
        let jobs = self.jobs.get();
        let detail = if let Some(resume) = &self.resume {
            let run = if resume == "last" { None } else { Some(stores::run(resume)?) };
            let engine = stores::existing(self.store.as_ref())?;
            let places = Places::continued(&engine.context(run)?, self.appsettings.as_ref(), self.data.as_ref());
            let settings = places.load()?;
            let options = RunOptions { jobs, control, ..RunOptions::new(&settings) };
            engine.resume(run, &options, &BuiltIn, reporter.as_mut())?
        } else {
            let job = self.job.clone().unwrap_or_default();
            let (plan, beside) = match self.plan(global, &job)? {
                Ok(found) => found,
                Err(exit) => return Ok(exit),
            };
            self.for_agent(&plan, &job)?;
            let places = Places::find(self.appsettings.as_ref(), self.data.as_ref(), &beside)?;
            let settings = places.load()?;
            let selection = self.selection();
            let options = RunOptions { jobs, control, selection, context: places.context(), ..RunOptions::new(&settings) };
            // A refused run leaves no store behind.
            check_start(&plan, &job, &options.selection, &BuiltIn)?;
            let engine = Engine::open(&stores::file(self.store.as_ref()))?;
            engine.run(&plan, &job, &options, &BuiltIn, reporter.as_mut())?
        };
        drop(reporter);
        if !global.quiet {
            terminal::print(|out| write!(out, "{}", table(&detail, terminal::width())))?;
        }
        let ended = exit(detail.run.state, self.fail_on);
        // How the run ended matters more than that it could not be written down.
        self.reports.write(&detail).map_err(|error| if ended == Exit::Done { error } else { Error { exit: ended, ..error } })?;
        Ok(ended)
    }

    fn plan(&self, global: &Global, job: &str) -> Result<Result<(Plan, PathBuf), Exit>, Error> {
        let path = self.path.clone().unwrap_or_else(|| PathBuf::from("."));
        let plan = compiled::plan(&Paths::of(vec![path.clone()]), global, &[job.to_owned()])?;
        Ok(plan.map(|plan| (plan, path)))
    }

    fn selection(&self) -> Selection {
        Selection {
            from: self.from.clone(),
            to: self.to.clone(),
            only: self.only.clone(),
            element: self.element.clone(),
            containing: self.containing.clone(),
        }
    }

    /// Refuses the job of another agent than the one that this process is told to be.
    fn for_agent(&self, plan: &Plan, job: &str) -> Result<(), Error> {
        let Some(agent) = &self.agent else { return Ok(()) };
        let job = find_job(plan, job)?;
        match &job.agent {
            Some(own) if !crate::ir::same_identifier(own, agent) => {
                Err(Error::usage(format!("job `{}` belongs to agent `{own}`, not to `{agent}`", job.id))
                    .help(format!("start it there, or with --agent {own}")))
            }
            _ => Ok(()),
        }
    }

    fn simulate(&self, global: &Global) -> Result<Exit, Error> {
        let job = self.job.clone().unwrap_or_default();
        let plan = match self.plan(global, &job)? {
            Ok((plan, _)) => plan,
            Err(exit) => return Ok(exit),
        };
        let simulation = dry_run(&plan, &job, &self.selection(), &stores::file(self.store.as_ref()), &BuiltIn)?;
        terminal::print(|out| super::simulate::table(&simulation, out))?;
        Ok(Exit::Done)
    }
}

fn reporter(global: &Global) -> Box<dyn Reporter> {
    if global.quiet {
        Box::new(Silent)
    } else if std::io::stderr().is_terminal() {
        Box::new(Terminal::new())
    } else {
        Box::new(Plain::new(std::io::stderr()))
    }
}

/// How the process ends for the state of a job.
fn exit(state: JobState, fail_on: Option<Level>) -> Exit {
    match state.exit_code(matches!(fail_on, Some(Level::Warning | Level::Note))) {
        0 => Exit::Done,
        11 => Exit::JobWarning,
        12 => Exit::JobBlocked,
        13 => Exit::JobCancelled,
        _ => Exit::JobErrored,
    }
}
