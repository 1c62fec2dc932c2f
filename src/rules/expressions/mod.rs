//! Expressions: whether they can be read, what they name, and what the product lets them use.
//!
//! Every expression is read and judged once, by `expression-syntax`, which reports for its neighbours too: files side by
//! side, each distinct text of C# parsed once. Only then are near names looked for, a bounded number of times.

pub(super) mod expression_not_allowed;
pub(super) mod expression_syntax;
pub(super) mod expression_type;
pub(super) mod expression_unknown_member;
mod finding;
pub(super) use finding::place;
pub(super) mod input;
pub(super) mod judge;
pub(super) mod line_comment;
pub(super) mod members;
pub(super) mod model;
pub(super) mod site;
#[cfg(test)]
mod tests;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, category: Category, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category, severity: Severity::Error, summary }, check }
}
