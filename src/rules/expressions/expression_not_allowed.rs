//! `expression-not-allowed`: an expression that uses what the product does not let it use. The pass of `expression-syntax` reports it.

use crate::finding::Category;
use crate::rules::{Check, Rule};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "expression-not-allowed",
    Category::Schema,
    "an expression that uses what the product does not let it use",
    Check::Engine,
);

/// Where to go instead.
pub(super) const HELP: &str =
    "use `string`, `Convert`, `Regex`, `UtilExpressions`, LINQ, or the methods of DateTime that add to a date";
