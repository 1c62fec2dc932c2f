//! The assignments of one owner, brought up to date.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::date::DateTime;
use crate::tasks::TaskError;
use crate::tasks::expressions::{PlanSchema, StoreData};

use super::owner::{Index, Owner};
use super::rules::{Rules, Type};
use super::state::{AWAITING, ERRORED, EXECUTED, Frame, INACTIVE, NONE, PENDING, TRANSMITTED, TRIES, VERIFIED, of_parts};

/// What a run of the task knows and counts.
pub(super) struct Run<'a> {
    pub(super) store: &'a Connection,
    pub(super) schema: &'a PlanSchema<'a>,
    pub(super) rules: &'a Rules<'a>,
    pub(super) data: StoreData<'a>,
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
    /// Resources by the value that a query rule compares; by resource type and rule.
    pub(super) lookups: FxHashMap<(String, usize), FxHashMap<String, i64>>,
    /// Rules by what they ask for, by entity type of the owners.
    pub(super) indexes: &'a FxHashMap<String, Index>,
}

/// A resource, and those suggested with their confidence.
type Correlated = (Option<i64>, Vec<(i64, i64)>);

/// An open assignment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) resource: Option<i64>,
    pub(super) state: i64,
    pub(super) command: String,
    pub(super) origin: String,
    pub(super) tries: i64,
}

impl Run<'_> {
    /// Roles held by an owner, written as far as they changed.
    pub(super) fn save_roles(&mut self, id: i64, owner: &Owner) -> Result<(), TaskError> {
        let mut statement = self
            .store
            .prepare_cached("SELECT id, kind, role, origin FROM assigned_role WHERE owner = ?1 AND valid_to IS NULL")?;
        let rows = statement.query_map([id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
        })?;
        let mut known = FxHashSet::default();
        for row in rows {
            let (number, kind, role, origin) = row?;
            let held = if kind == "CompositeRole" { &owner.composite } else { &owner.single };
            if origin == "calculated" && !held.contains(&role) {
                let sql = "UPDATE assigned_role SET valid_to = ?1 WHERE id = ?2";
                self.store.prepare_cached(sql)?.execute(params![self.moment, number])?;
                self.changes += 1;
            } else {
                // What was asked for and is given by a rule meanwhile needs no approval.
                if origin == "requested" && held.contains(&role) {
                    let sql = "UPDATE assigned_role SET origin = 'calculated' WHERE id = ?1";
                    self.store.prepare_cached(sql)?.execute([number])?;
                    self.changes += 1;
                }
                known.insert((kind, role));
            }
        }
        for (kind, held) in [("CompositeRole", &owner.composite), ("SingleRole", &owner.single)] {
            let mut held: Vec<&String> = held.iter().collect();
            held.sort();
            for role in held {
                if !known.contains(&(kind.to_owned(), role.clone())) {
                    let sql =
                        "INSERT INTO assigned_role (owner, kind, role, origin, valid_from) VALUES (?1, ?2, ?3, 'calculated', ?4)";
                    self.store.prepare_cached(sql)?.execute(params![id, kind, role, self.moment])?;
                    self.changes += 1;
                }
            }
        }
        Ok(())
    }

    /// The resource types of an owner: those that rules give first, so that they come first to a resource.
    pub(super) fn types(&mut self, id: i64, source: &str, owner: &Owner, given: &[usize]) -> Result<(), TaskError> {
        let rows = self.rows(id)?;
        let candidates = self.candidates(id)?;
        let rules = self.rules;
        let mut others: Vec<usize> = (0..rules.types.len())
            .filter(|number| !given.contains(number) && rules.types[*number].source == source)
            .filter(|number| {
                let found = &rules.types[*number];
                rows.contains_key(found.id) || found.correlations.iter().any(|(rule, _)| candidates.contains_key(rule))
            })
            .collect();
        others.sort_unstable();
        for (number, expected) in
            given.iter().map(|number| (*number, true)).chain(others.into_iter().map(|number| (number, false)))
        {
            let found = &rules.types[number];
            self.one(id, owner, found, rows.get(found.id), &candidates, expected)?;
        }
        Ok(())
    }

    fn rows(&self, owner: i64) -> Result<FxHashMap<String, Row>, TaskError> {
        let mut statement = self.store.prepare_cached(
            "SELECT resource_type, id, resource, state, command, origin, tries FROM assigned_type
             WHERE owner = ?1 AND valid_to IS NULL",
        )?;
        let rows = statement.query_map([owner], |row| {
            let (id, resource, state) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, Row { id, resource, state, command: row.get(4)?, origin: row.get(5)?, tries: row.get(6)? }))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Resources that have the owner's key, by rule.
    fn candidates(&self, owner: i64) -> Result<FxHashMap<String, Vec<i64>>, TaskError> {
        let mut statement = self.store.prepare_cached(
            "SELECT o.rule, t.resource FROM correlation_key o JOIN correlation_key t ON t.rule = o.rule AND t.side = 1
             AND t.key = o.key WHERE o.resource = ?1 AND o.side = 0 ORDER BY t.resource",
        )?;
        let mut found: FxHashMap<String, Vec<i64>> = FxHashMap::default();
        let mut rows = statement.query([owner])?;
        while let Some(row) = rows.next()? {
            found.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        Ok(found)
    }

    /// The resource of an assignment, if there is one, and those that a person would have to confirm.
    fn correlate(
        &self,
        owner: i64,
        found: &Type<'_>,
        row: Option<&Row>,
        candidates: &FxHashMap<String, Vec<i64>>,
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
        let (mut certain, mut suggested) = (Vec::new(), Vec::new());
        for (rule, confidence) in &found.correlations {
            for &resource in candidates.get(rule).into_iter().flatten() {
                let sql = "SELECT EXISTS (SELECT 1 FROM assigned_type WHERE resource = ?1 AND valid_to IS NULL
                           AND NOT (owner = ?2 AND resource_type = ?3))";
                let query = params![resource, owner, found.id];
                if self.store.prepare_cached(sql)?.query_row(query, |row| row.get(0))? {
                    continue;
                }
                if *confidence >= 100 { certain.push(resource) } else { suggested.push((resource, *confidence)) }
            }
        }
        if current.is_some_and(|id| certain.is_empty() || certain.contains(&id)) {
            return Ok((current, Vec::new()));
        }
        let chosen = certain.first().copied();
        Ok((chosen, if chosen.is_none() { suggested } else { Vec::new() }))
    }

    fn suggest(&mut self, owner: i64, found: &Type<'_>, suggested: &[(i64, i64)]) -> Result<(), TaskError> {
        let wanted: BTreeMap<i64, i64> = suggested.iter().rev().copied().collect();
        let sql = "SELECT resource, confidence FROM suggested_correlation WHERE owner = ?1 AND resource_type = ?2";
        let mut statement = self.store.prepare_cached(sql)?;
        let rows = statement.query_map(params![owner, found.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let known: BTreeMap<i64, i64> = rows.collect::<Result<_, _>>()?;
        if known == wanted {
            return Ok(());
        }
        self.changes += 1;
        let sql = "DELETE FROM suggested_correlation WHERE owner = ?1 AND resource_type = ?2";
        self.store.prepare_cached(sql)?.execute(params![owner, found.id])?;
        for (resource, confidence) in wanted {
            let sql = "INSERT INTO suggested_correlation VALUES (?1, ?2, ?3, ?4)";
            self.store.prepare_cached(sql)?.execute(params![owner, found.id, resource, confidence])?;
        }
        Ok(())
    }

    /// Whether the connector was synchronized since the last execution of an assignment's orders.
    fn reread(&self, found: &Type<'_>, row: Option<&Row>) -> Result<bool, TaskError> {
        let (Some(row), Some(connector)) = (row, found.connector) else { return Ok(false) };
        let sql = "SELECT (SELECT moment FROM synchronized WHERE connector = ?1)
                   > (SELECT max(executed) FROM provisioning_order WHERE assignment = ?2)";
        let mut statement = self.store.prepare_cached(sql)?;
        Ok(statement
            .query_row(params![connector, row.id], |row| row.get::<_, Option<bool>>(0))
            .optional()?
            .flatten()
            .unwrap_or(false))
    }

    fn one(
        &mut self,
        owner_id: i64,
        owner: &Owner,
        found: &Type<'_>,
        row: Option<&Row>,
        candidates: &FxHashMap<String, Vec<i64>>,
        expected: bool,
    ) -> Result<(), TaskError> {
        let expected = match row.map(|row| row.origin.as_str()) {
            Some("manual") => true,
            Some("denied") => false,
            _ => expected,
        };
        let (resource, suggested) = self.correlate(owner_id, found, row, candidates)?;
        self.suggest(owner_id, found, &suggested)?;
        let frame = Frame { blocked: self.blocked || found.blocked, reread: self.reread(found, row)?, discard: found.discard };
        if !expected {
            return self.unexpected(owner_id, found, row, resource, frame);
        }
        self.assigned += 1;
        let origin = if row.is_some_and(|row| row.origin == "manual") { "manual" } else { "calculated" };
        let mut next = match row {
            Some(row) => Row { resource, origin: origin.to_owned(), ..row.clone() },
            None => Row { id: 0, resource, state: NONE, command: String::new(), origin: origin.to_owned(), tries: 0 },
        };
        let Some(resource) = resource else {
            let frame = Frame { blocked: frame.blocked || !found.may_add || !suggested.is_empty(), ..frame };
            let before = row.filter(|row| row.command == "Added" && row.resource.is_none()).map(|row| row.state);
            Self::advance(&mut next, "Added", before, frame);
            let id = self.save(owner_id, found, row, &next)?;
            self.parts(owner_id, owner, found, id, None, frame)?;
            return Ok(());
        };
        let deleting = row.is_some_and(|row| row.command == "Deleted" && matches!(row.state, TRANSMITTED | EXECUTED));
        if deleting && !frame.reread {
            return Ok(());
        }
        if row.is_none() {
            next.id = self.save(owner_id, found, None, &next)?;
        }
        let parts = self.parts(owner_id, owner, found, next.id, Some(resource), frame)?;
        let state = of_parts(&parts);
        if matches!(state, PENDING | AWAITING) {
            let again = row.is_some_and(|row| row.state == EXECUTED);
            next.tries += i64::from(again);
            "Modified".clone_into(&mut next.command);
        } else if state == VERIFIED {
            next.tries = 0;
        }
        next.state = if next.tries >= TRIES && matches!(state, PENDING | AWAITING) { ERRORED } else { state };
        self.save(owner_id, found, Some(row.unwrap_or(&Row { state: NONE, ..next.clone() })), &next)?;
        Ok(())
    }

    /// The state of something to be done as a whole, given its state if it was to be done before.
    fn advance(next: &mut Row, command: &str, before: Option<i64>, frame: Frame) {
        next.state = match before {
            Some(EXECUTED) if frame.reread => {
                next.tries += 1;
                if next.tries >= TRIES { ERRORED } else { frame.ordered() }
            }
            Some(state @ (PENDING | TRANSMITTED | ERRORED | EXECUTED)) => state,
            Some(_) | None => frame.ordered(),
        };
        command.clone_into(&mut next.command);
    }

    fn unexpected(
        &mut self,
        owner: i64,
        found: &Type<'_>,
        row: Option<&Row>,
        resource: Option<i64>,
        frame: Frame,
    ) -> Result<(), TaskError> {
        let Some(row) = row else {
            if resource.is_some() {
                self.nonconforming += 1;
                let next = Row { id: 0, resource, state: NONE, command: String::new(), origin: "found".to_owned(), tries: 0 };
                self.save(owner, found, None, &next)?;
            }
            return Ok(());
        };
        let Some(resource) = resource else {
            let on_its_way = row.command == "Added" && matches!(row.state, TRANSMITTED | EXECUTED) && !frame.reread;
            return if on_its_way || row.origin == "denied" { Ok(()) } else { self.close(row.id) };
        };
        let mut next = Row { resource: Some(resource), ..row.clone() };
        if row.origin == "found" {
            self.nonconforming += 1;
        } else if row.origin != "pre-existing" {
            let before = (row.command == "Deleted").then_some(row.state);
            let frame = Frame { blocked: frame.blocked || !found.may_remove, ..frame };
            Self::advance(&mut next, "Deleted", before, frame);
            self.removed += u64::from(before.is_none());
        }
        self.save(owner, found, Some(row), &next)?;
        Ok(())
    }

    /// An assignment whose owner is gone: nobody expects it.
    pub(super) fn without_owner(&mut self, owner: i64, found: &Type<'_>) -> Result<(), TaskError> {
        let rows = self.rows(owner)?;
        let Some(row) = rows.get(found.id) else { return Ok(()) };
        let (resource, _) = self.correlate(owner, found, Some(row), &FxHashMap::default())?;
        let frame = Frame { blocked: self.blocked || found.blocked, reread: self.reread(found, Some(row))?, discard: false };
        // What was only found belongs to nobody now.
        if matches!(row.origin.as_str(), "found" | "pre-existing") {
            return self.close(row.id);
        }
        self.unexpected(owner, found, Some(row), resource, frame)
    }

    /// Ends an assignment; what it was stays as history.
    pub(super) fn close(&mut self, id: i64) -> Result<(), TaskError> {
        let sql = "UPDATE assigned_type SET valid_to = ?1, state = ?2 WHERE id = ?3";
        self.store.prepare_cached(sql)?.execute(params![self.moment, INACTIVE, id])?;
        self.removed += 1;
        self.changes += 1;
        Ok(())
    }

    fn save(&mut self, owner: i64, found: &Type<'_>, row: Option<&Row>, next: &Row) -> Result<i64, TaskError> {
        let Some(row) = row else {
            let sql = "INSERT INTO assigned_type (owner, resource_type, resource, state, command, origin, tries, valid_from)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            let values = params![owner, found.id, next.resource, next.state, next.command, next.origin, next.tries, self.moment];
            self.store.prepare_cached(sql)?.execute(values)?;
            self.changes += 1;
            self.pending += u64::from(next.state == PENDING);
            return Ok(self.store.last_insert_rowid());
        };
        if row != next {
            let sql = "UPDATE assigned_type SET resource = ?1, state = ?2, command = ?3, origin = ?4, tries = ?5, message = ?6
                       WHERE id = ?7";
            let message = (next.state == ERRORED).then_some("executed several times, and no synchronization shows it");
            let message = message.filter(|_| next.tries >= TRIES);
            let values = params![next.resource, next.state, next.command, next.origin, next.tries, message, row.id];
            self.store.prepare_cached(sql)?.execute(values)?;
            self.changes += 1;
            let moved = row.state != next.state || row.command != next.command;
            self.pending += u64::from(moved && next.state == PENDING);
            self.verified += u64::from(moved && next.state == VERIFIED);
        }
        Ok(row.id)
    }
}
