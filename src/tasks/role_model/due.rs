//! Owners for whom the time has come although nothing of them changed: a date, a decision, an order nobody answered.

use rusqlite::{Connection, params};

use crate::plan::model::{Job, Model, ResourceType, Task, Value};
use crate::tasks::TaskError;

use super::policy::is_on;

/// Owners of the entity types ?1 whose time has come by ?2, and whether it is a decision that it came by.
const OWNERS: &str = "
    SELECT d.owner, EXISTS (SELECT 1 FROM decision s WHERE s.owner = d.owner AND (s.at = d.at OR s.withdrawn = d.at))
    FROM due d CROSS JOIN resource o ON o.id = d.owner CROSS JOIN entity_type t ON t.id = o.type
    WHERE d.at <= ?2 AND t.name IN (SELECT value FROM json_each(?1)) ORDER BY 1";

/// Assignments of the resource type ?1 with their owners whose orders nobody has answered since ?2.
const OVERDUE: &str = "
    SELECT a.id, a.owner FROM assigned_type a WHERE a.resource_type = ?1 AND a.state IN (2, 8) AND a.valid_to IS NULL
    AND (SELECT max(m.at) FROM provisioning_order o JOIN moment m ON m.seq = coalesce(o.executed, o.moment)
         WHERE o.assignment = a.id) <= ?2 ORDER BY a.id";

/// Owners to look at, and why.
#[derive(Debug, Default)]
pub(in crate::tasks) struct Due {
    /// On whom somebody decided.
    pub(super) decided: Vec<i64>,
    /// For whom a date has come.
    pub(super) dated: Vec<i64>,
    /// Of orders that nobody answered in time.
    pub(super) overdue: Vec<i64>,
}

impl Due {
    /// Those of entity types at a time, in milliseconds since 1970.
    pub(super) fn of(store: &Connection, model: &Model, entity_types: &[String], now: i64) -> Result<Self, TaskError> {
        let mut due = Self::default();
        let mut statement = store.prepare(OWNERS)?;
        let mut rows = statement.query(params![serde_json::Value::from(entity_types).to_string(), now])?;
        while let Some(row) = rows.next()? {
            if row.get(1)? { &mut due.decided } else { &mut due.dated }.push(row.get(0)?);
        }
        let of_types = model.resource_types.iter().filter(|found| entity_types.contains(&found.source));
        for found in of_types.filter(|found| is_on(model, found)) {
            due.overdue.extend(overdue(store, &found.id, patience(found), now)?.into_iter().map(|(_, owner)| owner));
        }
        Ok(due)
    }

    /// Those that the role model of a job would look at in its dirty mode.
    pub(in crate::tasks) fn of_job(store: &Connection, model: &Model, job: &Job, now: i64) -> Result<Self, TaskError> {
        let dirty = job.tasks.iter().filter(|task| task.element == "ComputeRoleModelTask" && task.is("Dirty"));
        let mut entity_types: Vec<String> = dirty.flat_map(|task: &Task| task.entity_types.iter().cloned()).collect();
        entity_types.sort_unstable();
        entity_types.dedup();
        Self::of(store, model, &entity_types, now)
    }

    /// All of them.
    pub(in crate::tasks) fn owners(&self) -> impl Iterator<Item = i64> + '_ {
        self.decided.iter().chain(&self.dated).chain(&self.overdue).copied()
    }

    /// Why, in words; none where there is nobody.
    pub(in crate::tasks) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        match self.decided.len() {
            0 => {}
            1 => words.push("somebody decided on 1 owner".to_owned()),
            many => words.push(format!("somebody decided on {many} owners")),
        }
        match self.dated.len() {
            0 => {}
            1 => words.push("a date has come for 1 owner".to_owned()),
            many => words.push(format!("a date has come for {many} owners")),
        }
        match self.overdue.len() {
            0 => {}
            1 => words.push("1 order was not answered in time".to_owned()),
            many => words.push(format!("{many} orders were not answered in time")),
        }
        words
    }
}

/// How long the orders of a resource type may go unanswered, in minutes; 0 for ever.
pub(super) fn patience(found: &ResourceType) -> i64 {
    match found.attributes.get("TransmittedStateValidityPeriod") {
        Some(Value::Int(minutes)) => (*minutes).max(0),
        _ => 0,
    }
}

/// Assignments, with their owners, whose orders nobody has answered for so many minutes.
pub(super) fn overdue(store: &Connection, resource_type: &str, patience: i64, now: i64) -> Result<Vec<(i64, i64)>, TaskError> {
    if patience == 0 {
        return Ok(Vec::new());
    }
    let since = now.saturating_sub(patience.saturating_mul(60_000));
    let mut statement = store.prepare_cached(OVERDUE)?;
    let rows = statement.query_map(params![resource_type, since], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
