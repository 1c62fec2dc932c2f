//! `FulfillTask`: orders executed in the systems.
//!
//! The orders in the store are the outbox. What a system was told is told before the commit that says so; a kill in
//! between makes the same order come again, and every target takes an order whose wanted end state is there already as
//! executed. An order that a system refuses is errored with the reason; one that could not be put to the system, or not
//! any more, stays transmitted and comes again with the next run, while those before it keep what became of them.

mod configured;
mod csv;
mod csv_links;
mod json;
mod ldap;
mod order;
mod table;

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::{Connection, params};

use super::identity::next_moment;
use super::orders::{Scope, connection_of};
use super::prepare::{persist, push_value};
use super::{AfterCommit, EmbeddedTask, Settings, TaskContext, TaskEnd, TaskError, TaskReport};
use crate::config::Fulfilment;
use crate::connectors::ldap::is_ldap_package;
use crate::plan::model::{Job, Model, Plan, ResourceType, Task};
pub(super) use configured::placeholder;
use order::Order;

/// A system that orders are executed in.
trait Target {
    /// Executes an order.
    fn execute(&mut self, order: &Order) -> Result<(), Stop>;

    /// Makes everything executed so far last.
    fn finish(&mut self) -> Result<(), TaskError> {
        Ok(())
    }

    /// What a person should know of what was done beside the orders.
    fn remark(&self) -> Option<String> {
        None
    }
}

/// Why an order was not executed.
#[derive(Clone, Debug, PartialEq)]
enum Stop {
    /// The system refuses it.
    Refused(String),
    /// The system refuses it as long as something is missing, or in the way, that another order may bring or take away.
    Later(String),
    /// The system cannot be reached: neither for this order nor for those behind it.
    Lost(String),
}

impl From<String> for Stop {
    fn from(reason: String) -> Self {
        Self::Refused(reason)
    }
}

impl Stop {
    #[cfg(test)]
    fn reason(self) -> String {
        let (Self::Refused(reason) | Self::Later(reason) | Self::Lost(reason)) = self;
        reason
    }

    fn map(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::Refused(reason) => Self::Refused(change(reason)),
            Self::Later(reason) => Self::Later(change(reason)),
            Self::Lost(reason) => Self::Lost(change(reason)),
        }
    }

    /// With one thing more to know.
    fn and(self, more: &str) -> Self {
        self.map(|reason| format!("{reason}; {more}"))
    }

    /// Without a text that is to be told to nobody.
    fn without(self, secret: &str) -> Self {
        if secret.is_empty() { self } else { self.map(|reason| reason.replace(secret, "…")) }
    }
}

/// An order, and why its system refused it if it did.
type Answered<'o> = (&'o Order, Result<(), String>);

/// What became of the orders of a connection.
#[derive(Default)]
struct Put<'o> {
    answered: Vec<Answered<'o>>,
    /// Orders that were not put, and why.
    waiting: Option<(usize, String)>,
    remark: Option<String>,
}

/// Whether orders for connections of a package are executed here.
pub(super) fn is_embedded(package: &str) -> bool {
    is_ldap_package(package) || csv::is_file_package(package)
}

/// Whether the orders of a resource type become files, which somebody carries out at some time.
pub(super) fn is_handed_over(model: &Model, settings: &Settings, resource_type: &str) -> bool {
    let connection = connection_of(model, resource_type);
    let connection = connection.and_then(|id| model.connections.iter().find(|connection| connection.id == id));
    connection.is_some_and(|connection| {
        csv::is_file_package(&connection.package) && settings.fulfilment(&connection.id) != Some(&Fulfilment::Sources)
    })
}

/// The embedded `FulfillTask`.
pub(super) struct Fulfill;

impl EmbeddedTask for Fulfill {
    fn check_settings(&self, plan: &Plan, task: &Task, settings: &Settings) -> Result<(), TaskError> {
        configured::check(plan, settings)?;
        // What is wrong with the task itself, its run tells.
        let resource_types = Scope::of_task(&plan.model, task).map(|scope| scope.resource_types).unwrap_or_default();
        let mut connections: BTreeMap<&str, Vec<&ResourceType>> = BTreeMap::new();
        if let Some(id) = task.text("Connection") {
            connections.entry(id).or_default();
        }
        for resource_type in resource_types {
            if let Some(id) = connection_of(&plan.model, &resource_type.id) {
                connections.entry(id).or_default().push(resource_type);
            }
        }
        for (id, resource_types) in connections {
            let connection = plan.model.connections.iter().find(|connection| connection.id == id);
            match connection {
                Some(connection) if is_ldap_package(&connection.package) => {
                    ldap::check(plan, settings, connection, &resource_types)?;
                }
                _ => csv::Options::check(plan, settings, id)?,
            }
        }
        Ok(())
    }

    fn awaited(&self, plan: &Plan, _: &Job, task: &Task, store: &Connection) -> Result<Option<String>, TaskError> {
        // What is wrong with the task itself, its run tells.
        let Ok(scope) = Scope::of_task(&plan.model, task) else { return Ok(None) };
        let sql = "SELECT count(*) FROM provisioning_order WHERE state = 2 AND resource_type = ?1";
        let mut transmitted = 0;
        for resource_type in &scope.resource_types {
            transmitted += store.query_row(sql, [&resource_type.id], |row| row.get::<_, i64>(0))?;
        }
        Ok(match transmitted {
            0 => None,
            1 => Some("1 order waits to be executed".to_owned()),
            many => Some(format!("{many} orders wait to be executed")),
        })
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let scope = Scope::of(context)?;
        let orders = order::transmitted(context.transaction, &scope)?;
        if orders.is_empty() {
            return Ok(TaskReport::new(TaskEnd::Unchanged).message("no order is transmitted"));
        }
        let mut by_connection: BTreeMap<&str, Vec<&Order>> = BTreeMap::new();
        for order in &orders {
            let connection = connection_of(&context.plan.model, &order.resource_type).ok_or_else(|| {
                let message = format!("resource type {} has orders and no connection that fulfils them", order.resource_type);
                TaskError::new(message).help("name one in a resource type mapping, as <LdapResourceTypeMapping Connection=\"…\">")
            })?;
            by_connection.entry(connection).or_default().push(order);
        }
        let moment = next_moment(context.transaction, context.run)?;
        let mut results = Vec::with_capacity(orders.len());
        let (mut lost, mut remarks) = (Vec::new(), Vec::new());
        for (connection, orders) in by_connection {
            match put(context, connection, &orders) {
                Ok(put) => {
                    results.extend(put.answered);
                    lost.extend(put.waiting);
                    remarks.extend(put.remark);
                }
                Err(error) if (context.cancelled)() => return Err(error),
                Err(error) => lost.push((orders.len(), error.to_string())),
            }
        }
        results.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        for (order, result) in &results {
            record(context.transaction, order, result.as_ref().err().map(String::as_str), moment)?;
        }
        write_results(context, &results)?;
        let failed: Vec<_> = results.iter().filter_map(|(order, result)| Some((order, result.as_ref().err()?))).collect();
        let waiting: usize = lost.iter().map(|(orders, _)| orders).sum();
        let executed = results.len() - failed.len();
        let mut message = format!("{executed} order{} executed", if executed == 1 { "" } else { "s" });
        if let Some((order, reason)) = failed.first() {
            message = format!("{message}, {} refused, the first being {} {}: {reason}", failed.len(), order.command, order.key());
            message.push_str("; `jobwright inspect orders --state errored` lists what was refused");
        }
        for (orders, reason) in &lost {
            let (plural, verb) = if *orders == 1 { ("", "waits") } else { ("s", "wait") };
            message = format!("{message}; {orders} order{plural} {verb} for the next run: {reason}");
        }
        for remark in remarks {
            message = format!("{message}; {remark}");
        }
        let end = if failed.is_empty() && lost.is_empty() { TaskEnd::Completed } else { TaskEnd::Failed };
        let mut report = TaskReport::new(end)
            .count("executed", executed as u64)
            .count("errored", failed.len() as u64)
            .count("waiting", waiting as u64)
            .message(message);
        report.after_commit = downloaded(context)?;
        Ok(report)
    }
}

/// Puts the orders of a connection to its system. Orders that wait for others are put again as long as that helps.
fn put<'o>(context: &TaskContext<'_>, connection: &str, orders: &[&'o Order]) -> Result<Put<'o>, TaskError> {
    let mut target = target(context, connection)?;
    let mut put = Put::default();
    let mut round: Vec<&Order> = orders.to_vec();
    loop {
        let before = round.len();
        let mut later = Vec::new();
        for (place, order) in round.iter().enumerate() {
            (context.progress)(put.answered.len() as u64, Some(orders.len() as u64));
            if (context.cancelled)() {
                return Err(TaskError::cancelled());
            }
            match target.execute(order) {
                Ok(()) => put.answered.push((*order, Ok(()))),
                Err(Stop::Refused(reason)) => put.answered.push((*order, Err(reason))),
                Err(Stop::Later(reason)) => later.push((*order, reason)),
                Err(Stop::Lost(reason)) => {
                    put.waiting = Some((before - place + later.len(), reason));
                    break;
                }
            }
        }
        if put.waiting.is_some() || later.is_empty() {
            break;
        }
        if later.len() == before {
            put.answered.extend(later.into_iter().map(|(order, reason)| (order, Err(reason))));
            break;
        }
        round = later.into_iter().map(|(order, _)| order).collect();
    }
    target.finish()?;
    put.remark = target.remark();
    Ok(put)
}

fn target<'a>(context: &TaskContext<'a>, id: &str) -> Result<Box<dyn Target + 'a>, TaskError> {
    let connection = context.plan.model.connections.iter().find(|connection| connection.id == id);
    let connection = connection.ok_or_else(|| TaskError::not_in_plan("connection", id))?;
    let package = connection.package.split('@').next().unwrap_or_default();
    if is_ldap_package(package) {
        return Ok(Box::new(ldap::LdapTarget::open(context, connection)?));
    }
    if !csv::is_file_package(&connection.package) {
        let message = format!("connection {id} of package {} has no embedded fulfilment", connection.package);
        return Err(TaskError::new(message).help(
            "embedded are the LDAP packages, Usercube.FulfillToFile and Usercube.Manual; run others with the process executor",
        ));
    }
    match csv::Options::read(context.settings, id)? {
        csv::Options::Sources => Ok(Box::new(csv::CsvTarget::open(context, connection)?)),
        csv::Options::Orders(path) => {
            let folder = match path {
                Some(path) => context.settings.resolve(&path),
                None => context.work.join("Fulfill").join(id),
            };
            Ok(Box::new(json::JsonTarget::open(&folder)?))
        }
    }
}

/// Records what became of an order, on it and on the assignment that it was made for.
fn record(store: &Connection, order: &Order, refused: Option<&str>, moment: i64) -> Result<(), TaskError> {
    let state = if refused.is_some() { 3 } else { 8 };
    store
        .prepare_cached("UPDATE provisioning_order SET state = ?2, message = ?3, executed = ?4 WHERE id = ?1 AND state = 2")?
        .execute(params![order.id, state, refused, moment])?;
    // What the role model has decided anew meanwhile is left alone.
    store.prepare_cached("UPDATE assigned_type SET state = ?2, message = ?3 WHERE id = ?1 AND state = 2")?.execute(params![
        order.assignment,
        state,
        refused
    ])?;
    for table in ["assigned_value", "assigned_link"] {
        store
            .prepare_cached(&format!("UPDATE {table} SET state = ?2 WHERE assignment = ?1 AND state = 2"))?
            .execute(params![order.assignment, state])?;
    }
    Ok(())
}

/// Writes what became of each order, for people.
fn write_results(context: &TaskContext<'_>, results: &[Answered<'_>]) -> Result<(), TaskError> {
    let folder = context.work.join("FulfillResults");
    std::fs::create_dir_all(&folder)?;
    let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(&folder)?);
    let mut lines = b"order,resource_type,change,key,result,message\n".to_vec();
    for (order, result) in results {
        let (said, message) = match result {
            Ok(()) => ("executed", ""),
            Err(reason) => ("errored", reason.as_str()),
        };
        let key = order.key();
        for (index, value) in [&order.id, &order.resource_type, &order.command, &key, said, message].into_iter().enumerate() {
            push_value(&mut lines, index, value.as_bytes());
        }
        lines.push(b'\n');
    }
    output.write_all(&lines)?;
    let name: String =
        context.task.id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' }).collect();
    persist(output, &folder.join(format!("{name}.csv")))?;
    Ok(())
}

/// Order files of which nothing is transmitted any more go to `Downloaded`.
fn downloaded(context: &TaskContext<'_>) -> Result<Vec<AfterCommit>, TaskError> {
    let sql = "SELECT DISTINCT file FROM provisioning_order WHERE executed = (SELECT max(seq) FROM moment) AND file IS NOT NULL
               EXCEPT SELECT file FROM provisioning_order WHERE state = 2";
    let mut statement = context.transaction.prepare(sql)?;
    let files = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let from = context.work.join("ProvisioningOrders");
    let to = from.join("Downloaded");
    let moved = |file: String| -> AfterCommit {
        let (from, folder) = (from.join(&file), to.clone());
        Box::new(move || {
            std::fs::create_dir_all(&folder)?;
            move_once(&from, &folder.join(file))
        })
    };
    Ok(files.into_iter().map(moved).collect())
}

fn move_once(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        moved => moved,
    }
}
