//! What a run changed, in words.

// Writing to a text cannot fail.
use std::fmt::Write as _;

use super::table::table;
use super::{more, name};
use crate::tasks::inspect::{ChangedRow, Changes};

pub(super) fn text(found: &Changes, width: usize) -> String {
    if found.groups.is_empty() {
        return format!("run {} changed no resource, link, role, assignment or order\n", found.run);
    }
    let mut text = String::new();
    for group in &found.groups {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{} {}: {} {}", group.kind, group.of, group.total, group.what);
        let row = |row: &ChangedRow| {
            let to = row.to.as_ref().map(|to| format!("→ {}", name(to))).unwrap_or_default();
            vec![name(&row.resource), to, row.detail.clone().unwrap_or_default()]
        };
        text.push_str(&table(&["", "", ""], &group.rows.iter().map(row).collect::<Vec<_>>(), width));
        text.push_str(&more(group.rows.len(), group.total));
    }
    text
}
