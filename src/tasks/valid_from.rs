//! `ResetValidFromTask`: what is known first of a resource or a link holds from the beginning of time.
//!
//! History that was loaded late reads as if everything had begun with the first load; afterwards a question about an
//! older date gives what was known first.

use rusqlite::Connection;

use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `ResetValidFromTask`.
pub(super) struct ResetValidFrom;

/// The moment before all others: 1 January of the year 1, in milliseconds since 1970.
const BEGINNING: &str = "INSERT OR IGNORE INTO moment (seq, run, at) VALUES (0, 0, -62135596800000)";

/// The first record of each resource, by its key: one that was deleted and came back has only one beginning.
const RESOURCES: [&str; 2] = [
    "UPDATE resource_past SET valid_from = 0 WHERE valid_from > 0 AND rowid =
       (SELECT p.rowid FROM resource_past p WHERE p.type = resource_past.type AND p.key = resource_past.key
        ORDER BY p.valid_from, p.valid_to, p.rowid LIMIT 1)",
    "UPDATE resource SET valid_from = 0 WHERE valid_from > 0 AND NOT EXISTS
       (SELECT 1 FROM resource_past p WHERE p.type = resource.type AND p.key = resource.key)",
];
const LINKS: [&str; 2] = [
    "UPDATE link_past SET valid_from = 0 WHERE valid_from > 0 AND rowid =
       (SELECT p.rowid FROM link_past p WHERE p.association = link_past.association AND p.from_id = link_past.from_id
        AND p.to_id = link_past.to_id ORDER BY p.valid_from, p.valid_to, p.rowid LIMIT 1)",
    "UPDATE link SET valid_from = 0 WHERE valid_from > 0 AND NOT EXISTS
       (SELECT 1 FROM link_past p WHERE p.association = link.association AND p.from_id = link.from_id
        AND p.to_id = link.to_id)",
];

impl EmbeddedTask for ResetValidFrom {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let store: &Connection = context.transaction;
        store.execute(BEGINNING, [])?;
        let run = |statements: [&str; 2]| -> Result<u64, TaskError> {
            let mut changed = 0;
            for sql in statements {
                if (context.cancelled)() {
                    return Err(TaskError::cancelled());
                }
                changed += store.execute(sql, [])? as u64;
            }
            Ok(changed)
        };
        let (resources, links) = (run(RESOURCES)?, run(LINKS)?);
        let end = if resources + links > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        Ok(TaskReport::new(end).count("resources", resources).count("links", links))
    }
}
