//! A change list that waits for approval, in words.

use std::fmt::Write;

use serde_json::Value;

use crate::tasks::{ChangeList, ListedChange, is_order_list};

/// How many changes of each kind there are, and where they are listed each change, one line each.
pub fn changes(task: &str, list: &ChangeList) -> String {
    let what = if is_order_list(&list.list) { "Orders".to_owned() } else { format!("Change list {}", list.list) };
    let mut text = format!("{what}, held back by {task}:\n");
    let width = list.counts.keys().map(|item| item.chars().count()).max().unwrap_or(0);
    for (item, counts) in &list.counts {
        let numbers = [(counts.inserted, "inserted"), (counts.updated, "updated"), (counts.deleted, "deleted")];
        let words: Vec<String> =
            numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {item:width$}  {}", words.join(", "));
    }
    for change in list.changes.iter().flatten() {
        text.push_str(&line(change));
    }
    text
}

fn line(change: &ListedChange) -> String {
    let sign = match change.change {
        "insert" => '+',
        "update" => '~',
        _ => '-',
    };
    let shown = |value: &Value| match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.escape_debug().to_string(),
        other => other.to_string(),
    };
    let differing =
        |(property, [before, after]): (&String, &[Value; 2])| format!("{property} {} → {}", shown(before), shown(after));
    let values: Vec<String> = change.values.iter().map(differing).collect();
    let values = if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
    let label = change.label.as_ref().map(|label| format!(" ({})", label.escape_debug())).unwrap_or_default();
    format!("{sign} {} {}{label}{values}\n", change.item, change.key.escape_debug())
}
