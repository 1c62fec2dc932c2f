//! `UpdateEntityPropertyExpressionsTask`: computed properties brought up to date.
//!
//! Everything is compiled before anything is computed: an expression without an embedded form fails the task with the
//! list of all such expressions. Where one fails for a resource, its value stays as it was, and the task says which. The
//! clock of an expression is the moment at which the task wrote. Computed values stand beside the synchronized ones, so that a synchronization and a
//! computation never overwrite each other.

mod compile;
mod data;
mod path;
mod records;
mod schema;

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::expr::date::DateTime;

use super::identity::{Layout, first_moment, next_moment, set_watermark, watermark};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use compile::{Program, compile};

pub(super) use compile::{Formula, Valuation, canonical, value as compile_value};
pub(super) use data::StoreData;
pub(super) use records::Records;
pub(super) use schema::PlanSchema;

/// The name under which the task remembers what it has seen.
const CONSUMER: &str = "UpdateEntityPropertyExpressionsTask";

/// The embedded `UpdateEntityPropertyExpressionsTask`.
pub(super) struct UpdateExpressions;

impl EmbeddedTask for UpdateExpressions {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        let covers =
            |entity_type: &str| task.is("AllEntityType") || task.entity_types.iter().any(|covered| covered == entity_type);
        let dirty = task.is("Dirty");
        let schema = PlanSchema::new(model);
        let mut programs = Vec::new();
        let mut refused = Vec::new();
        for expression in model.property_expressions.iter().filter(|expression| covers(&expression.entity_type)) {
            match compile(store, &schema, expression)? {
                Ok(program) => programs.push(program),
                Err(reason) => {
                    let name = format!("{}.{}", expression.entity_type, expression.property);
                    refused.push(format!("{name} ({reason})"));
                }
            }
        }
        if !refused.is_empty() {
            let message = format!("these computed properties have no embedded form: {}", refused.join("; "));
            return Err(TaskError::new(message).help("`jobwright check --embedded` shows the places"));
        }
        let first = first_moment(store, context.run)?;
        let moment = next_moment(store, context.run)?;
        let mut run = Run { dirty, first: first.min(moment), moment, now: clock(store, moment)?, ..Run::default() };
        for program in &programs {
            compute(context, &schema, program, &mut run)?;
        }
        for entity_type in model.entity_types.iter().filter(|entity_type| covers(&entity_type.id)) {
            if let Some(layout) = Layout::stored(store, &entity_type.id)? {
                set_watermark(store, CONSUMER, layout.number)?;
            }
        }
        let outcome = if run.changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        let report = TaskReport::new(outcome).count("computed", run.computed).count("changed", run.changed);
        if run.failed == 0 {
            return Ok(report);
        }
        let more = run.failed - run.failures.len() as u64;
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        let message =
            format!("{} values could not be computed and stay as they were: {}{more}", run.failed, run.failures.join("; "));
        Ok(report.count("failed", run.failed).message(message))
    }
}

/// What a run of the task knows and counts.
#[derive(Default)]
struct Run {
    dirty: bool,
    first: i64,
    moment: i64,
    now: Option<DateTime>,
    computed: u64,
    changed: u64,
    failed: u64,
    /// The first of them.
    failures: Vec<String>,
}

/// Failures that are told one by one.
const SHOWN: usize = 10;

/// The time of a moment.
pub(super) fn clock(store: &Connection, moment: i64) -> Result<Option<DateTime>, TaskError> {
    let at = store.query_row("SELECT at FROM moment WHERE seq = ?1", [moment], |row| row.get(0))?;
    Ok(DateTime::from_unix(at))
}

/// Computes one property.
fn compute(context: &TaskContext<'_>, schema: &PlanSchema<'_>, program: &Program<'_>, run: &mut Run) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    let Some(layout) = Layout::stored(store, program.entity_type)? else { return Ok(()) };
    store.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS recomputed (id INTEGER PRIMARY KEY, computed TEXT);
         DELETE FROM temp.recomputed;",
    )?;
    let after = if run.dirty { watermark(store, CONSUMER, layout.number)? } else { -1 };
    let sql = format!(
        "SELECT r.id, r.computed, {}, r.key FROM resource r {} WHERE r.type = ?2 AND {}",
        program.valuation.value,
        program.valuation.joins,
        // The index of flagged resources holds those above 0 only.
        if run.dirty { "r.seq > 0 AND r.seq > ?3" } else { "?3 < 0" }
    );
    let mut statement = store.prepare(&sql)?;
    let mut stage = store.prepare("INSERT OR REPLACE INTO temp.recomputed VALUES (?1, ?2)")?;
    let mut rows = statement.query(params![program.valuation.constant, layout.number, after])?;
    let data = StoreData::new(store, schema);
    let now = run.now.unwrap_or(DateTime::MIN);
    let mut changed = 0_u64;
    while let Some(row) = rows.next()? {
        run.computed += 1;
        context.tick(run.computed, None)?;
        let (id, stored, value): (i64, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let value = match program.valuation.finish(value, id, &data, now) {
            Ok(value) => value,
            Err(reason) => {
                run.failed += 1;
                if run.failures.len() < SHOWN {
                    let key: String = row.get(3)?;
                    run.failures.push(format!("{}.{} of {key}: {reason}", program.entity_type, program.property));
                }
                continue;
            }
        };
        if let Recomputed::Changed(computed) = recomputed(stored.as_deref(), program.property, value.as_deref())? {
            stage.execute(params![id, computed])?;
            changed += 1;
        }
    }
    run.changed += changed;
    if changed > 0 {
        store.execute(
            "INSERT INTO resource_past SELECT r.id, r.type, r.key, r.body, r.computed, r.valid_from, ?1
             FROM temp.recomputed c CROSS JOIN resource r ON r.id = c.id WHERE r.valid_from < ?2",
            [run.moment, run.first],
        )?;
        // What was computed from a flagged resource concerns the tasks that come after.
        let flag = if run.dirty { "?1" } else { "seq" };
        let sql = format!(
            "UPDATE resource SET computed = c.computed, seq = {flag},
               valid_from = CASE WHEN valid_from < ?2 THEN ?1 ELSE valid_from END
             FROM temp.recomputed c WHERE resource.id = c.id"
        );
        store.execute(&sql, [run.moment, run.first])?;
    }
    Ok(())
}

/// Computed values after one of them was computed again.
enum Recomputed {
    Same,
    /// What is stored now; none where no value is left.
    Changed(Option<String>),
}

/// The computed values with one of them replaced.
fn recomputed(stored: Option<&str>, property: &str, value: Option<&str>) -> Result<Recomputed, TaskError> {
    let mut values: Map<String, Value> = match stored {
        None => Map::new(),
        Some(text) => serde_json::from_str(text).map_err(|_| TaskError::damaged("computed values"))?,
    };
    if values.get(property).and_then(Value::as_str) == value {
        return Ok(Recomputed::Same);
    }
    match value {
        Some(value) => values.insert(property.to_owned(), Value::from(value)),
        None => values.remove(property),
    };
    Ok(Recomputed::Changed((!values.is_empty()).then(|| Value::Object(values).to_string())))
}
