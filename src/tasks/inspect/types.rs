//! What there is: entity types, associations, resource types and roles, with counts.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::InspectError;
use super::find::present;
use super::words::state;

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Types {
    /// Entity types.
    pub entity_types: Vec<TypeCount>,
    /// Associations.
    pub associations: Vec<AssociationCount>,
    /// Resource types that something is assigned of.
    pub resource_types: Vec<ResourceTypeCount>,
    /// Roles that somebody has.
    pub roles: Vec<RoleCount>,
}

/// An entity type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TypeCount {
    /// Identifier.
    pub entity_type: String,
    /// How many resources there are.
    pub resources: u64,
    /// The properties that they can have.
    pub properties: Vec<String>,
}

/// An association.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssociationCount {
    /// Identifier.
    pub association: String,
    /// How many links there are.
    pub links: u64,
    /// How many wait for a resource that is not there.
    pub orphans: u64,
}

/// A resource type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ResourceTypeCount {
    /// Identifier.
    pub resource_type: String,
    /// How many open assignments there are.
    pub assignments: u64,
    /// By state.
    pub states: BTreeMap<&'static str, u64>,
    /// How many were found in the system and are given by no rule.
    pub found: u64,
    /// Values and links that were changed by hand.
    pub non_conforming: u64,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleCount {
    /// `CompositeRole` or `SingleRole`.
    pub kind: String,
    /// Identifier.
    pub role: String,
    /// How many hold it.
    pub holders: u64,
}

/// Counts what there is.
pub fn types(store: &Connection) -> Result<Types, InspectError> {
    present(store)?;
    let mut found = Types::default();
    let sql =
        "SELECT t.name, (SELECT count(*) FROM resource r WHERE r.type = t.id), t.properties FROM entity_type t ORDER BY t.name";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (entity_type, properties): (String, String) = (row.get(0)?, row.get(2)?);
        let properties = serde_json::from_str(&properties).map_err(|_| InspectError::Damaged(entity_type.clone()))?;
        found.entity_types.push(TypeCount { entity_type, resources: row.get::<_, i64>(1)?.unsigned_abs(), properties });
    }
    let sql = "SELECT a.name, (SELECT count(*) FROM link l WHERE l.association = a.id),
               (SELECT count(*) FROM orphan o WHERE o.association = a.id) FROM association a ORDER BY a.name";
    let mut statement = store.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let [links, orphans] = [row.get::<_, i64>(1)?.unsigned_abs(), row.get::<_, i64>(2)?.unsigned_abs()];
        Ok(AssociationCount { association: row.get(0)?, links, orphans })
    })?;
    found.associations = rows.collect::<rusqlite::Result<_>>()?;
    found.resource_types = resource_types(store)?;
    let sql = "SELECT kind, role, count(*) FROM assigned_role WHERE valid_to IS NULL AND origin <> 'denied' GROUP BY 1, 2 ORDER BY 1, 2";
    let mut statement = store.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(RoleCount { kind: row.get(0)?, role: row.get(1)?, holders: row.get::<_, i64>(2)?.unsigned_abs() })
    })?;
    found.roles = rows.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn resource_types(store: &Connection) -> Result<Vec<ResourceTypeCount>, InspectError> {
    let mut found: BTreeMap<String, ResourceTypeCount> = BTreeMap::new();
    let sql = "SELECT resource_type, state, count(*), sum(origin NOT IN ('calculated', 'manual', 'denied')) FROM assigned_type
               WHERE valid_to IS NULL GROUP BY 1, 2";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let [count, there] = [row.get::<_, i64>(2)?.unsigned_abs(), row.get::<_, i64>(3)?.unsigned_abs()];
        let entry = found.entry(name.clone()).or_insert_with(|| ResourceTypeCount {
            resource_type: name,
            assignments: 0,
            states: BTreeMap::new(),
            found: 0,
            non_conforming: 0,
        });
        entry.assignments += count;
        entry.found += there;
        *entry.states.entry(state(row.get(1)?)).or_default() += count;
    }
    for table in ["assigned_value", "assigned_link"] {
        let sql = format!(
            "SELECT a.resource_type, count(*) FROM {table} v JOIN assigned_type a ON a.id = v.assignment AND a.valid_to IS NULL
             WHERE v.origin = 'non-conforming' GROUP BY 1"
        );
        let mut statement = store.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(entry) = found.get_mut(&row.get::<_, String>(0)?) {
                entry.non_conforming += row.get::<_, i64>(1)?.unsigned_abs();
            }
        }
    }
    Ok(found.into_values().collect())
}
