//! The agent that this process is: it runs its own jobs and those of no agent, and leaves the others alone.

use super::Error;
use crate::ir::same_identifier;
use crate::plan::Plan;
use crate::plan::model::Job;
use crate::tasks::Settings;

/// Which agent to be; none: any.
pub(super) struct Agent(Option<String>);

impl Agent {
    /// The agent named, else the one that the settings belong to. One that is named must be one of the plan.
    pub(super) fn of(named: Option<&str>, settings: &Settings, plan: &Plan) -> Result<Self, Error> {
        let Some(named) = named else { return Ok(Self(settings.agent().map(str::to_owned))) };
        // A plan holds only the agents that its tasks need.
        let jobs = plan.jobs.iter().filter_map(|job| job.agent.as_deref());
        let mut known: Vec<&str> = plan.model.agents.iter().map(|agent| agent.id.as_str()).chain(jobs).collect();
        known.sort_unstable();
        known.dedup();
        if known.is_empty() || known.iter().any(|agent| same_identifier(agent, named)) {
            return Ok(Self(Some(named.to_owned())));
        }
        let help = crate::config::nearest(named, known.iter().copied())
            .map_or_else(|| format!("there are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
        Err(Error::usage(format!("the configuration has no agent `{named}`")).help(help))
    }

    /// Whether the job is its own or the server's.
    pub(super) fn is_for(&self, job: &Job) -> bool {
        match (&self.0, &job.agent) {
            (Some(this), Some(own)) => same_identifier(this, own),
            _ => true,
        }
    }

    /// Refuses a job of another agent.
    pub(super) fn refuse_others(&self, job: &Job) -> Result<(), Error> {
        match (&self.0, &job.agent) {
            (Some(this), Some(own)) if !same_identifier(this, own) => {
                let message = format!("job `{}` belongs to agent `{own}`, and this is agent `{this}`", job.id);
                Err(Error::usage(message).help(format!(
                    "start it where agent `{own}` runs: its files, secrets and network are there; --agent {own} says that this is the place"
                )))
            }
            _ => Ok(()),
        }
    }
}
