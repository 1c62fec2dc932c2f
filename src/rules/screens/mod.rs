//! Rules of screens: tables, tiles, forms, menus.

pub(super) mod containment_cycle;
pub(super) mod repeated_default;
pub(super) mod tile_mismatch;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}
