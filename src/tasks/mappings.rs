//! What of the plan's mappings a connector's synchronization needs, with names resolved.

use std::collections::BTreeMap;

use crate::plan::model::{AssociationMapping, Connection, EntityTypeMapping, Model, Thresholds};

use super::TaskError;

/// How a value names a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// By the key of its mapping.
    Key,
    /// By the value of a property.
    Property(String),
}

/// A mapping of an entity type onto an exported table.
#[derive(Clone, Debug)]
pub(super) struct ResourceMapping {
    pub(super) entity_type: String,
    pub(super) table: String,
    /// Property and column, in the order of the plan.
    pub(super) columns: Vec<(String, String)>,
    /// Indexes into `columns`.
    pub(super) key: Vec<usize>,
    pub(super) thresholds: Thresholds,
}

/// One end of a mapped association.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) entity_type: String,
    pub(super) naming: Naming,
    /// Whether the resource at this end can have one link only.
    pub(super) single: bool,
}

/// A mapping of an association onto two columns of an exported table.
#[derive(Clone, Debug)]
pub(super) struct LinkMapping {
    pub(super) association: String,
    pub(super) table: String,
    pub(super) columns: [String; 2],
    pub(super) ends: [End; 2],
    pub(super) thresholds: Thresholds,
}

/// The mappings of one connector that have a table.
#[derive(Clone, Debug)]
pub(super) struct Mappings {
    pub(super) resources: Vec<ResourceMapping>,
    pub(super) links: Vec<LinkMapping>,
}

impl Mappings {
    /// Resolves the mappings of a connector.
    pub(super) fn of(model: &Model, connector: &str) -> Result<Self, TaskError> {
        let mut resources = Vec::new();
        let mut links = Vec::new();
        for mapping in model.entity_type_mappings.iter().filter(|mapping| mapping.connector == connector) {
            let Some(table) = &mapping.table else { continue };
            resources.push(resource_mapping(model, mapping, table)?);
            links.extend(column_links(model, mapping, table)?);
        }
        for mapping in model.association_mappings.iter().filter(|mapping| mapping.connector == connector) {
            if let Some(table) = &mapping.table {
                links.push(link_mapping(model, mapping, table)?);
            }
        }
        links.sort_by(|a, b| a.association.cmp(&b.association));
        Ok(Self { resources, links })
    }

    /// The mapped columns of each table.
    pub(super) fn columns(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut columns: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for mapping in &self.resources {
            let names = mapping.columns.iter().map(|(_, column)| column.as_str());
            columns.entry(&mapping.table).or_default().extend(names);
        }
        for mapping in &self.links {
            columns.entry(&mapping.table).or_default().extend(mapping.columns.iter().map(String::as_str));
        }
        for names in columns.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        columns
    }
}

/// The connection that exports a table: the one of its name, or that its name begins with.
pub(super) fn connection_of<'m>(model: &'m Model, connector: &str, table: &str) -> Option<&'m Connection> {
    let mut connections = model.connections.iter().filter(|connection| connection.connector == connector);
    connections.clone().find(|connection| connection.id == table).or_else(|| {
        connections.find(|connection| table.strip_prefix(connection.id.as_str()).is_some_and(|rest| rest.starts_with('_')))
    })
}

fn is_navigation(model: &Model, entity_type: &str, property: &str) -> bool {
    let entity_type = model.entity_types.iter().find(|candidate| candidate.id == entity_type);
    entity_type
        .and_then(|entity_type| entity_type.properties.iter().find(|candidate| candidate.id == property))
        .is_some_and(|property| property.kind == "ForeignKey")
}

fn resource_mapping(model: &Model, mapping: &EntityTypeMapping, table: &str) -> Result<ResourceMapping, TaskError> {
    let entity_type = mapping.entity_type.clone();
    let scalars = mapping.properties.iter().filter(|property| !is_navigation(model, &entity_type, &property.property));
    let columns: Vec<_> = scalars.clone().map(|p| (p.property.clone(), p.column.clone())).collect();
    let key: Vec<_> = scalars.enumerate().filter(|(_, p)| p.primary_key).map(|(index, _)| index).collect();
    if key.is_empty() {
        return Err(TaskError::new(format!("the mapping of entity type {entity_type} has no primary key"))
            .help("set IsPrimaryKey=\"true\" on the property that names a resource and never changes"));
    }
    Ok(ResourceMapping { entity_type, table: table.to_owned(), columns, key, thresholds: mapping.thresholds })
}

/// How a property names the resources of an entity type.
fn naming(model: &Model, entity_type: &str, property: &str) -> Naming {
    let mapping = model.entity_type_mappings.iter().find(|mapping| mapping.entity_type == entity_type);
    let mut keys = mapping.iter().flat_map(|mapping| &mapping.properties).filter(|candidate| candidate.primary_key);
    match (keys.next(), keys.next()) {
        (Some(key), None) if key.property == property => Naming::Key,
        _ => Naming::Property(property.to_owned()),
    }
}

fn link_mapping(model: &Model, mapping: &AssociationMapping, table: &str) -> Result<LinkMapping, TaskError> {
    let id = &mapping.association;
    let association = model.associations.iter().find(|candidate| candidate.id == *id);
    let association = association.ok_or_else(|| TaskError::not_in_plan("association", id))?;
    let mut ends = [&association.first, &association.second];
    let keys = [&mapping.key1, &mapping.key2];
    let mut columns = [mapping.column1.clone(), mapping.column2.clone()];
    let mut order = [0, 1];
    if keys[0].0 != ends[0].entity_type && keys[0].0 == ends[1].entity_type {
        order = [1, 0];
        columns.swap(0, 1);
    }
    let end = |index: usize, side: &mut &crate::plan::model::AssociationEnd| End {
        entity_type: side.entity_type.clone(),
        naming: naming(model, &side.entity_type, &keys[order[index]].1),
        single: !side.collection,
    };
    let [first, second] = &mut ends;
    let ends = [end(0, first), end(1, second)];
    Ok(LinkMapping { association: id.clone(), table: table.to_owned(), columns, ends, thresholds: mapping.thresholds })
}

/// Associations that are mapped by a navigation property of an entity type mapping: the column holds the key of the
/// resource at the other end.
fn column_links(model: &Model, mapping: &EntityTypeMapping, table: &str) -> Result<Vec<LinkMapping>, TaskError> {
    let mut links = Vec::new();
    for property in &mapping.properties {
        if !is_navigation(model, &mapping.entity_type, &property.property) {
            continue;
        }
        let wrong = |reason: &str| {
            let name = format!("{}:{}", mapping.entity_type, property.property);
            TaskError::new(format!("the navigation property {name} is mapped onto a column, but {reason}"))
                .help("map it with an EntityAssociationMapping")
        };
        let mut found = model.associations.iter().filter_map(|association| {
            let is = |end: &crate::plan::model::AssociationEnd| {
                end.entity_type == mapping.entity_type && end.property == property.property
            };
            if is(&association.first) {
                Some((association, false))
            } else if is(&association.second) {
                Some((association, true))
            } else {
                None
            }
        });
        let Some((association, swapped)) = found.next() else { return Err(wrong("no association has it as an end")) };
        if model.association_mappings.iter().any(|other| other.association == association.id) {
            continue;
        }
        let (own, other) =
            if swapped { (&association.second, &association.first) } else { (&association.first, &association.second) };
        let mut keys = mapping.properties.iter().filter(|candidate| candidate.primary_key);
        let (Some(key), None) = (keys.next(), keys.next()) else { return Err(wrong("the mapping's key is not one column")) };
        let mut columns = [key.column.clone(), property.column.clone()];
        let mut ends =
            [own, other].map(|side| End { entity_type: side.entity_type.clone(), naming: Naming::Key, single: !side.collection });
        if swapped {
            columns.swap(0, 1);
            ends.swap(0, 1);
        }
        links.push(LinkMapping {
            association: association.id.clone(),
            table: table.to_owned(),
            columns,
            ends,
            thresholds: Thresholds::default(),
        });
    }
    Ok(links)
}
