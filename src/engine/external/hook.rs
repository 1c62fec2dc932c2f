//! A program that is told of a run that ended badly.

use std::collections::BTreeMap;
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
use crate::engine::store::{RunDetail, Store};
use crate::plan::Plan;
use crate::plan::model::Job;
use crate::tasks::settings::Secret;
use crate::tasks::{RunId, Settings};

/// What a program has where its command does not say.
const TIMEOUT: Duration = Duration::from_mins(1);

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

/// How it ended, for a line in a log; none where it ended well.
pub type HookEnd = Option<String>;

/// Starts the program with the run as JSON on standard input and sees it to its end. Its output is kept beside the log
/// of the run. A failure of it is no failure of the run.
pub fn run_hook(hook: &Hook<'_>, store: &Store, detail: &RunDetail, control: &Control) -> Result<HookEnd, EngineError> {
    let run = RunId(detail.run.id);
    let mut secrets: BTreeMap<String, Secret> = BTreeMap::new();
    for name in programs::secrets(hook.command) {
        let Some(source) = hook.secrets.get(name) else { continue };
        match programs::secret(source, hook.settings) {
            Ok(secret) => drop(secrets.insert(name.to_owned(), secret)),
            Err(problem) => return Ok(Some(format!("the secret {name} is not at hand: {problem}"))),
        }
    }
    let job = hand_over(hook.job);
    let Some(task) = job.tasks.first() else { return Ok(None) };
    let values = Values {
        plan: hook.plan,
        job: &job,
        task,
        run,
        attempt: detail.run.attempt,
        work: store.work(),
        store: store.data_file(),
        settings: hook.settings,
        secrets: &secrets,
    };
    let file = store.work().join("runs").join(run.0.to_string()).join("on-failure.log");
    let failed = |error| EngineError::io(&file, "written", error);
    let mut output =
        Output::new(file.clone(), hook.command.output_limit, &secrets.values().collect::<Vec<_>>()).map_err(failed)?;
    let mut command = process::Command::new(&hook.command.program);
    command.args(values.arguments(hook.command));
    command.env("JOBWRIGHT_RUN", run.0.to_string()).env("JOBWRIGHT_JOB", &job.id).env("JOBWRIGHT_STATE", detail.run.state.name());
    command.envs(hook.command.env.iter().map(|(variable, template)| (variable, values.fill(template))));
    let input = serde_json::to_vec(detail).map_err(|error| EngineError::Internal(error.to_string()))?;
    let started = match Running::start(command, input) {
        Ok(started) => started,
        Err(error) => return Ok(Some(format!("{} cannot be started: {error}", hook.command.program.display()))),
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
