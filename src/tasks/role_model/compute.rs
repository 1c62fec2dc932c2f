//! The assignments of one owner, brought up to date.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::date::DateTime;
use crate::expr::eval::Data;
use crate::expr::schema::Schema;
use crate::expr::value::{Resource, Value};
use crate::tasks::TaskError;
use crate::tasks::expressions::{PlanSchema, StoreData};

use super::correlate::Candidates;
use super::decisions::Decisions;
use super::owner::{Given, Held, Owner, TypeGrants};
use super::row::{Row, because};
use super::rules::{Chain, Role, Rules, Type};
use super::state::{AWAITING, ERRORED, EXECUTED, Frame, NONE, PENDING, TRANSMITTED, TRIES, VERIFIED, of_parts};
use super::window::{Clock, Offset, Window};

/// Failures that are told one by one.
const SHOWN: usize = 10;
/// What is said of an assignment that was given up.
const GIVEN_UP: &str = "executed several times, and no synchronization shows it";

/// What a run of the task knows and counts.
pub(super) struct Run<'a> {
    /// Resource types whose orders become files for people or programs: nobody tells when they are carried out.
    pub(super) handed_over: FxHashSet<&'a str>,
    pub(super) store: &'a Connection,
    pub(super) schema: &'a PlanSchema<'a>,
    pub(super) rules: &'a Rules<'a>,
    pub(super) decisions: &'a Decisions,
    /// Rules that give resource types, by entity type of the owners.
    pub(super) grants: &'a FxHashMap<String, TypeGrants>,
    pub(super) data: StoreData<'a>,
    pub(super) clock: Clock,
    pub(super) now: DateTime,
    pub(super) moment: i64,
    /// Everything waits for approval.
    pub(super) blocked: bool,
    pub(super) changes: u64,
    pub(super) assigned: u64,
    pub(super) pending: u64,
    pub(super) verified: u64,
    pub(super) nonconforming: u64,
    pub(super) removed: u64,
    pub(super) failed: u64,
    pub(super) failures: Vec<String>,
    /// When owners are to be computed again, by owner.
    pub(super) due: FxHashMap<i64, i64>,
    /// Owners of whom correlations are suggested, and assignments with values that could not be computed.
    pub(super) suggested: FxHashSet<i64>,
    pub(super) faulty: FxHashSet<i64>,
    /// Values of dimensions with those above them.
    pub(super) chains: FxHashMap<(usize, i64), Chain>,
    /// Resources by the value that a query rule compares; by resource type and rule.
    pub(super) lookups: FxHashMap<(usize, usize), FxHashMap<String, i64>>,
}

/// What an assignment is computed for.
#[derive(Clone, Copy)]
pub(super) struct Subject<'o> {
    pub(super) id: i64,
    pub(super) owner: &'o Owner,
    /// Number of the resource type.
    pub(super) number: usize,
    /// When and how moved it is given.
    pub(super) windows: &'o [Window],
    pub(super) offset: Offset,
}

/// Why a resource type is expected.
struct Expected {
    given: Given,
    manual: bool,
}

impl<'a> Run<'a> {
    /// Counts what could not be computed; the first ones are told.
    pub(super) fn fail(&mut self, what: impl FnOnce() -> String) {
        self.failed += 1;
        if self.failures.len() < SHOWN {
            self.failures.push(what());
        }
    }

    /// A resource as a person knows it.
    pub(super) fn key(&self, resource: i64) -> Result<String, TaskError> {
        let sql = "SELECT key FROM resource WHERE id = ?1";
        let key = self.store.prepare_cached(sql)?.query_row([resource], |row| row.get(0)).optional()?;
        Ok(key.unwrap_or_else(|| resource.to_string()))
    }

    /// Brings all of an owner up to date.
    pub(super) fn owner(&mut self, source: &str, id: i64) -> Result<(), TaskError> {
        self.clock.take_next();
        let decided = self.decisions.of(id, &self.clock);
        let (owner, given) = match self.read_owner(source, id)? {
            Ok(Some(mut owner)) => {
                owner.roles(self.rules, source, &decided.roles);
                let grants = self.grants;
                let given = grants.get(source).map(|grants| owner.types(self.rules, grants, &self.clock));
                (owner, given.unwrap_or_default())
            }
            Ok(None) => (Owner::default(), Vec::new()),
            Err(reason) => {
                // What an owner has is neither given nor taken by a guess.
                let key = self.key(id)?;
                self.fail(|| format!("{source} {key} was left as it is: {reason}"));
                return Ok(());
            }
        };
        self.save_roles(id, &owner, &decided.roles.denied)?;
        self.types(id, source, &owner, given, &decided.types)?;
        self.remember(id)
    }

    /// Notes when an owner is to be computed again though nothing changes.
    fn remember(&mut self, owner: i64) -> Result<(), TaskError> {
        let next = self.clock.take_next();
        if self.due.get(&owner).copied() == next {
            return Ok(());
        }
        match next {
            Some(at) => self.store.prepare_cached("INSERT OR REPLACE INTO due VALUES (?1, ?2)")?.execute([owner, at])?,
            None => self.store.prepare_cached("DELETE FROM due WHERE owner = ?1")?.execute([owner])?,
        };
        Ok(())
    }

    /// Roles held by an owner, written as far as they changed.
    fn save_roles(&mut self, id: i64, owner: &Owner, denied: &BTreeSet<Role>) -> Result<(), TaskError> {
        let rules = self.rules;
        let mut wanted: BTreeMap<(bool, String), (&str, Option<String>)> = BTreeMap::new();
        let now = |held: &Held| self.clock.holds_any(&held.windows, Offset::default());
        for (role, held) in owner.composite.iter().chain(&owner.single).filter(|(_, held)| now(held)) {
            let (composite, name) = &rules.names[*role as usize];
            let origin = if held.manual { "manual" } else { "calculated" };
            wanted.insert((*composite, name.clone()), (origin, because(&held.rules)));
        }
        for role in denied {
            let (composite, name) = &rules.names[*role as usize];
            wanted.insert((*composite, name.clone()), ("denied", None));
        }
        let sql = "SELECT id, kind = 'CompositeRole', role, origin, because FROM assigned_role
                   WHERE owner = ?1 AND valid_to IS NULL";
        let mut statement = self.store.prepare_cached(sql)?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let (number, composite, name): (i64, bool, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (origin, known): (String, Option<String>) = (row.get(3)?, row.get(4)?);
            match wanted.remove(&(composite, name)) {
                None if matches!(origin.as_str(), "calculated" | "manual" | "denied") => {
                    let sql = "UPDATE assigned_role SET valid_to = ?1 WHERE id = ?2";
                    self.store.prepare_cached(sql)?.execute(params![self.moment, number])?;
                    self.changes += 1;
                }
                Some((now, rules)) if now != origin || rules != known => {
                    let sql = "UPDATE assigned_role SET origin = ?1, because = ?2 WHERE id = ?3";
                    self.store.prepare_cached(sql)?.execute(params![now, rules, number])?;
                    self.changes += u64::from(now != origin);
                }
                _ => {}
            }
        }
        for ((composite, name), (origin, rules)) in wanted {
            let kind = if composite { "CompositeRole" } else { "SingleRole" };
            let sql =
                "INSERT INTO assigned_role (owner, kind, role, origin, because, valid_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            self.store.prepare_cached(sql)?.execute(params![id, kind, name, origin, rules, self.moment])?;
            self.changes += 1;
        }
        Ok(())
    }

    /// The resource types of an owner: those that are expected first, so that they come first to a resource.
    fn types(
        &mut self,
        id: i64,
        source: &str,
        owner: &Owner,
        given: Vec<Given>,
        by_hand: &BTreeMap<usize, (bool, Window)>,
    ) -> Result<(), TaskError> {
        let rows = self.rows(id)?;
        let candidates = self.candidates(id)?;
        let rules = self.rules;
        let mut expected: Vec<Expected> = Vec::new();
        for given in given {
            let decided = by_hand.get(&given.number);
            if decided.is_none_or(|(denied, _)| !denied) {
                expected.push(Expected { given, manual: decided.is_some() });
            }
        }
        for (&number, &(_, window)) in by_hand.iter().filter(|(_, (denied, _))| !denied) {
            if rules.types[number].source == source && !expected.iter().any(|known| known.given.number == number) {
                let given = Given { number, rules: Vec::new(), windows: vec![window], offset: Offset::default() };
                expected.push(Expected { given, manual: true });
            }
        }
        expected.sort_by_key(|expected| (rules.depth(expected.given.number), expected.given.number));
        let known = rows.keys().filter_map(|name| rules.by_id.get(name.as_str()));
        let correlated = candidates.keys().filter_map(|key| rules.by_key.get(key));
        let correlated = correlated.filter(|number| rules.types[**number].source == source);
        let mut others: Vec<usize> = known.chain(correlated).copied().collect();
        others.retain(|number| !expected.iter().any(|known| known.given.number == *number));
        others.sort_unstable();
        others.dedup();
        // What waits for a resource that is only found here, below, is looked at when that is known.
        let mut waiting = Vec::new();
        for expected in &expected {
            let found = &rules.types[expected.given.number];
            let row = rows.get(found.id);
            let first = found.depends_on.and_then(|first| rules.by_id.get(first));
            if first.is_some_and(|first| others.contains(first))
                && self.correlate(id, found, row, &candidates)?.resource.is_none()
            {
                waiting.push(expected);
                continue;
            }
            self.expected(id, owner, found, row, &candidates, expected)?;
        }
        for number in others {
            let found = &rules.types[number];
            let row = rows.get(found.id);
            let correlated = self.correlate(id, found, row, &candidates)?;
            self.suggest(id, found.id, &correlated.suggested)?;
            let denied = by_hand.get(&number).is_some_and(|(denied, _)| *denied);
            let frame = self.frame(found, row)?;
            let next = Row {
                resource: correlated.resource,
                confidence: correlated.confidence,
                because: because(correlated.rule.as_slice()),
                ..Row::default()
            };
            self.unexpected(id, found, row, next, denied, frame)?;
        }
        for expected in waiting {
            let found = &rules.types[expected.given.number];
            self.expected(id, owner, found, rows.get(found.id), &candidates, expected)?;
        }
        Ok(())
    }

    fn frame(&self, found: &Type<'_>, row: Option<&Row>) -> Result<Frame, TaskError> {
        let reread = self.reread(found, row)?;
        Ok(Frame { blocked: self.blocked || found.blocked, reread, discard: found.discard, fresh: false })
    }

    /// Whether the connector was synchronized since the last execution of an assignment's orders.
    fn reread(&self, found: &Type<'_>, row: Option<&Row>) -> Result<bool, TaskError> {
        // Of what is verified or never was ordered nothing is on its way.
        let row = row.filter(|row| !matches!(row.state, VERIFIED | NONE));
        let (Some(row), Some(connector)) = (row, found.connector) else { return Ok(false) };
        if self.handed_over.contains(found.id) {
            return Ok(false);
        }
        let sql = "SELECT (SELECT moment FROM synchronized WHERE connector = ?1)
                   > (SELECT max(executed) FROM provisioning_order WHERE assignment = ?2)";
        let mut statement = self.store.prepare_cached(sql)?;
        Ok(statement
            .query_row(params![connector, row.id], |row| row.get::<_, Option<bool>>(0))
            .optional()?
            .flatten()
            .unwrap_or(false))
    }

    fn expected(
        &mut self,
        id: i64,
        owner: &Owner,
        found: &'a Type<'a>,
        row: Option<&Row>,
        candidates: &Candidates,
        expected: &Expected,
    ) -> Result<(), TaskError> {
        let correlated = self.correlate(id, found, row, candidates)?;
        self.suggest(id, found.id, &correlated.suggested)?;
        let frame = self.frame(found, row)?;
        self.assigned += 1;
        let given = &expected.given;
        let subject = Subject { id, owner, number: given.number, windows: &given.windows, offset: given.offset };
        let mut next = Row {
            resource: correlated.resource,
            origin: if expected.manual { "manual" } else { "calculated" }.to_owned(),
            confidence: correlated.confidence,
            because: because(&given.rules),
            message: None,
            ..row.cloned().unwrap_or_default()
        };
        if let Some(resource) = correlated.resource {
            self.existing(subject, row, next, resource, frame)
        } else {
            let unsure = !correlated.suggested.is_empty();
            let frame = Frame { blocked: frame.blocked || !found.may_add || unsure, ..frame };
            if next.id == 0 {
                next.id = self.save(id, found.id, None, &next)?;
            }
            self.missing(subject, row, next, frame)
        }
    }

    /// An expected assignment without a resource: one is to be made.
    fn missing(&mut self, subject: Subject<'_>, row: Option<&Row>, mut next: Row, frame: Frame) -> Result<(), TaskError> {
        let found = &self.rules.types[subject.number];
        let stored = Row { id: next.id, ..row.unwrap_or(&next).clone() };
        let before = row.filter(|row| row.command == "Added" && row.resource.is_none()).map(|row| row.state);
        let frame = Frame { fresh: before.is_none(), ..frame };
        let parts = self.parts(subject, next.id, None, frame)?;
        if let Some(reason) = self.waits_for(subject, found)? {
            (next.state, next.message) = (NONE, Some(reason));
            "Added".clone_into(&mut next.command);
        } else if parts.fresh && before == Some(ERRORED) {
            // It failed for what is no longer wanted; whoever makes it needs all values.
            self.order_again(next.id, frame.ordered())?;
            (next.state, next.tries) = (frame.ordered(), 0);
        } else {
            Self::advance(&mut next, "Added", before, frame);
        }
        if next.state == ERRORED {
            next.message = row.and_then(|row| row.message.clone()).or_else(|| Some(GIVEN_UP.to_owned()));
        }
        self.save(subject.id, found.id, Some(&stored), &next)?;
        Ok(())
    }

    /// An expected assignment with its resource: values and links are to be as the rules say.
    fn existing(
        &mut self,
        subject: Subject<'_>,
        row: Option<&Row>,
        mut next: Row,
        resource: i64,
        frame: Frame,
    ) -> Result<(), TaskError> {
        let found = &self.rules.types[subject.number];
        let deleting = row.is_some_and(|row| row.command == "Deleted" && matches!(row.state, TRANSMITTED | EXECUTED));
        if deleting && !frame.reread {
            return Ok(());
        }
        if next.id == 0 {
            next.id = self.save(subject.id, found.id, None, &next)?;
        }
        let stored = Row { id: next.id, ..row.unwrap_or(&next).clone() };
        let parts = self.parts(subject, next.id, Some(resource), frame)?;
        let state = of_parts(&parts.states);
        let open = matches!(state, PENDING | AWAITING);
        if open {
            next.tries = if parts.fresh { 0 } else { next.tries + i64::from(row.is_some_and(|row| row.state == EXECUTED)) };
            "Modified".clone_into(&mut next.command);
        } else if state == VERIFIED {
            next.tries = 0;
        }
        next.state = if open && next.tries >= TRIES { ERRORED } else { state };
        if next.state == ERRORED {
            let given_up = (next.tries >= TRIES).then(|| GIVEN_UP.to_owned());
            next.message = given_up.or_else(|| row.and_then(|row| row.message.clone()));
        }
        self.save(subject.id, found.id, Some(&stored), &next)?;
        Ok(())
    }

    /// What an owner must have first, if it is not there.
    fn waits_for(&self, subject: Subject<'_>, found: &Type<'_>) -> Result<Option<String>, TaskError> {
        if let Some(first) = found.depends_on {
            let sql = "SELECT EXISTS (SELECT 1 FROM assigned_type WHERE owner = ?1 AND resource_type = ?2 AND valid_to IS NULL
                       AND (state = 8 OR resource IS NOT NULL))";
            if !self.store.prepare_cached(sql)?.query_row(params![subject.id, first], |row| row.get(0))? {
                return Ok(Some(format!("waits for a resource of type {first}")));
            }
        }
        if let (Some(property), Some(entity)) = (found.depends_on_property, self.schema.entity(found.source)) {
            let value = self.data.read(Resource { entity, id: subject.id }, property);
            if matches!(value, Ok(Value::Null) | Err(_)) {
                return Ok(Some(format!("waits for a value of {property}")));
            }
        }
        Ok(None)
    }

    /// Values and links that failed are to be done once more.
    fn order_again(&mut self, assignment: i64, state: i64) -> Result<(), TaskError> {
        for table in ["assigned_value", "assigned_link"] {
            let sql = format!("UPDATE {table} SET state = ?2 WHERE assignment = ?1 AND state = 3");
            self.store.prepare_cached(&sql)?.execute([assignment, state])?;
        }
        Ok(())
    }

    /// The state of something to be done as a whole, given its state if it was to be done before.
    fn advance(next: &mut Row, command: &str, before: Option<i64>, frame: Frame) {
        next.state = match before {
            Some(EXECUTED) if frame.reread => {
                next.tries += 1;
                // What was executed once was let go on; nobody is asked for the same again.
                if next.tries >= TRIES { ERRORED } else { PENDING }
            }
            Some(state @ (PENDING | TRANSMITTED | ERRORED | EXECUTED)) => state,
            Some(_) | None => frame.ordered(),
        };
        command.clone_into(&mut next.command);
    }

    /// An assignment that nothing gives. `correlated`: what is known of its resource, and by which rule.
    fn unexpected(
        &mut self,
        owner: i64,
        found: &Type<'_>,
        row: Option<&Row>,
        correlated: Row,
        denied: bool,
        frame: Frame,
    ) -> Result<(), TaskError> {
        let Some(row) = row else {
            if correlated.resource.is_none() {
                return Ok(());
            }
            let mut next = Row { origin: "found".to_owned(), ..correlated };
            if denied {
                "denied".clone_into(&mut next.origin);
                Self::advance(&mut next, "Deleted", None, Frame { blocked: frame.blocked || !found.may_remove, ..frame });
                self.removed += 1;
            } else {
                self.nonconforming += 1;
            }
            self.save(owner, found.id, None, &next)?;
            return Ok(());
        };
        if correlated.resource.is_none() {
            let on_its_way = row.command == "Added" && matches!(row.state, TRANSMITTED | EXECUTED) && !frame.reread;
            return if on_its_way { Ok(()) } else { self.close(row.id, None) };
        }
        let mut next = Row { resource: correlated.resource, confidence: correlated.confidence, ..row.clone() };
        if denied || matches!(row.origin.as_str(), "calculated" | "manual" | "denied") {
            let before = (row.command == "Deleted").then_some(row.state);
            let frame = Frame { blocked: frame.blocked || !found.may_remove, ..frame };
            Self::advance(&mut next, "Deleted", before, frame);
            if denied { "denied" } else { "calculated" }.clone_into(&mut next.origin);
            next.because = None;
            if next.state != ERRORED {
                next.message = None;
            }
            self.removed += u64::from(before.is_none());
        } else {
            // It was there before anybody wanted it; what somebody has accepted is no finding.
            next.because = correlated.because;
            self.nonconforming += u64::from(row.origin != "pre-existing");
        }
        self.save(owner, found.id, Some(row), &next)?;
        Ok(())
    }

    /// An assignment whose owner is gone: nobody expects it.
    pub(super) fn without_owner(&mut self, owner: i64, found: &Type<'_>) -> Result<(), TaskError> {
        let rows = self.rows(owner)?;
        let Some(row) = rows.get(found.id) else { return Ok(()) };
        let correlated = self.correlate(owner, found, Some(row), &FxHashMap::default())?;
        let frame = self.frame(found, Some(row))?;
        // What was only found belongs to nobody now.
        if !matches!(row.origin.as_str(), "calculated" | "manual" | "denied") {
            return self.close(row.id, None);
        }
        let next = Row { resource: correlated.resource, confidence: correlated.confidence, ..Row::default() };
        self.unexpected(owner, found, Some(row), next, false, frame)
    }
}
