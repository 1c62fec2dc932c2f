//! Orders in words.

// Writing to a text cannot fail.
use std::fmt::Write as _;

use super::assignments::assignment;
use super::table::table;
use super::{at, count, more, name, shown};
use crate::output::printable;
use crate::tasks::inspect::{Order, Orders, Why};

/// Signs of an identifier that tell orders apart.
const SIGNS: usize = 10;

pub(super) fn text(found: &Orders, width: usize) -> String {
    if found.orders.is_empty() {
        return "no order\n".to_owned();
    }
    let mut text = format!("{}, the latest first\n", count(found.total, "order"));
    text.push_str(&list(&found.orders, width));
    text.push_str(&more(found.orders.len(), found.total));
    text
}

fn list(orders: &[Order], width: usize) -> String {
    let row = |order: &Order| {
        let id = order.id.get(..SIGNS).unwrap_or(&order.id).to_owned();
        let of = order.resource.as_ref().unwrap_or(&order.owner);
        let said = shown(order.message.as_ref()).trim_matches('-').to_owned();
        let run = order.made.run.to_string();
        vec![id, run, order.resource_type.clone(), order.command.clone(), name(of), order.state.to_owned(), said]
    };
    let head = ["order", "run", "type", "change", "of", "state", ""];
    table(&head, &orders.iter().map(row).collect::<Vec<_>>(), width)
}

pub(super) fn why(found: &Why, width: usize) -> String {
    let order = &found.order;
    let mut text = format!("Order {}: {}\n", order.id, order.state);
    let mut facts = vec![
        ("change", format!("{} of type {}", order.command, order.resource_type)),
        ("owner", name(&order.owner)),
        ("resource", order.resource.as_ref().map_or_else(|| "none yet".to_owned(), name)),
        ("made", at(&order.made)),
    ];
    if let Some(answered) = &order.answered {
        facts.push(("answered", at(answered)));
    }
    if let Some(message) = &order.message {
        facts.push(("because", message.clone()));
    }
    if let Some(connection) = &order.connection {
        facts.push(("connection", connection.clone()));
    }
    if let Some(file) = &order.file {
        facts.push(("file", file.clone()));
    }
    let rows: Vec<Vec<String>> = facts.into_iter().map(|(what, said)| vec![what.to_owned(), said]).collect();
    text.push_str(&table(&["", ""], &rows, width));
    if !found.changes.is_empty() {
        text.push_str("\nChanges\n");
        let row = |change: &crate::tasks::inspect::Change| {
            vec![change.property.clone(), shown(change.before.as_ref()), shown(change.after.as_ref())]
        };
        text.push_str(&table(&["property", "before", "after"], &found.changes.iter().map(row).collect::<Vec<_>>(), width));
    }
    match &found.assignment {
        Some(now) => {
            let _ = write!(text, "\nThe assignment by now\n{}", assignment(now, width));
        }
        None => text.push_str("\nThe assignment is gone, and its history was not kept.\n"),
    }
    if !found.others.is_empty() {
        let _ = write!(text, "\nOther orders of it\n{}", list(&found.others, width));
    }
    printable_lines(&text)
}

/// Line by line: an order's words come from files and systems.
fn printable_lines(text: &str) -> String {
    text.lines().fold(String::new(), |text, line| text + &printable(line) + "\n")
}
