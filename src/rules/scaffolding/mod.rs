//! What scaffoldings would do better.

pub(super) mod disabled_module;
#[cfg(test)]
mod expanded;
pub(super) mod hand_written_job;
#[cfg(test)]
mod merged;
pub(super) mod nothing_to_consolidate;
pub(super) mod repeated_scaffolding;
pub(super) mod scaffold_overrules_connector;
pub(super) mod scaffold_prerequisite;
mod unidentified;

/// A connector of Active Directory, and the scaffolding of its complete job.
#[cfg(test)]
const NIGHT: &str = "<Connector Identifier=\"AD\"/><Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>\
    <CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"Night\"/>";
