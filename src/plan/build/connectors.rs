//! Agents, connectors, connections and mappings.

use std::collections::BTreeMap;

use crate::grammar::{ElementDef, ItemKind, kinds};
use crate::ir::Program;
use crate::plan::model::{
    Agent, AssociationMapping, Connection, Connector, EntityTypeMapping, Limit, PropertyMapping, Thresholds,
};

use super::attributes::Written;
use super::spelling::Spelling;

/// By identifier.
pub(super) fn agents(program: &Program) -> Vec<Agent> {
    let all = program.items.agents.values();
    let mut agents: Vec<Agent> = all.map(|agent| Agent { id: program.identifier(agent.origin).trim().to_owned() }).collect();
    agents.sort_by(|a, b| a.id.cmp(&b.id));
    agents
}

/// The limits of one kind of change: attributes `Maximum<what>Lines` and `Max<percentage><change>Lines`.
fn limit(written: &Written<'_>, def: &ElementDef, lines: &str, percent: &str) -> Limit {
    // A negative limit limits nothing.
    let number = |name| written.or_default(def, name).and_then(|value| value.parse().ok()).unwrap_or_default();
    Limit { lines: number(lines), percent: number(percent) }
}

fn thresholds(written: &Written<'_>, def: &ElementDef) -> Thresholds {
    Thresholds {
        inserted: limit(written, def, "MaximumInsertedLines", "MaxPercentageInsertedLines"),
        updated: limit(written, def, "MaximumUpdatedLines", "MaxPercentageUpdatedLines"),
        deleted: limit(written, def, "MaximumDeletedLines", "MaxPercentageDeletedLines"),
    }
}

/// By identifier.
pub(super) fn connectors(program: &Program, spelling: &Spelling<'_>) -> Vec<Connector> {
    let def = kinds::CONNECTOR.def();
    let connector = |item: &crate::ir::Connector| {
        let written = Written::of(program, item.origin);
        Connector {
            id: written.get("Identifier").unwrap_or_default().trim().to_owned(),
            agent: written.get("Agent").map(|agent| spelling.item(ItemKind::Agent, agent)),
            deactivated: written.is(def, "IsDeactivated"),
            thresholds: thresholds(&written, def),
            link_thresholds: Thresholds {
                inserted: limit(&written, def, "MaximumLinkInsertedLines", "MaxLinkPercentageInsertedLines"),
                updated: Limit::default(),
                deleted: limit(&written, def, "MaximumLinkDeletedLines", "MaxLinkPercentageDeletedLines"),
            },
        }
    };
    let mut connectors: Vec<Connector> = program.items.connectors.values().map(connector).collect();
    connectors.sort_by(|a, b| a.id.cmp(&b.id));
    connectors
}

/// By identifier.
pub(super) fn connections(program: &Program, spelling: &Spelling<'_>) -> Vec<Connection> {
    let connection = |item: &crate::ir::Connection| {
        let written = Written::of(program, item.origin);
        let transformations = program.children_of(item.origin, kinds::TRANSFORMATION);
        let package = written.or_default(kinds::CONNECTION.def(), "Package").unwrap_or_default();
        Connection {
            id: written.get("Identifier").unwrap_or_default().trim().to_owned(),
            connector: spelling.item(ItemKind::Connector, written.get("Connector").unwrap_or_default()),
            package,
            exports: item.exports(),
            fulfils: item.fulfils(),
            incremental: item.is_incremental(),
            transformations: transformations
                .map(|child| transformation(&Written::of_element(program, item.origin, child), spelling))
                .collect(),
        }
    };
    let mut connections: Vec<Connection> = program.items.connections.values().map(connection).collect();
    connections.sort_by(|a, b| a.id.cmp(&b.id));
    connections
}

fn transformation(written: &Written<'_>, spelling: &Spelling<'_>) -> BTreeMap<String, String> {
    let def = kinds::TRANSFORMATION.def();
    let values = written.iter().map(|(name, value)| {
        let value = match def.attribute_named(name) {
            _ if name == "Table" => spelling.table(value),
            Some(attribute) => attribute.canonical(value).to_owned(),
            None => value.to_owned(),
        };
        (name.to_owned(), value)
    });
    values.collect()
}

/// By entity type.
pub(super) fn entity_type_mappings(program: &Program, spelling: &Spelling<'_>) -> Vec<EntityTypeMapping> {
    let mapping = |item: &crate::ir::EntityTypeMapping| {
        let written = Written::of(program, item.origin);
        let entity_type = spelling.item(ItemKind::EntityType, written.get("Identifier").unwrap_or_default());
        let children = program.children_of(item.origin, kinds::ENTITY_TYPE_MAPPING_PROPERTY);
        let mut properties: Vec<PropertyMapping> = children
            .map(|child| property_mapping(&Written::of_element(program, item.origin, child), &entity_type, spelling))
            .collect();
        properties.sort_by(|a, b| (&a.property, &a.column).cmp(&(&b.property, &b.column)));
        EntityTypeMapping {
            connector: spelling.item(ItemKind::Connector, written.get("Connector").unwrap_or_default()),
            table: written.get("ConnectionTable").map(|table| spelling.table(table)),
            properties,
            thresholds: thresholds(&written, kinds::ENTITY_TYPE_MAPPING.def()),
            entity_type,
        }
    };
    let mut mappings: Vec<EntityTypeMapping> = program.items.entity_type_mappings.values().map(mapping).collect();
    mappings.sort_by(|a, b| (&a.entity_type, &a.connector, &a.table).cmp(&(&b.entity_type, &b.connector, &b.table)));
    mappings
}

fn property_mapping(written: &Written<'_>, entity_type: &str, spelling: &Spelling<'_>) -> PropertyMapping {
    let def = kinds::ENTITY_TYPE_MAPPING_PROPERTY.def();
    let property = spelling.property(entity_type, written.get("Identifier").unwrap_or_default());
    PropertyMapping {
        column: written.get("ConnectionColumn").map_or_else(|| property.clone(), str::to_owned),
        property,
        primary_key: written.is(def, "IsPrimaryKey"),
        unique_key: written.is(def, "IsUniqueKey"),
        format: written.get("Format").map(str::to_owned),
    }
}

/// By association.
pub(super) fn association_mappings(program: &Program, spelling: &Spelling<'_>) -> Vec<AssociationMapping> {
    let mapping = |item: &crate::ir::EntityAssociationMapping| {
        let written = Written::of(program, item.origin);
        let text = |name| written.get(name).unwrap_or_default().to_owned();
        AssociationMapping {
            association: spelling.item(ItemKind::EntityAssociation, &text("Identifier")),
            connector: spelling.item(ItemKind::Connector, &text("Connector")),
            table: written.get("ConnectionTable").map(|table| spelling.table(table)),
            column1: text("Column1"),
            column2: text("Column2"),
            key1: spelling.qualified(&text("EntityPropertyMapping1")),
            key2: spelling.qualified(&text("EntityPropertyMapping2")),
            thresholds: thresholds(&written, kinds::ENTITY_ASSOCIATION_MAPPING.def()),
        }
    };
    let mut mappings: Vec<AssociationMapping> = program.items.entity_association_mappings.values().map(mapping).collect();
    mappings.sort_by(|a, b| {
        (&a.association, &a.connector, &a.table, &a.column1).cmp(&(&b.association, &b.connector, &b.table, &b.column1))
    });
    mappings
}
