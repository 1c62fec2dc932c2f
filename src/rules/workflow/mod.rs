//! Rules of workflows: their activities and the aspects that run at them.

pub(super) mod activity_state_mismatch;
mod aspects;
pub(super) mod continuation_cycle;
pub(super) mod flexible_comparison;
pub(super) mod foreign_point_cut;
pub(super) mod missing_expression_binding;
pub(super) mod missing_record_table;
pub(super) mod needless_comparison;
pub(super) mod record_form_deletion;
pub(super) mod redeclared_iteration;
pub(super) mod self_invocation;
pub(super) mod unnotified_profile;
pub(super) mod unproven_unique_value;
pub(super) mod unrelated_binding;
pub(super) mod unsaved_workflow;
pub(super) mod unserved_aspect;
pub(super) mod unused_iteration;

use crate::finding::{Category, RuleInfo, Severity};

use super::{Check, Rule};

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}
