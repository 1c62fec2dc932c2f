//! `jobwright run`.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;

use super::agent::Agent;
use super::arguments::{Global, jobs};
use super::check::Level;
use super::input::Paths;
use super::report::Reports;
use super::stores::Places;
use super::{Error, Exit, compiled, stores, terminal};
use crate::engine::external::Doubts;
use crate::engine::reporter::{Plain, Silent, Terminal, table};
use crate::engine::{
    BuiltIn, Control, Engine, EngineError, JobState, Reporter, RunOptions, Selection, TaskState, check_start, dry_run, find_job,
    signals,
};
use crate::ir::same_identifier;
use crate::plan::Plan;
use crate::tasks::Settings;

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
    #[arg(long, value_name = "N", default_value = "1", value_parser = jobs)]
    pub(super) jobs: NonZeroUsize,
    /// Start a job that may not be started by hand, as another scheduler does
    #[arg(long, conflicts_with = "resume")]
    pub(super) as_scheduler: bool,
    /// The agent to be: jobs of others are refused [default: OpenId.AgentIdentifier of the settings]
    #[arg(long, value_name = "AGENT")]
    pub(super) agent: Option<String>,
    /// Say what would run, and run nothing
    #[arg(long, conflicts_with_all = ["resume", "files"])]
    #[allow(clippy::struct_field_names, reason = "the name of the flag")]
    pub(super) dry_run: bool,
    /// Go on with an unfinished run, by the plan kept in the store [default: the last]
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "last", conflicts_with = "job")]
    pub(super) resume: Option<String>,
    /// From this task on
    #[arg(long, value_name = "TASK", conflicts_with = "resume")]
    pub(super) from: Option<String>,
    /// Up to this task
    #[arg(long, value_name = "TASK", conflicts_with = "resume")]
    pub(super) to: Option<String>,
    /// Only these tasks
    #[arg(long, value_name = "TASK", num_args = 1.., conflicts_with = "resume")]
    pub(super) only: Vec<String>,
    /// Only tasks of this element
    #[arg(long = "type", value_name = "ELEMENT", conflicts_with = "resume")]
    pub(super) element: Option<String>,
    /// Only tasks whose identifier contains this text
    #[arg(long, value_name = "TEXT", conflicts_with = "resume")]
    pub(super) containing: Option<String>,
    /// With --resume: run these tasks again although nobody saw how their program ended
    #[arg(long, value_name = "TASK", num_args = 1.., requires = "resume", conflicts_with = "job")]
    pub(super) restart: Vec<String>,
    /// With --resume: take a task whose program was cut off as ended, e.g. Export=completed (or unchanged)
    #[arg(long, value_name = "TASK=OUTCOME", requires = "resume", conflicts_with = "job")]
    pub(super) assume: Vec<String>,
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
            let config = places.load_config(global)?;
            let settings = places.load(&config)?;
            if self.agent.is_some() {
                let (plan, job) = engine.continued(run)?;
                Agent::of(self.agent.as_deref(), &settings, &plan)?.refuse_others(find_job(&plan, &job)?)?;
            }
            let doubts = Doubts { restart: self.restart.clone(), assume: self.assumed()? };
            let folder = if config.executors.is_empty() { None } else { places.program_folder()? };
            let options =
                RunOptions { jobs, control, executors: &config.executors, doubts, folder, ..RunOptions::new(&settings) };
            engine.resume(run, &options, &BuiltIn, reporter.as_mut())?
        } else {
            let job = self.job.clone().unwrap_or_default();
            let (plan, beside) = match self.plan(global, &job)? {
                Ok(found) => found,
                Err(exit) => return Ok(exit),
            };
            let config = Paths::of(vec![beside.clone()]).config_only(global)?;
            let places = Places::find(self.appsettings.as_ref(), self.data.as_ref(), &beside)?.with_config(&config);
            let settings = places.load(&config)?;
            self.check_job(&plan, &job, &settings)?;
            let selection = self.selection();
            let executors = &config.executors;
            let options =
                RunOptions { jobs, control, selection, context: places.context(), executors, ..RunOptions::new(&settings) };
            // A refused run leaves no store behind.
            check_start(&plan, &job, &options, &BuiltIn)?;
            let engine = Engine::open(&stores::file(self.store.as_ref()))?;
            engine.run(&plan, &job, &options, &BuiltIn, reporter.as_mut())?
        };
        drop(reporter);
        let shown = if global.quiet {
            Ok(())
        } else {
            terminal::print(|out| write!(out, "{}", table(&detail, terminal::width()))).map_err(Error::from)
        };
        let ended = exit(detail.run.state, self.fail_on);
        // How the run ended matters more than that it could not be written down, and one form does not wait for another.
        let written = self.reports.write(&detail);
        shown.and(written).map_err(|error| if ended == Exit::Done { error } else { Error { exit: ended, ..error } })?;
        Ok(ended)
    }

    fn plan(&self, global: &Global, job: &str) -> Result<Result<(Plan, PathBuf), Exit>, Error> {
        let path = self.path.clone().unwrap_or_else(|| PathBuf::from("."));
        let plan = compiled::plan(&Paths::of(vec![path.clone()]), global, &[job.to_owned()]);
        // An option that takes several values takes what stands behind them, too.
        let is_task = |name: &str| {
            let plan = plan.as_ref().ok().and_then(|plan| plan.as_ref().ok());
            let job = plan.and_then(|plan| find_job(plan, job).ok());
            job.is_some_and(|job| job.tasks.iter().any(|task| same_identifier(&task.id, name)))
        };
        let is_path = |name: &&String| self.path.is_none() && Path::new(name).exists() && !is_task(name);
        if let Some(path) = self.only.iter().skip(1).find(is_path) {
            return Err(Error::usage(format!("`{path}` behind --only is taken for a task"))
                .help("write the path before the options: `jobwright run PATH --job JOB --only TASK`"));
        }
        Ok(plan?.map(|plan| (plan, path)))
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

    /// What the tasks in doubt are taken for.
    fn assumed(&self) -> Result<Vec<(String, TaskState)>, Error> {
        let read = |text: &String| {
            let (task, outcome) = text.split_once('=')?;
            let state = TaskState::named(outcome).filter(|state| matches!(state, TaskState::Completed | TaskState::Unchanged))?;
            Some((task.to_owned(), state))
        };
        let wrong = |text: &String| {
            Error::usage(format!("`{text}` does not say how a task ended"))
                .help("write TASK=completed if it took effect, TASK=unchanged if there was nothing to do")
        };
        self.assume.iter().map(|text| read(text).ok_or_else(|| wrong(text))).collect()
    }

    /// Refuses a job that is not to be started here, or not by hand.
    fn check_job(&self, plan: &Plan, job: &str, settings: &Settings) -> Result<(), Error> {
        let job = find_job(plan, job)?;
        Agent::of(self.agent.as_deref(), settings, plan)?.refuse_others(job)?;
        if job.user_start_denied && !self.as_scheduler {
            return Err(EngineError::StartDenied { job: job.id.clone() }.into());
        }
        Ok(())
    }

    fn simulate(&self, global: &Global) -> Result<Exit, Error> {
        let job = self.job.clone().unwrap_or_default();
        let (plan, beside) = match self.plan(global, &job)? {
            Ok(found) => found,
            Err(exit) => return Ok(exit),
        };
        let config = Paths::of(vec![beside.clone()]).config_only(global)?;
        let places = Places::find(self.appsettings.as_ref(), self.data.as_ref(), &beside)?;
        // Of the settings nothing is looked at but whose they are.
        let found = find_job(&plan, &job)?;
        Agent::of(self.agent.as_deref(), &places.load(&config)?, &plan)?.refuse_others(found)?;
        if found.user_start_denied && !self.as_scheduler && !global.quiet {
            terminal::say(&format!(
                "{} may not be started by hand (UserStartDenied): this is what `jobwright schedule` would run",
                found.id
            ));
        }
        let settings = Settings::default();
        let options = RunOptions {
            jobs: self.jobs.get(),
            selection: self.selection(),
            executors: &config.executors,
            ..RunOptions::new(&settings)
        };
        let simulation = dry_run(&plan, &job, &options, &stores::file(self.store.as_ref()), &BuiltIn)?;
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
