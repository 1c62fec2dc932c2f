//! The edit that links a task to others of its job.

use crate::finding::{Finding, Safety};
use crate::ir::JobEntry;

use super::{JobModel, fixes};

/// Tasks named in a help.
const SHOWN: usize = 5;

/// Adds the edit to a finding that says links are missing. Nothing is offered where a parent has no identifier or comes
/// later, or where the child is an override, whose written links would replace all others. A task that a step names may
/// be run by other jobs, which need not run the parents: that edit is to be looked at.
pub(super) fn with_link_fix(job: &JobModel<'_>, child: usize, parents: &[usize], finding: Finding) -> Finding {
    // More than anyone reads; for each of thousands of tasks it would be a text of their square.
    const MOST: usize = 100;
    let view = &job.tasks[child];
    if parents.len() > MOST {
        return finding;
    }
    let linkable = |&parent: &usize| job.tasks[parent].task.identifier.is_some() && job.before(parent, child);
    if !parents.iter().all(linkable) || matches!(view.entry, JobEntry::Override(_)) {
        return finding;
    }
    let names: Vec<_> = parents.iter().map(|&parent| job.task_name(parent)).collect();
    match fixes::add_children(job.program, view.task.origin, "TaskDependsOnTask", "ParentTask", &names) {
        Some(mut fix) => {
            if matches!(view.entry, JobEntry::Step(_)) {
                fix.safety = Safety::Unsafe;
            }
            finding.fix(fix)
        }
        None => finding,
    }
}

/// What to do to link a task to others, for a help: a parent that comes too late is moved, one without identifier is given
/// one, and links of a generated task are written in its scaffolding.
pub(super) fn help(job: &JobModel<'_>, child: usize, parents: &[usize]) -> String {
    let late: Vec<usize> = parents.iter().copied().filter(|&parent| !job.before(parent, child)).collect();
    let order = (!late.is_empty()).then(|| put_before(job, &late, child));
    steps(job, child, parents, order)
}

/// As [`help`], but where the parent comes later it is the task that moves.
pub(super) fn help_behind(job: &JobModel<'_>, child: usize, parent: usize) -> String {
    let order = (!job.before(parent, child)).then(|| put_after(job, child, parent));
    steps(job, child, &[parent], order)
}

fn steps(job: &JobModel<'_>, child: usize, parents: &[usize], order: Option<String>) -> String {
    // Turned round, a link of the parent would close a ring.
    let back = order.as_ref().and_then(|_| parents.iter().take(SHOWN).find(|&&parent| job.linked(parent, child)));
    let free = back.map(|&parent| format!("let `{}` no longer wait for `{}`", job.task_name(parent), job.task_name(child)));
    let missing: Vec<usize> = parents.iter().copied().filter(|parent| !job.tasks[child].parents.contains(parent)).collect();
    let nameless = missing.iter().find(|&&parent| job.tasks[parent].task.identifier.is_none());
    let naming = nameless.map(|&parent| format!("give the `{}` an Identifier", job.task_name(parent)));
    let links = (!missing.is_empty()).then(|| links(job, child, &missing));
    let steps = free.into_iter().chain(order).chain(naming).chain(links);
    steps.collect::<Vec<_>>().join(", then ")
}

/// The links to add to a task, and where they are written.
fn links(job: &JobModel<'_>, child: usize, parents: &[usize]) -> String {
    let name = job.task_name(child);
    let generated = job.tasks[child].task.origin.generated.is_some();
    let link = |&parent: &usize| {
        let named = job.tasks[parent].task.identifier.map(|_| job.task_name(parent));
        let parent = named.as_deref().unwrap_or("…");
        if generated {
            format!("`<LinkDependTask Task=\"{name}\" DependOn=\"{parent}\" />`")
        } else {
            format!("`<TaskDependsOnTask ParentTask=\"{parent}\" />`")
        }
    };
    let mut links: Vec<String> = parents.iter().take(SHOWN).map(link).collect();
    if parents.len() > SHOWN {
        links.push(format!("{} more", parents.len() - SHOWN));
    }
    let links = links.join(" and ");
    if generated { format!("add {links} to the scaffolding") } else { format!("add {links} to `{name}`") }
}

/// What to do so that tasks run before another: their level is changed where all have one, else their place.
pub(super) fn put_before(job: &JobModel<'_>, first: &[usize], second: usize) -> String {
    let mut names: Vec<String> = first.iter().take(SHOWN).map(|&task| format!("`{}`", job.task_name(task))).collect();
    if first.len() > SHOWN {
        names.push(format!("{} more", first.len() - SHOWN));
    }
    let (names, name) = (names.join(" and "), job.task_name(second));
    if first.iter().any(|&task| job.is_added(task)) {
        return format!("let `AddTask` put {names} before `{name}`");
    }
    if job.is_added(second) {
        return format!("let `AddTask` put `{name}` after {names}");
    }
    let levels: Option<Vec<i32>> = first.iter().map(|&task| job.tasks[task].level).collect();
    match (job.tasks[second].level, levels) {
        (Some(0), Some(levels)) => format!("give `{name}` a higher Level than {}", levels.into_iter().max().unwrap_or(0)),
        (Some(level), Some(_)) => format!("give {names} a lower Level than {level}"),
        _ => format!("move {names} before `{name}`"),
    }
}

/// What to do so that a task runs after another.
pub(super) fn put_after(job: &JobModel<'_>, second: usize, first: usize) -> String {
    let (name, after) = (job.task_name(second), job.task_name(first));
    match (job.tasks[second].level, job.tasks[first].level) {
        _ if job.is_added(second) => format!("let `AddTask` put `{name}` after `{after}`"),
        _ if job.is_added(first) => format!("let `AddTask` put `{after}` before `{name}`"),
        (Some(_), Some(level)) => format!("give `{name}` a higher Level than {level}"),
        _ => format!("move `{name}` behind `{after}`"),
    }
}
