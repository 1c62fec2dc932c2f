//! Kept plans: a run goes on with the plan it began with.

use rusqlite::{OptionalExtension, Transaction, params};

use super::Store;
use crate::engine::clock::Timestamp;
use crate::engine::error::EngineError;
use crate::plan::Plan;

/// Keeps the plan under its digest; one that is kept already stays as it is.
pub(super) fn keep(transaction: &Transaction<'_>, digest: &str, body: &str) -> rusqlite::Result<()> {
    transaction.execute("INSERT OR IGNORE INTO plan VALUES (?1, ?2, ?3)", params![digest, body, Timestamp::now().0]).map(|_| ())
}

impl Store {
    /// The plan kept under a digest.
    pub fn plan(&self, digest: &str) -> Result<Plan, EngineError> {
        let body: Option<String> = self
            .runs
            .query_row("SELECT body FROM plan WHERE digest = ?1", [digest], |row| row.get(0))
            .optional()
            .map_err(|error| self.runs_error(error))?;
        let body = body.ok_or_else(|| self.content_error("the kept plan", &format!("no plan {digest}")))?;
        serde_json::from_str(&body).map_err(|error| self.content_error("the kept plan", &error))
    }
}
