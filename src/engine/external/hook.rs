//! A program that is told of a run that ended badly, or of a job that could not be run.

use std::collections::BTreeMap;
use std::path::Path;
use std::process;
use std::time::Duration;

use super::child::{Ended, Patience, Running};
use super::handed::hand_over;
use super::output::Output;
use super::programs;
use super::protocol::Told;
use super::values::Values;
use crate::config::executors::Command;
use crate::engine::control::Control;
use crate::engine::error::EngineError;
use crate::engine::store::{RunDetail, work_folder};
use crate::plan::Plan;
use crate::plan::model::Job;
use crate::tasks::settings::Secret;
use crate::tasks::{RunId, Settings};

/// What a program has where its command does not say.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The state of what has come to no end.
const FAILED: &str = "failed";

/// The program and what it is told of.
pub struct Hook<'a> {
    /// The command.
    pub command: &'a Command,
    /// The plan of the run.
    pub plan: &'a Plan,
    /// Its job.
    pub job: &'a Job,
    /// Settings, for secrets.
    pub settings: &'a Settings,
    /// Where its secrets come from.
    pub secrets: &'a BTreeMap<String, crate::config::executors::SecretSource>,
}

/// What it is told.
#[derive(Clone, Copy, Debug)]
pub enum Bad<'a> {
    /// A run ended badly.
    Run(&'a RunDetail),
    /// A job could not be started, or the store could not follow its run, for this reason.
    Failed(&'a str),
}

/// How it ended, for a line in a log; none where it ended well.
pub type HookEnd = Option<String>;

/// What keeps the program from being started, if anything is known to.
pub fn hook_problem(command: &Command) -> Option<String> {
    programs::find(&command.program)
        .is_none_or(|file| !programs::may_be_started(&file))
        .then(|| format!("the program {} is not there, or may not be executed", command.program.display()))
}

/// Starts the program with what it is told as JSON on standard input and sees it to its end. Its output is kept beside the log
/// of the run. A failure of it is no failure of the run.
pub fn run_hook(hook: &Hook<'_>, store: &Path, bad: Bad<'_>, control: &Control) -> Result<HookEnd, EngineError> {
    let (run, attempt, state) = match bad {
        Bad::Run(detail) => (RunId(detail.run.id), detail.run.attempt, detail.run.state.name()),
        Bad::Failed(_) => (RunId(0), 0, FAILED),
    };
    let mut secrets: BTreeMap<String, Secret> = BTreeMap::new();
    for name in programs::secrets(hook.command) {
        let Some(source) = hook.secrets.get(name) else { continue };
        match programs::secret(source, hook.settings) {
            Ok(secret) => drop(secrets.insert(name.to_owned(), secret)),
            Err(problem) => return Ok(Some(format!("the secret {name} is not at hand: {problem}"))),
        }
    }
    let work = work_folder(store);
    let job = hand_over(hook.job);
    let Some(task) = job.tasks.first() else { return Ok(None) };
    let values =
        Values { plan: hook.plan, job: &job, task, run, attempt, work: &work, store, settings: hook.settings, secrets: &secrets };
    let folder = match bad {
        Bad::Run(_) => work.join("runs").join(run.0.to_string()),
        Bad::Failed(_) => work.clone(),
    };
    let file = folder.join("on-failure.log");
    let failed = |error| EngineError::io(&file, "written", error);
    let mut output =
        Output::new(file.clone(), hook.command.output_limit, &secrets.values().collect::<Vec<_>>()).map_err(failed)?;
    let mut command = process::Command::new(&hook.command.program);
    command.args(values.arguments(hook.command));
    command.env("JOBWRIGHT_RUN", run.0.to_string()).env("JOBWRIGHT_JOB", &job.id).env("JOBWRIGHT_STATE", state);
    command.envs(hook.command.env.iter().map(|(variable, template)| (variable, values.fill(template))));
    let input = match bad {
        Bad::Run(detail) => serde_json::to_vec(detail),
        Bad::Failed(message) => serde_json::to_vec(&serde_json::json!({ "job": job.id, "state": state, "message": message })),
    };
    let input = input.map_err(|error| EngineError::Internal(error.to_string()))?;
    let started = match Running::start(command, input) {
        Ok(started) => started,
        Err(error) => return Ok(Some(programs::why_not(&hook.command.program, &error))),
    };
    let patience = Patience { timeout: Some(hook.command.timeout.unwrap_or(TIMEOUT)), grace: hook.command.grace };
    let mut told = Told::default();
    Ok(match started.watch(patience, control, &mut output, &mut told, |_| {}, || Ok(())).map_err(failed)? {
        Ended::Status(status) if status.success() => None,
        Ended::Status(status) => Some(format!("it ended with {status}")),
        Ended::TimedOut => Some("it took too long and was ended".to_owned()),
        Ended::GaveUp => Some("it was ended with the schedule".to_owned()),
    })
}
