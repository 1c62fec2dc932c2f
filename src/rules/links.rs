//! The edit that links a task to others of its job.

use crate::finding::{Finding, Safety};
use crate::ir::JobEntry;

use super::{JobModel, fixes};

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

/// What to write to link a task to others, for a help: links of a generated task are written in its scaffolding.
pub(super) fn help(job: &JobModel<'_>, child: usize, parents: &[usize]) -> String {
    const SHOWN: usize = 5;
    let generated = job.tasks[child].task.origin.generated.is_some();
    let link = |&parent: &usize| {
        let parent = job.task_name(parent);
        if generated {
            format!("`<LinkDependTask Task=\"{}\" DependOn=\"{parent}\" />`", job.task_name(child))
        } else {
            format!("`<TaskDependsOnTask ParentTask=\"{parent}\" />`")
        }
    };
    let mut links: Vec<String> = parents.iter().take(SHOWN).map(link).collect();
    if parents.len() > SHOWN {
        links.push(format!("{} more", parents.len() - SHOWN));
    }
    let links = links.join(" and ");
    if generated { format!("add {links} to the scaffolding") } else { format!("add {links} to `{}`", job.task_name(child)) }
}
