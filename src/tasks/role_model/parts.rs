//! Values and links of one assignment: what the rules want, held against what the resource shows.

use std::collections::BTreeMap;

use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::expr::eval::Data;
use crate::expr::value::Resource;
use crate::tasks::TaskError;
use crate::tasks::expressions::Valuation;
use crate::tasks::identity::Layout;

use super::compute::{Run, Subject};
use super::rules::{Criteria, Query, Role, Scalar};
use super::state::{AWAITING, EXECUTED, FAILED, Frame, NONE, VERIFIED, next};
use super::window::{Offset, Reference};

/// How a value or a link is stored: state, and whether it was changed by hand.
type Standing = (i64, bool);

/// A value as it is stored: wanted, shown, standing.
type Known = (Option<String>, Option<String>, Standing);

fn origin(by_hand: bool) -> &'static str {
    if by_hand { "non-conforming" } else { "calculated" }
}

/// What came of the values and links of an assignment.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) states: Vec<i64>,
    /// The rules want something that they did not want before.
    pub(super) fresh: bool,
    /// Properties that could not be computed, and why.
    faults: Vec<(String, String)>,
}

/// Resources wanted in a navigation property, and whether that is certain; or why it cannot be told.
type Wanted = Result<BTreeMap<i64, bool>, String>;

impl Run<'_> {
    /// Brings values and links up to date.
    pub(super) fn parts(
        &mut self,
        subject: Subject<'_>,
        assignment: i64,
        resource: Option<i64>,
        frame: Frame,
    ) -> Result<Parts, TaskError> {
        let mut parts = Parts::default();
        self.values(subject, assignment, resource, frame, &mut parts)?;
        for (property, wanted) in self.wanted_links(subject)? {
            match wanted {
                Ok(targets) => self.links(subject.number, assignment, resource, frame, &property, &targets, &mut parts)?,
                // What is there stays; nothing is known of what should be.
                Err(reason) => parts.faults.push((property, reason)),
            }
        }
        for (property, reason) in &parts.faults {
            parts.states.push(FAILED);
            let key = self.key(subject.id)?;
            let resource_type = self.rules.types[subject.number].id;
            self.fail(|| format!("{resource_type}.{property} of {key}: {reason}"));
        }
        self.note_faults(assignment, &parts.faults)?;
        Ok(parts)
    }

    /// Whether a rule applies now: by its own criteria where it has any, moved as it says or as the resource type is.
    fn applies(&self, subject: Subject<'_>, criteria: Option<&Criteria>, role: Option<Role>, offset: Offset) -> bool {
        let moved = if offset.reference == Reference::Default { subject.offset } else { offset };
        if let Some(role) = role {
            return subject.owner.single.get(&role).is_some_and(|held| self.clock.holds_any(&held.windows, moved));
        }
        match criteria.filter(|criteria| criteria.nobody || criteria.role.is_some() || !criteria.dimensions.is_empty()) {
            Some(criteria) => self.clock.holds_any(&subject.owner.windows(criteria, &subject.owner.single), moved),
            // As long as the resource type is assigned.
            None => offset.reference == Reference::Default || self.clock.holds_any(subject.windows, moved),
        }
    }

    fn values(
        &mut self,
        subject: Subject<'_>,
        assignment: i64,
        resource: Option<i64>,
        frame: Frame,
        parts: &mut Parts,
    ) -> Result<(), TaskError> {
        let found = &self.rules.types[subject.number];
        // Of several rules for a property the last that applies counts.
        let mut last: BTreeMap<&str, &Scalar> = BTreeMap::new();
        for rule in &found.scalars {
            if self.applies(subject, None, rule.role, rule.offset) {
                last.insert(&rule.property, rule);
            }
        }
        let sql = "SELECT property, wanted, shown, state, origin <> 'calculated', origin = 'pre-existing' FROM assigned_value
                   WHERE assignment = ?1";
        let mut statement = self.store.prepare_cached(sql)?;
        let rows = statement.query_map([assignment], |row| {
            let stored = (row.get(1)?, row.get(2)?, (row.get(3)?, row.get(4)?));
            Ok((row.get::<_, String>(0)?, stored, row.get::<_, bool>(5)?))
        })?;
        let mut known: BTreeMap<String, Known> = BTreeMap::new();
        // What was accepted as it was before the rules is no finding as long as it stays so.
        let mut accepted = Vec::new();
        for row in rows {
            let (property, stored, was_accepted) = row?;
            if was_accepted {
                accepted.push(property.clone());
            }
            known.insert(property, stored);
        }
        for (property, rule) in last {
            let before = known.remove(property);
            let shown = resource.filter(|_| rule.mapped).and_then(|id| {
                let value = self.data.read(Resource { entity: found.entity, id }, property).ok()?;
                value.store(&rule.valuation.kind).ok().flatten()
            });
            let (wanted, standing) = match self.valued(&rule.valuation, subject.id)? {
                Err(reason) => {
                    parts.faults.push((property.to_owned(), reason));
                    (before.as_ref().and_then(|(wanted, ..)| wanted.clone()), (FAILED, false))
                }
                Ok(wanted) => {
                    let earlier = before.as_ref().filter(|(known, ..)| *known == wanted).map(|(.., standing)| *standing);
                    let standing = judged(rule, wanted.as_deref(), shown.as_deref(), earlier, before.is_some(), resource, frame);
                    let idle = !rule.mapped && matches!(standing.0, EXECUTED | NONE);
                    parts.states.push(if idle || standing.1 { VERIFIED } else { standing.0 });
                    parts.fresh |= earlier.is_none() && !matches!(standing.0, VERIFIED | NONE);
                    (wanted, standing)
                }
            };
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
        Ok(())
    }

    /// What a formula gives for a resource, or why it gives nothing.
    pub(super) fn valued(&self, valuation: &Valuation, resource: i64) -> Result<Result<Option<String>, String>, TaskError> {
        let found = if valuation.joins.is_empty() && valuation.value == "?1" {
            valuation.constant.clone()
        } else {
            let sql = format!("SELECT {} FROM resource r {} WHERE r.id = ?2 AND ?1 IS ?1", valuation.value, valuation.joins);
            let mut statement = self.store.prepare_cached(&sql)?;
            let mut rows = statement.query(params![valuation.constant, resource])?;
            rows.next()?.map(|row| row.get(0)).transpose()?.flatten()
        };
        Ok(valuation.finish(found, resource, &self.data, self.now))
    }

    /// Resources wanted, by navigation property.
    fn wanted_links(&mut self, subject: Subject<'_>) -> Result<BTreeMap<String, Wanted>, TaskError> {
        let found = &self.rules.types[subject.number];
        let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
        for (place, rule) in found.queries.iter().enumerate() {
            let known = wanted.entry(rule.property.clone()).or_insert_with(|| Ok(BTreeMap::new()));
            // The first that finds something counts, and none after one of which nobody can tell.
            if !matches!(known, Ok(targets) if targets.is_empty()) || !self.applies(subject, None, None, rule.offset) {
                continue;
            }
            match self.valued(&rule.source, subject.id)? {
                Err(reason) => *known = Err(reason),
                Ok(None) => {}
                Ok(Some(value)) => {
                    if let (Some(target), Ok(targets)) = (self.lookup(subject.number, place, rule, &value)?, known) {
                        targets.insert(target, rule.confidence >= 100);
                    }
                }
            }
        }
        for denied in [false, true] {
            for rule in found.navigations.iter().filter(|rule| rule.denied == denied) {
                let known = wanted.entry(rule.property.clone()).or_insert_with(|| Ok(BTreeMap::new()));
                let (Ok(targets), Some(target)) = (known, rule.target) else { continue };
                if !self.applies(subject, Some(&rule.criteria), None, rule.offset) {
                    continue;
                }
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
    fn lookup(&mut self, number: usize, place: usize, rule: &Query, value: &str) -> Result<Option<i64>, TaskError> {
        let name = (number, place);
        if !self.lookups.contains_key(&name) {
            let mut values = FxHashMap::default();
            if let Some(layout) = Layout::stored(self.store, &rule.pointed)? {
                let (column, joins) = (&rule.target.value, &rule.target.joins);
                let sql =
                    format!("SELECT r.id, {column}, r.key FROM resource r {joins} WHERE r.type = ?2 AND ?1 IS ?1 ORDER BY r.id");
                let mut statement = self.store.prepare(&sql)?;
                let mut rows = statement.query(params![rule.target.constant, layout.number])?;
                while let Some(row) = rows.next()? {
                    let id = row.get(0)?;
                    match rule.target.finish(row.get(1)?, id, &self.data, self.now) {
                        Ok(Some(text)) => {
                            values.entry(text).or_insert(id);
                        }
                        Ok(None) => {}
                        Err(reason) => {
                            let (key, resource_type): (String, _) = (row.get(2)?, self.rules.types[number].id);
                            let property = &rule.property;
                            self.fail(|| format!("{resource_type}.{property}, target side for {} {key}: {reason}", rule.pointed));
                        }
                    }
                }
            }
            self.lookups.insert(name, values);
        }
        Ok(self.lookups.get(&name).and_then(|values| values.get(value)).copied())
    }

    #[allow(clippy::too_many_arguments, reason = "all of them differ from call to call")]
    fn links(
        &mut self,
        number: usize,
        assignment: i64,
        resource: Option<i64>,
        frame: Frame,
        property: &str,
        wanted: &BTreeMap<i64, bool>,
        parts: &mut Parts,
    ) -> Result<(), TaskError> {
        let entity = self.rules.types[number].entity;
        let Some(navigation) = self.schema.navigation(entity, property) else { return Ok(()) };
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
            let before = before.filter(|standing| resource.is_some() || on_its_way(*standing));
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
            let before = known.get(target).filter(|(old, _)| old == command);
            parts.fresh |= before.is_none() && !matches!(standing.0, VERIFIED | NONE);
            let unchanged = before.is_some_and(|(_, before)| before == standing);
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
        parts.states.extend(now.values().map(|(_, standing)| if standing.1 { VERIFIED } else { standing.0 }));
        Ok(())
    }
}

/// Whether something is to be done or was. What was verified or changed by hand went with the resource that showed it.
fn on_its_way((state, by_hand): Standing) -> bool {
    state != VERIFIED && !by_hand
}

/// The standing of a value. `earlier`: its standing if the same was wanted already; `known`: whether any was wanted.
fn judged(
    rule: &Scalar,
    wanted: Option<&str>,
    shown: Option<&str>,
    earlier: Option<Standing>,
    known: bool,
    resource: Option<i64>,
    frame: Frame,
) -> Standing {
    let same = match (wanted, shown) {
        (Some(wanted), Some(shown)) => (rule.same)(wanted, shown),
        (None, None) => true,
        _ => false,
    };
    match (rule.mapped || resource.is_none(), earlier, known) {
        (true, ..) => next(frame, earlier.filter(|standing| resource.is_some() || on_its_way(*standing)), same),
        // What is never read back stays as it was; of a resource that was there, nothing is known.
        (false, Some((AWAITING, _)), _) | (false, None, true) => (frame.ordered(), false),
        (false, Some(standing), _) => standing,
        (false, None, false) => (NONE, false),
    }
}
