//! `jobwright schedule`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::agent::Agent;
use super::arguments::{Global, jobs};
use super::input::Paths;
use super::stores::{self, Places};
use super::{Error, Exit, compiled, terminal};
use crate::config::Config;
use crate::engine::event::Event;
use crate::engine::external::{Bad, Hook, HookEnd, hook_problem, run_hook};
use crate::engine::reporter::Reporter;
use crate::engine::schedule::{Clock, Entry, Happening, Times, serve};
use crate::engine::{BuiltIn, Control, Engine, EngineError, JobState, RunDetail, RunOptions, check_start, find_job, signals};
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
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "3", value_parser = jobs)]
    list: Option<NonZeroUsize>,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// The base of relative paths in connection settings [default: the folder of the settings file]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Connection settings [default: appsettings.agent.json beside PATH]
    #[arg(long, value_name = "FILE")]
    appsettings: Option<PathBuf>,
    /// Tasks of a job at a time
    #[arg(long, value_name = "N", default_value = "1", value_parser = jobs)]
    jobs: NonZeroUsize,
    /// The agent to be: the jobs of others are left to them [default: OpenId.AgentIdentifier of the settings]
    #[arg(long, value_name = "AGENT")]
    agent: Option<String>,
}

/// How often a store that cannot be written is tried again.
const LOOK: Duration = Duration::from_secs(1);

/// What every start needs.
struct Starts<'a> {
    plan: &'a Plan,
    settings: &'a Settings,
    config: &'a Config,
    places: &'a Places,
    store: PathBuf,
    jobs: usize,
    control: &'a Control,
    quiet: bool,
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
            quiet: global.quiet,
        };
        starts.check(&entries);
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
        Happening::Stopping { running } => match running.as_slice() {
            [one] => format!("stopping, {one} finishes its running tasks"),
            several => format!("stopping, {} finish their running tasks", several.join(", ")),
        },
        Happening::NotNoted { problem } => format!("what was started is not on record, and could be caught up again: {problem}"),
    }
}

impl Starts<'_> {
    /// Says what would be refused if it were started now, while somebody is there to read it.
    fn check(&self, entries: &[Entry]) {
        if self.quiet {
            return;
        }
        let options = RunOptions { executors: &self.config.executors, ..RunOptions::new(self.settings) };
        for entry in entries {
            if let Err(error) = check_start(self.plan, &entry.job, &options, &BuiltIn) {
                let said = self.in_words(error);
                let why = said.strip_prefix(&format!("job {} was not started: ", entry.job)).unwrap_or(&said);
                terminal::say(&format!("{} could not be started as it stands: {why}", entry.job));
            }
        }
        if let Some(problem) = self.config.schedule.on_failure.as_ref().and_then(hook_problem) {
            terminal::say(&format!(
                "nobody would be told of a failure: {problem}; correct [schedule.on-failure] in jobwright.toml"
            ));
        }
    }

    /// Runs a job to its end, tells whoever is to be told of a bad one, and says how it ended.
    fn run(&self, job: &str) -> String {
        let (said, told) = match self.run_to_its_end(job) {
            Ok(detail) => (ended(&detail), self.tell(job, Bad::Run(&detail))),
            Err(error) => self.failed(job, error),
        };
        match told {
            Ok(None) => said,
            Ok(Some(problem)) => format!("{said}; [schedule.on-failure]: {problem}"),
            Err(error) => format!("{said}; [schedule.on-failure]: {}", self.in_words(error)),
        }
    }

    fn run_to_its_end(&self, job: &str) -> Result<RunDetail, EngineError> {
        let mut context = self.places.context();
        context.insert("started-by".to_owned(), "schedule".to_owned());
        let options = RunOptions {
            jobs: self.jobs,
            // Whoever cancels the run does not end the schedule.
            control: self.control.of_one(),
            context,
            executors: &self.config.executors,
            ..RunOptions::new(self.settings)
        };
        Engine::open(&self.store)?.run(self.plan, job, &options, &BuiltIn, &mut Notes { job, quiet: self.quiet })
    }

    /// What there is to say of a start that was refused, or of a run that could not be seen to an end. Comes back when another start
    /// can be tried: as long as the store cannot be written, it says that this process runs the job.
    fn failed(&self, job: &str, error: EngineError) -> (String, Result<HookEnd, EngineError>) {
        let is_run_by_others = matches!(error, EngineError::Locked { .. });
        let said = self.in_words(error);
        if is_run_by_others {
            return (said, Ok(None));
        }
        let told = self.tell(job, Bad::Failed(&said));
        let is_full = |error: &EngineError| {
            matches!(error, EngineError::DiskFull { .. } | EngineError::Disk { .. } | EngineError::Busy { .. })
        };
        let mut waits = false;
        while Engine::open_existing(&self.store).and_then(|engine| engine.abandon(job)).is_err_and(|error| is_full(&error)) {
            if self.control.is_cancelled() {
                return (said, told);
            }
            if !waits && !self.quiet {
                let now = Timestamp::now().strftime("%FT%TZ");
                terminal::say(&format!("{now} {job}: {said}; it starts again when the store can be written"));
            }
            waits = true;
            std::thread::sleep(LOOK);
        }
        (if waits { "the store can be written again".to_owned() } else { said }, told)
    }

    /// Tells the program under `[schedule.on-failure]`, if there is one and what it is told is bad.
    fn tell(&self, job: &str, bad: Bad<'_>) -> Result<HookEnd, EngineError> {
        let Some(command) = &self.config.schedule.on_failure else { return Ok(None) };
        if let Bad::Run(detail) = bad
            && !matches!(detail.run.state, JobState::Errored | JobState::Blocked | JobState::Interrupted)
        {
            return Ok(None);
        }
        let job: &Job = find_job(self.plan, job)?;
        let hook = Hook { command, plan: self.plan, job, settings: self.settings, secrets: &self.config.executors.secrets };
        run_hook(&hook, &self.store, bad, self.control)
    }

    /// In one line, with the commands as they are typed for this store.
    fn in_words(&self, error: EngineError) -> String {
        let error = Error::from(error).on_store(Some(&self.store));
        let help = error.help.map(|help| format!("; {}", help.replace('\n', " ")));
        error.message + &help.unwrap_or_default()
    }
}

/// Tells of a run what stands beside its events.
struct Notes<'a> {
    job: &'a str,
    quiet: bool,
}

impl Reporter for Notes<'_> {
    fn event(&mut self, _: &Event) {}

    fn note(&mut self, text: &str) {
        if !self.quiet {
            terminal::say(&format!("{} {}: {text}", Timestamp::now().strftime("%FT%TZ"), self.job));
        }
    }
}

fn ended(detail: &RunDetail) -> String {
    let took = crate::engine::clock::duration(detail.run.duration_ms.unwrap_or(0));
    let said = format!("run {} {} in {took}", detail.run.id, detail.run.state);
    match detail.next.first().filter(|_| detail.run.state != JobState::Completed) {
        Some(next) => format!("{said}; next: {next}"),
        None => said,
    }
}
