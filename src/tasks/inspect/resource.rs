//! One resource: its values, links, who it is assigned to, and what became of it over time.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::{Map, Value};

use super::find::{Named, entity_type, named, resource_of, text, values};
use super::governed::{Classification, Profile, Risk, classification, profiles, risk};
use super::moments::when;
use super::words::state;
use super::{InspectError, When};

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// Its entity type.
    pub entity_type: String,
    /// Its key.
    pub key: String,
    /// Its number in the store.
    pub id: i64,
    /// Whether it is there; a gone one is shown as it was last.
    pub present: bool,
    /// Its values, by property.
    pub values: Vec<Property>,
    /// Its links, by association; the first ones.
    pub links: Vec<Link>,
    /// How many links it has.
    pub links_total: u64,
    /// Open assignments that it is the resource of.
    pub assigned_to: Vec<Owned>,
    /// Its risks.
    pub risk: Option<Risk>,
    /// The resource type that a classification rule gives or suggests to it.
    pub classification: Option<Classification>,
    /// Profiles that rules give to it.
    pub profiles: Vec<Profile>,
    /// What happened to it, the latest first; the first ones.
    pub history: Vec<Event>,
    /// How much happened to it.
    pub history_total: u64,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Property {
    /// The property.
    pub property: String,
    /// The value.
    pub value: String,
    /// `synchronized` or `computed`.
    pub origin: &'static str,
}

/// A link to another resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The association.
    pub association: String,
    /// The other end.
    pub to: Named,
}

/// An assignment that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owned {
    /// The owner.
    pub owner: Named,
    /// The resource type.
    pub resource_type: String,
    /// Its state, in words.
    pub state: &'static str,
}

/// Something that happened to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When.
    pub when: When,
    /// `created`, `changed`, `deleted`, `linked` or `unlinked`.
    pub what: &'static str,
    /// Of a change: the values that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Difference>,
    /// Of a link: the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
    #[serde(skip)]
    moment: i64,
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The property.
    pub property: String,
    /// `synchronized` or `computed`.
    pub origin: &'static str,
    /// What it was.
    pub before: Option<String>,
    /// What it became.
    pub after: Option<String>,
}

/// A version of a resource: until a moment, or as it is.
struct Version {
    values: [Map<String, Value>; 2],
    from: i64,
    to: Option<i64>,
}

const ORIGINS: [&str; 2] = ["synchronized", "computed"];

/// The resource of an entity type that has that key, or is the only one with that value; `limit`: at most so many links
/// and events.
pub fn resource(store: &Connection, asked: &str, key: &str, limit: usize) -> Result<Resource, InspectError> {
    let entity = entity_type(store, asked)?;
    let found = resource_of(store, &entity, key)?;
    let versions = versions(store, entity.number, &found.key, &entity.properties)?;
    let mut own = BTreeMap::new();
    if let Some(last) = versions.last() {
        for (origin, values) in ORIGINS.into_iter().zip(&last.values) {
            own.extend(values.iter().filter_map(|(property, value)| {
                Some((property.clone(), Property { property: property.clone(), value: text(value)?, origin }))
            }));
        }
    }
    let (links, links_total) = links(store, found.id, limit)?;
    let mut history = lives(store, &versions)?;
    history.extend(linked(store, found.id)?);
    history.sort_by_key(|event| std::cmp::Reverse(event.moment));
    let history_total = history.len() as u64;
    history.truncate(limit);
    Ok(Resource {
        risk: risk(store, found.id)?,
        classification: classification(store, found.id)?,
        profiles: profiles(store, found.id)?,
        entity_type: entity.name,
        key: found.key,
        id: found.id,
        present: found.present,
        values: own.into_values().collect(),
        links,
        links_total,
        assigned_to: assigned_to(store, found.id)?,
        history,
        history_total,
    })
}

/// All versions under a key, the oldest first.
fn versions(store: &Connection, entity: i64, key: &str, properties: &[String]) -> Result<Vec<Version>, InspectError> {
    let sql = "SELECT * FROM (SELECT body, computed, valid_from, valid_to FROM resource_past WHERE type = ?1 AND key = ?2
               UNION ALL SELECT body, computed, valid_from, NULL FROM resource WHERE type = ?1 AND key = ?2)
               ORDER BY valid_from, valid_to IS NULL, valid_to";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query(params![entity, key])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        let (body, computed): (String, Option<String>) = (row.get(0)?, row.get(1)?);
        let values = values(properties, &body, computed.as_deref())?;
        versions.push(Version { values, from: row.get(2)?, to: row.get(3)? });
    }
    Ok(versions)
}

/// Creation, changes and end, as versions tell them.
fn lives(store: &Connection, versions: &[Version]) -> rusqlite::Result<Vec<Event>> {
    let mut events = Vec::new();
    let mut event = |moment, what, values| -> rusqlite::Result<()> {
        events.push(Event { when: when(store, moment)?, what, values, link: None, moment });
        Ok(())
    };
    for (index, version) in versions.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| versions.get(index));
        match before.filter(|before| before.to == Some(version.from)) {
            Some(before) => event(version.from, "changed", differences(before, version))?,
            None => event(version.from, "created", Vec::new())?,
        }
        if let Some(to) = version.to
            && versions.get(index + 1).is_none_or(|next| next.from != to)
        {
            event(to, "deleted", Vec::new())?;
        }
    }
    Ok(events)
}

fn differences(before: &Version, after: &Version) -> Vec<Difference> {
    let mut found = Vec::new();
    for ((origin, before), after) in ORIGINS.into_iter().zip(&before.values).zip(&after.values) {
        let mut properties: Vec<&String> = before.keys().chain(after.keys()).collect();
        properties.sort();
        properties.dedup();
        for property in properties {
            let [before, after] = [before, after].map(|values| values.get(property).and_then(text));
            if before != after {
                found.push(Difference { property: property.clone(), origin, before, after });
            }
        }
    }
    found
}

fn links(store: &Connection, id: i64, limit: usize) -> rusqlite::Result<(Vec<Link>, u64)> {
    let sql = "SELECT a.name, l.to_id FROM association a CROSS JOIN link l ON l.association = a.id AND l.from_id = ?1
               UNION ALL SELECT a.name, l.from_id FROM association a CROSS JOIN link l ON l.association = a.id AND l.to_id = ?1";
    let total: i64 = store.query_row(&format!("SELECT count(*) FROM ({sql})"), [id], |row| row.get(0))?;
    let mut statement = store.prepare(&format!("{sql} ORDER BY 1, 2 LIMIT {limit}"))?;
    let mut rows = statement.query([id])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(Link { association: row.get(0)?, to: named(store, row.get(1)?)? });
    }
    links.sort_by(|a, b| (&a.association, &a.to.entity_type, &a.to.key).cmp(&(&b.association, &b.to.entity_type, &b.to.key)));
    Ok((links, total.unsigned_abs()))
}

/// When links came and went. Those of the resource's creation are told too: they may have come later.
fn linked(store: &Connection, id: i64) -> rusqlite::Result<Vec<Event>> {
    let ends = [("from_id", "to_id"), ("to_id", "from_id")];
    let mut events = Vec::new();
    for (near, far) in ends {
        let sql = format!(
            "SELECT a.name, l.{far}, l.valid_from, NULL FROM association a CROSS JOIN link l ON l.association = a.id AND l.{near} = ?1
             UNION ALL SELECT a.name, l.{far}, l.valid_from, l.valid_to FROM link_past l JOIN association a ON a.id = l.association
             WHERE l.{near} = ?1"
        );
        let mut statement = store.prepare(&sql)?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let link = Link { association: row.get(0)?, to: named(store, row.get(1)?)? };
            for (moment, what) in [(row.get(2)?, "linked"), (row.get(3)?, "unlinked")] {
                let Some(moment) = moment else { continue };
                let (when, link) = (when(store, moment)?, Some(link.clone()));
                events.push(Event { when, what, values: Vec::new(), link, moment });
            }
        }
    }
    Ok(events)
}

fn assigned_to(store: &Connection, id: i64) -> rusqlite::Result<Vec<Owned>> {
    let sql = "SELECT owner, resource_type, state FROM assigned_type WHERE resource = ?1 AND valid_to IS NULL ORDER BY 2, 1";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([id])?;
    let mut owners = Vec::new();
    while let Some(row) = rows.next()? {
        let owner = named(store, row.get(0)?)?;
        owners.push(Owned { owner, resource_type: row.get(1)?, state: state(row.get(2)?) });
    }
    Ok(owners)
}
