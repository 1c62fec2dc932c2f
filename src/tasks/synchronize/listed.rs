//! Reading the change list of a blocked synchronization.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde_json::Value;

use crate::tasks::label::{label, label_of_row, values};

/// A change list that waits for approval.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeList {
    /// Its name.
    pub list: String,
    /// The thresholds that it exceeds, one line each.
    pub exceeded: Vec<String>,
    /// How many changes it has, by entity type or association.
    pub counts: BTreeMap<String, ChangeCounts>,
    /// The changes themselves, by entity type or association, kind and key; the first ones where there are very many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Vec<ListedChange>>,
}

/// How many changes of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ChangeCounts {
    /// New ones.
    pub inserted: u64,
    /// Changed ones.
    pub updated: u64,
    /// Removed ones.
    pub deleted: u64,
}

/// One change of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ListedChange {
    /// Entity type or association.
    pub item: String,
    /// `insert`, `update` or `delete`.
    pub change: &'static str,
    /// Key of the resource; of a link both of its ends.
    pub key: String,
    /// What people call the resource, where the key does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Of an update: the properties that differ, with the value before and after.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, [Value; 2]>,
}

/// Whether that is the name of a change list which waits no longer.
pub fn is_gone(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let Some((connector, ordinal)) = parts(name) else { return Ok(false) };
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM batch WHERE ordinal = ?1 AND connector = ?2 AND state IN ('blocked', 'held'))";
    connection.query_row(sql, (ordinal, connector), |row| row.get(0))
}

/// Connector and number in the name of a change list; none where it is not one of an embedded task.
fn parts(name: &str) -> Option<(&str, i64)> {
    let (connector, ordinal) = name.rsplit_once('-')?;
    Some((connector, ordinal.parse().ok()?))
}

/// The change list of that name; none where it waits no longer. With `rows` each change of it.
pub fn change_list(connection: &Connection, name: &str, rows: bool) -> rusqlite::Result<Option<ChangeList>> {
    let Some((connector, ordinal)) = parts(name) else { return Ok(None) };
    let sql = "SELECT report FROM batch WHERE ordinal = ?1 AND connector = ?2 AND state IN ('blocked', 'held')";
    let report: Option<Option<String>> = connection.query_row(sql, (ordinal, connector), |row| row.get(0)).optional()?;
    let Some(report) = report else { return Ok(None) };
    let mut counts: BTreeMap<String, ChangeCounts> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT item, command, count(*) FROM pending WHERE batch = ?1 GROUP BY 1, 2")?;
    let mut found = statement.query([ordinal])?;
    while let Some(row) = found.next()? {
        let number = row.get::<_, i64>(2)?.unsigned_abs();
        let of_item = counts.entry(row.get(0)?).or_default();
        match row.get(1)? {
            1 => of_item.inserted = number,
            2 => of_item.updated = number,
            _ => of_item.deleted = number,
        }
    }
    let exceeded = report.unwrap_or_default().lines().map(str::to_owned).collect();
    let changes = if rows { Some(changes(connection, ordinal)?) } else { None };
    Ok(Some(ChangeList { list: name.to_owned(), exceeded, counts, changes }))
}

fn changes(connection: &Connection, ordinal: i64) -> rusqlite::Result<Vec<ListedChange>> {
    let mut layouts = BTreeMap::new();
    let mut statement = connection.prepare("SELECT name, properties FROM entity_type")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let names: Vec<String> = serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default();
        layouts.insert(row.get::<_, String>(0)?, names);
    }
    let mut statement =
        connection.prepare("SELECT item, command, key, before, after FROM pending WHERE batch = ?1 ORDER BY 1, 2, 3")?;
    let change = |row: &rusqlite::Row<'_>| {
        let item: String = row.get(0)?;
        let (before, after): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        let layout = layouts.get(&item).map_or(&[] as &[String], Vec::as_slice);
        let (key, body): (String, Option<&String>) = (row.get(2)?, after.as_ref().or(before.as_ref()));
        let label = body.and_then(|body| label(&key, &values(layout, body)));
        let values = match (before, after) {
            (Some(before), Some(after)) => differing(layout, &before, &after),
            _ => BTreeMap::new(),
        };
        let change = match row.get(1)? {
            1 => "insert",
            2 => "update",
            _ => "delete",
        };
        Ok(ListedChange { item, change, key, label, values })
    };
    let mut changes = statement.query_map([ordinal], change)?.collect::<rusqlite::Result<Vec<_>>>()?;
    label_orders(connection, &mut changes)?;
    Ok(changes)
}

/// Orders are listed by resource type, and what they change is not all of the resource: its label is looked up.
fn label_orders(connection: &Connection, changes: &mut [ListedChange]) -> rusqlite::Result<()> {
    let sql = "SELECT t.properties, r.key, r.body, r.computed FROM assigned_type a
               JOIN resource r ON r.id = coalesce(a.resource, a.owner) JOIN entity_type t ON t.id = r.type
               WHERE a.resource_type = ?1 AND a.valid_to IS NULL";
    let mut statement = connection.prepare(sql)?;
    for orders in changes.chunk_by_mut(|a, b| a.item == b.item) {
        let Some(first) = orders.first() else { continue };
        let mut wanted: BTreeMap<String, Option<String>> = orders.iter().map(|order| (order.key.clone(), None)).collect();
        let mut rows = statement.query([&first.item])?;
        while let Some(row) = rows.next()? {
            if let Some(label) = wanted.get_mut(&row.get::<_, String>(1)?) {
                *label = label_of_row(row)?;
            }
        }
        for order in orders.iter_mut().filter(|order| order.label.is_none()) {
            order.label = wanted.get(&order.key).cloned().flatten();
        }
    }
    Ok(())
}

/// The values of two bodies that are not the same, by property.
fn differing(properties: &[String], before: &str, after: &str) -> BTreeMap<String, [Value; 2]> {
    // What an order changes is told by name.
    if let (Ok(Value::Object(before)), Ok(Value::Object(after))) = (serde_json::from_str(before), serde_json::from_str(after)) {
        let pair = |(name, after): (String, Value)| {
            let before = before.get(&name).cloned().unwrap_or_default();
            (name, [before, after])
        };
        return after.into_iter().map(pair).collect();
    }
    let values = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    let (before, after) = (values(before), values(after));
    let value = |values: &[Value], at: usize| values.get(at).cloned().unwrap_or(Value::Null);
    let all = (0..before.len().max(after.len())).map(|at| (at, [value(&before, at), value(&after, at)]));
    // A property that only the undone changes knew has no name in the store.
    let name = |at: usize| properties.get(at).cloned().unwrap_or_else(|| format!("value {}", at + 1));
    all.filter(|(_, [before, after])| before != after).map(|(at, values)| (name(at), values)).collect()
}
