//! The edit that links a task to another of its job.

use crate::finding::Finding;
use crate::ir::JobEntry;

use super::{JobModel, fixes};

/// Adds the edit to a finding that says a link is missing. Nothing is offered where the parent has no identifier or comes
/// later, or where the child is an override, whose written links would replace all others.
pub(super) fn with_link_fix(job: &JobModel<'_>, child: usize, parent: usize, finding: Finding) -> Finding {
    let view = &job.tasks[child];
    if job.tasks[parent].task.identifier.is_none() || !job.before(parent, child) || matches!(view.entry, JobEntry::Override(_)) {
        return finding;
    }
    let name = job.task_name(parent);
    match fixes::add_child(job.program, view.task.origin, "TaskDependsOnTask", "ParentTask", &name) {
        Some(fix) => finding.fix(fix),
        None => finding,
    }
}
