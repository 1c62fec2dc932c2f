//! Job scaffoldings as written.

use crate::grammar::ElementKind;
use crate::ir::Symbol;
use crate::ir::field::{Ref, Text};
use crate::ir::items::item;

use super::{Agent, Connector};

item! {
    /// An element that stands for generated jobs. Its other arguments are read from its children when it is expanded.
    Scaffolding {
        /// The connector of the job.
        connector: Ref<Connector> = CONNECTOR,
        /// The agent of the job.
        agent: Ref<Agent> = AGENT,
        /// Identifier of the job and prefix of its tasks.
        job_identifier: Symbol = JOB_IDENTIFIER,
        /// Display name of the job.
        display_name: Text = DISPLAY_NAME_L1,
    }
    with {
        /// Which scaffolding it is.
        kind: ElementKind,
    }
}
