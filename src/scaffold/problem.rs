//! What can be wrong with a scaffolding itself.

use crate::ir::{Id, Scaffolding};
use crate::syntax::{AttributeId, ElementId};

/// A scaffolding that cannot be expanded as written, or that generates nothing.
#[derive(Clone, Debug)]
pub struct ScaffoldProblem {
    /// The scaffolding.
    pub scaffolding: Id<Scaffolding>,
    /// The child element it lies in; `None`: the scaffolding itself.
    pub element: Option<ElementId>,
    /// The attribute to underline; `None`: the element's name.
    pub attribute: Option<AttributeId>,
    /// What is wrong.
    pub kind: ScaffoldProblemKind,
}

/// The kinds of problems, with what their messages need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScaffoldProblemKind {
    /// There is no connector.
    NoConnector,
    /// Nothing exports and nothing fulfils.
    NoEffect {
        /// Connector or agent it was written for, in words.
        subject: String,
        /// The packages that export, but not in the mode that the scaffolding is for.
        complete: Vec<String>,
    },
    /// No connection of the connector exports changes only.
    IncrementalUnsupported {
        /// The connector.
        connector: String,
        /// Whether it exports at all.
        exports: bool,
        /// The packages of its exporting connections; where none exports, of all.
        packages: Vec<String>,
    },
    /// A name that matches no generated task.
    TargetNotFound {
        /// The name.
        name: String,
        /// Which match was asked for, where one was; the attribute underlined is the one that asks for it where there are
        /// fewer matches.
        occurrence: Option<u32>,
        /// How many generated tasks match the name.
        matches: usize,
        /// The names of the generated tasks that match; of all, where none does.
        generated: Vec<String>,
    },
    /// Arguments that contradict each other or the configuration.
    Argument {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: String,
    },
}

impl ScaffoldProblem {
    /// A problem of the scaffolding itself.
    pub(super) fn of(scaffolding: Id<Scaffolding>, kind: ScaffoldProblemKind) -> Self {
        Self { scaffolding, element: None, attribute: None, kind }
    }
}
