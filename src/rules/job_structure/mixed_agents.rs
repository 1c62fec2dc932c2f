//! `mixed-agents`: a task runs on another agent than its job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "mixed-agents",
        category: Category::JobStructure,
        severity: Severity::Error,
        summary: "a task runs on another agent than its job",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    let agent_of = |index: usize| job.tasks[index].task.agent;
    // The agent of the job decides; where it names none, the first task that names one does.
    let (wanted, place, whose) = if let Some(agent) = job.job.agent {
        (agent.value, job.program.field_place(job.job.origin, None, agent.at), "the agent of the job")
    } else {
        let Some(first) = (0..job.tasks.len()).find(|&index| agent_of(index).is_some()) else { return };
        let Some(agent) = agent_of(first) else { return };
        (agent.value, job.field_place(first, Some(agent)), "the first task on an agent")
    };
    let Some(wanted) = wanted.target else { return };
    let agent_name = |id| job.program.identifier(job.program.items.agents[id].origin);
    for index in 0..job.tasks.len() {
        let Some(agent) = agent_of(index) else { continue };
        let Some(own) = agent.value.target.filter(|&own| own != wanted) else { continue };
        let (name, own, wanted) = (job.task_name(index), agent_name(own), agent_name(wanted));
        // Of a job and its task, both generated, the one is wrong into which an agent is merged.
        let of_task = job.field_place(index, Some(agent));
        let is_of_job = of_task == job.place(index) && place != job.program.place(job.job.origin) && is_generated(job, index);
        let finding = Finding::new(
            &RULE.info,
            if is_of_job { place } else { of_task },
            format!("`{name}` runs on agent `{own}`, but job `{}` runs on `{wanted}`", job.name()),
        )
        .label("another agent")
        .note("one agent runs a whole job: the other never receives the task, and the job waits for it or fails");
        let finding = if is_of_job {
            finding.help(format!("write `Agent=\"{own}\"`, or change the agent in the scaffolding too"))
        } else {
            let help = format!("write `Agent=\"{wanted}\"`, or move the task to a job of agent `{own}`");
            finding.help(help).related(place, whose)
        };
        sink.push(job.about(index, finding));
        if is_of_job {
            return;
        }
    }
}

/// Whether a scaffolding generates both the job and the task.
fn is_generated(job: &JobModel<'_>, index: usize) -> bool {
    job.job.origin.generated.is_some() && job.tasks[index].task.origin.generated.is_some()
}
