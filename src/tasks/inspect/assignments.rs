//! What one owner has, why, and what waits.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::find::{Named, entity_type, named, resource_of};
use super::governed::{Profile, Risk, profiles, risk};
use super::moments::{date, when};
use super::words::state;
use super::{InspectError, When};

/// Roles and resource types of an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assignments {
    /// The owner.
    pub owner: Named,
    /// Whether the owner is there.
    pub present: bool,
    /// Roles, composite ones first.
    pub roles: Vec<AssignedRole>,
    /// Open assignments of resource types.
    pub resource_types: Vec<Assignment>,
    /// The owner's risks.
    pub risk: Option<Risk>,
    /// Profiles that rules give to the owner.
    pub profiles: Vec<Profile>,
    /// Resources that may be the owner's; a person has to confirm them.
    pub suggestions: Vec<Suggestion>,
    /// What people decided, the latest first.
    pub decisions: Vec<Decided>,
    /// Ended assignments of resource types, the latest first; the first ones.
    pub ended: Vec<Ended>,
    /// When the owner is computed again though nothing changes.
    pub due: Option<String>,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssignedRole {
    /// `CompositeRole` or `SingleRole`.
    pub kind: String,
    /// Its identifier.
    pub role: String,
    /// `calculated`, `manual` or `denied`.
    pub origin: String,
    /// The rules that gave it.
    pub rules: Vec<String>,
    /// Since when.
    pub since: When,
}

/// An assignment of a resource type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// Its number, which orders name.
    pub id: i64,
    /// The resource type.
    pub resource_type: String,
    /// Its resource, once there is one.
    pub resource: Option<Named>,
    /// By how certain a correlation.
    pub confidence: Option<i64>,
    /// In words.
    pub state: &'static str,
    /// What is to be done or was done last: `Added`, `Modified`, `Deleted`; empty where nothing ever was.
    pub command: String,
    /// `calculated`, `manual`, `denied`, or `found`: it is there, and no rule gives it.
    pub origin: String,
    /// The rules that give it.
    pub rules: Vec<String>,
    /// What is to be known of its state.
    pub message: Option<String>,
    /// How often it was executed and not shown afterwards.
    pub tries: i64,
    /// Since when.
    pub since: When,
    /// Values, by property.
    pub values: Vec<AssignedValue>,
    /// Links, by property.
    pub links: Vec<AssignedLink>,
    /// What could not be computed, by property, and why.
    pub errors: Vec<(String, String)>,
    /// Its last order.
    pub order: Option<String>,
}

/// A value of an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssignedValue {
    /// The property.
    pub property: String,
    /// What the rules want; none for no value.
    pub wanted: Option<String>,
    /// What the system shows.
    pub shown: Option<String>,
    /// In words.
    pub state: &'static str,
    /// It was changed by hand in the system, and waits for a person.
    pub non_conforming: bool,
    /// The rules that fill the property; the last that applies counts.
    pub rules: Vec<String>,
}

/// A link of an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssignedLink {
    /// The navigation property.
    pub property: String,
    /// The other end.
    pub target: Named,
    /// `add` or `remove`.
    pub command: String,
    /// In words.
    pub state: &'static str,
    /// It was added or taken away by hand, and waits for a person.
    pub non_conforming: bool,
}

/// A resource that may be an owner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The resource type.
    pub resource_type: String,
    /// The resource.
    pub resource: Named,
    /// How certain that is, in percent.
    pub confidence: i64,
}

/// What somebody decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// `CompositeRole`, `SingleRole` or `ResourceType`.
    pub kind: String,
    /// Its identifier.
    pub name: String,
    /// `given` or `denied`.
    pub verdict: String,
    /// From when on it holds; none for always.
    pub from: Option<String>,
    /// Until when it holds; none for ever.
    pub until: Option<String>,
    /// Who decided.
    pub who: String,
    /// Why.
    pub reason: String,
    /// When it was decided.
    pub at: String,
    /// When it was withdrawn, if it was.
    pub withdrawn: Option<String>,
}

/// An assignment that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The resource type.
    pub resource_type: String,
    /// Since when it was.
    pub since: When,
    /// When it ended.
    pub ended: When,
    /// Why, where that is known.
    pub message: Option<String>,
}

/// What the owner of that entity type and key has; `limit`: at most so many ended assignments and decisions.
pub fn assignments(store: &Connection, asked: &str, key: &str, limit: usize) -> Result<Assignments, InspectError> {
    let entity = entity_type(store, asked)?;
    let found = resource_of(store, &entity, key)?;
    let due = store.query_row("SELECT at FROM due WHERE owner = ?1", [found.id], |row| row.get(0)).optional()?;
    Ok(Assignments {
        roles: roles(store, found.id)?,
        resource_types: resource_types(store, found.id)?,
        risk: risk(store, found.id)?,
        profiles: profiles(store, found.id)?,
        suggestions: suggestions(store, found.id)?,
        decisions: decisions(store, found.id, limit)?,
        ended: ended(store, found.id, limit)?,
        due: due.map(date),
        present: found.present,
        owner: Named { entity_type: entity.name, key: found.key, label: None },
    })
}

/// The rules of a list of numbers, as they are told.
pub(super) fn rules(store: &Connection, because: Option<&str>) -> rusqlite::Result<Vec<String>> {
    let Some(because) = because else { return Ok(Vec::new()) };
    let sql = "SELECT r.text FROM json_each(?1) n JOIN rule r ON r.id = n.value ORDER BY n.key";
    let mut statement = store.prepare_cached(sql)?;
    statement.query_map([because], |row| row.get(0))?.collect()
}

fn roles(store: &Connection, owner: i64) -> rusqlite::Result<Vec<AssignedRole>> {
    let sql =
        "SELECT kind, role, origin, because, valid_from FROM assigned_role WHERE owner = ?1 AND valid_to IS NULL ORDER BY 1, 2";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([owner])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(AssignedRole {
            kind: row.get(0)?,
            role: row.get(1)?,
            origin: row.get(2)?,
            rules: rules(store, row.get::<_, Option<String>>(3)?.as_deref())?,
            since: when(store, row.get(4)?)?,
        });
    }
    Ok(found)
}

fn resource_types(store: &Connection, owner: i64) -> rusqlite::Result<Vec<Assignment>> {
    let sql = "SELECT id FROM assigned_type WHERE owner = ?1 AND valid_to IS NULL ORDER BY resource_type";
    let mut statement = store.prepare(sql)?;
    let numbers: Vec<i64> = statement.query_map([owner], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for number in numbers {
        found.extend(assignment(store, number)?);
    }
    Ok(found)
}

/// The assignment of that number.
pub(super) fn assignment(store: &Connection, id: i64) -> rusqlite::Result<Option<Assignment>> {
    let sql = "SELECT resource_type, resource, confidence, state, command, origin, because, message, tries, valid_from
               FROM assigned_type WHERE id = ?1";
    let mut statement = store.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let resource_type: String = row.get(0)?;
    let order = "SELECT id FROM provisioning_order WHERE assignment = ?1 ORDER BY moment DESC LIMIT 1";
    let faults = "SELECT property, message FROM evaluation_error WHERE assignment = ?1 ORDER BY property";
    let mut faults = store.prepare_cached(faults)?;
    Ok(Some(Assignment {
        id,
        resource: row.get::<_, Option<i64>>(1)?.map(|resource| named(store, resource)).transpose()?,
        confidence: row.get(2)?,
        state: state(row.get(3)?),
        command: row.get(4)?,
        origin: row.get(5)?,
        rules: rules(store, row.get::<_, Option<String>>(6)?.as_deref())?,
        message: row.get(7)?,
        tries: row.get(8)?,
        since: when(store, row.get(9)?)?,
        values: values(store, id, &resource_type)?,
        links: links(store, id)?,
        errors: faults.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?,
        order: store.prepare_cached(order)?.query_row([id], |row| row.get(0)).optional()?,
        resource_type,
    }))
}

fn values(store: &Connection, id: i64, resource_type: &str) -> rusqlite::Result<Vec<AssignedValue>> {
    let sql = "SELECT property, wanted, shown, state, origin FROM assigned_value WHERE assignment = ?1 ORDER BY property";
    let mut statement = store.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let property: String = row.get(0)?;
        let mut filling =
            store.prepare_cached("SELECT text FROM rule WHERE resource_type = ?1 AND property = ?2 ORDER BY text")?;
        let rules = filling.query_map(params![resource_type, property], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        found.push(AssignedValue {
            property,
            wanted: row.get(1)?,
            shown: row.get(2)?,
            state: state(row.get(3)?),
            non_conforming: row.get::<_, String>(4)? == "non-conforming",
            rules,
        });
    }
    Ok(found)
}

fn links(store: &Connection, id: i64) -> rusqlite::Result<Vec<AssignedLink>> {
    let sql =
        "SELECT property, target, command, state, origin FROM assigned_link WHERE assignment = ?1 ORDER BY property, target";
    let mut statement = store.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(AssignedLink {
            property: row.get(0)?,
            target: named(store, row.get(1)?)?,
            command: row.get(2)?,
            state: state(row.get(3)?),
            non_conforming: row.get::<_, String>(4)? == "non-conforming",
        });
    }
    Ok(found)
}

fn suggestions(store: &Connection, owner: i64) -> rusqlite::Result<Vec<Suggestion>> {
    let sql = "SELECT resource_type, resource, confidence FROM suggested_correlation WHERE owner = ?1 ORDER BY 1, 3 DESC, 2";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([owner])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let resource = named(store, row.get(1)?)?;
        found.push(Suggestion { resource_type: row.get(0)?, resource, confidence: row.get(2)? });
    }
    Ok(found)
}

fn decisions(store: &Connection, owner: i64, limit: usize) -> rusqlite::Result<Vec<Decided>> {
    let sql = format!(
        "SELECT kind, name, verdict, starts, ends, who, reason, at, withdrawn FROM decision WHERE owner = ?1
         ORDER BY id DESC LIMIT {limit}"
    );
    let mut statement = store.prepare(&sql)?;
    let rows = statement.query_map([owner], |row| {
        let dated = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(date));
        Ok(Decided {
            kind: row.get(0)?,
            name: row.get(1)?,
            verdict: row.get(2)?,
            from: dated(3)?,
            until: dated(4)?,
            who: row.get(5)?,
            reason: row.get(6)?,
            at: date(row.get(7)?),
            withdrawn: dated(8)?,
        })
    })?;
    rows.collect()
}

fn ended(store: &Connection, owner: i64, limit: usize) -> rusqlite::Result<Vec<Ended>> {
    let sql = format!(
        "SELECT resource_type, valid_from, valid_to, message FROM assigned_type WHERE owner = ?1 AND valid_to IS NOT NULL
         ORDER BY valid_to DESC, id DESC LIMIT {limit}"
    );
    let mut statement = store.prepare(&sql)?;
    let mut rows = statement.query([owner])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (since, ended) = (when(store, row.get(1)?)?, when(store, row.get(2)?)?);
        found.push(Ended { resource_type: row.get(0)?, since, ended, message: row.get(3)? });
    }
    Ok(found)
}
