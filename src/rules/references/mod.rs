//! Reference rules: identifiers, and what names them.
//!
//! References are judged once over all files, in parallel and in their order; only then are near names looked for, a
//! bounded number of times, so that a configuration full of dangling names is judged as fast as any other.

mod assumed_name;
pub(super) mod certainty;
mod damage;
pub(super) mod duplicate_identifier;
pub(super) mod foreign_binding;
mod judge;
mod other_connector;
mod suggestions;
#[cfg(test)]
mod tests;
pub(super) mod unresolved_reference;
pub(super) mod unused_item;
pub(super) mod unused_task;
pub(super) mod wrong_reference_kind;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

/// Whether scaffoldings of the configuration may make items of the kind that no file declares.
pub(super) use certainty::has_other_scaffoldings;

pub(super) fn may_be_generated(program: &crate::ir::Program, kind: crate::grammar::ItemKind) -> bool {
    kind.def().generated && has_other_scaffoldings(program)
}

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::References, severity, summary }, check }
}
