//! Policies that are switched off: nothing of them is computed or ordered.

use std::collections::BTreeSet;

use crate::plan::model::{Model, ResourceType};
use crate::tasks::attribute::{Attributes, flag, items, text};

/// Identifiers of the policies that are declared and switched off.
pub(super) fn off(model: &Model) -> BTreeSet<&str> {
    let off = items(model, "Policy").filter(|item| !flag(&item.attributes, "IsProvisioningEnabled"));
    off.filter_map(|item| item.id.as_deref()).collect()
}

/// Whether a rule or a resource type belongs to one of them.
pub(super) fn is_of(off: &BTreeSet<&str>, attributes: &Attributes) -> bool {
    text(attributes, "Policy").is_some_and(|policy| off.contains(policy))
}

/// Whether the policy of a resource type is on, or not declared.
pub(in crate::tasks) fn is_on(model: &Model, resource_type: &ResourceType) -> bool {
    !is_of(&off(model), &resource_type.attributes)
}
