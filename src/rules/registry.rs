//! The list of all rules, in the order of the catalogue.

use crate::finding::RuleInfo;

use super::Rule;
use super::{dirty, references, replacement_character, schema, suppression, synchronization, xml_syntax};

/// Every rule.
pub static ALL: &[&Rule] = &[
    // syntax
    &xml_syntax::XML_SYNTAX,
    &xml_syntax::XML_NAMESPACE,
    &xml_syntax::DOCTYPE,
    &xml_syntax::ENCODING,
    &replacement_character::RULE,
    // schema
    &schema::root_element::RULE,
    &schema::unknown_element::RULE,
    &schema::misplaced_element::RULE,
    &schema::unknown_attribute::RULE,
    &schema::missing_attribute::RULE,
    &schema::missing_child::RULE,
    &schema::invalid_value::RULE,
    &schema::deprecated::RULE,
    // references
    &references::duplicate_identifier::RULE,
    &references::unresolved_reference::RULE,
    &references::wrong_reference_kind::RULE,
    &references::unused_task::RULE,
    &references::unused_item::RULE,
    // synchronization chain
    &synchronization::export_not_linked::RULE,
    &synchronization::synchronize_not_linked::RULE,
    &synchronization::synchronize_without_prepare::RULE,
    &synchronization::prepare_without_synchronize::RULE,
    &synchronization::synchronization_type_mismatch::RULE,
    &synchronization::synchronization_mode_mismatch::RULE,
    &synchronization::incremental_unsupported::RULE,
    &synchronization::complete_export_keeps_cookie::RULE,
    &synchronization::incremental_export_ignores_cookie::RULE,
    &synchronization::missing_do_not_delete_changes::RULE,
    &synchronization::unexpected_do_not_delete_changes::RULE,
    // dirty mode
    &dirty::dirty_without_flag::RULE,
    &dirty::dirty_not_linked::RULE,
    &dirty::dirty_in_complete_job::RULE,
    &dirty::missing_dirty::RULE,
    &dirty::flag_without_changes::RULE,
    &dirty::flag_not_linked::RULE,
    // directives
    &suppression::MALFORMED,
    &suppression::UNKNOWN,
    &suppression::UNUSED,
    &suppression::NO_REASON,
];

/// The rows of the catalogue.
pub fn catalogue() -> Vec<&'static RuleInfo> {
    ALL.iter().map(|rule| &rule.info).collect()
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.info.name == name)
}
