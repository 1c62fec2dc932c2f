//! Looking through a store for damage.

use rusqlite::Connection;

use super::Store;
use crate::engine::error::EngineError;
use crate::plan::Plan;
use crate::tasks;

/// What a store that is whole holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Runs in the history.
    pub runs: u64,
    /// Resources as they are now.
    pub resources: u64,
    /// Work files that the store names, each compared with its digest.
    pub files: usize,
}

impl Store {
    /// Looks through both files and the work files they name; an error tells all that is wrong with the first part that
    /// is not whole.
    pub fn check(&self) -> Result<Checked, EngineError> {
        for (connection, file) in [(&self.data, &self.data_file), (&self.runs, &self.runs_file)] {
            let mut findings =
                texts(connection, "PRAGMA integrity_check(20)").map_err(|error| EngineError::database(file, error))?;
            findings.retain(|finding| finding != "ok");
            // Rows of a damaged table mean nothing.
            if findings.is_empty() {
                let sql = "SELECT DISTINCT \"table\" || ' has a row without its parent' FROM pragma_foreign_key_check";
                findings = texts(connection, sql).map_err(|error| EngineError::database(file, error))?;
            }
            if !findings.is_empty() {
                return Err(EngineError::Inconsistent { file: file.clone(), findings });
            }
        }
        self.check_plans()?;
        let named = self.ask(|data| tasks::work_files(data, &self.work))?;
        let wrong: Vec<String> =
            named.iter().filter_map(|file| tasks::verify_work_file(file).err()).map(|error| error.to_string()).collect();
        if !wrong.is_empty() {
            return Err(EngineError::WorkFiles { findings: wrong });
        }
        let count = |connection: &Connection, sql| connection.query_row(sql, [], |row| row.get(0)).map(i64::unsigned_abs);
        Ok(Checked {
            runs: count(&self.runs, "SELECT count(*) FROM run").map_err(|error| self.runs_error(error))?,
            resources: count(&self.data, "SELECT count(*) FROM resource").map_err(|error| self.data_error(error))?,
            files: named.len(),
        })
    }

    /// Each run must be able to go on with its plan.
    fn check_plans(&self) -> Result<(), EngineError> {
        let read = || -> rusqlite::Result<Vec<(String, String)>> {
            let mut statement = self.runs.prepare("SELECT digest, body FROM plan ORDER BY digest")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        for (digest, body) in read().map_err(|error| self.runs_error(error))? {
            let plan: Plan = serde_json::from_str(&body).map_err(|error| self.content_error("the kept plan", &error))?;
            if plan.digest != digest {
                return Err(self.content_error("the kept plan", &format!("{} under the name of {digest}", plan.digest)));
            }
        }
        Ok(())
    }
}

fn texts(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}
