//! `UpdateClassificationTask`: which resource type a resource without owner is of.
//!
//! Rules are asked by falling confidence, and the first that holds counts: from 100 on it is applied, below it is a
//! suggestion. What has an owner is classified by that, and none of this task's business.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::expr::date::DateTime;
use crate::plan::model::Model;

use super::attribute::{number, text};
use super::expressions::{Formula, PlanSchema, StoreData, Valuation, clock, compile_value};
use super::identity::{Layout, hex, next_moment, set_watermark, watermark};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The name under which the task remembers what it has seen.
const CONSUMER: &str = "UpdateClassificationTask";
/// Where the digest of an entity type's rules is kept that its resources were classified by.
const RULES: &str = "classification";
/// The confidence from which a rule is applied.
const CERTAIN: i64 = 100;
/// Failures that are told one by one.
const SHOWN: usize = 10;

/// The embedded `UpdateClassificationTask`.
pub(super) struct UpdateClassification;

/// A rule made ready.
struct Rule<'p> {
    resource_type: &'p str,
    confidence: i64,
    /// As a person reads it.
    name: &'p str,
    /// None: it holds for every resource.
    condition: Option<Valuation>,
}

#[derive(Default)]
struct Counts {
    computed: u64,
    changed: u64,
    failed: u64,
    failures: Vec<String>,
}

impl EmbeddedTask for UpdateClassification {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        let schema = PlanSchema::new(model);
        let by_target = compile(store, &schema, model, &task.entity_types)?;
        let moment = next_moment(store, context.run)?;
        let now = clock(store, moment)?.unwrap_or(DateTime::MIN);
        store.execute_batch(
            "CREATE TEMP TABLE IF NOT EXISTS classified (
               resource INTEGER PRIMARY KEY, resource_type TEXT, rule TEXT, confidence INTEGER)",
        )?;
        let mut counts = Counts { changed: forget(store, model)?, ..Counts::default() };
        for (target, rules) in &by_target {
            let Some(layout) = Layout::stored(store, target)? else { continue };
            let other_rules = changed_rules(store, model, target)?;
            let dirty = task.is("Dirty") && !other_rules;
            let after = if dirty { Some(watermark(store, CONSUMER, layout.number)?) } else { None };
            classify(context, &schema, target, layout.number, rules, after, now, &mut counts)?;
            set_watermark(store, CONSUMER, layout.number)?;
        }
        report(store, by_target.is_empty(), &counts)
    }
}

fn report(store: &Connection, without_rules: bool, counts: &Counts) -> Result<TaskReport, TaskError> {
    let sql = "SELECT count(*) FILTER (WHERE confidence >= ?1), count(*) FILTER (WHERE confidence < ?1) FROM classification";
    let (certain, suggested) = store.query_row(sql, [CERTAIN], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let outcome = if counts.changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
    let mut said = if without_rules {
        vec!["no classification rule concerns the entity types of the task".to_owned()]
    } else {
        vec![format!("of the resources without owner, {certain} are classified and {suggested} have a suggestion")]
    };
    if counts.failed > 0 {
        let failures = counts.failures.join("; ");
        said.push(format!("{} could not be judged and stay as they were: {failures}", counts.failed));
    }
    Ok(TaskReport::new(outcome)
        .count("computed", counts.computed)
        .count("classified", certain.unsigned_abs())
        .count("suggested", suggested.unsigned_abs())
        .count("changed", counts.changed)
        .count("failed", counts.failed)
        .message(said.join("; ")))
}

/// The rules of the covered resource types by target entity type, by falling confidence; what has no embedded form is told
/// at once. The examples of the documentation list the target in one place and the source in another: both are taken.
fn compile<'p>(
    store: &Connection,
    schema: &PlanSchema<'p>,
    model: &'p Model,
    covered: &[String],
) -> Result<BTreeMap<&'p str, Vec<Rule<'p>>>, TaskError> {
    let mut by_target: BTreeMap<&str, Vec<Rule<'_>>> = BTreeMap::new();
    let mut refused = Vec::new();
    for rule in &model.classification_rules {
        let Some(found) = model.resource_types.iter().find(|found| found.id == rule.resource_type) else { continue };
        if !covered.is_empty() && !covered.contains(&found.target) && !covered.contains(&found.source) {
            continue;
        }
        let expression = text(&rule.attributes, "TargetExpression");
        let formula = Formula {
            element: "ResourceClassificationRule",
            entity_type: &found.target,
            kind: "Bool",
            binding: None,
            expression,
        };
        let condition = match expression {
            None => None,
            Some(_) => match compile_value(store, schema, formula)? {
                Ok(valuation) => Some(valuation),
                Err(reason) => {
                    refused.push(format!("{} ({reason})", found.id));
                    continue;
                }
            },
        };
        by_target.entry(&found.target).or_default().push(Rule {
            resource_type: &found.id,
            confidence: number(&rule.attributes, "ResourceTypeIdentificationConfidenceLevel"),
            name: expression.unwrap_or("every resource"),
            condition,
        });
    }
    if !refused.is_empty() {
        let message = format!("these classification rules have no embedded form: {}", refused.join("; "));
        return Err(TaskError::new(message).help("`jobwright check --embedded` shows the places"));
    }
    for rules in by_target.values_mut() {
        // The order of rules of one confidence is that of the plan, whatever the order of files.
        rules.sort_by_key(|rule| -rule.confidence);
    }
    Ok(by_target)
}

/// Whether the rules of a target are others than those that its resources were classified by.
fn changed_rules(store: &Connection, model: &Model, target: &str) -> Result<bool, TaskError> {
    let of_target = |id: &str| model.resource_types.iter().any(|found| found.id == id && found.target == target);
    let rules: Vec<_> = model.classification_rules.iter().filter(|rule| of_target(&rule.resource_type)).collect();
    let digest = hex(&Sha256::digest(serde_json::to_string(&rules).unwrap_or_default()));
    let name = format!("{RULES}:{target}");
    let sql = "SELECT value FROM identity_meta WHERE name = ?1";
    let known: Option<String> = store.query_row(sql, [&name], |row| row.get(0)).optional()?;
    store.execute("INSERT OR REPLACE INTO identity_meta VALUES (?1, ?2)", params![name, digest])?;
    Ok(known.is_none_or(|known| known != digest))
}

/// Resources that are gone, or have an owner by now, and what no rule gives any more.
fn forget(store: &Connection, model: &Model) -> Result<u64, TaskError> {
    let given: Vec<&str> = model.classification_rules.iter().map(|rule| rule.resource_type.as_str()).collect();
    let given = serde_json::to_string(&given).unwrap_or_default();
    let sql = "DELETE FROM classification WHERE NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = classification.resource)
               OR EXISTS (SELECT 1 FROM assigned_type a WHERE a.resource = classification.resource AND a.valid_to IS NULL)
               OR resource_type NOT IN (SELECT value FROM json_each(?1))";
    Ok(store.execute(sql, [given])? as u64)
}

/// Of the resources to look at, those without owner. Incremental: those flagged, and those that lost their owner.
const CONCERNED: &str = "
    SELECT r.id, r.key FROM resource r WHERE r.type = ?1 AND ?2 IS NULL
      AND NOT EXISTS (SELECT 1 FROM assigned_type a WHERE a.resource = r.id AND a.valid_to IS NULL)
    UNION SELECT r.id, r.key FROM resource r WHERE r.type = ?1 AND r.seq > 0 AND r.seq > ?2
      AND NOT EXISTS (SELECT 1 FROM assigned_type a WHERE a.resource = r.id AND a.valid_to IS NULL)
    UNION SELECT r.id, r.key FROM assigned_type e CROSS JOIN resource r ON r.id = e.resource AND r.type = ?1
      WHERE e.valid_to IS NOT NULL AND e.valid_to > ?2
      AND NOT EXISTS (SELECT 1 FROM assigned_type a WHERE a.resource = r.id AND a.valid_to IS NULL)
    ORDER BY 1";

#[allow(clippy::too_many_arguments, reason = "each is read once")]
fn classify(
    context: &TaskContext<'_>,
    schema: &PlanSchema<'_>,
    target: &str,
    number: i64,
    rules: &[Rule<'_>],
    after: Option<i64>,
    now: DateTime,
    counts: &mut Counts,
) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    store.execute_batch("DELETE FROM temp.classified")?;
    let data = StoreData::new(store, schema);
    let mut statement = store.prepare(CONCERNED)?;
    let mut stage = store.prepare("INSERT INTO temp.classified VALUES (?1, ?2, ?3, ?4)")?;
    let mut rows = statement.query(params![number, after])?;
    while let Some(row) = rows.next()? {
        counts.computed += 1;
        context.tick(counts.computed, None)?;
        let id: i64 = row.get(0)?;
        match first(rules, id, &data, now) {
            Ok(found) => {
                let (resource_type, name, confidence) =
                    found.map_or((None, None, 0), |rule| (Some(rule.resource_type), Some(rule.name), rule.confidence));
                stage.execute(params![id, resource_type, name, confidence])?;
            }
            Err(reason) => {
                counts.failed += 1;
                if counts.failures.len() < SHOWN {
                    counts.failures.push(format!("{target} {}: {reason}", row.get::<_, String>(1)?));
                }
            }
        }
    }
    counts.changed += store.execute(
        "DELETE FROM classification WHERE resource IN (SELECT resource FROM temp.classified WHERE resource_type IS NULL)",
        [],
    )? as u64;
    counts.changed += store.execute(
        "INSERT OR REPLACE INTO classification SELECT c.resource, c.resource_type, c.rule, c.confidence FROM temp.classified c
         LEFT JOIN classification k ON k.resource = c.resource WHERE c.resource_type IS NOT NULL
         AND (k.resource IS NULL OR k.resource_type <> c.resource_type OR k.rule <> c.rule OR k.confidence <> c.confidence)",
        [],
    )? as u64;
    Ok(())
}

/// The first rule that holds. One that fails leaves the question open, whatever the rules behind it say.
fn first<'r, 'p>(
    rules: &'r [Rule<'p>],
    resource: i64,
    data: &StoreData<'_>,
    now: DateTime,
) -> Result<Option<&'r Rule<'p>>, String> {
    for rule in rules {
        let holds = match &rule.condition {
            None => true,
            Some(condition) => condition.finish(None, resource, data, now)?.as_deref() == Some("true"),
        };
        if holds {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}
