//! Which values are identifiers, so that their case is no difference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::grammar::{self, Reference};

/// A job's own value.
pub(super) fn of_job(field: &str) -> bool {
    field == "agent"
}

/// A value of a task.
pub(super) fn of_task(field: &str) -> bool {
    matches!(field, "agent" | "entity_types" | "resource_types" | "starts") || of_items(field)
}

/// A value of another item: the attribute's name decides, where most elements that have it refer by it.
pub(super) fn of_items(field: &str) -> bool {
    static NAMES: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut rows: BTreeMap<&str, i32> = BTreeMap::new();
        for attribute in grammar::elements().flat_map(|kind| kind.def().attributes) {
            let named = matches!(
                attribute.reference,
                Some(Reference::Item(_) | Reference::Property(_) | Reference::QualifiedProperty | Reference::Binding(_))
            );
            *rows.entry(attribute.name).or_default() += if named { 1 } else { -1 };
        }
        rows.into_iter().filter(|(_, more)| *more > 0).map(|(name, _)| name).collect()
    });
    names.contains(field.rsplit('.').next().unwrap_or(field))
}
