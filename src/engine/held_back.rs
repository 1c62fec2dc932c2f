//! Blocked connectors: what an incremental job leaves out.
//!
//! While a connector waits for approval, further changes of it would pile up behind the list that waits. Incremental
//! jobs therefore leave out its export, preparation and synchronization until the list is applied or a complete job
//! replaces it.

use rusqlite::Connection;

use crate::plan::Plan;
use crate::plan::model::{Job, JobMode, Task};

use super::source::TaskSource;

/// The tasks of the job, by place, that are left out, and why. `approved` names the lists that the run may apply.
pub(super) fn tasks(
    plan: &Plan,
    job: &Job,
    source: &dyn TaskSource,
    store: &Connection,
    approved: &[String],
) -> rusqlite::Result<Vec<(usize, String)>> {
    let mut tasks = Vec::new();
    if job.mode != JobMode::Incremental {
        return Ok(tasks);
    }
    for (place, task) in job.tasks.iter().enumerate() {
        let Some(connector) = connector(plan, task) else { continue };
        if let Some(list) = source.blocked_connector(store, connector)?.filter(|list| !approved.contains(list)) {
            tasks.push((place, reason(connector, holding(store, &list)?)));
        }
    }
    Ok(tasks)
}

/// The connector of a task that brings in its data; none for all other tasks.
pub(super) fn connector<'p>(plan: &'p Plan, task: &'p Task) -> Option<&'p str> {
    if !matches!(task.element.as_str(), "ExportTask" | "PrepareSynchronizationTask" | "SynchronizeTask") {
        return None;
    }
    let of_connection = || {
        let connection = task.text("Connection")?;
        plan.model.connections.iter().find(|known| known.id == connection).map(|known| known.connector.as_str())
    };
    task.text("Connector").or_else(of_connection)
}

/// The run that the list was held back in, as long as the store knows.
fn holding(store: &Connection, list: &str) -> rusqlite::Result<Option<i64>> {
    store.query_row("SELECT max(run) FROM task_outcome WHERE list = ?1 AND state = 'blocked'", [list], |row| row.get(0))
}

/// Why the tasks of a connector are left out.
fn reason(connector: &str, run: Option<i64>) -> String {
    let run = run.map_or_else(String::new, |run| format!(" of run {run}"));
    format!("connector {connector} is blocked until its changes{run} are approved or a complete job replaces them")
}
