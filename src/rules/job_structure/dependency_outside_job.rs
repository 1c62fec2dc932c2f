//! `dependency-outside-job`: a task waits for a task that its job does not run.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::suggest::nearest;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "dependency-outside-job",
        category: Category::JobStructure,
        severity: Severity::Error,
        summary: "a task waits for a task that its job does not run",
    },
    check: Check::Job(check),
};

/// Jobs of more tasks get no suggestion: comparing names costs more than it is worth there.
const SUGGEST_UP_TO: usize = 400;

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    // A step that names nothing may be the one that was to run the parent.
    if !job.is_judged() || job.runs_unknown() {
        return;
    }
    for (index, view) in job.tasks.iter().enumerate() {
        for parent in &view.task.depends_on {
            // A name that no task has is an unresolved reference, which has a rule of its own.
            let Some(target) = parent.value.target else { continue };
            if job.find(parent.value.name).is_some() {
                continue;
            }
            let (name, missing) = (job.task_name(index), job.program.task_name(target));
            let finding = Finding::new(
                &RULE.info,
                job.field_place(index, Some(*parent)),
                format!("`{name}` waits for `{missing}`, which job `{}` does not run", job.name()),
            )
            .label("not in this job")
            .note("a task outside the job never ends in it: the link holds nothing back, or keeps the task from ever starting")
            .related(job.program.place(job.program.items.tasks[target].origin), "the task it waits for");
            let near = (job.tasks.len() <= SUGGEST_UP_TO)
                .then(|| {
                    let is_other = |&other: &usize| other != index && job.tasks[other].task.identifier.is_some();
                    let names: Vec<_> = (0..job.tasks.len()).filter(is_other).map(|other| job.task_name(other)).collect();
                    nearest(&missing, names.iter().map(|name| &**name)).map(str::to_owned)
                })
                .flatten();
            let finding = match near {
                Some(near) => finding.help(format!(
                    "add `<Step Identifier=\"{missing}\" />` before it, or write `ParentTask=\"{near}\"`, which the job does run"
                )),
                None => finding.help(format!("add `<Step Identifier=\"{missing}\" />` before it, or remove the link")),
            };
            sink.push(job.about(index, finding));
        }
    }
}
