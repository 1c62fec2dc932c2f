//! Tasks, levels and dependencies of a job: one file per rule.

pub(super) mod dependency_cycle;
pub(super) mod dependency_order;
pub(super) mod dependency_outside_job;
pub(super) mod mixed_agents;
pub(super) mod mixed_levels;
pub(super) mod override_without_change;
pub(super) mod repeated_task;
#[cfg(test)]
mod tests;
