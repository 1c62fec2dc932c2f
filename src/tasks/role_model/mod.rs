//! `ComputeRoleModelTask`: who has which roles and resource types, with which values, and what is to be done for it.
//!
//! Owner by owner: contexts, composite roles, single roles, resource types, the resource of each, its values and links.
//! Everything is compiled before anything is computed, and only what changed is written.

mod compute;
mod keys;
mod owner;
mod parts;
mod rules;
pub(super) mod standing;
mod state;
mod walk;

use rusqlite::{Connection, params};
use rustc_hash::FxHashMap;

use crate::expr::date::DateTime;

use super::expressions::{PlanSchema, StoreData, clock};
use super::identity::{Layout, next_moment, set_watermark, watermark};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use compute::Run;
pub(super) use keys::Keys;
use owner::{Index, Owner};
use rules::Rules;
pub(super) use walk::Walk;

/// The embedded `ComputeRoleModelTask`.
pub(super) struct ComputeRoleModel;

/// Owners to look at: flagged ones, and those whose resources are.
const FLAGGED: &str = "
    SELECT id FROM resource WHERE type = ?1 AND seq > 0 AND seq > ?2
    UNION SELECT a.owner FROM resource t CROSS JOIN assigned_type a ON a.resource = t.id AND a.valid_to IS NULL
      CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1 WHERE t.type IN (SELECT value FROM json_each(?3))
      AND t.seq > 0 AND t.seq > ?2
    UNION SELECT a.owner FROM assigned_type a CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1
      WHERE a.valid_to IS NULL AND a.resource IS NOT NULL AND NOT EXISTS (SELECT 1 FROM resource t WHERE t.id = a.resource)
    ORDER BY 1";

impl EmbeddedTask for ComputeRoleModel {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        if task.is("UseLdif") {
            return Err(TaskError::new("a simulation into an LDIF file (UseLdif) has no embedded form"));
        }
        store.set_prepared_statement_cache_capacity(1024);
        let schema = PlanSchema::new(model);
        let rules = Rules::compile(store, &schema, model)?;
        let moment = next_moment(store, context.run)?;
        let indexes = task.entity_types.iter().map(|source| (source.clone(), Index::of(&rules, source))).collect();
        let mut run = Run {
            store,
            schema: &schema,
            rules: &rules,
            data: StoreData::new(store, &schema),
            now: clock(store, moment)?.unwrap_or(DateTime::MIN),
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
            lookups: FxHashMap::default(),
            indexes: &indexes,
        };
        let mut seen = 0;
        for source in &task.entity_types {
            let Some(layout) = Layout::stored(store, source)? else { continue };
            for id in owners(store, &rules, source, layout.number, task.is("Dirty"))? {
                seen += 1;
                context.tick(seen, None)?;
                compute(&mut run, source, id)?;
            }
            set_watermark(store, &consumer(source), layout.number)?;
        }
        gone(&mut run)?;
        if task.is("IgnoreHistorization") {
            store.execute("DELETE FROM assigned_role WHERE valid_to = ?1", [moment])?;
        }
        let outcome = if run.changes > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        let report = TaskReport::new(outcome)
            .count("owners", seen)
            .count("assigned", run.assigned)
            .count("pending", run.pending)
            .count("verified", run.verified)
            .count("nonconforming", run.nonconforming)
            .count("removed", run.removed);
        if run.failed == 0 {
            return Ok(report);
        }
        let message = format!("{} values could not be computed and are not ordered: {}", run.failed, run.failures.join("; "));
        Ok(report.count("failed", run.failed).message(message))
    }
}

/// The name under which the task remembers what it has seen for the owners of an entity type.
fn consumer(source: &str) -> String {
    format!("ComputeRoleModelTask:{source}")
}

fn owners(store: &Connection, rules: &Rules<'_>, source: &str, number: i64, dirty: bool) -> Result<Vec<i64>, TaskError> {
    if !dirty {
        let mut statement = store.prepare("SELECT id FROM resource WHERE type = ?1 ORDER BY id")?;
        let rows = statement.query_map([number], |row| row.get(0))?;
        return Ok(rows.collect::<Result<_, _>>()?);
    }
    let mut targets = Vec::new();
    for found in rules.types.iter().filter(|found| found.source == source) {
        targets.extend(Layout::stored(store, found.target)?.map(|layout| layout.number));
    }
    let targets = serde_json::Value::from(targets).to_string();
    let after = watermark(store, &consumer(source), number)?;
    let mut statement = store.prepare(FLAGGED)?;
    let rows = statement.query_map(params![number, after, targets], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn compute(run: &mut Run<'_>, source: &str, id: i64) -> Result<(), TaskError> {
    let rules = run.rules;
    let contexts = rules.contexts.get(source);
    let mut owner = Owner::default();
    let mut given = Vec::new();
    let excluded = match contexts.and_then(|contexts| contexts.exclude.as_ref()) {
        Some(exclude) => run.excluded(exclude, id)?,
        None => false,
    };
    if !excluded {
        owner = Owner::read(run.store, rules, contexts, id)?;
        let sql = "SELECT kind, role, origin FROM assigned_role WHERE owner = ?1 AND valid_to IS NULL AND origin <> 'calculated'";
        let mut statement = run.store.prepare_cached(sql)?;
        let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let by_hand = rows.collect::<Result<Vec<_>, _>>()?;
        owner.roles(rules, source, &by_hand);
        given = run.indexes.get(source).map(|index| owner.types(rules, index)).unwrap_or_default();
    }
    run.save_roles(id, &owner)?;
    run.types(id, source, &owner, &given)
}

/// Owners that are gone: their roles end, their resources are no longer wanted.
fn gone(run: &mut Run<'_>) -> Result<(), TaskError> {
    let sql = "UPDATE assigned_role SET valid_to = ?1 WHERE valid_to IS NULL
               AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = assigned_role.owner)";
    run.changes += run.store.execute(sql, [run.moment])? as u64;
    let sql = "SELECT a.owner, a.resource_type FROM assigned_type a WHERE a.valid_to IS NULL
               AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = a.owner) ORDER BY a.owner, a.resource_type";
    let mut statement = run.store.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    let rules = run.rules;
    for (owner, resource_type) in rows.collect::<Result<Vec<_>, _>>()? {
        if let Some(found) = rules.types.iter().find(|found| found.id == resource_type) {
            run.without_owner(owner, found)?;
        }
    }
    Ok(())
}
