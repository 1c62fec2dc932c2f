//! What the store holds, as JSON or drawn for a terminal.

mod assignments;
mod changes;
mod governed;
mod orders;
mod resource;
mod table;
mod types;

use std::io::{self, Write};

use serde::Serialize;

use super::model::Tool;
use crate::tasks::inspect::{Assignments, Changes, Named, Orders, Resource, Types, When, Why};

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Inspected {
    /// What an owner has.
    Assignments(Assignments),
    /// What a run changed.
    Changes(Changes),
    /// Why an order is.
    Order(Box<Why>),
    /// Orders.
    Orders(Orders),
    /// A resource.
    Resource(Resource),
    /// What there is.
    Types(Types),
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    #[serde(flatten)]
    answer: &'a Inspected,
}

/// Writes an answer: for a terminal of so many columns, or as JSON.
pub fn render_inspected(answer: &Inspected, width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let Some(width) = width else {
        serde_json::to_writer_pretty(&mut *out, &Document { version: 1, tool: Tool::THIS, answer })?;
        return writeln!(out);
    };
    let text = match answer {
        Inspected::Assignments(found) => assignments::text(found, width),
        Inspected::Changes(found) => changes::text(found, width),
        Inspected::Order(found) => orders::why(found, width),
        Inspected::Orders(found) => orders::text(found, width),
        Inspected::Resource(found) => resource::text(found, width),
        Inspected::Types(found) => types::text(found, width),
    };
    out.write_all(text.as_bytes())
}

/// A value, or that there is none.
fn shown(value: Option<&String>) -> String {
    value.map_or_else(|| "-".to_owned(), Clone::clone)
}

fn name(of: &Named) -> String {
    let name = if of.entity_type.is_empty() { of.key.clone() } else { format!("{} {}", of.entity_type, of.key) };
    of.label.as_ref().map_or(name.clone(), |label| format!("{name} ({label})"))
}

fn at(when: &When) -> String {
    format!("{}, run {}", when.at.trim_end_matches('Z'), when.run)
}

/// `1 link`, `2 links`.
fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// What is not shown of a list.
fn more(shown: usize, total: u64) -> String {
    let rest = total.saturating_sub(shown as u64);
    if rest == 0 { String::new() } else { format!("  … and {rest} more; --limit shows them\n") }
}
