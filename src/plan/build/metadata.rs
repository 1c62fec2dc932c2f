//! The entity model.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::grammar::{ItemKind, kinds};
use crate::ir::{Program, Symbol};
use crate::plan::model::{Association, AssociationEnd, EntityType, Property, PropertyExpression};

use super::attributes::Written;
use super::spelling::Spelling;

/// A property put together from all elements that declare it.
#[derive(Default)]
struct Merged {
    id: Option<String>,
    /// The type written; the least where, against the rules, there are several.
    kind: Option<String>,
    key: bool,
}

/// By identifier; an entity type that is opened several times is one.
pub(super) fn entity_types(program: &Program) -> Vec<EntityType> {
    let def = kinds::ENTITY_TYPE_PROPERTY.def();
    let mut merged: FxHashMap<Symbol, (String, BTreeMap<Symbol, Merged>)> = FxHashMap::default();
    for item in program.items.entity_types.values() {
        let id = program.identifier(item.origin).trim().to_owned();
        let (spelled, properties) = merged.entry(Symbol::new(&id)).or_insert_with(|| (id.clone(), BTreeMap::new()));
        if id < *spelled {
            *spelled = id;
        }
        for child in program.children_of(item.origin, kinds::ENTITY_TYPE_PROPERTY) {
            let written = Written::of_element(program, item.origin, child);
            let Some(id) = written.get("Identifier").map(str::trim) else { continue };
            let property = properties.entry(Symbol::new(id)).or_default();
            least(&mut property.id, Some(id.to_owned()));
            least(&mut property.kind, written.get("Type").and_then(|_| written.or_default(def, "Type")));
            property.key |= written.is(def, "IsKey");
        }
    }
    let default = def.attribute_named("Type").and_then(|attribute| attribute.default).unwrap_or_default();
    let mut entity_types: Vec<EntityType> = merged
        .into_values()
        .map(|(id, properties)| {
            let properties = properties.into_values().map(|property| Property {
                id: property.id.unwrap_or_default(),
                kind: property.kind.unwrap_or_else(|| default.to_owned()),
                key: property.key,
            });
            let mut properties: Vec<Property> = properties.collect();
            properties.sort_by(|a, b| a.id.cmp(&b.id));
            EntityType { id, properties }
        })
        .collect();
    entity_types.sort_by(|a, b| a.id.cmp(&b.id));
    entity_types
}

fn least(own: &mut Option<String>, other: Option<String>) {
    if let Some(other) = other
        && own.as_ref().is_none_or(|own| other < *own)
    {
        *own = Some(other);
    }
}

/// By identifier.
pub(super) fn associations(program: &Program, spelling: &Spelling<'_>) -> Vec<Association> {
    let def = kinds::ENTITY_ASSOCIATION.def();
    let association = |item: &crate::ir::EntityAssociation| {
        let written = Written::of(program, item.origin);
        let end = |property, collection| {
            let (entity_type, property) = spelling.qualified(written.get(property).unwrap_or_default());
            AssociationEnd { entity_type, property, collection: written.is(def, collection) }
        };
        Association {
            id: written.get("Identifier").unwrap_or_default().trim().to_owned(),
            first: end("Property1", "IsProperty1Collection"),
            second: end("Property2", "IsProperty2Collection"),
        }
    };
    let mut associations: Vec<Association> = program.items.entity_associations.values().map(association).collect();
    associations.sort_by(|a, b| a.id.cmp(&b.id));
    associations
}

/// By priority, then entity type, property and identifier.
pub(super) fn property_expressions(program: &Program, spelling: &Spelling<'_>) -> Vec<PropertyExpression> {
    let def = kinds::ENTITY_PROPERTY_EXPRESSION.def();
    let expression = |item: &crate::ir::EntityPropertyExpression| {
        let written = Written::of(program, item.origin);
        let spelled = |name: &str| {
            let value = written.get(name)?;
            let reference = def.attribute_named(name)?.reference?;
            spelling.reference(reference, value, &written, None).or_else(|| Some(value.trim().to_owned()))
        };
        PropertyExpression {
            id: written.get("Identifier").unwrap_or_default().trim().to_owned(),
            entity_type: spelling.item(ItemKind::EntityType, written.get("EntityType").unwrap_or_default()),
            property: spelled("Property").unwrap_or_default(),
            binding: spelled("Binding"),
            expression: written.get("Expression").map(str::to_owned),
            criteria: spelled("PropertyCriteria"),
            priority: written.or_default(def, "Priority").and_then(|value| value.parse().ok()).unwrap_or_default(),
        }
    };
    let mut all: Vec<PropertyExpression> = program.items.entity_property_expressions.values().map(expression).collect();
    all.sort_by(|a, b| (a.priority, &a.entity_type, &a.property, &a.id).cmp(&(b.priority, &b.entity_type, &b.property, &b.id)));
    all
}
