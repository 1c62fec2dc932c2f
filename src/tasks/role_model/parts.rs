//! Values and links of one assignment: what the rules want, held against what the resource shows.

use std::collections::BTreeMap;

use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::expr::eval::Data;
use crate::expr::value::Resource;
use crate::tasks::TaskError;
use crate::tasks::identity::Layout;

use super::compute::Run;
use super::owner::Owner;
use super::rules::{Query, Type};
use super::state::{AWAITING, EXECUTED, FAILED, Frame, NONE, VERIFIED, next};

/// Failures that are told one by one.
const SHOWN: usize = 10;

/// How a value or a link is stored: state, and whether it was changed by hand.
type Standing = (i64, bool);

fn origin(by_hand: bool) -> &'static str {
    if by_hand { "non-conforming" } else { "calculated" }
}

impl Run<'_> {
    /// Brings values and links up to date; gives their states.
    pub(super) fn parts(
        &mut self,
        owner_id: i64,
        owner: &Owner,
        found: &Type<'_>,
        assignment: i64,
        resource: Option<i64>,
        frame: Frame,
    ) -> Result<Vec<i64>, TaskError> {
        let mut states = self.values(owner_id, owner, found, assignment, resource, frame)?;
        let wanted = self.wanted_links(owner_id, owner, found)?;
        for (property, targets) in wanted {
            states.extend(self.links(found, assignment, resource, frame, &property, &targets)?);
        }
        Ok(states)
    }

    fn values(
        &mut self,
        owner_id: i64,
        owner: &Owner,
        found: &Type<'_>,
        assignment: i64,
        resource: Option<i64>,
        frame: Frame,
    ) -> Result<Vec<i64>, TaskError> {
        // Of several rules for a property the last that applies counts.
        let mut last = BTreeMap::new();
        for rule in found.scalars.iter().filter(|rule| rule.role.as_ref().is_none_or(|role| owner.single.contains(role))) {
            last.insert(rule.property.as_str(), rule);
        }
        let sql = "SELECT property, wanted, shown, state, origin <> 'calculated', origin = 'pre-existing' FROM assigned_value
                   WHERE assignment = ?1";
        let mut statement = self.store.prepare_cached(sql)?;
        let rows = statement.query_map([assignment], |row| {
            let stored = (row.get(1)?, row.get(2)?, (row.get(3)?, row.get(4)?));
            Ok((row.get::<_, String>(0)?, stored, row.get::<_, bool>(5)?))
        })?;
        let mut known: BTreeMap<String, (Option<String>, Option<String>, Standing)> = BTreeMap::new();
        // What was accepted as it was before the rules is no finding as long as it stays so.
        let mut accepted = Vec::new();
        for row in rows {
            let (property, stored, was_accepted) = row?;
            if was_accepted {
                accepted.push(property.clone());
            }
            known.insert(property, stored);
        }
        let mut states = Vec::new();
        for (property, rule) in last {
            let before = known.remove(property);
            let value = self.valued(&rule.valuation, owner_id)?;
            let shown = resource.filter(|_| rule.mapped).and_then(|id| {
                let value = self.data.read(Resource { entity: found.entity, id }, property).ok()?;
                value.store(&rule.valuation.kind).ok().flatten()
            });
            let (wanted, standing) = match value {
                Err(reason) => {
                    self.failed += 1;
                    if self.failures.len() < SHOWN {
                        self.failures.push(format!("{}.{property} of owner {owner_id}: {reason}", found.id));
                    }
                    (before.as_ref().and_then(|(wanted, ..)| wanted.clone()), (FAILED, false))
                }
                Ok(wanted) => {
                    let earlier = before.as_ref().filter(|(known, ..)| *known == wanted).map(|(.., standing)| *standing);
                    let equal = |a: &str, b: &str| a == b || (rule.ignore_case && a.to_lowercase() == b.to_lowercase());
                    let same = match (&wanted, &shown) {
                        (Some(wanted), Some(shown)) => equal(wanted, shown),
                        (None, None) => true,
                        _ => false,
                    };
                    let standing = match (rule.mapped || resource.is_none(), earlier, before.is_some()) {
                        (true, ..) => next(frame, earlier, same),
                        // What is never read back stays as it was; of a resource that was there, nothing is known.
                        (false, Some((AWAITING, _)), _) | (false, None, true) => (frame.ordered(), false),
                        (false, Some(standing), _) => standing,
                        (false, None, false) => (NONE, false),
                    };
                    (wanted, standing)
                }
            };
            let idle = !rule.mapped && matches!(standing.0, EXECUTED | NONE);
            states.push(if idle || standing.1 { VERIFIED } else { standing.0 });
            let unchanged = before.as_ref() == Some(&(wanted.clone(), shown.clone(), standing));
            let is_accepted = unchanged && accepted.iter().any(|known| known == property);
            self.nonconforming += u64::from(standing.1 && !is_accepted);
            if !unchanged {
                let sql = "INSERT OR REPLACE INTO assigned_value VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                let row = params![assignment, property, wanted, shown, standing.0, origin(standing.1)];
                self.store.prepare_cached(sql)?.execute(row)?;
                self.changes += 1;
            }
        }
        for property in known.keys() {
            let sql = "DELETE FROM assigned_value WHERE assignment = ?1 AND property = ?2";
            self.store.prepare_cached(sql)?.execute(params![assignment, property])?;
            self.changes += 1;
        }
        Ok(states)
    }

    fn valued(
        &self,
        valuation: &crate::tasks::expressions::Valuation,
        owner: i64,
    ) -> Result<Result<Option<String>, String>, TaskError> {
        let found = if valuation.joins.is_empty() && valuation.value == "?1" {
            valuation.constant.clone()
        } else {
            let sql = format!("SELECT {} FROM resource r {} WHERE r.id = ?2 AND ?1 IS ?1", valuation.value, valuation.joins);
            let mut statement = self.store.prepare_cached(&sql)?;
            let mut rows = statement.query(params![valuation.constant, owner])?;
            rows.next()?.map(|row| row.get(0)).transpose()?.flatten()
        };
        Ok(valuation.finish(found, owner, &self.data, self.now))
    }

    /// Whether an owner is left out by an expression; an owner for whom it fails is not.
    pub(super) fn excluded(&self, valuation: &crate::tasks::expressions::Valuation, owner: i64) -> Result<bool, TaskError> {
        Ok(self.valued(valuation, owner)?.ok().flatten().as_deref() == Some("true"))
    }

    /// Resources wanted by navigation property, and whether that is certain.
    fn wanted_links(
        &mut self,
        owner_id: i64,
        owner: &Owner,
        found: &Type<'_>,
    ) -> Result<BTreeMap<String, BTreeMap<i64, bool>>, TaskError> {
        let mut wanted: BTreeMap<String, BTreeMap<i64, bool>> = BTreeMap::new();
        for (place, rule) in found.queries.iter().enumerate() {
            let targets = wanted.entry(rule.property.clone()).or_default();
            // By falling confidence: the first that finds something counts.
            if !targets.is_empty() {
                continue;
            }
            let Ok(Some(value)) = self.valued(&rule.source, owner_id)? else { continue };
            if let Some(target) = self.lookup(found, place, rule, &value)? {
                targets.insert(target, rule.confidence >= 100);
            }
        }
        for denied in [false, true] {
            for rule in found.navigations.iter().filter(|rule| rule.denied == denied) {
                let targets = wanted.entry(rule.property.clone()).or_default();
                let Some(target) = rule.target.filter(|_| owner.meets(&rule.criteria)) else { continue };
                if denied {
                    targets.remove(&target);
                } else {
                    targets.insert(target, true);
                }
            }
        }
        Ok(wanted)
    }

    /// The resource that has a value, by the target side of a query rule; all values are read once.
    fn lookup(&mut self, found: &Type<'_>, place: usize, rule: &Query, value: &str) -> Result<Option<i64>, TaskError> {
        let name = (found.id.to_owned(), place);
        if !self.lookups.contains_key(&name) {
            let mut values = FxHashMap::default();
            if let Some(layout) = Layout::stored(self.store, &rule.pointed)? {
                let (column, joins) = (&rule.target.value, &rule.target.joins);
                let sql = format!("SELECT r.id, {column} FROM resource r {joins} WHERE r.type = ?2 AND ?1 IS ?1 ORDER BY r.id");
                let mut statement = self.store.prepare(&sql)?;
                let mut rows = statement.query(params![rule.target.constant, layout.number])?;
                while let Some(row) = rows.next()? {
                    let id = row.get(0)?;
                    if let Ok(Some(text)) = rule.target.finish(row.get(1)?, id, &self.data, self.now) {
                        values.entry(text).or_insert(id);
                    }
                }
            }
            self.lookups.insert(name.clone(), values);
        }
        Ok(self.lookups.get(&name).and_then(|values| values.get(value)).copied())
    }

    fn links(
        &mut self,
        found: &Type<'_>,
        assignment: i64,
        resource: Option<i64>,
        frame: Frame,
        property: &str,
        wanted: &BTreeMap<i64, bool>,
    ) -> Result<Vec<i64>, TaskError> {
        let Some(navigation) = self.schema.navigation(found.entity, property) else { return Ok(Vec::new()) };
        let (near, far) = if navigation.first { ("from_id", "to_id") } else { ("to_id", "from_id") };
        let sql =
            format!("SELECT l.{far} FROM link l JOIN association a ON a.id = l.association WHERE a.name = ?1 AND l.{near} = ?2");
        let mut statement = self.store.prepare_cached(&sql)?;
        let rows = statement.query_map(params![navigation.association, resource.unwrap_or(-1)], |row| row.get(0))?;
        let shown = rows.collect::<Result<Vec<i64>, _>>()?;
        let sql = "SELECT target, command, state, origin <> 'calculated', origin = 'pre-existing' FROM assigned_link
                   WHERE assignment = ?1 AND property = ?2";
        let mut statement = self.store.prepare_cached(sql)?;
        let rows = statement.query_map(params![assignment, property], |row| {
            let stored = (row.get::<_, String>(1)?, (row.get(2)?, row.get(3)?));
            Ok((row.get::<_, i64>(0)?, stored, row.get::<_, bool>(4)?))
        })?;
        let mut known: BTreeMap<i64, (String, Standing)> = BTreeMap::new();
        let mut accepted = Vec::new();
        for row in rows {
            let (target, stored, was_accepted) = row?;
            accepted.extend(was_accepted.then_some(target));
            known.insert(target, stored);
        }
        let mut now: BTreeMap<i64, (&str, Standing)> = BTreeMap::new();
        for (&target, &certain) in wanted {
            let frame = Frame { blocked: frame.blocked || !certain, ..frame };
            let before = known.get(&target).filter(|(command, _)| command == "add").map(|(_, standing)| *standing);
            now.insert(target, ("add", next(frame, before, shown.contains(&target))));
        }
        // The one value of a property is replaced, not removed and added.
        let replaced = !navigation.many && !wanted.is_empty();
        for target in shown.into_iter().filter(|target| !wanted.contains_key(target) && !replaced) {
            let standing = match known.get(&target) {
                Some((command, (state, false))) if command == "remove" => next(frame, Some((*state, false)), false),
                Some((command, _)) if command == "add" => (frame.ordered(), false),
                _ if frame.discard => (frame.ordered(), false),
                _ => (NONE, true),
            };
            now.insert(target, ("remove", standing));
        }
        for (target, (command, standing)) in &now {
            let unchanged = known.get(target).is_some_and(|(old, before)| old == command && before == standing);
            self.nonconforming += u64::from(standing.1 && !(unchanged && accepted.contains(target)));
            if !unchanged {
                let sql = "INSERT OR REPLACE INTO assigned_link VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                let row = params![assignment, property, target, command, standing.0, origin(standing.1)];
                self.store.prepare_cached(sql)?.execute(row)?;
                self.changes += 1;
            }
        }
        for target in known.keys().filter(|target| !now.contains_key(target)) {
            let sql = "DELETE FROM assigned_link WHERE assignment = ?1 AND property = ?2 AND target = ?3";
            self.store.prepare_cached(sql)?.execute(params![assignment, property, target])?;
            self.changes += 1;
        }
        Ok(now.values().map(|(_, standing)| if standing.1 { VERIFIED } else { standing.0 }).collect())
    }
}
