//! `GenerateProvisioningOrdersTask`: assignments that are pending, written as orders for the systems.
//!
//! An order is its row in the store; the JSON file is what programs and people read. Both hold what is to be done at the
//! moment the order was made. Where a resource type's thresholds object, no order is made at all: the list is kept, and
//! an approval makes orders of exactly that list, or is refused if one of its assignments says something else by now.

mod arguments;
mod body;
mod held;
mod scope;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use rusqlite::{Connection, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::identity::{hex, next_moment};
use super::prepare::persist;
use super::synchronize::{Tally, exceeded};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use crate::plan::Plan;
use crate::plan::model::{Job, Limit, Model, ResourceType, Task, Thresholds, Value as Attribute};

pub(crate) use held::held_list;
pub(super) use scope::{Scope, connection_of};

/// Orders in one file where the task does not say how many.
const FILE: usize = 1000;

/// What the waiting list of a task's orders is kept under.
pub(crate) fn list_name(connector: Option<&str>) -> String {
    format!("orders:{}", connector.unwrap_or("all"))
}

/// Whether a list that waits is one of orders.
pub(crate) fn is_order_list(name: &str) -> bool {
    name.starts_with("orders:")
}

/// The embedded `GenerateProvisioningOrdersTask`.
pub(super) struct GenerateOrders;

/// What is to be done for one assignment.
pub(super) struct Draft {
    pub(super) assignment: i64,
    pub(super) resource_type: String,
    pub(super) command: String,
    /// Names the resource to a person: its key, or that of its owner where there is none yet.
    pub(super) key: String,
    /// The order, without its identifier.
    pub(super) body: serde_json::Map<String, Value>,
}

impl Draft {
    /// Tells two drafts apart that say different things.
    fn digest(&self) -> String {
        let said = Value::Object(self.body.clone()).to_string();
        hex(&Sha256::digest(said))[..32].to_owned()
    }
}

impl EmbeddedTask for GenerateOrders {
    fn awaited(&self, plan: &Plan, _: &Job, task: &Task, store: &Connection) -> Result<Option<String>, TaskError> {
        // What is wrong with the task itself, its run tells.
        let Ok(scope) = Scope::of_task(&plan.model, task).map(|scope| scope.switched_on(&plan.model)) else { return Ok(None) };
        // A list that waits for a person is not made anew, under another name, night after night.
        if held_list(store, &list_name(task.text("Connector")))?.is_some() {
            return Ok(None);
        }
        let sql = "SELECT count(*) FROM assigned_type WHERE resource_type = ?1 AND state = 1 AND valid_to IS NULL";
        let mut pending = 0;
        for resource_type in &scope.resource_types {
            pending += store.query_row(sql, [&resource_type.id], |row| row.get::<_, i64>(0))?;
        }
        Ok(match (pending, left(store, &plan.model, &scope)?) {
            (0, 0) => None,
            (0, waiting) => Some(from_before(waiting)),
            (1, _) => Some("1 assignment is pending".to_owned()),
            (many, _) => Some(format!("{many} assignments are pending")),
        })
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let store: &Connection = context.transaction;
        let scope = Scope::of(context)?.switched_on(&context.plan.model);
        let list = list_name(context.task.text("Connector"));
        let mut drafts = body::pending(context, &scope)?;
        if let Some(approved) = context.approval {
            drafts = held::approved(store, &list, approved, drafts)?;
        } else if !context.task.is("ForceProvisioning") {
            let lines = over(store, &scope, &drafts)?;
            if !lines.is_empty() {
                held::keep(store, &list, &lines, &drafts)?;
                let message = format!("held back: {}", lines.join("; "));
                return Ok(counted(TaskEnd::Blocked, &drafts).message(message));
            }
        }
        held::forget(store, &list)?;
        if drafts.is_empty() {
            // Orders that could not be put to their system are executed by the task that this one lets go on.
            let report = match left(store, &context.plan.model, &scope)? {
                0 => TaskReport::new(TaskEnd::Unchanged).message("no assignment is pending"),
                waiting => TaskReport::new(TaskEnd::Completed).message(from_before(waiting)),
            };
            return Ok(report);
        }
        transmit(context, &drafts)?;
        Ok(counted(TaskEnd::Completed, &drafts))
    }
}

/// How many transmitted orders wait for a connection that is fulfilled here.
fn left(store: &Connection, model: &Model, scope: &Scope<'_>) -> Result<u64, TaskError> {
    let sql = "SELECT count(*) FROM provisioning_order WHERE state = 2 AND resource_type = ?1";
    let mut waiting = 0;
    for resource_type in &scope.resource_types {
        let connection = connection_of(model, &resource_type.id);
        let connection = connection.and_then(|id| model.connections.iter().find(|connection| connection.id == id));
        if connection.is_some_and(|connection| super::fulfill::is_embedded(&connection.package)) {
            waiting += store.query_row(sql, [&resource_type.id], |row| row.get::<_, i64>(0))?.unsigned_abs();
        }
    }
    Ok(waiting)
}

fn from_before(orders: u64) -> String {
    if orders == 1 { "1 order waits from before".to_owned() } else { format!("{orders} orders wait from before") }
}

fn counted(end: TaskEnd, drafts: &[Draft]) -> TaskReport {
    let count = |command: &str| drafts.iter().filter(|draft| draft.command == command).count() as u64;
    TaskReport::new(end).count("added", count("Added")).count("modified", count("Modified")).count("deleted", count("Deleted"))
}

/// What exceeds the thresholds of which resource type. Percentages are of the resources that are assigned already.
fn over(store: &Connection, scope: &Scope<'_>, drafts: &[Draft]) -> Result<Vec<String>, TaskError> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for draft in drafts {
        let tally = tallies.entry(&draft.resource_type).or_default();
        match draft.command.as_str() {
            "Added" => tally.inserted += 1,
            "Deleted" => tally.deleted += 1,
            _ => tally.updated += 1,
        }
    }
    let sql = "SELECT count(*) FROM assigned_type WHERE resource_type = ?1 AND valid_to IS NULL AND resource IS NOT NULL";
    let mut lines = Vec::new();
    for (id, mut tally) in tallies {
        let Some(resource_type) = scope.resource_types.iter().find(|known| known.id == id) else { continue };
        tally.stored = store.query_row(sql, [id], |row| row.get::<_, i64>(0))?.unsigned_abs();
        lines.extend(exceeded(&format!("resource type {id}"), "resources", tally, thresholds(resource_type)));
    }
    Ok(lines)
}

/// The limits of a resource type; those in percent are 30 where nothing is said.
fn thresholds(resource_type: &ResourceType) -> Thresholds {
    let number = |name: &str, absent: u32| match resource_type.attributes.get(name) {
        Some(Attribute::Int(number)) => u32::try_from(*number).unwrap_or(0),
        _ => absent,
    };
    let limit =
        |kind: &str| Limit { lines: number(&format!("Maximum{kind}"), 0), percent: number(&format!("Maximum{kind}Percent"), 30) };
    Thresholds { inserted: limit("Insert"), updated: limit("Update"), deleted: limit("Delete") }
}

/// Makes orders of drafts: rows, files, and assignments that are transmitted.
fn transmit(context: &TaskContext<'_>, drafts: &[Draft]) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    let moment = next_moment(store, context.run)?;
    let size = match context.task.attributes.get("BatchInsertSize") {
        Some(Attribute::Int(size)) if *size > 0 => usize::try_from(*size).unwrap_or(FILE),
        _ => FILE,
    };
    let folder = context.work.join("ProvisioningOrders");
    std::fs::create_dir_all(&folder)?;
    let mut insert = store.prepare_cached(
        "INSERT INTO provisioning_order (id, assignment, resource_type, connection, command, file, body, state, run, moment)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 2, ?8, ?9)",
    )?;
    for (done, part) in drafts.chunks(size).enumerate() {
        let mut orders = Vec::with_capacity(part.len());
        for draft in part {
            let id = order_id(draft, moment);
            let mut body = serde_json::Map::new();
            body.insert("OrderId".to_owned(), Value::String(id.clone()));
            body.extend(draft.body.clone());
            orders.push((id, Value::Object(body)));
        }
        let list: Vec<&Value> = orders.iter().map(|(_, body)| body).collect();
        let text = serde_json::to_vec_pretty(&json!({ "ProvisioningOrdersList": list })).map_err(std::io::Error::from)?;
        let file = format!("{}.json", &hex(&Sha256::digest(&text))[..32]);
        let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(&folder)?);
        output.write_all(&text)?;
        persist(output, &folder.join(&file))?;
        for (draft, (id, body)) in part.iter().zip(&orders) {
            let connection = connection_of(&context.plan.model, &draft.resource_type);
            insert.execute(params![
                id,
                draft.assignment,
                draft.resource_type,
                connection,
                draft.command,
                file,
                body.to_string(),
                context.run.0,
                moment
            ])?;
            for table in ["assigned_value", "assigned_link"] {
                store
                    .prepare_cached(&format!("UPDATE {table} SET state = 2 WHERE assignment = ?1 AND state = 1"))?
                    .execute([draft.assignment])?;
            }
            store
                .prepare_cached("UPDATE assigned_type SET state = 2, command = ?2, message = NULL WHERE id = ?1")?
                .execute(params![draft.assignment, draft.command])?;
        }
        if (context.cancelled)() {
            return Err(TaskError::cancelled());
        }
        (context.progress)(((done + 1) * size).min(drafts.len()) as u64, Some(drafts.len() as u64));
    }
    Ok(())
}

/// The same for the same assignment, command and moment: a task that is repeated after a kill makes the same orders.
fn order_id(draft: &Draft, moment: i64) -> String {
    let said = format!("{}\u{1f}{moment}\u{1f}{}", draft.assignment, draft.command);
    hex(&Sha256::digest(said))[..32].to_owned()
}

/// The resource type of an identifier.
pub(super) fn resource_type<'m>(model: &'m Model, id: &str) -> Option<&'m ResourceType> {
    model.resource_types.iter().find(|resource_type| resource_type.id == id)
}
