//! Assignments of resource types as the store holds them.

use rusqlite::params;
use rustc_hash::FxHashMap;

use crate::tasks::TaskError;

use super::compute::Run;
use super::state::{INACTIVE, PENDING, VERIFIED};

/// An open assignment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// 0 of one that is not stored yet.
    pub(super) id: i64,
    pub(super) resource: Option<i64>,
    pub(super) state: i64,
    pub(super) command: String,
    pub(super) origin: String,
    pub(super) message: Option<String>,
    pub(super) tries: i64,
    /// By how certain a correlation it has its resource.
    pub(super) confidence: Option<i64>,
    /// Numbers of the rules that give it, as JSON.
    pub(super) because: Option<String>,
}

/// Numbers of rules as they are stored.
pub(super) fn because(rules: &[i64]) -> Option<String> {
    (!rules.is_empty()).then(|| serde_json::Value::from(rules).to_string())
}

impl Run<'_> {
    /// The open assignments of an owner, by resource type.
    pub(super) fn rows(&self, owner: i64) -> Result<FxHashMap<String, Row>, TaskError> {
        let mut statement = self.store.prepare_cached(
            "SELECT resource_type, id, resource, state, command, origin, message, tries, confidence, because FROM assigned_type
             WHERE owner = ?1 AND valid_to IS NULL",
        )?;
        let rows = statement.query_map([owner], |row| {
            let found = Row {
                id: row.get(1)?,
                resource: row.get(2)?,
                state: row.get(3)?,
                command: row.get(4)?,
                origin: row.get(5)?,
                message: row.get(6)?,
                tries: row.get(7)?,
                confidence: row.get(8)?,
                because: row.get(9)?,
            };
            Ok((row.get(0)?, found))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes an assignment, if anything of it changed; gives its number.
    pub(super) fn save(&mut self, owner: i64, resource_type: &str, row: Option<&Row>, next: &Row) -> Result<i64, TaskError> {
        let Some(row) = row else {
            let sql = "INSERT INTO assigned_type (owner, resource_type, resource, state, command, origin, message, tries,
                       confidence, because, valid_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
            let (state, command, origin) = (next.state, &next.command, &next.origin);
            let said = params![
                owner,
                resource_type,
                next.resource,
                state,
                command,
                origin,
                next.message,
                next.tries,
                next.confidence,
                next.because,
                self.moment
            ];
            self.store.prepare_cached(sql)?.execute(said)?;
            self.changes += 1;
            self.pending += u64::from(state == PENDING);
            return Ok(self.store.last_insert_rowid());
        };
        if row == next {
            return Ok(row.id);
        }
        let sql = "UPDATE assigned_type SET resource = ?1, state = ?2, command = ?3, origin = ?4, message = ?5, tries = ?6,
                   confidence = ?7, because = ?8 WHERE id = ?9";
        let (state, command, origin) = (next.state, &next.command, &next.origin);
        let said =
            params![next.resource, state, command, origin, next.message, next.tries, next.confidence, next.because, row.id];
        self.store.prepare_cached(sql)?.execute(said)?;
        // Why something is says nothing new of what is.
        let explained = Row { confidence: next.confidence, because: next.because.clone(), ..row.clone() };
        self.changes += u64::from(explained != *next);
        let moved = row.state != state || row.command != *command;
        self.pending += u64::from(moved && state == PENDING);
        self.verified += u64::from(moved && state == VERIFIED);
        Ok(row.id)
    }

    /// Ends an assignment; what it was stays as history. One that was to be removed was counted when that was ordered, and
    /// is verified by now.
    pub(super) fn close(&mut self, id: i64, message: Option<&str>) -> Result<(), TaskError> {
        let sql = "UPDATE assigned_type SET valid_to = ?1, state = ?2, message = ?3 WHERE id = ?4 RETURNING command = 'Deleted'";
        let deleted = self
            .store
            .prepare_cached(sql)?
            .query_row(params![self.moment, INACTIVE, message, id], |row| row.get::<_, bool>(0))?;
        if deleted {
            self.verified += 1;
        } else {
            self.removed += 1;
        }
        self.changes += 1;
        Ok(())
    }

    /// Notes why values of an assignment could not be computed, and forgets what was noted and holds no longer.
    pub(super) fn note_faults(&mut self, assignment: i64, faults: &[(String, String)]) -> Result<(), TaskError> {
        if faults.is_empty() && !self.faulty.contains(&assignment) {
            return Ok(());
        }
        let sql = "SELECT property, message FROM evaluation_error WHERE assignment = ?1";
        let mut statement = self.store.prepare_cached(sql)?;
        let rows = statement.query_map([assignment], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let known = rows.collect::<Result<Vec<(String, String)>, _>>()?;
        for (property, _) in known.iter().filter(|(property, _)| !faults.iter().any(|(faulty, _)| faulty == property)) {
            let sql = "DELETE FROM evaluation_error WHERE assignment = ?1 AND property = ?2";
            self.changes += self.store.prepare_cached(sql)?.execute(params![assignment, property])? as u64;
        }
        for fault in faults.iter().filter(|fault| !known.contains(fault)) {
            let sql = "INSERT OR REPLACE INTO evaluation_error VALUES (?1, ?2, ?3)";
            self.changes += self.store.prepare_cached(sql)?.execute(params![assignment, fault.0, fault.1])? as u64;
        }
        Ok(())
    }
}
