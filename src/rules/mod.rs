//! The checks: one rule, one file, one page.
//!
//! A rule is its row of the catalogue and a function on one level: an element, a job, or the whole configuration. Rules
//! never set severities from configuration and never silence themselves: [`policy`] and [`suppression`] do that for all.
//! What a page under `rules/` says is what `explain` prints, and its examples are run as tests.

mod access;
pub mod baseline;
mod dirty;
mod dispatch;
mod element;
mod embedded;
mod engine;
mod entity_model;
mod expressions;
mod facts;
mod fixes;
#[cfg(test)]
mod forms;
mod gathered;
mod job;
mod job_structure;
mod links;
mod lost;
mod mapping;
pub mod pages;
mod policy;
mod provisioning;
mod references;
mod registry;
mod replacement_character;
mod rings;
mod role_model;
mod scaffold_problems;
mod scaffolding;
pub(crate) mod schedule;
mod schema;
mod screens;
mod settings;
mod suggest;
mod suppression;
mod synchronization;
mod task;
#[cfg(test)]
pub(crate) mod testing;
mod workflow;
mod xml_syntax;

pub use element::{AttributeView, ElementView};
pub use engine::{Checked, OwnFindings, check, check_again};
pub(crate) use expressions::members::{named_in_code, naming};
pub use facts::Facts;
pub use job::{JobKind, JobModel, TaskView};
pub use policy::{Embedded, Policy};
pub use registry::{ALL, catalogue, find};
pub use settings::Settings;
pub use task::TaskModel;
pub use xml_syntax::{undecodable, unread};

use crate::finding::{Finding, RuleInfo};
use crate::grammar::{ElementDef, ElementKind};
use crate::ir::Program;

/// What a rule adds its findings to.
pub type Sink = Vec<Finding>;

/// A check of one element.
pub type ElementCheck = fn(&ElementView<'_>, &mut Sink);

/// On what level a rule looks.
#[derive(Clone, Copy)]
pub enum Check {
    /// At each element whose row of the dialect says that there is something to look at, in document order; files are
    /// checked in parallel. It looks at nothing but the file, so that what it finds stays true until the file changes.
    Element(fn(&'static ElementDef) -> bool, ElementCheck),
    /// At each element that the dialect does not have where it stands, as above.
    Unknown(ElementCheck),
    /// At the root of each file, whatever it is, before anything else of the file, as above.
    Root(ElementCheck),
    /// At each element of some kinds, as above; it may look at the whole configuration.
    At(&'static [ElementKind], ElementCheck),
    /// At each job with the tasks it runs, written or generated.
    Job(fn(&JobModel<'_>, &mut Sink)),
    /// At each task alone, once however many jobs run it; not at tasks that only connector jobs run.
    Task(fn(&TaskModel<'_>, &mut Sink)),
    /// Once for the whole configuration.
    Program(fn(&Program, &mut Sink)),
    /// Once for the whole configuration, with what is known about all of it.
    Facts(fn(&Program, &Facts, &mut Sink)),
    /// Once for the whole configuration, where the agent's settings file is known.
    Settings(fn(&Program, &Settings, &mut Sink)),
    /// Once, only where `check --embedded` asks for it, with what `run` can execute.
    Embedded(fn(&Program, &Embedded, &mut Sink)),
    /// Several of these: what an element alone tells, and what only the rest of the configuration does.
    Several(&'static [Check]),
    /// Reported by the engine itself while it reads files or applies directives, or by a rule that looks at the same things.
    Engine,
}

impl Check {
    /// Each of several; itself, where it is one.
    fn each(&self) -> &[Check] {
        match self {
            Self::Several(checks) => checks,
            one => std::slice::from_ref(one),
        }
    }
}

/// A rule: its row of the catalogue and how it looks.
pub struct Rule {
    /// Name, category, severity, summary.
    pub info: RuleInfo,
    /// The function.
    pub check: Check,
}
