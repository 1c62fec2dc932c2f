//! Rules of access control: permissions, filters, assigned profiles.

pub(super) mod excess_profiles;
pub(super) mod filtered_history;
pub(super) mod root_permission;
pub(super) mod shared_secret;
pub(super) mod unidentified_user;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}
