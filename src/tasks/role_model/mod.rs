//! `ComputeRoleModelTask`: who has which roles and resource types, with which values, and what is to be done for it.
//!
//! Owner by owner: contexts, composite roles, single roles, resource types, the resource of each, its values and links.
//! Everything is compiled before anything is computed, and only what changed is written.

mod affected;
mod compile;
mod compute;
mod contexts;
mod correlate;
mod decisions;
mod due;
mod index;
mod keys;
mod overdue;
mod owner;
mod parts;
mod policy;
mod register;
mod row;
mod rules;
pub(super) mod standing;
mod state;
mod walk;
mod window;

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::date::DateTime;
use crate::plan::Plan;
use crate::plan::model::{Job, Model, Task};

use super::attribute::text;
use super::expressions::{PlanSchema, StoreData, clock};
use super::fulfill::is_handed_over;
use super::identity::{Layout, moment_time, next_moment, now, set_watermark, watermark};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use compute::Run;
use decisions::Decisions;
pub(super) use due::Due;
pub(super) use keys::Keys;
use owner::TypeGrants;
pub(super) use policy::is_on;
use rules::Rules;
use state::{AWAITING, ERRORED};
pub(super) use walk::Walk;
use window::Clock;

/// The embedded `ComputeRoleModelTask`.
pub(super) struct ComputeRoleModel;

/// Owners to look at: flagged ones, those whose resources are, those whose time has come, and those decided on.
const FLAGGED: &str = "
    SELECT id FROM resource WHERE type = ?1 AND seq > 0 AND seq > ?2
    UNION SELECT a.owner FROM resource t CROSS JOIN assigned_type a ON a.resource = t.id AND a.valid_to IS NULL
      CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1 WHERE t.type IN (SELECT value FROM json_each(?3))
      AND t.seq > 0 AND t.seq > ?2
    UNION SELECT a.owner FROM assigned_type a CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1
      WHERE a.valid_to IS NULL AND a.resource IS NOT NULL AND NOT EXISTS (SELECT 1 FROM resource t WHERE t.id = a.resource)
    UNION SELECT a.owner FROM assigned_type a CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1
      CROSS JOIN assigned_link l ON l.assignment = a.id
      WHERE a.valid_to IS NULL AND a.state <> 4 AND NOT EXISTS (SELECT 1 FROM resource t WHERE t.id = l.target)
    UNION SELECT d.owner FROM due d CROSS JOIN resource o ON o.id = d.owner AND o.type = ?1 WHERE d.at <= ?4
    ORDER BY 1";

impl EmbeddedTask for ComputeRoleModel {
    fn awaited(&self, plan: &Plan, _: &Job, task: &Task, store: &Connection) -> Result<Option<String>, TaskError> {
        if !task.is("Dirty") {
            return Ok(None);
        }
        let now = now();
        let due = Due::of(store, &plan.model, &task.entity_types, now)?;
        let mut flagged = BTreeSet::new();
        for source in &task.entity_types {
            if let Some(layout) = Layout::stored(store, source)? {
                flagged.extend(owners(store, &plan.model, source, layout.number, now)?);
            }
        }
        for owner in due.owners() {
            flagged.remove(&owner);
        }
        let mut words = due.words();
        match flagged.len() {
            0 => {}
            1 => words.push("1 owner was flagged and not looked at".to_owned()),
            many => words.push(format!("{many} owners were flagged and not looked at")),
        }
        Ok((!words.is_empty()).then(|| words.join(", ")))
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        if task.is("UseLdif") {
            return Err(TaskError::new("a simulation into an LDIF file (UseLdif) has no embedded form")
                .help("take UseLdif away, or name a program for the task under [executors]"));
        }
        store.set_prepared_statement_cache_capacity(1024);
        let schema = PlanSchema::new(model);
        let mut rules = Rules::compile(store, &schema, model)?;
        let decisions = Decisions::read(store, &mut rules)?;
        let moment = next_moment(store, context.run)?;
        let clock_time = clock(store, moment)?.unwrap_or(DateTime::MIN);
        let grants = task.entity_types.iter().map(|source| (source.clone(), TypeGrants::of(&rules, source))).collect();
        let handed_over = model.resource_types.iter().map(|found| found.id.as_str());
        let handed_over = handed_over.filter(|id| is_handed_over(model, context.settings, id)).collect();
        let mut run = Run {
            handed_over,
            store,
            schema: &schema,
            rules: &rules,
            decisions: &decisions,
            grants: &grants,
            data: StoreData::new(store, &schema),
            clock: Clock::new(clock_time),
            now: clock_time,
            moment,
            blocked: task.is("BlockAllResourceTypeProvisioning") || task.is("BlockProvisioning"),
            changes: 0,
            assigned: 0,
            pending: 0,
            verified: 0,
            nonconforming: 0,
            removed: 0,
            failed: 0,
            failures: Vec::new(),
            due: pairs(store)?,
            suggested: numbers(store, "SELECT DISTINCT owner FROM suggested_correlation")?,
            faulty: numbers(store, "SELECT DISTINCT assignment FROM evaluation_error")?,
            chains: FxHashMap::default(),
            lookups: FxHashMap::default(),
        };
        run.overdue()?;
        let at = moment_time(store, moment)?;
        let mut seen = 0;
        for source in &task.entity_types {
            let Some(layout) = Layout::stored(store, source)? else { continue };
            let owners = if task.is("Dirty") {
                let after = watermark(store, &consumer(source), layout.number)?;
                if run.names_came(source, after)? {
                    all(store, layout.number)?
                } else {
                    let mut owners: BTreeSet<i64> = owners(store, model, source, layout.number, at)?.into_iter().collect();
                    owners.extend(run.led(source, after)?);
                    owners.extend(run.unshown(source)?);
                    owners.into_iter().collect()
                }
            } else {
                all(store, layout.number)?
            };
            for id in owners {
                seen += 1;
                context.tick(seen, None)?;
                run.owner(source, id)?;
            }
            set_watermark(store, &consumer(source), layout.number)?;
        }
        for source in &task.entity_types {
            if let Some(layout) = Layout::stored(store, source)? {
                run.displaced(source, layout.number)?;
            }
        }
        gone(&mut run, model)?;
        let waiting = waiting(store, model)?;
        if task.is("IgnoreHistorization") {
            forget(store, moment)?;
        }
        let mut report = report(&run, seen);
        if let Some(waiting) = waiting {
            report.message = Some(report.message.map_or(waiting.clone(), |said| format!("{said}; {waiting}")));
        }
        Ok(report)
    }
}

/// What waits for a person, and what was left out, in words.
fn waiting(store: &Connection, model: &Model) -> Result<Option<String>, TaskError> {
    let sql = "SELECT count(*) FROM assigned_type WHERE valid_to IS NULL AND state = ?1";
    let count = |state: i64| store.query_row(sql, [state], |row| row.get::<_, i64>(0));
    let told = [(AWAITING, "awaiting approval (`decide approve`)"), (ERRORED, "in error (`inspect orders --state errored`)")];
    let mut words = Vec::new();
    for (state, what) in told {
        let number = count(state)?;
        if number > 0 {
            words.push(format!("{number} {what}"));
        }
    }
    for off in policy::off(model) {
        if model.resource_types.iter().any(|found| text(&found.attributes, "Policy") == Some(off)) {
            words.push(format!("policy {off} is switched off (IsProvisioningEnabled), so nothing of it was computed"));
        }
    }
    match model.items.iter().filter(|item| item.element.ends_with("AutomationRule")).count() {
        0 => {}
        1 => words.push("1 automation rule is not obeyed (`check --embedded` shows it)".to_owned()),
        many => words.push(format!("{many} automation rules are not obeyed (`check --embedded` shows them)")),
    }
    Ok((!words.is_empty()).then(|| words.join(", ")))
}

fn report(run: &Run<'_>, seen: u64) -> TaskReport {
    let outcome = if run.changes > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
    let report = TaskReport::new(outcome)
        .count("owners", seen)
        .count("assigned", run.assigned)
        .count("pending", run.pending)
        .count("verified", run.verified)
        .count("nonconforming", run.nonconforming)
        .count("removed", run.removed);
    if run.failed == 0 {
        return report;
    }
    let more = run.failed - run.failures.len() as u64;
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let message =
        format!("values that could not be computed and are not ordered: {}: {}{more}", run.failed, run.failures.join("; "));
    report.count("failed", run.failed).message(message)
}

fn numbers(store: &Connection, sql: &str) -> Result<FxHashSet<i64>, TaskError> {
    let mut statement = store.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn pairs(store: &Connection) -> Result<FxHashMap<i64, i64>, TaskError> {
    let mut statement = store.prepare("SELECT owner, at FROM due")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The name under which the task remembers what it has seen for the owners of an entity type.
fn consumer(source: &str) -> String {
    format!("ComputeRoleModelTask:{source}")
}

/// All owners of an entity type.
fn all(store: &Connection, number: i64) -> Result<Vec<i64>, TaskError> {
    let mut statement = store.prepare("SELECT id FROM resource WHERE type = ?1 ORDER BY id")?;
    let rows = statement.query_map([number], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The owners of an entity type to look at in dirty mode, at a time in milliseconds since 1970.
fn owners(store: &Connection, model: &Model, source: &str, number: i64, now: i64) -> Result<Vec<i64>, TaskError> {
    let mut targets = Vec::new();
    for found in model.resource_types.iter().filter(|found| found.source == source) {
        targets.extend(Layout::stored(store, &found.target)?.map(|layout| layout.number));
    }
    let targets = serde_json::Value::from(targets).to_string();
    let after = watermark(store, &consumer(source), number)?;
    let mut statement = store.prepare(FLAGGED)?;
    let rows = statement.query_map(params![number, after, targets, now], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Owners that are gone: their roles end, their resources are no longer wanted. Resource types that are gone: what was
/// assigned of them is nobody's any more, and nothing says how it would be taken away.
fn gone(run: &mut Run<'_>, model: &Model) -> Result<(), TaskError> {
    let sql = "UPDATE assigned_role SET valid_to = ?1 WHERE valid_to IS NULL
               AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = assigned_role.owner)";
    run.changes += run.store.execute(sql, [run.moment])? as u64;
    let sql = "SELECT a.owner, a.resource_type FROM assigned_type a WHERE a.valid_to IS NULL
               AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = a.owner) ORDER BY a.owner, a.resource_type";
    let mut statement = run.store.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rules = run.rules;
    for (owner, resource_type) in rows.collect::<Result<Vec<_>, _>>()? {
        if let Some(number) = rules.by_id.get(resource_type.as_str()) {
            run.without_owner(owner, &rules.types[*number])?;
        }
    }
    let known: Vec<&str> = model.resource_types.iter().map(|found| found.id.as_str()).collect();
    let known = serde_json::Value::from(known).to_string();
    let sql = "SELECT id FROM assigned_type WHERE valid_to IS NULL AND resource_type IN
               (SELECT DISTINCT resource_type FROM assigned_type WHERE valid_to IS NULL
                EXCEPT SELECT value FROM json_each(?1)) ORDER BY id";
    let mut statement = run.store.prepare(sql)?;
    let rows = statement.query_map([&known], |row| row.get::<_, i64>(0))?;
    for id in rows.collect::<Result<Vec<_>, _>>()? {
        run.close(id, Some("its resource type left the configuration"))?;
    }
    let sql = "DELETE FROM suggested_correlation WHERE resource_type NOT IN (SELECT value FROM json_each(?1))
               OR NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = owner)";
    run.changes += run.store.execute(sql, [&known])? as u64;
    run.store.execute("DELETE FROM due WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = owner)", [])?;
    let sql = "DELETE FROM evaluation_error WHERE NOT EXISTS
               (SELECT 1 FROM assigned_type a WHERE a.id = assignment AND a.valid_to IS NULL)";
    run.store.execute(sql, [])?;
    Ok(())
}

/// What ended now leaves no history.
fn forget(store: &Connection, moment: i64) -> Result<(), TaskError> {
    store.execute("DELETE FROM assigned_role WHERE valid_to = ?1", [moment])?;
    for table in ["assigned_value", "assigned_link"] {
        let sql = format!("DELETE FROM {table} WHERE assignment IN (SELECT id FROM assigned_type WHERE valid_to = ?1)");
        store.execute(&sql, [moment])?;
    }
    store.execute("DELETE FROM assigned_type WHERE valid_to = ?1", [moment])?;
    Ok(())
}
