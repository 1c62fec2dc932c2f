//! Which resource is an owner's.

use std::collections::BTreeMap;

use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::tasks::TaskError;

use super::compute::Run;
use super::row::Row;
use super::rules::Type;

/// Resources that have an owner's key, by correlation rule.
pub(super) type Candidates = FxHashMap<String, Vec<i64>>;

/// What is known of the resource of an assignment.
#[derive(Debug, Default)]
pub(super) struct Correlated {
    pub(super) resource: Option<i64>,
    /// By how certain a rule, and which.
    pub(super) confidence: Option<i64>,
    pub(super) rule: Option<i64>,
    /// Those that a person would have to confirm, with their confidence.
    pub(super) suggested: Vec<(i64, i64)>,
}

impl Run<'_> {
    /// Resources that have the owner's key, by rule.
    pub(super) fn candidates(&self, owner: i64) -> Result<Candidates, TaskError> {
        let mut statement = self.store.prepare_cached(
            "SELECT o.rule, t.resource FROM correlation_key o JOIN correlation_key t ON t.rule = o.rule AND t.side = 1
             AND t.key = o.key WHERE o.resource = ?1 AND o.side = 0 ORDER BY t.resource",
        )?;
        let mut found: Candidates = FxHashMap::default();
        let mut rows = statement.query([owner])?;
        while let Some(row) = rows.next()? {
            found.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        Ok(found)
    }

    /// The resource of an assignment, if there is one, and those that a person would have to confirm.
    pub(super) fn correlate(
        &self,
        owner: i64,
        found: &Type<'_>,
        row: Option<&Row>,
        candidates: &Candidates,
    ) -> Result<Correlated, TaskError> {
        let exists = |id: i64| {
            let sql = "SELECT EXISTS (SELECT 1 FROM resource WHERE id = ?1)";
            self.store.prepare_cached(sql)?.query_row([id], |row| row.get::<_, bool>(0))
        };
        let mut current = row.and_then(|row| row.resource);
        if let Some(id) = current
            && !exists(id)?
        {
            current = None;
        }
        // Certain ones with confidence and rule, the most certain first.
        let mut certain: Vec<(i64, i64, i64)> = Vec::new();
        let mut suggested = Vec::new();
        for correlation in &found.correlations {
            for &resource in candidates.get(&correlation.key).into_iter().flatten() {
                if current != Some(resource) && self.is_taken(resource, owner, found.id)? {
                    continue;
                }
                if correlation.confidence >= 100 {
                    certain.push((resource, correlation.confidence, correlation.rule));
                } else {
                    suggested.push((resource, correlation.confidence));
                }
            }
        }
        let kept = current.filter(|id| certain.is_empty() || certain.iter().any(|(resource, ..)| resource == id));
        if let Some(id) = kept {
            let again = certain.iter().find(|(resource, ..)| *resource == id);
            let again = again.map(|(_, confidence, rule)| (*confidence, *rule));
            let confidence = again.map(|(confidence, _)| confidence).or(row.and_then(|row| row.confidence));
            let rule = again.map(|(_, rule)| rule);
            return Ok(Correlated { resource: Some(id), confidence, rule, suggested: Vec::new() });
        }
        Ok(match certain.first() {
            Some(&(resource, confidence, rule)) => {
                Correlated { resource: Some(resource), confidence: Some(confidence), rule: Some(rule), suggested: Vec::new() }
            }
            None => Correlated { suggested, ..Correlated::default() },
        })
    }

    fn is_taken(&self, resource: i64, owner: i64, resource_type: &str) -> Result<bool, TaskError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM assigned_type WHERE resource = ?1 AND valid_to IS NULL
                   AND NOT (owner = ?2 AND resource_type = ?3))";
        Ok(self.store.prepare_cached(sql)?.query_row(params![resource, owner, resource_type], |row| row.get(0))?)
    }

    pub(super) fn suggest(&mut self, owner: i64, resource_type: &str, suggested: &[(i64, i64)]) -> Result<(), TaskError> {
        if suggested.is_empty() && !self.suggested.contains(&owner) {
            return Ok(());
        }
        let wanted: BTreeMap<i64, i64> = suggested.iter().rev().copied().collect();
        let sql = "SELECT resource, confidence FROM suggested_correlation WHERE owner = ?1 AND resource_type = ?2";
        let mut statement = self.store.prepare_cached(sql)?;
        let rows = statement.query_map(params![owner, resource_type], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let known: BTreeMap<i64, i64> = rows.collect::<Result<_, _>>()?;
        if known == wanted {
            return Ok(());
        }
        self.changes += 1;
        self.suggested.insert(owner);
        let sql = "DELETE FROM suggested_correlation WHERE owner = ?1 AND resource_type = ?2";
        self.store.prepare_cached(sql)?.execute(params![owner, resource_type])?;
        for (resource, confidence) in wanted {
            let sql = "INSERT INTO suggested_correlation VALUES (?1, ?2, ?3, ?4)";
            self.store.prepare_cached(sql)?.execute(params![owner, resource_type, resource, confidence])?;
        }
        Ok(())
    }
}
