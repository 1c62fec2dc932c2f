//! Rules of screens: tables, tiles, forms, menus, banners, and the universes that reports are made from.

pub(super) mod containment_cycle;
pub(super) mod hidden_indicator_item;
pub(super) mod list_without_tile;
pub(super) mod multi_valued_level;
pub(super) mod repeated_default;
pub(super) mod repeated_instance;
pub(super) mod tile_mismatch;
pub(super) mod unfit_association;
pub(super) mod unfit_form;
pub(super) mod unlisted_report;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}
