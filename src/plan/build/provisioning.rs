//! Resource types and the rules by which they are filled.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::grammar::{ElementKind, ItemKind, kinds};
use crate::ir::{Id, Origin, Program, ResourceRule};
use crate::plan::model::{ClassificationRule, CorrelationRule, ResourceType, Rule};

use super::attributes::{Absent, Written, is_apart, values};
use super::spelling::Spelling;

/// Rules have no identifier: what they say orders them.
fn by_content<T: Serialize>(rules: &mut [T]) {
    rules.sort_by_cached_key(|rule| serde_json::to_string(rule).unwrap_or_default());
}

/// By identifier.
pub(super) fn resource_types(program: &Program, spelling: &Spelling<'_>) -> Vec<ResourceType> {
    let mut rules: FxHashMap<Id<crate::ir::ResourceType>, Vec<&ResourceRule>> = FxHashMap::default();
    for rule in program.items.resource_rules.values() {
        if let Some(resource_type) = rule.resource_type {
            rules.entry(resource_type).or_default().push(rule);
        }
    }
    let resource_type = |(id, item): (Id<crate::ir::ResourceType>, &crate::ir::ResourceType)| {
        let written = Written::of(program, item.origin);
        let entity_type = |name| spelling.item(ItemKind::EntityType, written.get(name).unwrap_or_default());
        let apart = |name: &str| {
            is_apart(name) || matches!(name, "SourceEntityType" | "TargetEntityType") || name.starts_with("Description_L")
        };
        let own = rules.get(&id).into_iter().flatten();
        let mut own: Vec<Rule> = own.map(|rule| self::rule(program, spelling, rule, &written)).collect();
        by_content(&mut own);
        own.sort_by(|a, b| a.element.cmp(&b.element));
        ResourceType {
            id: written.get("Identifier").unwrap_or_default().trim().to_owned(),
            source: entity_type("SourceEntityType"),
            target: entity_type("TargetEntityType"),
            attributes: values(spelling, kinds::RESOURCE_TYPE.def(), &written, None, Absent::LeftOut, apart),
            rules: own,
        }
    };
    let mut resource_types: Vec<ResourceType> = program.items.resource_types.iter().map(resource_type).collect();
    resource_types.sort_by(|a, b| a.id.cmp(&b.id));
    resource_types
}

fn rule(program: &Program, spelling: &Spelling<'_>, item: &ResourceRule, resource_type: &Written<'_>) -> Rule {
    let def = item.kind.def();
    let written = Written::of(program, item.origin);
    let skip = |name: &str| name == "ConsolidationMode";
    Rule { element: def.name.to_owned(), attributes: values(spelling, def, &written, Some(resource_type), Absent::LeftOut, skip) }
}

/// The resource type that a rule names, and what else it says.
fn of_resource_type(
    program: &Program,
    spelling: &Spelling<'_>,
    kind: ElementKind,
    origin: Origin,
) -> (String, std::collections::BTreeMap<String, crate::plan::model::Value>) {
    let written = Written::of(program, origin);
    let skip = |name: &str| matches!(name, "ConsolidationMode" | "ResourceType");
    let resource_type = spelling.item(ItemKind::ResourceType, written.get("ResourceType").unwrap_or_default());
    (resource_type, values(spelling, kind.def(), &written, None, Absent::LeftOut, skip))
}

/// By resource type, then content.
pub(super) fn correlation_rules(program: &Program, spelling: &Spelling<'_>) -> Vec<CorrelationRule> {
    let all = program.items.resource_correlation_rules.values().map(|item| {
        let (resource_type, attributes) = of_resource_type(program, spelling, kinds::RESOURCE_CORRELATION_RULE, item.origin);
        CorrelationRule { resource_type, attributes }
    });
    let mut rules: Vec<CorrelationRule> = all.collect();
    by_content(&mut rules);
    rules.sort_by(|a, b| a.resource_type.cmp(&b.resource_type));
    rules
}

/// By resource type, then content.
pub(super) fn classification_rules(program: &Program, spelling: &Spelling<'_>) -> Vec<ClassificationRule> {
    let all = program.items.resource_classification_rules.values().map(|item| {
        let (resource_type, attributes) = of_resource_type(program, spelling, kinds::RESOURCE_CLASSIFICATION_RULE, item.origin);
        ClassificationRule { resource_type, attributes }
    });
    let mut rules: Vec<ClassificationRule> = all.collect();
    by_content(&mut rules);
    rules.sort_by(|a, b| a.resource_type.cmp(&b.resource_type));
    rules
}
