//! `SetRecentlyModifiedFlagTask`: resources concerned by the kept changes are flagged as modified, and owners whom the role
//! model has to look at though nothing of them changed.
//!
//! A flag is a moment, not a Boolean: each consumer remembers up to which moment it has seen the flagged resources, so
//! that no consumer can take a flag away from another.

use rusqlite::Connection;

use crate::expr::schema::Schema;
use crate::plan::Plan;
use crate::plan::model::{Job, Model, Task};

use super::attribute::text;
use super::expressions::PlanSchema;
use super::identity::{association_number, next_moment, now};
use super::role_model::Due;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `SetRecentlyModifiedFlagTask`.
pub(super) struct SetRecentlyModifiedFlag;

/// Tables of the task's own: what has changed, and what is concerned by that.
const TABLES: &str = "
    CREATE TEMP TABLE IF NOT EXISTS changed (id INTEGER PRIMARY KEY);
    CREATE TEMP TABLE IF NOT EXISTS concerned (id INTEGER PRIMARY KEY);
    DELETE FROM temp.changed;
    DELETE FROM temp.concerned;
    INSERT OR IGNORE INTO temp.changed SELECT resource FROM change;";

/// Changed resources, both ends of changed links, and all that is linked to a changed resource.
const CONCERNED: &str = "
    INSERT OR IGNORE INTO temp.concerned SELECT id FROM temp.changed;
    INSERT OR IGNORE INTO temp.concerned SELECT from_id FROM link_change UNION SELECT to_id FROM link_change;
    INSERT OR IGNORE INTO temp.concerned
      SELECT l.to_id FROM temp.changed c CROSS JOIN association a CROSS JOIN link l
      ON l.association = a.id AND l.from_id = c.id;
    INSERT OR IGNORE INTO temp.concerned
      SELECT l.from_id FROM temp.changed c CROSS JOIN association a CROSS JOIN link l
      ON l.association = a.id AND l.to_id = c.id;";

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
        store.execute_batch(TABLES)?;
        moved_values(store, &context.plan.model)?;
        store.execute_batch(CONCERNED)?;
        let mut concerned = store.prepare("INSERT OR IGNORE INTO temp.concerned VALUES (?1)")?;
        for owner in due.owners() {
            concerned.execute([owner])?;
        }
        let sql = "UPDATE resource SET seq = ?1 WHERE id IN (SELECT id FROM temp.concerned)";
        let flagged = store.execute(sql, [moment])?;
        store.execute_batch(
            "DELETE FROM change; DELETE FROM link_change; DELETE FROM temp.changed; DELETE FROM temp.concerned;",
        )?;
        // Deletions leave nothing to flag, yet the tasks that follow have to look again.
        let report =
            TaskReport::new(TaskEnd::Completed).count("changes", changes.unsigned_abs()).count("flagged", flagged as u64);
        Ok(if words.is_empty() { report } else { report.message(words.join(", ")) })
    }
}

/// A value of a dimension that has another one above it means something else to the rules, and so does all that is below it:
/// they count as changed.
fn moved_values(store: &Connection, model: &Model) -> Result<(), TaskError> {
    let schema = PlanSchema::new(model);
    for item in model.items.iter().filter(|item| item.element == "Dimension") {
        let of = |name| text(&item.attributes, name);
        let (Some(entity_type), Some(parent)) = (of("EntityType"), of("ParentProperty")) else { continue };
        let Some(navigation) = schema.entity(entity_type).and_then(|entity| schema.navigation(entity, parent)) else { continue };
        let (below, above) = if navigation.first { ("from_id", "to_id") } else { ("to_id", "from_id") };
        let sql = format!(
            "WITH RECURSIVE moved (id) AS (
               SELECT {below} FROM link_change WHERE association = ?1
               UNION SELECT l.{below} FROM moved m CROSS JOIN link l ON l.association = ?1 AND l.{above} = m.id)
             INSERT OR IGNORE INTO temp.changed SELECT id FROM moved"
        );
        store.execute(&sql, [association_number(store, navigation.association)?])?;
    }
    Ok(())
}
