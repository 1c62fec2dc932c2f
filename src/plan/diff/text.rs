//! A difference for a terminal.

use std::fmt::Write;

use serde_json::Value;

use super::{Difference, Field, Kind, TaskChange};

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// The difference in lines that begin with `+`, `-` or `~`, and the numbers at the end.
pub fn text(difference: &Difference) -> String {
    let mut out = String::new();
    if let Some(field) = &difference.dialect {
        _ = writeln!(out, "~ {}", changed(field));
    }
    for job in &difference.jobs {
        _ = writeln!(out, "{} job {}", sign(job.change), job.id);
        fields(&mut out, "    ", &job.fields);
        for task in &job.tasks {
            self::task(&mut out, task);
        }
    }
    for item in &difference.items {
        _ = writeln!(out, "{} {} {}", sign(item.change), item.kind, item.id);
        fields(&mut out, "    ", &item.fields);
    }
    _ = writeln!(out, "{}", headline(difference));
    out
}

/// `2 added, 1 changed, 0 removed`, or that nothing differs.
pub(super) fn headline(difference: &Difference) -> String {
    let [added, changed, removed] = difference.counts();
    if difference.is_empty() {
        "no difference".to_owned()
    } else {
        format!("{added} added, {changed} changed, {removed} removed")
    }
}

fn task(out: &mut String, task: &TaskChange) {
    _ = writeln!(out, "    {} task {} ({})", sign(task.change), task.id, task.element);
    fields(out, "        ", &task.fields);
    if task.change == Kind::Removed {
        return;
    }
    for edge in &task.edges_added {
        _ = writeln!(out, "        + waits for {edge}");
    }
    for edge in &task.edges_removed {
        _ = writeln!(out, "        - waits for {edge}");
    }
}

fn fields(out: &mut String, indent: &str, fields: &[Field]) {
    for field in fields {
        _ = writeln!(out, "{indent}~ {}", changed(field));
    }
}

/// The word of a change's kind.
pub(super) fn sign(kind: Kind) -> char {
    match kind {
        Kind::Added => '+',
        Kind::Changed => '~',
        Kind::Removed => '-',
    }
}

fn changed(field: &Field) -> String {
    if let (Value::Array(old), Value::Array(new)) = (&field.old, &field.new) {
        let missing = |from: &[Value], of: &[Value], sign: char| -> Vec<String> {
            of.iter().filter(|value| !from.contains(value)).map(|one| format!("{sign}{}", value(one))).collect()
        };
        let parts = [missing(old, new, '+'), missing(new, old, '-')].concat();
        if !parts.is_empty() {
            return format!("{}: {}", field.name, parts.join(" "));
        }
    }
    format!("{}: {} -> {}", field.name, value(&field.old), value(&field.new))
}

/// A value in a line.
pub(super) fn value(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
