//! The list of all rules, in the order of the catalogue.

use std::sync::OnceLock;

use crate::finding::RuleInfo;

use super::Rule;
use super::{
    access, baseline, dirty, embedded, entity_model, expressions, job_structure, mapping, provisioning, references,
    replacement_character, role_model, scaffold_problems, scaffolding, schedule, schema, screens, suppression, synchronization,
    workflow, xml_syntax,
};

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
    &schema::old_name::RULE,
    &schema::malformed_identifier::RULE,
    &schema::reserved_identifier::RULE,
    &schema::duplicate_value::RULE,
    &schema::inapplicable_attribute::RULE,
    &schema::conflicting_attributes::RULE,
    &schema::incomplete_attribute_group::RULE,
    &schema::missing_alternative::RULE,
    &schema::childless_item::RULE,
    &schema::undeclared_language::RULE,
    &schema::raw_line_break::RULE,
    &schema::stray_text::RULE,
    &schema::consolidation_ignores_content::RULE,
    &entity_model::missing_key::RULE,
    &entity_model::column_mismatch::RULE,
    &entity_model::scalar_association_end::RULE,
    &entity_model::unlinked_foreign_key::RULE,
    &entity_model::expression_on_collection::RULE,
    &entity_model::dimension_parent_mismatch::RULE,
    &expressions::expression_syntax::RULE,
    &expressions::expression_type::RULE,
    &expressions::expression_not_allowed::RULE,
    &access::root_permission::RULE,
    &access::filtered_history::RULE,
    &access::excess_profiles::RULE,
    &screens::repeated_default::RULE,
    &screens::tile_mismatch::RULE,
    &screens::containment_cycle::RULE,
    &workflow::activity_state_mismatch::RULE,
    &workflow::unsaved_workflow::RULE,
    &workflow::self_invocation::RULE,
    &workflow::unproven_unique_value::RULE,
    &workflow::unrelated_binding::RULE,
    &workflow::flexible_comparison::RULE,
    // references
    &references::duplicate_identifier::RULE,
    &references::unresolved_reference::RULE,
    &references::wrong_reference_kind::RULE,
    &expressions::expression_unknown_member::RULE,
    &references::unused_task::RULE,
    &references::unused_item::RULE,
    // job structure
    &job_structure::dependency_cycle::RULE,
    &job_structure::dependency_outside_job::RULE,
    &job_structure::dependency_order::RULE,
    &job_structure::mixed_levels::RULE,
    &job_structure::mixed_agents::RULE,
    &job_structure::repeated_task::RULE,
    &job_structure::override_without_change::RULE,
    &embedded::task_not_embedded::RULE,
    &embedded::expression_not_embedded::RULE,
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
    &mapping::missing_primary_key::RULE,
    &mapping::excess_unique_keys::RULE,
    &mapping::unkeyed_association::RULE,
    &mapping::needless_deactivation::RULE,
    &mapping::transformation_table::RULE,
    &mapping::ticket_settings::RULE,
    &mapping::missing_password_reset::RULE,
    &mapping::password_length::RULE,
    &mapping::clear_text_password::RULE,
    // dirty mode
    &dirty::dirty_without_flag::RULE,
    &dirty::dirty_not_linked::RULE,
    &dirty::dirty_in_complete_job::RULE,
    &dirty::missing_dirty::RULE,
    &dirty::flag_without_changes::RULE,
    &dirty::flag_not_linked::RULE,
    // computation and provisioning
    &provisioning::compute_without_change::RULE,
    &provisioning::missing_entity_types::RULE,
    &provisioning::role_model_entity_types::RULE,
    &provisioning::all_entity_types::RULE,
    &provisioning::missing_provisioning_target::RULE,
    &provisioning::provisioning_target_mismatch::RULE,
    &provisioning::fulfill_without_orders::RULE,
    &provisioning::fulfill_not_linked::RULE,
    &provisioning::force_provisioning::RULE,
    &provisioning::profiles_not_linked::RULE,
    &provisioning::needless_task::RULE,
    &provisioning::missing_resource_type_mapping::RULE,
    &provisioning::missing_connection_settings::RULE,
    &provisioning::missing_command_input::RULE,
    &provisioning::index_thresholds::RULE,
    &provisioning::stops_on_error::RULE,
    &role_model::rule_property_mismatch::RULE,
    &role_model::literal_target_expression::RULE,
    &role_model::navigation_filled_twice::RULE,
    &role_model::resource_type_cycle::RULE,
    &role_model::owner_property_mismatch::RULE,
    &role_model::undeclared_dimension::RULE,
    &role_model::needless_inheritance::RULE,
    &role_model::computed_section_date::RULE,
    &role_model::extension_not_possible::RULE,
    &role_model::misplaced_exclusion::RULE,
    &role_model::missing_context_rule::RULE,
    &role_model::ignored_context_dates::RULE,
    &role_model::incomplete_risk::RULE,
    &role_model::mining_into_own_policy::RULE,
    &role_model::untyped_automation_rule::RULE,
    // schedule
    &schedule::invalid_cron::RULE,
    &schedule::never_fires::RULE,
    &schedule::frequent_job::RULE,
    // scaffolding
    &scaffold_problems::NO_EFFECT,
    &scaffold_problems::INCREMENTAL,
    &scaffold_problems::TARGET,
    &scaffold_problems::ARGUMENT,
    &scaffolding::hand_written_job::RULE,
    // directives
    &suppression::MALFORMED,
    &suppression::UNKNOWN,
    &suppression::UNUSED,
    &suppression::NO_REASON,
    &baseline::STALE,
];

/// The rows of the catalogue, in its order.
pub fn catalogue() -> &'static [&'static RuleInfo] {
    static ROWS: OnceLock<Vec<&'static RuleInfo>> = OnceLock::new();
    ROWS.get_or_init(|| ALL.iter().map(|rule| &rule.info).collect())
}

/// The rule of that name.
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.info.name == name)
}
