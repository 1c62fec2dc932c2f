//! Assignments that wait, failed, or were changed by hand, let go on by a person.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::{Author, Chosen, Done, keep, look_again};
use crate::tasks::inspect::{InspectError, Named, entity_type, near, order, resource_of, resource_type};

/// An assignment that a decision is about.
struct Row {
    id: i64,
    owner: i64,
    key: String,
    resource_type: String,
    state: i64,
}

/// What waits for approval becomes pending: the next orders task makes orders of it.
pub fn approve(store: &Connection, chosen: &Chosen, author: &Author) -> Result<Done, InspectError> {
    let waits =
        "(a.state = 5 OR (a.state = 1 AND (EXISTS (SELECT 1 FROM assigned_value v WHERE v.assignment = a.id AND v.state = 5)
                 OR EXISTS (SELECT 1 FROM assigned_link l WHERE l.assignment = a.id AND l.state = 5))))";
    let rows = rows(store, chosen, waits)?;
    for row in &rows {
        parts(store, row.id, "state = 1", "state = 5")?;
        store.execute("UPDATE assigned_type SET state = 1 WHERE id = ?1", [row.id])?;
        keep(store, row.owner, &row.resource_type, "approved", author)?;
    }
    done(rows, "nothing of that waits for approval")
}

/// What is in error is ordered once more by the next orders task.
pub fn retry(store: &Connection, chosen: &Chosen, author: &Author) -> Result<Done, InspectError> {
    let failed = "(a.state = 3 OR (a.state IN (1, 4, 5, 8) AND (
                  EXISTS (SELECT 1 FROM assigned_value v WHERE v.assignment = a.id AND v.state = 3)
                  OR EXISTS (SELECT 1 FROM assigned_link l WHERE l.assignment = a.id AND l.state = 3))))";
    for asked in &chosen.orders {
        let found = order(store, asked)?;
        let id = &found.order.id;
        if found.order.state == "superseded" {
            let message = match found.others.first().filter(|other| other.state == "errored") {
                Some(later) => format!(
                    "order {id} is superseded: a later one is in error; name that one:\njobwright decide retry --order {} --reason \"…\"",
                    later.id
                ),
                None => format!(
                    "order {id} is superseded: nothing of what it was made for is in error any more; see what became of it:\njobwright inspect orders {id}"
                ),
            };
            return Err(InspectError::Refused(message));
        }
    }
    let rows = rows(store, chosen, failed)?;
    for row in &rows {
        parts(store, row.id, "state = 1", "state = 3")?;
        let command = if row.state == 3 { "command" } else { "'Modified'" };
        let sql = format!("UPDATE assigned_type SET state = 1, command = {command}, tries = 0, message = NULL WHERE id = ?1");
        store.execute(&sql, [row.id])?;
        keep(store, row.owner, &row.resource_type, "ordered again", author)?;
    }
    done(rows, "nothing of that is in error")
}

/// What was changed by hand is set again as the rules want it; of one property, or of all.
pub fn restore(store: &Connection, chosen: &Chosen, property: Option<&str>, author: &Author) -> Result<Done, InspectError> {
    let changed = "(EXISTS (SELECT 1 FROM assigned_value v WHERE v.assignment = a.id AND v.origin = 'non-conforming')
                   OR EXISTS (SELECT 1 FROM assigned_link l WHERE l.assignment = a.id AND l.origin = 'non-conforming'))";
    if let Some(property) = property {
        known_property(store, chosen, property)?;
    }
    let mut restored = Vec::new();
    for row in rows(store, chosen, changed)? {
        let mut count = 0;
        for table in ["assigned_value", "assigned_link"] {
            let sql = format!(
                "UPDATE {table} SET state = 1, origin = 'calculated' WHERE assignment = ?1 AND origin = 'non-conforming'
                 AND (?2 IS NULL OR property = ?2 COLLATE NOCASE)"
            );
            count += store.execute(&sql, params![row.id, property])?;
        }
        if count > 0 {
            store.execute("UPDATE assigned_type SET state = 1, command = 'Modified' WHERE id = ?1", [row.id])?;
            keep(store, row.owner, &row.resource_type, "restored", author)?;
            restored.push(row);
        }
    }
    done(restored, "nothing of that was changed by hand")
}

/// Refuses a property that none of the assignments fills.
fn known_property(store: &Connection, chosen: &Chosen, asked: &str) -> Result<(), InspectError> {
    let mut known = BTreeSet::new();
    for row in rows(store, chosen, "1 = 1")? {
        let sql = "SELECT property FROM assigned_value WHERE assignment = ?1
                   UNION SELECT property FROM assigned_link WHERE assignment = ?1";
        let mut statement = store.prepare_cached(sql)?;
        for property in statement.query_map([row.id], |row| row.get::<_, String>(0))? {
            known.insert(property?);
        }
    }
    if known.iter().any(|property| property.eq_ignore_ascii_case(asked)) {
        return Ok(());
    }
    let what = "property filled by rules of those assignments".to_owned();
    Err(InspectError::Unknown { what, asked: asked.to_owned(), near: near(asked, known.into_iter().collect()) })
}

/// A resource that was suggested becomes that of the owner. Gives the owner and the resource.
pub fn confirm(
    store: &Connection,
    owner: (&str, &str),
    resource_type: &str,
    key: Option<&str>,
    author: &Author,
) -> Result<(Named, Named), InspectError> {
    let entity = entity_type(store, owner.0)?;
    let found = resource_of(store, &entity, owner.1)?;
    let all = super::super::inspect::assignments(store, owner.0, owner.1, 1)?.suggestions;
    let mut fitting = all.into_iter().filter(|suggestion| {
        suggestion.resource_type.eq_ignore_ascii_case(resource_type) && key.is_none_or(|key| suggestion.resource.key == key)
    });
    let (Some(suggestion), None) = (fitting.next(), fitting.next()) else {
        let message = format!(
            "not one resource of type {resource_type} is suggested for {}; see which are:\njobwright inspect assignments {} {}",
            found.key, entity.name, found.key
        );
        return Err(InspectError::Refused(message));
    };
    let target = entity_type(store, &suggestion.resource.entity_type)?;
    let resource = resource_of(store, &target, &suggestion.resource.key)?.id;
    let name = &suggestion.resource_type;
    let taken = "SELECT EXISTS (SELECT 1 FROM assigned_type WHERE resource = ?1 AND valid_to IS NULL)";
    if store.query_row(taken, [resource], |row| row.get(0))? {
        let message = format!(
            "{} is assigned to somebody else by now; see to whom:\njobwright inspect resource {} {}",
            suggestion.resource.key, target.name, suggestion.resource.key
        );
        return Err(InspectError::Refused(message));
    }
    let sql = "UPDATE assigned_type SET resource = ?3, confidence = ?4, state = 0, command = ''
               WHERE owner = ?1 AND resource_type = ?2 AND valid_to IS NULL";
    if store.execute(sql, params![found.id, name, resource, suggestion.confidence])? == 0 {
        let sql = "INSERT INTO assigned_type (owner, resource_type, resource, state, origin, confidence, valid_from)
                   VALUES (?1, ?2, ?3, 0, 'found', ?4, (SELECT ifnull(max(seq), 0) FROM moment))";
        store.execute(sql, params![found.id, name, resource, suggestion.confidence])?;
    }
    store.execute("DELETE FROM suggested_correlation WHERE owner = ?1 AND resource_type = ?2", params![found.id, name])?;
    keep(store, found.id, name, "confirmed", author)?;
    look_again(store, found.id, author.at)?;
    Ok((Named { entity_type: entity.name, key: found.key, label: None }, suggestion.resource))
}

/// Values and links of an assignment that are as `old` says become as `new` says.
fn parts(store: &Connection, assignment: i64, new: &str, old: &str) -> rusqlite::Result<()> {
    for table in ["assigned_value", "assigned_link"] {
        store.execute(&format!("UPDATE {table} SET {new} WHERE assignment = ?1 AND {old}"), [assignment])?;
    }
    Ok(())
}

fn rows(store: &Connection, chosen: &Chosen, condition: &str) -> Result<Vec<Row>, InspectError> {
    let mut sql =
        format!("SELECT a.id, a.owner, a.resource_type, a.state FROM assigned_type a WHERE a.valid_to IS NULL AND {condition}");
    let mut given: Vec<rusqlite::types::Value> = Vec::new();
    if let Some((asked, key)) = &chosen.owner {
        let entity = entity_type(store, asked)?;
        given.push(resource_of(store, &entity, key)?.id.into());
        sql.push_str(" AND a.owner = ?");
    }
    if let Some(name) = &chosen.resource_type {
        given.push(resource_type(store, name)?.into());
        sql.push_str(" AND a.resource_type = ?");
    }
    if !chosen.orders.is_empty() {
        let mut marks = Vec::new();
        for asked in &chosen.orders {
            given.push(order(store, asked)?.order.assignment.into());
            marks.push("?");
        }
        sql = format!("{sql} AND a.id IN ({})", marks.join(", "));
    }
    let mut statement = store.prepare(&(sql + " ORDER BY a.owner, a.resource_type"))?;
    let found = statement.query_map(params_from_iter(given), |row| {
        Ok(Row { id: row.get(0)?, owner: row.get(1)?, key: String::new(), resource_type: row.get(2)?, state: row.get(3)? })
    })?;
    let mut found = found.collect::<rusqlite::Result<Vec<Row>>>()?;
    for row in &mut found {
        let sql = "SELECT key FROM resource WHERE id = ?1";
        let key = store.prepare_cached(sql)?.query_row([row.owner], |row| row.get(0)).optional()?;
        row.key = key.unwrap_or_else(|| format!("#{}", row.owner));
    }
    Ok(found)
}

fn done(rows: Vec<Row>, nothing: &str) -> Result<Done, InspectError> {
    if rows.is_empty() {
        return Err(InspectError::Refused(format!("{nothing}; see what there is:\njobwright inspect types")));
    }
    Ok(rows.into_iter().map(|row| (row.key, row.resource_type)).collect())
}
