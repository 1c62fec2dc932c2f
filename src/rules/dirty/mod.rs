//! Tagging and dirty computation: one file per rule.

pub(super) mod dirty_in_complete_job;
pub(super) mod dirty_not_linked;
pub(super) mod dirty_without_flag;
pub(super) mod flag_not_linked;
pub(super) mod flag_without_changes;
pub(super) mod missing_dirty;

#[cfg(test)]
mod tests;

use crate::grammar::{ElementKind, kinds, names};

use super::JobModel;

/// Compute and classification tasks in dirty mode. On a fulfil task Dirty only tags what it writes.
fn dirty_tasks<'j>(job: &'j JobModel<'_>) -> impl Iterator<Item = usize> + 'j {
    (0..job.tasks.len()).filter(|&index| {
        let task = job.tasks[index].task;
        task.is_dirty() && (is_compute(task.kind) || task.kind == kinds::UPDATE_CLASSIFICATION_TASK)
    })
}

/// Whether some synchronize task of the job may keep its changes: without one, nothing is ever tagged.
fn keeps_changes(job: &JobModel<'_>) -> bool {
    job.of(kinds::SYNCHRONIZE_TASK).any(|index| {
        let task = job.tasks[index].task;
        task.keeps_changes() || job.is_unreadable(index, task.do_not_delete_changes, names::DO_NOT_DELETE_CHANGES)
    })
}

/// Whether a task computes values or the role model.
fn is_compute(kind: ElementKind) -> bool {
    matches!(
        kind,
        kinds::COMPUTE_CORRELATION_KEYS_TASK
            | kinds::COMPUTE_RISK_SCORES_TASK
            | kinds::COMPUTE_ROLE_MODEL_TASK
            | kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK
    )
}
