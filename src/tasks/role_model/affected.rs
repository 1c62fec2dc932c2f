//! Owners whom an incremental run has to look at though nothing of them changed: a query rule leads them to a resource that
//! came or changed, a resource that the rules name came, or what was ordered for them is not shown.

use std::collections::BTreeSet;

use rusqlite::params;
use rustc_hash::FxHashSet;

use crate::tasks::TaskError;
use crate::tasks::identity::Layout;

use super::compute::Run;
use super::rules::{Criteria, Query, Rules};
use super::state::EXECUTED;

/// Whether a resource came after a moment.
const CAME: &str = "
    SELECT EXISTS (SELECT 1 FROM resource r WHERE r.id = ?1 AND r.valid_from > ?2
      AND NOT EXISTS (SELECT 1 FROM resource_past p WHERE p.type = r.type AND p.key = r.key AND p.id = r.id))";

/// Owners who are there, with an assignment of a type and in a state whose connector was synchronized after its orders were
/// executed.
const UNSHOWN: &str = "
    SELECT a.owner FROM assigned_type a CROSS JOIN resource o ON o.id = a.owner
    WHERE a.resource_type = ?1 AND a.state = ?2 AND a.valid_to IS NULL
      AND (SELECT moment FROM synchronized WHERE connector = ?3)
        > (SELECT max(executed) FROM provisioning_order WHERE assignment = a.id)";

/// Owners of an entity type of whom a resource is suggested that is another owner's.
const DISPLACED: &str = "
    SELECT DISTINCT s.owner FROM suggested_correlation s CROSS JOIN resource o ON o.id = s.owner AND o.type = ?1
      CROSS JOIN assigned_type a ON a.resource = s.resource AND a.valid_to IS NULL
    WHERE NOT (a.owner = s.owner AND a.resource_type = s.resource_type) ORDER BY 1";

/// Those to whose resource of a type a link to one of several resources is given, in a property.
const HOLDERS: &str = "
    SELECT a.owner FROM assigned_link l CROSS JOIN assigned_type a ON a.id = l.assignment
      CROSS JOIN resource o ON o.id = a.owner
    WHERE l.property = ?1 AND l.target IN (SELECT value FROM json_each(?2)) AND a.resource_type = ?3 AND a.valid_to IS NULL";

impl Run<'_> {
    /// Whether a resource that the rules of an entity type of owners name came after a moment: nobody knows yet whom they concern.
    pub(super) fn names_came(&self, source: &str, after: i64) -> Result<bool, TaskError> {
        let mut statement = self.store.prepare(CAME)?;
        for id in named(self.rules, source) {
            if statement.query_row([id, after], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The owners whom a query rule led to a resource that came or changed after a moment, or leads there now.
    pub(super) fn led(&self, source: &str, after: i64) -> Result<BTreeSet<i64>, TaskError> {
        let mut owners = BTreeSet::new();
        for found in self.rules.types.iter().filter(|found| found.source == source) {
            for rule in &found.queries {
                let (ids, values) = self.changed(rule, after)?;
                if ids.is_empty() {
                    continue;
                }
                let ids = serde_json::Value::from(ids).to_string();
                let mut statement = self.store.prepare_cached(HOLDERS)?;
                for owner in statement.query_map(params![rule.property, ids, found.id], |row| row.get(0))? {
                    owners.insert(owner?);
                }
                if !values.is_empty() {
                    self.leading(source, rule, &values, &mut owners)?;
                }
            }
        }
        Ok(owners)
    }

    /// The owners of resources that were ordered, and that no synchronization since shows as they were ordered.
    pub(super) fn unshown(&self, source: &str) -> Result<BTreeSet<i64>, TaskError> {
        let mut owners = BTreeSet::new();
        let mut statement = self.store.prepare(UNSHOWN)?;
        for found in self.rules.types.iter().filter(|found| found.source == source && !self.handed_over.contains(found.id)) {
            for owner in statement.query_map(params![found.id, EXECUTED, found.connector], |row| row.get(0))? {
                owners.insert(owner?);
            }
        }
        Ok(owners)
    }

    /// Looks again at owners of whom a resource was suggested that became another owner's since.
    pub(super) fn displaced(&mut self, source: &str, number: i64) -> Result<(), TaskError> {
        let mut statement = self.store.prepare(DISPLACED)?;
        let owners = statement.query_map([number], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        for owner in owners {
            // They were counted already.
            let (assigned, nonconforming, failed) = (self.assigned, self.nonconforming, self.failed);
            let told = self.failures.len();
            self.owner(source, owner)?;
            (self.assigned, self.nonconforming, self.failed) = (assigned, nonconforming, failed);
            self.failures.truncate(told);
        }
        Ok(())
    }

    /// What a query rule points at that came or changed after a moment, itself or in what is linked to it, and the values by
    /// which it is found.
    fn changed(&self, rule: &Query, after: i64) -> Result<(Vec<i64>, FxHashSet<String>), TaskError> {
        let (mut ids, mut values) = (Vec::new(), FxHashSet::default());
        let Some(layout) = Layout::stored(self.store, &rule.pointed)? else { return Ok((ids, values)) };
        let (column, joins) = (&rule.target.value, &rule.target.joins);
        // What changed was flagged, and flagged resources have an index.
        let sql = format!(
            "SELECT r.id, {column} FROM resource r {joins}
             WHERE r.type = ?2 AND r.seq > 0 AND r.seq > ?3 AND ?1 IS ?1"
        );
        let mut statement = self.store.prepare(&sql)?;
        let mut rows = statement.query(params![rule.target.constant, layout.number, after])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            ids.push(id);
            values.extend(rule.target.finish(row.get(1)?, id, &self.data, self.now).ok().flatten());
        }
        Ok((ids, values))
    }

    /// The owners for whom a query rule looks for one of several values.
    fn leading(
        &self,
        source: &str,
        rule: &Query,
        values: &FxHashSet<String>,
        owners: &mut BTreeSet<i64>,
    ) -> Result<(), TaskError> {
        let Some(layout) = Layout::stored(self.store, source)? else { return Ok(()) };
        let (column, joins) = (&rule.source.value, &rule.source.joins);
        let sql = format!("SELECT r.id, {column} FROM resource r {joins} WHERE r.type = ?2 AND ?1 IS ?1");
        let mut statement = self.store.prepare(&sql)?;
        let mut rows = statement.query(params![rule.source.constant, layout.number])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            let value = rule.source.finish(row.get(1)?, id, &self.data, self.now);
            if value.ok().flatten().is_some_and(|value| values.contains(&value)) {
                owners.insert(id);
            }
        }
        Ok(())
    }
}

/// The resources that the rules of an entity type of owners name: values of dimensions, and ends of links.
fn named(rules: &Rules<'_>, source: &str) -> BTreeSet<i64> {
    let types = || rules.types.iter().filter(|found| found.source == source);
    let grants = rules.composite.grants.iter().chain(&rules.single.grants);
    let grants = grants.chain(types().flat_map(|found| &found.grants)).map(|grant| &grant.criteria);
    let navigations = || types().flat_map(|found| &found.navigations);
    let values = |criteria: &Criteria| criteria.dimensions.iter().map(|(_, value, _)| *value).collect::<Vec<_>>();
    let criteria = grants.chain(navigations().map(|rule| &rule.criteria));
    criteria.flat_map(values).chain(navigations().filter_map(|rule| rule.target)).collect()
}
