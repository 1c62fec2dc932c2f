//! A difference for a comment on a pull request.

use std::fmt::Write;

use super::text::{headline, value};
use super::{Difference, Field, JobChange, Kind, TaskChange};

/// The difference as Markdown: the numbers, a list of jobs with their tasks, a table of the other items.
pub fn markdown(difference: &Difference) -> String {
    let mut out = String::from("## Configuration changes\n\n");
    _ = writeln!(out, "{}", headline(difference));
    if let Some(field) = &difference.dialect {
        _ = writeln!(out, "\n- {}", changed(field));
    }
    if !difference.jobs.is_empty() {
        out.push_str("\n### Jobs\n\n");
        difference.jobs.iter().for_each(|job| self::job(&mut out, job));
    }
    if !difference.items.is_empty() {
        out.push_str("\n### Items\n\n");
    }
    for item in &difference.items {
        _ = writeln!(out, "- **{}** {} {}", word(item.change), item.kind, code(&item.id));
        fields(&mut out, "  ", &item.fields);
    }
    out
}

fn job(out: &mut String, job: &JobChange) {
    _ = writeln!(out, "- **{}** {}", word(job.change), code(&job.id));
    fields(out, "  ", &job.fields);
    for task in &job.tasks {
        self::task(out, task);
    }
}

fn task(out: &mut String, task: &TaskChange) {
    _ = writeln!(out, "  - **{}** {} ({})", word(task.change), code(&task.id), task.element);
    fields(out, "    ", &task.fields);
    let edges = [("waits for", &task.edges_added), ("no longer waits for", &task.edges_removed)];
    for (words, edges) in edges.into_iter().filter(|(_, edges)| !edges.is_empty() && task.change != Kind::Removed) {
        let edges: Vec<String> = edges.iter().map(|edge| code(edge)).collect();
        _ = writeln!(out, "    - {words} {}", edges.join(", "));
    }
}

fn fields(out: &mut String, indent: &str, fields: &[Field]) {
    for field in fields {
        _ = writeln!(out, "{indent}- {}", changed(field));
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Added => "added",
        Kind::Changed => "changed",
        Kind::Removed => "removed",
    }
}

fn changed(field: &Field) -> String {
    format!("{}: {} → {}", code(&field.name), code(&value(&field.old)), code(&value(&field.new)))
}

/// A text as code: with a fence longer than any run of backticks in it.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace(['\n', '\r'], " "))
}
