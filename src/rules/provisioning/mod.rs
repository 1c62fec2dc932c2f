//! Computation, provisioning orders and fulfilment: one file per rule.

pub(super) mod all_entity_types;
pub(super) mod compute_without_change;
pub(super) mod force_provisioning;
pub(super) mod fulfill_not_linked;
pub(super) mod fulfill_without_orders;
pub(super) mod index_thresholds;
pub(super) mod missing_command_input;
pub(super) mod missing_connection_settings;
pub(super) mod missing_entity_types;
pub(super) mod missing_provisioning_target;
pub(super) mod missing_resource_type_mapping;
pub(super) mod needless_task;
pub(super) mod profiles_not_linked;
pub(super) mod provisioning_target_mismatch;
pub(super) mod role_model_entity_types;
pub(super) mod stops_on_error;
#[cfg(test)]
mod tests;

use crate::grammar::kinds;
use crate::ir::{Id, Program, ResourceType, Task};

use super::suggest::listed;
use super::{Facts, JobModel};

/// The resource types that an orders or fulfil task covers: those it lists, else those of its connector. Nothing where
/// that is not known: it names neither, or something that does not exist.
fn covered<'f>(facts: &'f Facts, task: &Task) -> Option<std::borrow::Cow<'f, [Id<ResourceType>]>> {
    if task.unread {
        return None;
    }
    if task.resource_types.is_empty() {
        return Some(facts.resource_types_of(task.connector?.value.target?).into());
    }
    task.resource_types.iter().map(|field| field.value.target).collect::<Option<Vec<_>>>().map(Into::into)
}

/// Whether it is known what a task covers.
fn is_known(task: &Task) -> bool {
    if task.unread {
        false
    } else if task.resource_types.is_empty() {
        task.connector.is_some_and(|connector| connector.value.target.is_some())
    } else {
        task.resource_types.iter().all(|field| field.value.target.is_some())
    }
}

/// The orders tasks of a job by the resource types for which they generate orders.
struct Orders {
    /// Sorted.
    by_type: Vec<(Id<ResourceType>, usize)>,
    /// Tasks of which it is not known what they cover.
    unknown: bool,
}

impl Orders {
    fn new(job: &JobModel<'_>) -> Self {
        let mut out = Self { by_type: Vec::new(), unknown: false };
        for orders in job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK) {
            match covered(job.facts, job.tasks[orders].task) {
                Some(types) => out.by_type.extend(types.iter().map(|&id| (id, orders))),
                None => out.unknown = true,
            }
        }
        out.by_type.sort_unstable();
        out
    }

    /// The orders tasks that cover a resource type, in document order.
    fn of_type(&self, id: Id<ResourceType>) -> impl Iterator<Item = usize> + '_ {
        let start = self.by_type.partition_point(|one| one.0 < id);
        self.by_type[start..].iter().take_while(move |one| one.0 == id).map(|one| one.1)
    }

    /// Orders tasks before a fulfil task that cover one of its resource types, in document order; each once.
    fn of_fulfil(&self, job: &JobModel<'_>, fulfil: usize, types: &[Id<ResourceType>]) -> Vec<usize> {
        let all = types.iter().flat_map(|&id| self.of_type(id));
        let mut found: Vec<usize> = all.filter(|&orders| job.before(orders, fulfil)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Resource types by name, for a message.
fn names(program: &Program, types: &[Id<ResourceType>]) -> String {
    let names: Vec<_> = types.iter().map(|&id| program.identifier(program.items.resource_types[id].origin)).collect();
    listed(names.iter().map(|name| &**name), 5)
}
