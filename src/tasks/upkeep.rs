//! `MaintainIndexesTask`: the statistics by which the store chooses its indexes.

use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `MaintainIndexesTask`.
pub(super) struct MaintainIndexes;

impl EmbeddedTask for MaintainIndexes {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let store = context.transaction;
        if context.task.is("AllIndexes") {
            store.execute_batch("REINDEX")?;
        }
        store.execute_batch("ANALYZE")?;
        let indexes: i64 = store.query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'index'", [], |row| row.get(0))?;
        Ok(TaskReport::new(TaskEnd::Completed).count("indexes", indexes.unsigned_abs()))
    }
}
