//! `expression-type`: types in an expression that do not go together. The pass of `expression-syntax` reports it.

use crate::finding::Category;
use crate::rules::{Check, Rule};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("expression-type", Category::Schema, "types in an expression that do not go together", Check::Engine);
