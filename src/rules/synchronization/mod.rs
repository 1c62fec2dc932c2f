//! The chain export, prepare, synchronize: one file per rule.

pub(super) mod complete_export_keeps_cookie;
pub(super) mod export_not_linked;
pub(super) mod incremental_export_ignores_cookie;
pub(super) mod incremental_unsupported;
pub(super) mod missing_do_not_delete_changes;
pub(super) mod prepare_without_synchronize;
pub(super) mod synchronization_mode_mismatch;
pub(super) mod synchronization_type_mismatch;
pub(super) mod synchronize_not_linked;
pub(super) mod synchronize_without_prepare;
pub(super) mod unexpected_do_not_delete_changes;

#[cfg(test)]
mod tests;

use crate::grammar::kinds;
use crate::ir::{Connection, Connector, Id};

use super::JobModel;

/// What the exports of a connector can do.
struct Exports {
    /// Whether some of them give changes only.
    incremental: bool,
    /// The package of one of them.
    package: &'static str,
}

/// The exports that a prepare task reads: those of its connector in the job, else those that the connector has. Nothing
/// where none is known.
fn exports(job: &JobModel<'_>, prepare: usize) -> Option<Exports> {
    let connector = job.connector(prepare)?;
    let in_job: Vec<&Connection> =
        job.of_connector(kinds::EXPORT_TASK, connector).filter_map(|export| connection(job, export)).collect();
    let connections = if in_job.is_empty() { job.program.connections_of(connector) } else { in_job };
    let exporting: Vec<&Connection> = connections.into_iter().filter(|connection| connection.exports()).collect();
    let package = exporting.first()?.package()?.id;
    Some(Exports { incremental: exporting.iter().any(|connection| connection.is_incremental()), package })
}

/// Whether a connector exports from Active Directory, whose prepare and synchronize tasks have that Type in every job.
fn is_active_directory(job: &JobModel<'_>, connector: Id<Connector>) -> bool {
    let is_one = |connection: &&Connection| {
        connection.exports() && connection.package().is_some_and(|package| package.prepare_type_always)
    };
    job.program.connections_of(connector).iter().any(is_one)
}

/// The connection of an export task.
fn connection<'p>(job: &JobModel<'p>, export: usize) -> Option<&'p Connection> {
    Some(&job.program.items.connections[job.tasks[export].task.connection?.value.target?])
}
