//! `ComputeRiskScoresTask`: who is at risk by what they have, and how much.
//!
//! A risk holds for an owner if one of its rules does, a rule if the owner has all its entitlements. Rules are asked one by
//! one for all owners together, so the work grows with the assignments, not with owners times risks.

mod item;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::plan::model::{Item, Model};

use super::attribute::{items, number, text};
use super::expressions::PlanSchema;
use super::identity::{Layout, hex, next_moment, set_watermark, watermark};
use super::role_model::Keys;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use item::Entitlement;

/// The name under which the task remembers what it has seen.
const CONSUMER: &str = "ComputeRiskScoresTask";
/// Where the digest of the risks is kept that the scores were computed by.
const RULES: &str = "risks";

/// Where the last assignment is kept that was seen.
const SEEN: &str = "risks:assignment";

/// The embedded `ComputeRiskScoresTask`.
pub(super) struct ComputeRiskScores;

/// A risk made ready.
struct Risk<'p> {
    id: &'p str,
    level: i64,
    entity_type: &'p str,
    /// Entitlements of each rule.
    rules: Vec<Vec<Entitlement>>,
}

/// A risk that holds for an owner.
struct Identified<'r> {
    risk: &'r Risk<'r>,
    /// The first rule that holds.
    rule: usize,
}

impl EmbeddedTask for ComputeRiskScores {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        let schema = PlanSchema::new(model);
        let risks = compile(store, &schema, model)?;
        let concerned: BTreeSet<&str> = risks.iter().map(|risk| risk.entity_type).collect();
        // The documentation names no way to ask for all entity types; a task without any means those that risks concern.
        let covered: BTreeSet<&str> =
            if task.entity_types.is_empty() { concerned.clone() } else { task.entity_types.iter().map(String::as_str).collect() };
        next_moment(store, context.run)?;
        let other_rules = changed_rules(store, model)?;
        let dirty = task.is("Dirty") && !other_rules;
        let mut changed = forget(store, &concerned)?;
        let mut numbers = Vec::new();
        store
            .execute_batch("CREATE TEMP TABLE IF NOT EXISTS risk_owner (id INTEGER PRIMARY KEY); DELETE FROM temp.risk_owner;")?;
        let mut found: BTreeMap<i64, Vec<Identified<'_>>> = BTreeMap::new();
        let mut owners = 0;
        for entity_type in &covered {
            let Some(layout) = Layout::stored(store, entity_type)? else { continue };
            numbers.push(layout.number);
            store.execute_batch("DELETE FROM temp.risk_owner")?;
            owners += concern(store, layout.number, dirty)?;
            for risk in risks.iter().filter(|risk| risk.entity_type == *entity_type) {
                identify(context, risk, &mut found)?;
            }
            changed += save(store, model, entity_type, &mut found)?;
        }
        for number in numbers {
            set_watermark(store, CONSUMER, number)?;
        }
        let sql = "INSERT OR REPLACE INTO identity_meta VALUES (?1, (SELECT ifnull(max(id), 0) FROM assigned_type))";
        store.execute(sql, [SEEN])?;
        report(store, owners, changed, &risks)
    }
}

fn report(store: &Connection, owners: u64, changed: u64, risks: &[Risk<'_>]) -> Result<TaskReport, TaskError> {
    let outcome = if changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
    let sql = "SELECT count(*), ifnull(max(score), 0), ifnull(sum(json_array_length(because)), 0) FROM risk_score";
    let (at_risk, highest, identified) =
        store.query_row(sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)))?;
    let nothing: Vec<&str> = risks.iter().filter(|risk| risk.names_nothing()).map(|risk| risk.id).collect();
    let mut message = match (risks.is_empty(), at_risk) {
        (true, _) => "no risk is declared".to_owned(),
        (false, 0) => "nobody is at risk".to_owned(),
        (false, _) => format!("{at_risk} at risk, the highest score is {highest}"),
    };
    if !nothing.is_empty() {
        message = format!("{message}; resources that no entitlement can lead to are named by {}", nothing.join(", "));
    }
    Ok(TaskReport::new(outcome)
        .count("owners", owners)
        .count("at_risk", at_risk.unsigned_abs())
        .count("identified", identified.unsigned_abs())
        .count("changed", changed)
        .message(message))
}

impl Risk<'_> {
    fn names_nothing(&self) -> bool {
        self.rules.iter().flatten().any(Entitlement::names_nothing)
    }
}

/// All risks; what is wrong with them is told at once.
fn compile<'p>(store: &Connection, schema: &PlanSchema<'p>, model: &'p Model) -> Result<Vec<Risk<'p>>, TaskError> {
    let keys = Keys::new(store, model);
    let (mut risks, mut refused) = (Vec::new(), Vec::new());
    for item in items(model, "Risk") {
        let id = item.id.as_deref().unwrap_or_default();
        let mut rules = Vec::new();
        for rule in item.children.iter().filter(|child| child.element == "Rule") {
            let mut entitlements = Vec::new();
            for part in rule.children.iter().filter(|child| child.element == "Item") {
                match Entitlement::compile(store, schema, &keys, part)? {
                    Ok(entitlement) => entitlements.push(entitlement),
                    Err(reason) => refused.push(format!("{id} ({reason})")),
                }
            }
            // A rule that asks for nothing says nothing.
            if !entitlements.is_empty() {
                rules.push(entitlements);
            }
        }
        let entity_type = text(&item.attributes, "EntityType").unwrap_or_default();
        risks.push(Risk { id, level: number(&item.attributes, "Level"), entity_type, rules });
    }
    if refused.is_empty() {
        return Ok(risks);
    }
    Err(TaskError::new(format!("these risks cannot be computed: {}", refused.join("; ")))
        .help("correct them in the configuration; no score was changed"))
}

/// Whether the risks are others than those that the scores were computed by; then all owners are computed.
fn changed_rules(store: &Connection, model: &Model) -> Result<bool, TaskError> {
    let rules: Vec<&Item> = items(model, "Risk").chain(items(model, "ContextRule")).collect();
    let digest = hex(&Sha256::digest(serde_json::to_string(&rules).unwrap_or_default()));
    let sql = "SELECT value FROM identity_meta WHERE name = ?1";
    let known: Option<String> = store.query_row(sql, [RULES], |row| row.get(0)).optional()?;
    store.execute("INSERT OR REPLACE INTO identity_meta VALUES (?1, ?2)", params![RULES, digest])?;
    Ok(known.is_none_or(|known| known != digest))
}

/// Scores of resources that are gone, or that no risk concerns any more.
fn forget(store: &Connection, concerned: &BTreeSet<&str>) -> Result<u64, TaskError> {
    let names = serde_json::to_string(concerned).unwrap_or_default();
    let sql = "DELETE FROM risk_score WHERE NOT EXISTS (SELECT 1 FROM resource r JOIN entity_type t ON t.id = r.type
               WHERE r.id = risk_score.resource AND t.name IN (SELECT value FROM json_each(?1)))";
    Ok(store.execute(sql, [names])? as u64)
}

/// Lists the owners to look at: all, or those flagged, those whose resource is, those with new assignments, and those at
/// risk so far, whose assignments may have ended.
fn concern(store: &Connection, number: i64, dirty: bool) -> Result<u64, TaskError> {
    if !dirty {
        let sql = "INSERT INTO temp.risk_owner SELECT id FROM resource WHERE type = ?1";
        return Ok(store.execute(sql, [number])? as u64);
    }
    let after = watermark(store, CONSUMER, number)?;
    let sql = "INSERT INTO temp.risk_owner
        SELECT id FROM resource WHERE type = ?1 AND seq > 0 AND seq > ?2
        UNION SELECT a.owner FROM entity_type e CROSS JOIN resource t ON t.type = e.id AND t.seq > 0 AND t.seq > ?2
          CROSS JOIN assigned_type a ON a.resource = t.id
          CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1
        UNION SELECT a.owner FROM assigned_type a CROSS JOIN resource o ON o.id = a.owner AND o.type = ?1
          WHERE a.id > (SELECT ifnull(max(value), 0) FROM identity_meta WHERE name = ?3)
        UNION SELECT s.resource FROM risk_score s CROSS JOIN resource o ON o.id = s.resource AND o.type = ?1";
    Ok(store.execute(sql, params![number, after, SEEN])? as u64)
}

fn identify<'r>(
    context: &TaskContext<'_>,
    risk: &'r Risk<'r>,
    found: &mut BTreeMap<i64, Vec<Identified<'r>>>,
) -> Result<(), TaskError> {
    let mut held: BTreeMap<i64, usize> = BTreeMap::new();
    for (number, rule) in risk.rules.iter().enumerate() {
        if (context.cancelled)() {
            return Err(TaskError::cancelled());
        }
        let mut owners: Option<Vec<i64>> = None;
        for entitlement in rule {
            let having = entitlement.owners(context.transaction)?;
            let both = match owners {
                None => having,
                Some(before) => before.into_iter().filter(|owner| having.binary_search(owner).is_ok()).collect(),
            };
            let none = both.is_empty();
            owners = Some(both);
            if none {
                break;
            }
        }
        for owner in owners.unwrap_or_default() {
            held.entry(owner).or_insert(number);
        }
    }
    for (owner, rule) in held {
        found.entry(owner).or_default().push(Identified { risk, rule });
    }
    Ok(())
}

/// One score of several: their mean, rounded to the nearest, or the highest.
fn combined(factor: Option<&str>, levels: &[i64]) -> i64 {
    let sum: i64 = levels.iter().sum();
    match i64::try_from(levels.len()) {
        Ok(count @ 1..) if factor == Some("Average") => (2 * sum + count).div_euclid(2 * count),
        _ => levels.iter().copied().max().unwrap_or(0),
    }
}

/// Writes the scores of the owners looked at, as far as they changed.
fn save(
    store: &Connection,
    model: &Model,
    entity_type: &str,
    found: &mut BTreeMap<i64, Vec<Identified<'_>>>,
) -> Result<u64, TaskError> {
    let mut contexts = items(model, "ContextRule");
    let rule = contexts.find(|rule| text(&rule.attributes, "SourceEntityType") == Some(entity_type));
    let factor = rule.and_then(|rule| text(&rule.attributes, "RiskFactorType"));
    let mut known = store
        .prepare("SELECT s.resource, s.score, s.because FROM temp.risk_owner o CROSS JOIN risk_score s ON s.resource = o.id")?;
    let rows = known.query_map([], |row| Ok((row.get::<_, i64>(0)?, (row.get::<_, i64>(1)?, row.get::<_, String>(2)?))))?;
    let mut known: BTreeMap<i64, (i64, String)> = rows.collect::<Result<_, _>>()?;
    let mut changed = 0;
    for (owner, identified) in std::mem::take(found) {
        let levels: Vec<i64> = identified.iter().map(|identified| identified.risk.level).collect();
        let because: Vec<_> = identified
            .iter()
            .map(|Identified { risk, rule }| {
                let entitlements: Vec<&str> = risk.rules[*rule].iter().map(|entitlement| entitlement.label.as_str()).collect();
                json!({ "risk": risk.id, "level": risk.level, "entitlements": entitlements })
            })
            .collect();
        let next = (combined(factor, &levels), serde_json::Value::from(because).to_string());
        if known.remove(&owner).as_ref() != Some(&next) {
            let sql = "INSERT OR REPLACE INTO risk_score VALUES (?1, ?2, ?3)";
            store.prepare_cached(sql)?.execute(params![owner, next.0, next.1])?;
            changed += 1;
        }
    }
    for owner in known.keys() {
        store.prepare_cached("DELETE FROM risk_score WHERE resource = ?1")?.execute([owner])?;
        changed += 1;
    }
    Ok(changed)
}
