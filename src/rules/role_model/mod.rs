//! Rules of the role model: resource types and their rules, dimensions, record sections, risks.
//!
//! They judge what files declare; where something else may declare it too, they are silent.

pub(super) mod bitmask_filled_twice;
pub(super) mod computed_section_date;
mod dimensions;
pub(super) mod extension_not_possible;
pub(super) mod ignored_arguments;
pub(super) mod ignored_context_dates;
pub(super) mod incomplete_risk;
pub(super) mod literal_target_expression;
pub(super) mod mining_into_own_policy;
pub(super) mod misplaced_exclusion;
pub(super) mod missing_context_rule;
pub(super) mod missing_default_section;
pub(super) mod navigation_filled_twice;
pub(super) mod needless_inheritance;
pub(super) mod overlapping_rules;
pub(super) mod owner_property_mismatch;
pub(super) mod resource_type_cycle;
pub(super) mod rule_property_mismatch;
pub(super) mod undeclared_dimension;
pub(super) mod untyped_automation_rule;

use crate::finding::{Category, RuleInfo, Severity};
use crate::grammar::ElementKind;
use crate::ir::Program;

use super::{Check, ElementView, Rule, Sink};

const fn rule(
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    kinds: &'static [ElementKind],
    check: fn(&ElementView<'_>, &mut Sink),
) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Provisioning, severity, summary }, check: Check::At(kinds, check) }
}

const fn whole(name: &'static str, severity: Severity, summary: &'static str, check: fn(&Program, &mut Sink)) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Provisioning, severity, summary }, check: Check::Program(check) }
}
