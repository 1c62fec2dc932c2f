//! `expression-unknown-member`: an expression that names what does not exist. The pass of `expression-syntax` reports it.

use crate::finding::Category;
use crate::rules::{Check, Rule};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("expression-unknown-member", Category::References, "an expression that names what does not exist", Check::Engine);
