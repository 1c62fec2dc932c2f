//! `jobwright schedule`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::agent::Agent;
use super::arguments::Global;
use super::input::Paths;
use super::stores::{self, Places};
use super::{Error, Exit, compiled, terminal};
use crate::config::Config;
use crate::engine::external::{Hook, run_hook};
use crate::engine::reporter::Silent;
use crate::engine::schedule::{Clock, Entry, Happening, Times, serve};
use crate::engine::{BuiltIn, Control, Engine, JobState, RunOptions, find_job, signals};
use crate::plan::Plan;
use crate::plan::model::Job;
use crate::tasks::Settings;

/// Start jobs by their cron expressions, until it is interrupted
#[derive(Debug, Args)]
pub(super) struct Schedule {
    /// A configuration (file or folder) or a plan, read once [default: the current folder]
    #[arg(value_name = "PATH|PLAN")]
    path: Option<PathBuf>,
    /// Show the next starts of each job, and start nothing
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "3")]
    list: Option<NonZeroUsize>,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The base of relative paths in connection settings [default: the folder of the settings file]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Connection settings [default: appsettings.agent.json beside PATH]
    #[arg(long, value_name = "FILE")]
    appsettings: Option<PathBuf>,
    /// Tasks of a job at a time
    #[arg(long, value_name = "N", default_value = "1")]
    jobs: NonZeroUsize,
    /// The agent to be: the jobs of others are left to them [default: OpenId.AgentIdentifier of the settings]
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
}

/// What every start needs.
struct Starts<'a> {
    plan: &'a Plan,
    settings: &'a Settings,
    config: &'a Config,
    places: &'a Places,
    store: PathBuf,
    jobs: usize,
    control: &'a Control,
}

impl Schedule {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let path = self.path.clone().unwrap_or_else(|| PathBuf::from("."));
        let config = Paths::of(vec![path.clone()]).config_only(global)?;
        let plan = match compiled::plan(&Paths::of(vec![path.clone()]), global, &[])? {
            Ok(plan) => plan,
            Err(exit) => return Ok(exit),
        };
        let places = Places::find(self.appsettings.as_ref(), self.data.as_ref(), &path)?.with_config(&config);
        let settings = places.load(&config)?;
        let agent = Agent::of(self.agent.as_deref(), &settings, &plan)?;
        let entries = entries(&plan, &agent, &server_zone(&config))?;
        let clock = Clock::from_environment();
        if let Some(count) = self.list {
            list(&plan, &agent, &entries, clock.now(), count.get())?;
            return Ok(Exit::Done);
        }
        if entries.is_empty() {
            return Err(Error::usage("no job has a schedule that this agent starts")
                .help("give a job a CronTabExpression; `jobwright schedule --list` shows what is left to other agents"));
        }
        let control = Control::new();
        signals::listen(control.clone()).map_err(|error| Error::operational(format!("interrupts cannot be handled: {error}")))?;
        let store = stores::file(self.store.as_ref());
        let engine = Engine::open(&store)?;
        let starts = Starts {
            plan: &plan,
            settings: &settings,
            config: &config,
            places: &places,
            store,
            jobs: self.jobs.get(),
            control: &control,
        };
        let mut tell = |now: Timestamp, happening: Happening| {
            if !global.quiet {
                terminal::say(&format!("{} {}", now.strftime("%FT%TZ"), words(&happening)));
            }
        };
        serve(engine.store(), entries, &clock, &control, &|job| starts.run(job), &mut tell)?;
        Ok(Exit::Done)
    }
}

/// The jobs that are started, by identifier.
fn entries(plan: &Plan, agent: &Agent, server: &TimeZone) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for job in plan.jobs.iter().filter(|job| agent.is_for(job)) {
        let Some(schedule) = &job.schedule else { continue };
        let times = Times::new(schedule, server).map_err(|problem| {
            Error::operational(format!("job `{}` has the schedule `{}`: {problem}", job.id, schedule.expression))
        })?;
        entries.push(Entry { job: job.id.clone(), times });
    }
    Ok(entries)
}

/// The time zone that `ServerTime` means.
fn server_zone(config: &Config) -> TimeZone {
    let named = config.schedule.time_zone.as_deref().and_then(|zone| TimeZone::get(zone).or_else(|_| TimeZone::posix(zone)).ok());
    named.unwrap_or_else(TimeZone::system)
}

fn list(plan: &Plan, agent: &Agent, entries: &[Entry], now: Timestamp, count: usize) -> Result<(), Error> {
    let others: Vec<&Job> = plan.jobs.iter().filter(|job| job.schedule.is_some() && !agent.is_for(job)).collect();
    let names = entries.iter().map(|entry| &entry.job).chain(others.iter().map(|job| &job.id));
    let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
    terminal::print(|out| {
        for entry in entries {
            let mut name = entry.job.as_str();
            for start in entry.times.after(now).take(count) {
                let shown = start.to_zoned(entry.times.zone().clone());
                writeln!(out, "{name:width$}  {}", shown.strftime("%F %T %:z"))?;
                name = "";
            }
            if entry.times.next(now).is_none() {
                writeln!(out, "{name:width$}  never")?;
            }
        }
        for job in &others {
            writeln!(out, "{:width$}  left to agent {}", job.id, job.agent.as_deref().unwrap_or_default())?;
        }
        Ok(())
    })?;
    Ok(())
}

fn words(happening: &Happening) -> String {
    match happening {
        Happening::Started { job, due, missed: 0 } => format!("{job}: started, due {due}"),
        Happening::Started { job, due, missed } => {
            let starts = if *missed == 1 { "1 missed start".to_owned() } else { format!("{missed} missed starts") };
            format!("{job}: started once for {starts}, the last due {due}")
        }
        Happening::StillRunning { job, due } => format!("{job}: not started, due {due}: it still runs"),
        Happening::Ended { job, how } => format!("{job}: {how}"),
        Happening::Stopping { running } if running.is_empty() => "stopped".to_owned(),
        Happening::Stopping { running } => format!("stopping, {} finish their running tasks", running.join(", ")),
    }
}

impl Starts<'_> {
    /// Runs a job to its end and says how it ended.
    fn run(&self, job: &str) -> String {
        self.run_and_tell(job).unwrap_or_else(|error| match error.help {
            Some(help) => format!("{}; {help}", error.message),
            None => error.message,
        })
    }

    fn run_and_tell(&self, job: &str) -> Result<String, Error> {
        let mut context = self.places.context();
        context.insert("started-by".to_owned(), "schedule".to_owned());
        let options = RunOptions {
            jobs: self.jobs,
            control: self.control.clone(),
            context,
            executors: &self.config.executors,
            ..RunOptions::new(self.settings)
        };
        let engine = Engine::open(&self.store)?;
        let detail = engine.run(self.plan, job, &options, &BuiltIn, &mut Silent)?;
        let took = crate::engine::clock::duration(detail.run.duration_ms.unwrap_or(0));
        let mut said = format!("run {} {} in {took}", detail.run.id, detail.run.state);
        if let Some(next) = detail.next.first().filter(|_| detail.run.state != JobState::Completed) {
            said = format!("{said}; next: {next}");
        }
        let Some(command) = &self.config.schedule.on_failure else { return Ok(said) };
        if !matches!(detail.run.state, JobState::Errored | JobState::Blocked | JobState::Interrupted) {
            return Ok(said);
        }
        let job: &Job = find_job(self.plan, job)?;
        let hook = Hook { command, plan: self.plan, job, settings: self.settings, secrets: &self.config.executors.secrets };
        Ok(match run_hook(&hook, engine.store(), &detail, self.control)? {
            None => said,
            Some(problem) => format!("{said}; [schedule.on-failure]: {problem}"),
        })
    }
}
