//! `jobwright logs`.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, stores, terminal};
use crate::engine::log;

/// Show what happened to a task of a run, as JSON lines
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The task
    #[arg(value_name = "TASK")]
    pub(super) task: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
}

impl Logs {
    pub(super) fn execute(&self, _: &Global) -> Result<Exit, Error> {
        let run = stores::run(&self.run)?;
        let engine = stores::existing(self.store.as_ref())?;
        let detail = engine.show(run)?;
        let Some(task) = detail.tasks.iter().find(|task| crate::ir::same_identifier(&task.task, &self.task)) else {
            let near = crate::config::nearest(&self.task, detail.tasks.iter().map(|task| task.task.as_str()));
            let error = Error::usage(format!("run {} of job `{}` has no task `{}`", run.0, detail.run.job, self.task));
            return Err(match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("`jobwright show {}` lists its tasks", run.0)),
            });
        };
        let file = log::path_of(engine.store().work(), run);
        let text = fs::read_to_string(&file)
            .map_err(|error| Error::operational(format!("`{}` cannot be read: {error}", file.display())))?;
        let own =
            |line: &&str| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|event| event["task"] == task.task.as_str());
        terminal::print(|out| text.lines().filter(own).try_for_each(|line| writeln!(out, "{line}")))?;
        Ok(Exit::Done)
    }
}
