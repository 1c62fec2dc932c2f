//! Rules of the entity model: keys, columns, associations, dimensions, computed properties.

pub(super) mod column_mismatch;
pub(super) mod dimension_parent_mismatch;
pub(super) mod expression_on_collection;
pub(super) mod missing_key;
pub(super) mod scalar_association_end;
pub(super) mod unclaimed_column;
pub(super) mod unlinked_foreign_key;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}
