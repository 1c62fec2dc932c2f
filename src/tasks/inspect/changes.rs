//! What a run changed.

use rusqlite::Connection;
use serde::Serialize;

use super::find::{named, present};
use super::words::state;
use super::{InspectError, Named};

/// What a run changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Number of the run.
    pub run: i64,
    /// Kinds of changes, each with its first ones.
    pub groups: Vec<Group>,
}

/// Changes of one kind to one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// `resources`, `links`, `roles`, `assignments`, `orders`, or `orphans`: links whose resource is not there.
    pub kind: &'static str,
    /// The entity type, association, role or resource type.
    pub of: String,
    /// `created`, `changed`, `deleted`, `linked`, `unlinked`, `given`, `ended`, `made`, `executed`, `errored` or `waiting for a resource`.
    pub what: String,
    /// How many.
    pub total: u64,
    /// The first ones.
    pub rows: Vec<ChangedRow>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedRow {
    /// What was changed: the resource, the first end of a link, the owner.
    pub resource: Named,
    /// The second end of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Named>,
    /// The order, or the state of the assignment by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Each question gives what it is of, what happened, the resource, the other end and a detail. `?1`: the run.
const QUESTIONS: [(&str, &str); 5] = [
    (
        "resources",
        "WITH own AS (SELECT seq FROM moment WHERE run = ?1),
         versions AS (SELECT id, type, key, valid_from, NULL AS valid_to FROM resource
                      UNION ALL SELECT id, type, key, valid_from, valid_to FROM resource_past)
         SELECT t.name, 'created', v.id, NULL, NULL FROM versions v JOIN entity_type t ON t.id = v.type
           WHERE v.valid_from IN own AND NOT EXISTS (SELECT 1 FROM resource_past p WHERE p.type = v.type AND p.key = v.key
             AND p.valid_to = v.valid_from)
         UNION ALL SELECT t.name, 'changed', v.id, NULL, NULL FROM versions v JOIN entity_type t ON t.id = v.type
           WHERE v.valid_from IN own AND EXISTS (SELECT 1 FROM resource_past p WHERE p.type = v.type AND p.key = v.key
             AND p.valid_to = v.valid_from)
         UNION ALL SELECT t.name, 'deleted', v.id, NULL, NULL FROM resource_past v JOIN entity_type t ON t.id = v.type
           WHERE v.valid_to IN own AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.type = v.type AND r.key = v.key
             AND r.valid_from = v.valid_to) AND NOT EXISTS (SELECT 1 FROM resource_past p WHERE p.type = v.type
             AND p.key = v.key AND p.valid_from = v.valid_to)",
    ),
    (
        "links",
        "WITH own AS (SELECT seq FROM moment WHERE run = ?1)
         SELECT a.name, 'linked', l.from_id, l.to_id, NULL FROM link l JOIN association a ON a.id = l.association
           WHERE l.valid_from IN own
         UNION ALL SELECT a.name, 'linked', l.from_id, l.to_id, NULL FROM link_past l JOIN association a ON a.id = l.association
           WHERE l.valid_from IN own
         UNION ALL SELECT a.name, 'unlinked', l.from_id, l.to_id, NULL FROM link_past l JOIN association a ON a.id = l.association
           WHERE l.valid_to IN own",
    ),
    (
        "roles",
        "WITH own AS (SELECT seq FROM moment WHERE run = ?1)
         SELECT role, 'given', owner, NULL, NULL FROM assigned_role WHERE valid_from IN own
         UNION ALL SELECT role, 'ended', owner, NULL, NULL FROM assigned_role WHERE valid_to IN own",
    ),
    (
        "assignments",
        "WITH own AS (SELECT seq FROM moment WHERE run = ?1)
         SELECT resource_type, 'given', owner, resource, state FROM assigned_type WHERE valid_from IN own
         UNION ALL SELECT resource_type, 'ended', owner, resource, NULL FROM assigned_type WHERE valid_to IN own",
    ),
    (
        "orders",
        "WITH own AS (SELECT seq FROM moment WHERE run = ?1)
         SELECT o.resource_type, 'made', a.owner, a.resource, o.command || ' ' || o.id FROM provisioning_order o
           LEFT JOIN assigned_type a ON a.id = o.assignment WHERE o.moment IN own
         UNION ALL SELECT o.resource_type, CASE o.state WHEN 8 THEN 'executed' ELSE 'errored' END, a.owner, a.resource,
           o.command || ' ' || o.id FROM provisioning_order o
           LEFT JOIN assigned_type a ON a.id = o.assignment WHERE o.executed IN own",
    ),
];

/// What that run changed; `limit`: at most so many of each kind are listed.
pub fn changes(store: &Connection, run: i64, limit: usize) -> Result<Changes, InspectError> {
    present(store)?;
    let mut groups = Vec::new();
    for (kind, question) in QUESTIONS {
        let sql = format!("SELECT * FROM ({question}) ORDER BY 1, 2, 3, 4");
        let mut statement = store.prepare(&sql)?;
        let mut rows = statement.query([run])?;
        while let Some(row) = rows.next()? {
            let (of, what): (String, String) = (row.get(0)?, row.get(1)?);
            if groups.last().is_none_or(|last: &Group| last.kind != kind || last.of != of || last.what != what) {
                groups.push(Group { kind, of, what, total: 0, rows: Vec::new() });
            }
            let Some(group) = groups.last_mut() else { continue };
            group.total += 1;
            if group.rows.len() < limit {
                let to = row.get::<_, Option<i64>>(3)?.map(|id| named(store, id)).transpose()?;
                let detail = match kind {
                    "assignments" => row.get::<_, Option<i64>>(4)?.map(|number| state(number).to_owned()),
                    _ => row.get(4)?,
                };
                group.rows.push(ChangedRow {
                    resource: named(store, row.get::<_, Option<i64>>(2)?.unwrap_or_default())?,
                    to,
                    detail,
                });
            }
        }
    }
    groups.extend(orphans(store, run, limit)?);
    Ok(Changes { run, groups })
}

/// Links that wait for a resource since that run. The store does not know of what type a resource would be that is not
/// there.
fn orphans(store: &Connection, run: i64, limit: usize) -> Result<Vec<Group>, InspectError> {
    let sql = "SELECT a.name, o.first, o.second FROM orphan o JOIN association a ON a.id = o.association
               WHERE o.since IN (SELECT seq FROM moment WHERE run = ?1) ORDER BY 1, 2, 3";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([run])?;
    let mut groups: Vec<Group> = Vec::new();
    while let Some(row) = rows.next()? {
        let of: String = row.get(0)?;
        if groups.last().is_none_or(|last| last.of != of) {
            groups.push(Group { kind: "orphans", of, what: "waiting for a resource".to_owned(), total: 0, rows: Vec::new() });
        }
        let Some(group) = groups.last_mut() else { continue };
        group.total += 1;
        if group.rows.len() < limit {
            let named =
                |column| Ok::<_, rusqlite::Error>(Named { entity_type: String::new(), key: row.get(column)?, label: None });
            let [resource, to] = [1, 2].map(named);
            group.rows.push(ChangedRow { resource: resource?, to: Some(to?), detail: None });
        }
    }
    Ok(groups)
}
