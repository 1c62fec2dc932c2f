//! `dependency-order`: a task waits for one that does not run before it.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "dependency-order",
        category: Category::JobStructure,
        severity: Severity::Error,
        summary: "a task waits for one that does not run before it",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() {
        return;
    }
    for (index, view) in job.tasks.iter().enumerate() {
        for link in &view.task.depends_on {
            let Some(parent) = job.find(link.value.name).filter(|&parent| parent != index) else { continue };
            let (own, other) = (view.level, job.tasks[parent].level);
            // Levels on some tasks only are reported as such.
            if own.is_some() != other.is_some() || job.before(parent, index) || waits_back(job, parent, index) {
                continue;
            }
            let (name, parent_name) = (job.task_name(index), job.task_name(parent));
            let (what, help) = match (own, other) {
                (Some(own), Some(other)) if own == other => {
                    (format!("both have Level {own} and start together"), format!("give `{name}` a higher Level than {other}"))
                }
                (Some(own), Some(other)) => (
                    format!("which has Level {other} and starts after Level {own}"),
                    format!("give `{name}` a higher Level than {other}, or `{parent_name}` a lower one than {own}"),
                ),
                _ => ("which stands after it in the job".to_owned(), format!("move `{parent_name}` before `{name}`")),
            };
            let comma = if own == other && own.is_some() { ", but" } else { "," };
            let finding = Finding::new(
                &RULE.info,
                job.field_place(index, Some(*link)),
                format!("`{name}` waits for `{parent_name}`{comma} {what}"),
            )
            .label("does not run before")
            .note(
                "when the task is due its parent has not ended: the task is left out of the run, or starts without what it needs",
            )
            .help(help)
            .related(job.entry_place(parent), "the task it waits for");
            sink.push(job.about(index, finding));
        }
    }
}

/// Whether the parent itself waits for the task: a ring, which has a rule of its own. That rule judges tasks as they are
/// declared, so a ring that only an override closes is reported here.
fn waits_back(job: &JobModel<'_>, parent: usize, child: usize) -> bool {
    let declared = |index: usize| job.tasks[index].task.base.is_none();
    declared(parent) && declared(child) && job.ring(parent).is_some() && job.ring(parent) == job.ring(child)
}
