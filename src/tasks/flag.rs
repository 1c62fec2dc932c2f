//! `SetRecentlyModifiedFlagTask`: resources concerned by the kept changes are flagged as modified, and owners whom the role
//! model has to look at though nothing of them changed.
//!
//! A flag is a moment, not a Boolean: each consumer remembers up to which moment it has seen the flagged resources, so
//! that no consumer can take a flag away from another.

use rusqlite::Connection;

use crate::plan::Plan;
use crate::plan::model::{Job, Task};

use super::identity::{next_moment, now};
use super::role_model::Due;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `SetRecentlyModifiedFlagTask`.
pub(super) struct SetRecentlyModifiedFlag;

/// Changed resources, both ends of changed links, and all that is linked to a changed resource.
const CONCERNED: &str = "
    CREATE TEMP TABLE IF NOT EXISTS concerned (id INTEGER PRIMARY KEY);
    DELETE FROM temp.concerned;
    INSERT OR IGNORE INTO temp.concerned SELECT resource FROM change;
    INSERT OR IGNORE INTO temp.concerned SELECT from_id FROM link_change UNION SELECT to_id FROM link_change;
    INSERT OR IGNORE INTO temp.concerned
      SELECT l.to_id FROM change c CROSS JOIN association a CROSS JOIN link l
      ON l.association = a.id AND l.from_id = c.resource;
    INSERT OR IGNORE INTO temp.concerned
      SELECT l.from_id FROM change c CROSS JOIN association a CROSS JOIN link l
      ON l.association = a.id AND l.to_id = c.resource;";

impl EmbeddedTask for SetRecentlyModifiedFlag {
    fn awaited(&self, plan: &Plan, job: &Job, _: &Task, store: &Connection) -> Result<Option<String>, TaskError> {
        let words = Due::of_job(store, &plan.model, job, now())?.words();
        Ok((!words.is_empty()).then(|| words.join(", ")))
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let store: &Connection = context.transaction;
        let changes =
            store.query_row("SELECT (SELECT count(*) FROM change) + (SELECT count(*) FROM link_change)", [], |row| {
                row.get::<_, i64>(0)
            })?;
        let due = Due::of_job(store, &context.plan.model, context.job, now())?;
        let words = due.words();
        if changes == 0 && words.is_empty() {
            return Ok(TaskReport::new(TaskEnd::Unchanged).count("flagged", 0));
        }
        let moment = next_moment(store, context.run)?;
        store.execute_batch(CONCERNED)?;
        let mut concerned = store.prepare("INSERT OR IGNORE INTO temp.concerned VALUES (?1)")?;
        for owner in due.owners() {
            concerned.execute([owner])?;
        }
        let sql = "UPDATE resource SET seq = ?1 WHERE id IN (SELECT id FROM temp.concerned)";
        let flagged = store.execute(sql, [moment])?;
        store.execute_batch("DELETE FROM change; DELETE FROM link_change; DELETE FROM temp.concerned;")?;
        // Deletions leave nothing to flag, yet the tasks that follow have to look again.
        let report =
            TaskReport::new(TaskEnd::Completed).count("changes", changes.unsigned_abs()).count("flagged", flagged as u64);
        Ok(if words.is_empty() { report } else { report.message(words.join(", ")) })
    }
}
