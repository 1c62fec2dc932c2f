//! Risks, classes and profiles in words.

// Writing to a text cannot fail.
use std::fmt::Write as _;

use super::table::table;
use crate::output::printable;
use crate::tasks::inspect::{Classification, Held, Profile, Risk};

pub(super) fn risk(found: Option<&Risk>, width: usize) -> String {
    let Some(found) = found else { return String::new() };
    let row = |held: &Held| vec![held.risk.clone(), format!("level {}", held.level), held.entitlements.join(", ")];
    let rows: Vec<Vec<String>> = found.risks.iter().map(row).collect();
    format!("\nAt risk, with a score of {}\n{}", found.score, table(&["", "", ""], &rows, width))
}

pub(super) fn classification(found: Option<&Classification>) -> String {
    let Some(found) = found else { return String::new() };
    let certain = if found.confidence >= 100 { "Classified" } else { "Suggested class" };
    let mut text = format!("\n{certain}: {} (confidence {})", printable(&found.resource_type), found.confidence);
    if !found.rule.is_empty() {
        let _ = write!(text, ", by {}", printable(&found.rule));
    }
    text + "\n"
}

pub(super) fn profiles(found: &[Profile], width: usize) -> String {
    if found.is_empty() {
        return String::new();
    }
    let row = |found: &Profile| {
        let context = found.context.as_ref().map_or_else(|| "no limits".to_owned(), Clone::clone);
        vec![found.profile.clone(), context, format!("by rules of {}", found.given_by.join(", "))]
    };
    format!("\nProfiles\n{}", table(&["", "", ""], &found.iter().map(row).collect::<Vec<_>>(), width))
}
