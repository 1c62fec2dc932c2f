//! Rules of workflows: their activities and the aspects that run at them.

pub(super) mod activity_state_mismatch;
pub(super) mod flexible_comparison;
pub(super) mod self_invocation;
pub(super) mod unproven_unique_value;
pub(super) mod unrelated_binding;
pub(super) mod unsaved_workflow;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}
