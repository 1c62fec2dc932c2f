//! What there is, in words.

// Writing to a text cannot fail.
use std::fmt::Write as _;

use super::table::table;
use crate::tasks::inspect::Types;

pub(super) fn text(found: &Types, width: usize) -> String {
    let mut text = String::new();
    let mut part = |title: &str, head: &[&str], rows: Vec<Vec<String>>| {
        if !rows.is_empty() {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = write!(text, "{gap}{title}\n{}", table(head, &rows, width));
        }
    };
    let rows = found.entity_types.iter();
    let rows = rows.map(|found| vec![found.entity_type.clone(), found.resources.to_string(), found.properties.join(", ")]);
    part("Entity types", &["type", "resources", "synchronized properties"], rows.collect());
    let rows = found.associations.iter().map(|found| {
        let orphans = if found.orphans > 0 { format!("{} waiting for a resource", found.orphans) } else { String::new() };
        vec![found.association.clone(), found.links.to_string(), orphans]
    });
    part("Associations", &["association", "links", ""], rows.collect());
    let rows = found.resource_types.iter().map(|found| {
        let states: Vec<String> = found.states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        let mut notes = Vec::new();
        if found.found > 0 {
            notes.push(format!("{} given by no rule", found.found));
        }
        if found.non_conforming > 0 {
            notes.push(format!("{} changed by hand", found.non_conforming));
        }
        vec![found.resource_type.clone(), found.assignments.to_string(), states.join(", "), notes.join(", ")]
    });
    part("Resource types", &["type", "assigned", "states", ""], rows.collect());
    let rows = found.roles.iter().map(|found| vec![found.kind.clone(), found.role.clone(), found.holders.to_string()]);
    part("Roles", &["kind", "role", "holders"], rows.collect());
    if text.is_empty() { "the store holds nothing yet\n".to_owned() } else { text }
}
