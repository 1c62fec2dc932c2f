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
        let list = source.blocked_connector(store, connector)?;
        if list.is_some_and(|list| !approved.contains(&list)) {
            tasks.push((place, reason(connector)));
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

/// Why the tasks of a connector are left out.
fn reason(connector: &str) -> String {
    format!("connector {connector} is blocked until its changes are approved or a complete job replaces them")
}
