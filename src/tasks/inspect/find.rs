//! Finding what a person names, and what they may have meant.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde_json::{Map, Value};

use super::InspectError;
use crate::tasks::label::label_of_row;

/// Names that are listed where one is unknown.
const LISTED: u32 = 12;
/// Keys that are compared with an unknown one.
const COMPARED: usize = 200_000;

/// A resource by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its entity type.
    pub entity_type: String,
    /// Its key.
    pub key: String,
    /// What people call it: of the resources of orders, where the key does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// An entity type: its number, identifier, and properties in the order of bodies.
pub(crate) struct EntityType {
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) properties: Vec<String>,
}

/// A resource that is or was there; the latest of that key.
pub(crate) struct Found {
    pub(crate) id: i64,
    pub(crate) key: String,
    pub(crate) present: bool,
}

/// The candidates nearest to a name, or all where there are few.
pub(crate) fn near(asked: &str, known: Vec<String>) -> Vec<String> {
    let lower = asked.to_lowercase();
    let length = lower.chars().take(101).count();
    let mut scored: Vec<(usize, &String)> = Vec::new();
    if length <= 100 {
        for name in &known {
            let candidate = name.to_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &candidate);
            if distance <= (length / 3).max(1) || (length > 2 && candidate.contains(&lower)) {
                scored.push((distance, name));
            }
        }
    }
    scored.sort();
    if !scored.is_empty() {
        return scored.into_iter().take(3).map(|(_, name)| name.clone()).collect();
    }
    if known.len() <= LISTED as usize { known } else { Vec::new() }
}

fn column(store: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = store.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Refuses a store that lacks what is asked for.
pub(super) fn present(store: &Connection) -> Result<(), InspectError> {
    let sql =
        "SELECT (SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('rule', 'decision', 'evaluation_error'))
               + (SELECT count(*) FROM pragma_table_info('orphan') WHERE name = 'since')";
    if store.query_row(sql, [], |row| row.get::<_, i64>(0))? == 4 { Ok(()) } else { Err(InspectError::Older) }
}

pub(crate) fn entity_type(store: &Connection, asked: &str) -> Result<EntityType, InspectError> {
    present(store)?;
    let sql = "SELECT id, name, properties FROM entity_type WHERE name = ?1 COLLATE NOCASE";
    let found =
        store.query_row(sql, [asked], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))).optional()?;
    let Some((number, name, properties)) = found else {
        let known = column(store, "SELECT name FROM entity_type ORDER BY name")?;
        return Err(InspectError::Unknown { what: "entity type".to_owned(), asked: asked.to_owned(), near: near(asked, known) });
    };
    let properties = serde_json::from_str(&properties).map_err(|_| InspectError::Damaged(name.clone()))?;
    Ok(EntityType { number, name, properties })
}

/// The resource type of that name, among those that anything was assigned or ordered of.
pub(crate) fn resource_type(store: &Connection, asked: &str) -> Result<String, InspectError> {
    present(store)?;
    let known = column(
        store,
        "SELECT DISTINCT resource_type FROM assigned_type UNION SELECT resource_type FROM rule
                               WHERE resource_type <> '' UNION SELECT DISTINCT resource_type FROM provisioning_order ORDER BY 1",
    )?;
    if let Some(found) = known.iter().find(|name| name.eq_ignore_ascii_case(asked)) {
        return Ok(found.clone());
    }
    Err(InspectError::Unknown { what: "resource type".to_owned(), asked: asked.to_owned(), near: near(asked, known) })
}

/// The resource of that key; else the one that was; else the only one with that value.
pub(crate) fn resource_of(store: &Connection, entity: &EntityType, asked: &str) -> Result<Found, InspectError> {
    for (collation, table) in [("", "resource"), ("", "resource_past"), (" COLLATE NOCASE", "resource")] {
        let order = if table == "resource" { "id" } else { "valid_to" };
        let sql = format!("SELECT id, key FROM {table} WHERE type = ?1 AND key = ?2{collation} ORDER BY {order} DESC LIMIT 1");
        let found = store
            .query_row(&sql, params![entity.number, asked], |row| {
                Ok(Found { id: row.get(0)?, key: row.get(1)?, present: table == "resource" })
            })
            .optional()?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    let sql =
        "SELECT r.id, r.key FROM resource r WHERE r.type = ?1 AND (EXISTS (SELECT 1 FROM json_each(r.body) v WHERE v.value = ?2)
               OR EXISTS (SELECT 1 FROM json_each(r.computed) v WHERE v.value = ?2)) ORDER BY r.key LIMIT ?3";
    let mut statement = store.prepare(sql)?;
    let rows = statement
        .query_map(params![entity.number, asked, LISTED], |row| Ok(Found { id: row.get(0)?, key: row.get(1)?, present: true }))?;
    let mut found = rows.collect::<rusqlite::Result<Vec<Found>>>()?;
    if found.len() > 1 {
        let what = format!("resources of {}", entity.name);
        let found = found.into_iter().map(|found| found.key).collect();
        return Err(InspectError::Ambiguous { what, asked: asked.to_owned(), found });
    }
    if let Some(only) = found.pop() {
        return Ok(only);
    }
    let sql = format!("SELECT key FROM resource WHERE type = {} ORDER BY key LIMIT {COMPARED}", entity.number);
    let near = near(asked, column(store, &sql)?);
    Err(InspectError::Unknown { what: format!("{} with the key", entity.name), asked: asked.to_owned(), near })
}

/// A resource by number, whether it is there or was.
pub(super) fn named(store: &Connection, id: i64) -> rusqlite::Result<Named> {
    let sql = "SELECT t.name, r.key FROM (SELECT type, key, 0 AS gone, 0 AS ended FROM resource WHERE id = ?1
               UNION ALL SELECT type, key, 1, -valid_to FROM resource_past WHERE id = ?1) r
               JOIN entity_type t ON t.id = r.type ORDER BY r.gone, r.ended LIMIT 1";
    let present = "SELECT t.name, r.key FROM resource r JOIN entity_type t ON t.id = r.type WHERE r.id = ?1";
    for sql in [present, sql] {
        let found = store
            .prepare_cached(sql)?
            .query_row([id], |row| Ok(Named { entity_type: row.get(0)?, key: row.get(1)?, label: None }))
            .optional()?;
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Ok(Named { entity_type: String::new(), key: format!("#{id}"), label: None })
}

/// A resource by number, with what people call it.
pub(super) fn labelled(store: &Connection, id: i64) -> rusqlite::Result<Named> {
    let present =
        "SELECT t.properties, r.key, r.body, r.computed FROM resource r JOIN entity_type t ON t.id = r.type WHERE r.id = ?1";
    let gone = "SELECT t.properties, r.key, r.body, r.computed FROM resource_past r JOIN entity_type t ON t.id = r.type
                WHERE r.id = ?1 ORDER BY r.valid_to DESC LIMIT 1";
    let mut named = named(store, id)?;
    for sql in [present, gone] {
        if let Some(label) = store.prepare_cached(sql)?.query_row([id], label_of_row).optional()? {
            named.label = label;
            break;
        }
    }
    Ok(named)
}

/// The values of a resource: synchronized ones by the layout, and computed ones.
pub(super) fn values(properties: &[String], body: &str, computed: Option<&str>) -> Result<[Map<String, Value>; 2], InspectError> {
    let damaged = |_| InspectError::Damaged("the values of a resource".to_owned());
    let list: Vec<Value> = serde_json::from_str(body).map_err(damaged)?;
    let synchronized = properties.iter().cloned().zip(list).filter(|(_, value)| !value.is_null()).collect();
    let computed = computed.map(serde_json::from_str).transpose().map_err(damaged)?.unwrap_or_default();
    Ok([synchronized, computed])
}

/// A stored value as text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn what_is_near_comes_first_and_few_names_are_all_listed() {
        let known = || ["HR_Organization", "HR_Person", "HR_Site"].map(str::to_owned).to_vec();
        assert_eq!(near("HR_Persn", known()), ["HR_Person"]);
        assert_eq!(near("person", known()), ["HR_Person"]);
        assert_eq!(near("zzz", known()).len(), 3);
        assert_eq!(near("zzz", (0..100).map(|number| format!("Type{number}")).collect()), [""; 0]);
    }
}
