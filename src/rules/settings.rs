//! What rules need of the agent's settings file. It is read elsewhere: checks do no I/O.

use std::collections::BTreeSet;

/// The part of `appsettings.agent.json` that a configuration relies on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The keys under `Connections`, as written. The product compares them without case.
    pub connections: BTreeSet<String>,
    /// The file, as shown.
    pub path: String,
}
