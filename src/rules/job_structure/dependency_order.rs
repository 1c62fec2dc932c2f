//! `dependency-order`: a task waits for one that does not run before it.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::{At, Generated, Symbol};
use crate::rules::{Check, JobModel, Rule, Sink, links};

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
            let what = match (own, other) {
                (Some(own), Some(other)) if own == other => format!("both have Level {own} and start together"),
                (Some(own), Some(other)) => format!("which has Level {other} and starts after Level {own}"),
                _ => "which stands after it in the job".to_owned(),
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
            .help(help(job, index, parent, link.at));
            let written = job.program.link_place(view.id, link);
            let finding = if written == finding.location { finding } else { finding.related(written, "the link") };
            let finding = finding.related(job.entry_place(parent), "the task it waits for");
            sink.push(job.about(index, finding));
        }
    }
}

/// What to do: the scaffolding gives what it generates its place, so that there the link goes or an added task moves.
fn help(job: &JobModel<'_>, index: usize, parent: usize, link: At) -> String {
    let (name, parent_name) = (job.task_name(index), job.task_name(parent));
    let added = job.is_added(parent) || job.is_added(index);
    let origin = job.tasks[index].task.origin;
    if origin.generated.is_some() && link != At::GENERATED {
        return format!(
            "remove the `TaskDependsOnTask` that is merged into `{name}`: the scaffolding puts `{parent_name}` behind it"
        );
    }
    let links = origin.generated.map_or(&[][..], |Generated(number)| &job.program.generated[number as usize].links);
    let parent_symbol = Symbol::new(&parent_name);
    if links.iter().any(|(linked, _)| *linked == parent_symbol) {
        let remove = "remove the `LinkDependTask`";
        return if added {
            format!("{}, or {remove}", links::put_before(job, &[parent], index))
        } else {
            format!("{remove}: the scaffolding puts `{parent_name}` behind `{name}`")
        };
    }
    match (job.tasks[index].level, job.tasks[parent].level) {
        _ if added => links::put_before(job, &[parent], index),
        (Some(own), Some(other)) if own == other => format!("give `{name}` a higher Level than {other}"),
        (Some(own), Some(other)) => {
            format!("give `{name}` a higher Level than {other}, or `{parent_name}` a lower one than {own}")
        }
        _ => format!("move `{parent_name}` before `{name}`"),
    }
}

/// Whether the parent itself waits for the task: a ring, which has a rule of its own.
fn waits_back(job: &JobModel<'_>, parent: usize, child: usize) -> bool {
    job.ring(parent).is_some() && job.ring(parent) == job.ring(child)
}
