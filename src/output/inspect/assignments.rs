//! What an owner has, in words.

// Writing to a text cannot fail.
use std::fmt::Write as _;

use super::table::table;
use super::{at, governed, name, shown};
use crate::output::printable;
use crate::tasks::inspect::{AssignedRole, Assignment, Assignments, Decided};

pub(super) fn text(found: &Assignments, width: usize) -> String {
    let gone = if found.present { "" } else { ": gone" };
    let mut text = format!("{}{gone}\n", printable(&name(&found.owner)));
    if !found.roles.is_empty() {
        text.push_str("\nRoles\n");
        let rows: Vec<Vec<String>> = found.roles.iter().map(role).collect();
        text.push_str(&table(&["kind", "role", "origin", "since", "by"], &rows, width));
    }
    if !found.resource_types.is_empty() {
        text.push_str("\nResource types\n");
        for found in &found.resource_types {
            text.push_str(&assignment(found, width));
        }
    }
    text.push_str(&governed::risk(found.risk.as_ref(), width));
    text.push_str(&governed::profiles(&found.profiles, width));
    if !found.suggestions.is_empty() {
        text.push_str("\nSuggested, to be confirmed\n");
        let row = |found: &crate::tasks::inspect::Suggestion| {
            vec![found.resource_type.clone(), name(&found.resource), format!("confidence {}", found.confidence)]
        };
        text.push_str(&table(&["", "", ""], &found.suggestions.iter().map(row).collect::<Vec<_>>(), width));
    }
    if !found.decisions.is_empty() {
        text.push_str("\nDecided by people, the latest first\n");
        let rows: Vec<Vec<String>> = found.decisions.iter().map(decided).collect();
        text.push_str(&table(&["of", "verdict", "holds", "by", "reason"], &rows, width));
    }
    if !found.ended.is_empty() {
        text.push_str("\nEnded\n");
        let row = |found: &crate::tasks::inspect::Ended| {
            vec![found.resource_type.clone(), at(&found.since), at(&found.ended), found.message.clone().unwrap_or_default()]
        };
        text.push_str(&table(&["type", "since", "until", ""], &found.ended.iter().map(row).collect::<Vec<_>>(), width));
    }
    if let Some(due) = &found.due {
        let _ = write!(text, "\nA date changes something at {due}\n");
    }
    if found.roles.is_empty() && found.resource_types.is_empty() && found.decisions.is_empty() && found.ended.is_empty() {
        text.push_str("nothing is assigned\n");
    }
    text
}

fn role(found: &AssignedRole) -> Vec<String> {
    let by = if found.rules.is_empty() { "a person".to_owned() } else { found.rules.join("; ") };
    vec![found.kind.clone(), found.role.clone(), found.origin.clone(), at(&found.since), by]
}

fn decided(found: &Decided) -> Vec<String> {
    let mut holds = match (&found.from, &found.until) {
        (None, None) => String::new(),
        (from, until) => format!("{} – {}", day(from.as_ref()), day(until.as_ref())),
    };
    // What was let go on is done with at once.
    if let Some(withdrawn) = found.withdrawn.as_ref().filter(|at| **at != found.at) {
        holds = format!("withdrawn {}", day(Some(withdrawn)));
    }
    let by = format!("{} {}", found.who, found.at.get(..10).unwrap_or_default());
    vec![found.name.clone(), found.verdict.clone(), holds, by, found.reason.clone()]
}

/// A date; with its time where that is not midnight.
fn day(at: Option<&String>) -> String {
    at.map_or_else(|| "…".to_owned(), |at| at.trim_end_matches("T00:00:00Z").to_owned())
}

/// What is known of an assignment, with what the rules want and the system shows.
pub(super) fn assignment(found: &Assignment, width: usize) -> String {
    let resource = found.resource.as_ref().map_or_else(|| "no resource yet".to_owned(), name);
    let command = if found.command.is_empty() { String::new() } else { format!(", {}", found.command) };
    let mut text = format!("  {} ({resource}): {}{command}\n", found.resource_type, found.state);
    let mut notes = Vec::new();
    match found.origin.as_str() {
        "manual" => notes.push("given by a person".to_owned()),
        "denied" => notes.push("denied by a person".to_owned()),
        "calculated" => {}
        _ => notes.push("it is in the system, and no rule gives it".to_owned()),
    }
    notes.extend(found.rules.iter().map(|rule| format!("by {rule}")));
    if let Some(confidence) = found.confidence {
        notes.push(format!("its resource by a correlation of {confidence}"));
    }
    notes.extend(found.message.clone());
    notes.extend(found.errors.iter().map(|(property, error)| format!("{property} could not be computed: {error}")));
    if let Some(order) = &found.order {
        notes.push(format!("last order {}", order.get(..10).unwrap_or(order)));
    }
    notes.push(format!("since {}", at(&found.since)));
    for note in notes {
        let _ = writeln!(text, "    {}", printable(&note));
    }
    let state = |state: &str, by_hand: bool| if by_hand { "changed by hand".to_owned() } else { state.to_owned() };
    let mut rows: Vec<Vec<String>> = Vec::new();
    for value in &found.values {
        let rules = value.rules.join("; ");
        let (wanted, system) = (shown(value.wanted.as_ref()), shown(value.shown.as_ref()));
        rows.push(vec![value.property.clone(), wanted, system, state(value.state, value.non_conforming), rules]);
    }
    for link in &found.links {
        let (wanted, system) = match (link.command.as_str(), link.state) {
            ("add", "verified") => (link.target.key.clone(), link.target.key.clone()),
            ("add", _) => (link.target.key.clone(), "-".to_owned()),
            _ => ("-".to_owned(), link.target.key.clone()),
        };
        rows.push(vec![link.property.clone(), wanted, system, state(link.state, link.non_conforming), String::new()]);
    }
    let body = table(&["property", "wanted", "shown", "state", "by"], &rows, width.saturating_sub(2));
    text + &body.lines().map(|line| format!("  {line}\n")).collect::<String>()
}
