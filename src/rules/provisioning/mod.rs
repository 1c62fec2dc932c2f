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

use rustc_hash::{FxHashMap, FxHashSet};

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
    by_type: FxHashMap<Id<ResourceType>, Vec<usize>>,
    /// Tasks of which it is not known what they cover.
    unknown: bool,
}

impl Orders {
    fn new(job: &JobModel<'_>) -> Self {
        let mut out = Self { by_type: FxHashMap::default(), unknown: false };
        for orders in job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK) {
            match covered(job.facts, job.tasks[orders].task) {
                Some(types) => {
                    for &id in types.iter() {
                        out.by_type.entry(id).or_default().push(orders);
                    }
                }
                None => out.unknown = true,
            }
        }
        out
    }

    /// Orders tasks before a fulfil task that cover one of its resource types, in document order; each once.
    fn of_fulfil(&self, job: &JobModel<'_>, fulfil: usize, types: &[Id<ResourceType>]) -> Vec<usize> {
        let mut seen = FxHashSet::default();
        let mut found: Vec<usize> = Vec::new();
        for id in types {
            for &orders in self.by_type.get(id).into_iter().flatten() {
                if seen.insert(orders) && job.before(orders, fulfil) {
                    found.push(orders);
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// Resource types by name, for a message.
fn names(program: &Program, types: &[Id<ResourceType>]) -> String {
    let names: Vec<_> = types.iter().map(|&id| program.identifier(program.items.resource_types[id].origin)).collect();
    listed(names.iter().map(|name| &**name), 5)
}
