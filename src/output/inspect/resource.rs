//! A resource in words.

// Writing to a text cannot fail.
use std::fmt::Write as _;

use super::table::table;
use super::{at, count, governed, more, name, shown};
use crate::output::printable;
use crate::tasks::inspect::{Event, Resource};

pub(super) fn text(found: &Resource, width: usize) -> String {
    let gone = if found.present { "" } else { ": gone, as it was last" };
    let mut text = format!("{} {}{gone}\n", found.entity_type, printable(&found.key));
    let rows: Vec<Vec<String>> = found
        .values
        .iter()
        .map(|value| {
            let origin = if value.origin == "computed" { "computed" } else { "" };
            vec![value.property.clone(), value.value.clone(), origin.to_owned()]
        })
        .collect();
    text.push_str(&table(&["", "", ""], &rows, width));
    if found.links_total > 0 {
        let _ = write!(text, "\n{}\n", count(found.links_total, "link"));
        let rows: Vec<Vec<String>> = found.links.iter().map(|link| vec![link.association.clone(), name(&link.to)]).collect();
        text.push_str(&table(&["", ""], &rows, width));
        text.push_str(&more(found.links.len(), found.links_total));
    }
    if !found.assigned_to.is_empty() {
        text.push_str("\nAssigned to\n");
        let row =
            |owned: &crate::tasks::inspect::Owned| vec![name(&owned.owner), owned.resource_type.clone(), owned.state.to_owned()];
        text.push_str(&table(&["", "", ""], &found.assigned_to.iter().map(row).collect::<Vec<_>>(), width));
    }
    text.push_str(&governed::classification(found.classification.as_ref()));
    text.push_str(&governed::risk(found.risk.as_ref(), width));
    text.push_str(&governed::profiles(&found.profiles, width));
    text.push_str("\nHistory, the latest first\n");
    let rows: Vec<Vec<String>> = found.history.iter().flat_map(lines).collect();
    text.push_str(&table(&["", "", ""], &rows, width));
    text.push_str(&more(found.history.len(), found.history_total));
    text
}

/// An event takes a line, a change one for each value.
fn lines(event: &Event) -> Vec<Vec<String>> {
    let row = |said: String| vec![at(&event.when), event.what.to_owned(), said];
    if let Some(link) = &event.link {
        return vec![row(format!("{} {}", link.association, name(&link.to)))];
    }
    if event.values.is_empty() {
        return vec![row(String::new())];
    }
    let value = |value: &crate::tasks::inspect::Difference| {
        let computed = if value.origin == "computed" { " (computed)" } else { "" };
        let (before, after) = (shown(value.before.as_ref()), shown(value.after.as_ref()));
        row(format!("{}: {before} → {after}{computed}", value.property))
    };
    event.values.iter().map(value).collect()
}
