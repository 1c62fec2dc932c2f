//! `ComputeCorrelationKeysTask`: the keys by which owners and resources find each other.
//!
//! Where a key changes in an incremental run, the resource is flagged, and so are those on the other side that have the
//! old or the new key: a new account has no link yet that could lead to its owner.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::expr::date::DateTime;
use crate::plan::Plan;
use crate::plan::model::{CorrelationRule, Job, Model, Task};

use super::attribute::text;
use super::expressions::{Formula, PlanSchema, StoreData, Valuation, canonical, clock, compile_value};
use super::identity::{Layout, hex, next_moment, set_watermark, watermark};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The name under which the task remembers what it has seen.
const CONSUMER: &str = "ComputeCorrelationKeysTask";
/// Failures that are told one by one.
const SHOWN: usize = 10;

/// The embedded `ComputeCorrelationKeysTask`.
pub(super) struct ComputeCorrelationKeys;

/// One side of one rule.
struct Side<'p> {
    rule: String,
    /// 0 for owners, 1 for resources.
    end: i64,
    entity_type: &'p str,
    valuation: Valuation,
    /// The type of which the values of both sides are.
    typed: Option<String>,
}

#[derive(Default)]
struct Run {
    dirty: bool,
    moment: i64,
    now: Option<DateTime>,
    computed: u64,
    changed: u64,
    failed: u64,
    failures: Vec<String>,
}

fn covers(task: &Task, entity_type: &str) -> bool {
    task.is("AllEntityType") || task.entity_types.iter().any(|known| known == entity_type)
}

/// The name of a correlation rule in the store: a changed rule has another one.
pub(super) fn rule_name(rule: &CorrelationRule) -> String {
    let content = serde_json::to_string(rule).unwrap_or_default();
    hex(&Sha256::digest(content.as_bytes()))[..16].to_owned()
}

impl EmbeddedTask for ComputeCorrelationKeys {
    fn awaited(&self, plan: &Plan, _: &Job, task: &Task, store: &Connection) -> Result<Option<String>, TaskError> {
        if !task.is("Dirty") {
            return Ok(None);
        }
        let mut flagged = 0;
        for entity_type in plan.model.entity_types.iter().filter(|entity_type| covers(task, &entity_type.id)) {
            if let Some(layout) = Layout::stored(store, &entity_type.id)? {
                let sql = "SELECT count(*) FROM resource WHERE type = ?1 AND seq > 0 AND seq > ?2";
                let after = watermark(store, CONSUMER, layout.number)?;
                flagged += store.query_row(sql, [layout.number, after], |row| row.get::<_, i64>(0))?;
            }
        }
        Ok(match flagged {
            0 => None,
            1 => Some("1 resource was flagged and not looked at".to_owned()),
            many => Some(format!("{many} resources were flagged and not looked at")),
        })
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        let covers = |entity_type: &str| covers(task, entity_type);
        let schema = PlanSchema::new(model);
        let sides = compile(store, &schema, model, &covers)?;
        let moment = next_moment(store, context.run)?;
        let mut run = Run { dirty: task.is("Dirty"), moment, now: clock(store, moment)?, ..Run::default() };
        run.changed += forget(store, model)?;
        for side in &sides {
            compute(context, &schema, side, &mut run)?;
        }
        for entity_type in model.entity_types.iter().filter(|entity_type| covers(&entity_type.id)) {
            if let Some(layout) = Layout::stored(store, &entity_type.id)? {
                set_watermark(store, CONSUMER, layout.number)?;
            }
        }
        let ambiguous = store.query_row(
            "SELECT count(*) FROM (SELECT 1 FROM correlation_key WHERE side = 1 GROUP BY rule, key HAVING count(*) > 1)",
            [],
            |row| row.get::<_, i64>(0),
        )?;
        let outcome = if run.changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        let report = TaskReport::new(outcome)
            .count("computed", run.computed)
            .count("changed", run.changed)
            .count("shared_keys", ambiguous.unsigned_abs());
        if run.failed == 0 {
            return Ok(report);
        }
        let message = format!("{} keys could not be computed and stay as they were: {}", run.failed, run.failures.join("; "));
        Ok(report.count("failed", run.failed).message(message))
    }
}

fn compile<'p>(
    store: &Connection,
    schema: &PlanSchema<'p>,
    model: &'p Model,
    covers: &dyn Fn(&str) -> bool,
) -> Result<Vec<Side<'p>>, TaskError> {
    let (mut sides, mut refused) = (Vec::new(), Vec::new());
    for rule in &model.correlation_rules {
        let Some(resource_type) = model.resource_types.iter().find(|found| found.id == rule.resource_type) else { continue };
        let mut ends = Vec::new();
        for (side, entity_type, name) in [(0, &resource_type.source, "Source"), (1, &resource_type.target, "Target")] {
            let formula = Formula {
                element: "ResourceCorrelationRule",
                entity_type,
                kind: "String",
                binding: text(&rule.attributes, &format!("{name}Binding")),
                expression: text(&rule.attributes, &format!("{name}Expression")),
            };
            match compile_value(store, schema, formula)? {
                Ok(valuation) => ends.push(Side { rule: rule_name(rule), end: side, entity_type, valuation, typed: None }),
                Err(reason) if covers(entity_type) => {
                    refused.push(format!("{} side of {} ({reason})", name.to_lowercase(), rule.resource_type));
                }
                Err(_) => {}
            }
        }
        // 007 and 7 are one number, and no one text.
        if let [source, target] = &mut ends[..]
            && source.valuation.read == target.valuation.read
        {
            source.typed.clone_from(&source.valuation.read);
            target.typed.clone_from(&target.valuation.read);
        }
        sides.extend(ends.into_iter().filter(|side| covers(side.entity_type)));
    }
    if refused.is_empty() {
        return Ok(sides);
    }
    let message = format!("these correlation rules have no embedded form: {}", refused.join("; "));
    Err(TaskError::new(message).help("`jobwright check --embedded` shows the places"))
}

/// Keys of rules that are no more, and of resources that are gone.
fn forget(store: &Connection, model: &Model) -> Result<u64, TaskError> {
    let rules: Vec<String> = model.correlation_rules.iter().map(rule_name).collect();
    let known = serde_json::Value::from(rules).to_string();
    let stale = store.execute("DELETE FROM correlation_key WHERE rule NOT IN (SELECT value FROM json_each(?1))", [known])?;
    let gone = store.execute(
        "DELETE FROM correlation_key WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = correlation_key.resource)",
        [],
    )?;
    Ok((stale + gone) as u64)
}

fn compute(context: &TaskContext<'_>, schema: &PlanSchema<'_>, side: &Side<'_>, run: &mut Run) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    let Some(layout) = Layout::stored(store, side.entity_type)? else { return Ok(()) };
    store.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS rekeyed (resource INTEGER PRIMARY KEY, old TEXT, new TEXT);
         DELETE FROM temp.rekeyed;",
    )?;
    let after = if run.dirty { watermark(store, CONSUMER, layout.number)? } else { -1 };
    let sql = format!(
        "SELECT r.id, {}, k.key, r.key FROM resource r {}
         LEFT JOIN correlation_key k ON k.rule = ?4 AND k.side = ?5 AND k.resource = r.id
         WHERE r.type = ?2 AND {}",
        side.valuation.value,
        side.valuation.joins,
        if run.dirty && known(store, side)? { "r.seq > 0 AND r.seq > ?3" } else { "?3 IS ?3" }
    );
    let mut statement = store.prepare(&sql)?;
    let mut stage = store.prepare("INSERT OR REPLACE INTO temp.rekeyed VALUES (?1, ?2, ?3)")?;
    let mut rows = statement.query(params![side.valuation.constant, layout.number, after, side.rule, side.end])?;
    let data = StoreData::new(store, schema);
    let mut changed = 0_u64;
    while let Some(row) = rows.next()? {
        run.computed += 1;
        context.tick(run.computed, None)?;
        let (id, found, old): (i64, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let made = side.valuation.finish(found, id, &data, run.now.unwrap_or(DateTime::MIN));
        let made = made.map(|key| match &side.typed {
            Some(kind) => key.map(|key| canonical(kind, key)),
            None => key,
        });
        match made {
            Ok(new) if new == old => {}
            Ok(new) => {
                stage.execute(params![id, old, new])?;
                changed += 1;
            }
            Err(reason) => {
                run.failed += 1;
                if run.failures.len() < SHOWN {
                    run.failures.push(format!("{} {}: {reason}", side.entity_type, row.get::<_, String>(3)?));
                }
            }
        }
    }
    if changed > 0 {
        run.changed += changed;
        save(store, side, run)?;
    }
    Ok(())
}

/// Whether keys of the side were ever computed; of a new rule all are, even in an incremental run.
fn known(store: &Connection, side: &Side<'_>) -> Result<bool, TaskError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM correlation_key WHERE rule = ?1 AND side = ?2)";
    Ok(store.query_row(sql, params![side.rule, side.end], |row| row.get(0))?)
}

fn save(store: &Connection, side: &Side<'_>, run: &Run) -> Result<(), TaskError> {
    store.execute(
        "DELETE FROM correlation_key WHERE rule = ?1 AND side = ?2
         AND resource IN (SELECT resource FROM temp.rekeyed WHERE new IS NULL)",
        params![side.rule, side.end],
    )?;
    store.execute(
        "INSERT OR REPLACE INTO correlation_key SELECT ?1, ?2, resource, new FROM temp.rekeyed WHERE new IS NOT NULL",
        params![side.rule, side.end],
    )?;
    if run.dirty {
        store.execute(
            "UPDATE resource SET seq = ?1 WHERE id IN (
               SELECT resource FROM temp.rekeyed
               UNION SELECT k.resource FROM temp.rekeyed c CROSS JOIN correlation_key k
                 ON k.rule = ?2 AND k.side = ?3 AND (k.key = c.old)
               UNION SELECT k.resource FROM temp.rekeyed c CROSS JOIN correlation_key k
                 ON k.rule = ?2 AND k.side = ?3 AND (k.key = c.new))",
            params![run.moment, side.rule, 1 - side.end],
        )?;
    }
    Ok(())
}
