//! Rules of mappings and connections: keys, tables, deactivated halves, passwords.

pub(super) mod clear_text_password;
pub(super) mod excess_unique_keys;
pub(super) mod format_mismatch;
mod keys;
pub(super) mod missing_password_reset;
pub(super) mod missing_primary_key;
pub(super) mod needless_deactivation;
pub(super) mod password_length;
pub(super) mod ticket_settings;
pub(super) mod transformation_package;
pub(super) mod transformation_table;
pub(super) mod unkeyed_association;
pub(super) mod unkeyed_dn;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Synchronization, severity, summary }, check }
}
