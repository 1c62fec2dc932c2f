//! Jobs as graphs: levels from top to bottom, declared edges as arrows.
//!
//! What all formats draw is decided here: the label of a task is its identifier without the job's, over its element; the
//! order of levels is drawn once beside the tasks, not as an edge from every task to every task.

mod dot;
mod html;
mod layout;
mod mermaid;
mod svg;

pub use dot::dot;
pub use html::html;
pub use mermaid::mermaid;
pub use svg::{STYLE, of_job, svg};

use super::model::{EdgeKind, Job, Side, Task};

/// A task's identifier without the job's in front of it.
pub(super) fn short<'t>(job: &Job, id: &'t str) -> &'t str {
    let rest = id.strip_prefix(job.id.as_str()).and_then(|rest| rest.strip_prefix('_'));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(id)
}

/// The tasks level by level.
fn levels(job: &Job) -> Vec<&[Task]> {
    job.tasks.chunk_by(|a, b| a.level == b.level).collect()
}

/// Declared edges as parent and child, in the order of the children.
fn edges(job: &Job) -> Vec<(usize, usize)> {
    let numbers: rustc_hash::FxHashMap<&str, usize> =
        job.tasks.iter().enumerate().map(|(number, task)| (task.id.as_str(), number)).collect();
    let mut edges = Vec::new();
    for (child, task) in job.tasks.iter().enumerate() {
        let declared = task.depends_on.iter().filter(|edge| edge.kind == EdgeKind::Declared);
        edges.extend(declared.filter_map(|edge| Some((*numbers.get(edge.parent.as_str())?, child))));
    }
    edges
}

/// What stands under the identifier: the element, and whether it runs on the agent.
fn second_line(task: &Task) -> String {
    match task.side {
        Side::Agent => format!("{} (agent)", task.element),
        Side::Server => task.element.clone(),
    }
}

/// An identifier in lines that end in an underscore where one is too long: wide levels must fit on a screen.
fn wrapped(text: &str, most: usize) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut end = 0;
    for part in text.split_inclusive('_').flat_map(|part| humps(part, most)) {
        if end > start && text[start..end].chars().count() + part.chars().count() > most {
            lines.push(&text[start..end]);
            start = end;
        }
        end += part.len();
    }
    lines.push(&text[start..]);
    lines
}

/// A part that is too long for a line in its words, as `Update` and `Entity` of `UpdateEntity`; any other part whole.
fn humps(part: &str, most: usize) -> Vec<&str> {
    let long = part.chars().count() > most;
    let mut humps = Vec::new();
    let mut start = 0;
    let pairs = part.char_indices().zip(part.chars().skip(1));
    for ((at, before), after) in pairs.filter(|_| long) {
        if before.is_lowercase() && after.is_uppercase() {
            let end = at + before.len_utf8();
            humps.push(&part[start..end]);
            start = end;
        }
    }
    humps.push(&part[start..]);
    humps
}

/// Text inside an element or an attribute's value; what XML cannot hold is replaced.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
