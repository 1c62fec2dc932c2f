//! The checks: one rule, one file, one page.
//!
//! A rule is its row of the catalogue and a function on one level: an element, a job, or the whole configuration. Rules
//! never set severities from configuration and never silence themselves: [`policy`] and [`suppression`] do that for all.
//! What a page under `rules/` says is what `explain` prints, and its examples are run as tests.

mod dirty;
mod element;
mod engine;
mod fixes;
mod job;
mod links;
pub mod pages;
mod policy;
mod references;
mod registry;
mod replacement_character;
mod scaffold_problems;
mod schema;
mod suggest;
mod suppression;
mod synchronization;
#[cfg(test)]
mod testing;
mod xml_syntax;

pub use element::{AttributeView, ElementView};
pub use engine::{Checked, check};
pub use job::{JobKind, JobModel, TaskView};
pub use policy::{PathPolicy, Policy, Selector, Setting};
pub use registry::{ALL, catalogue, find};
pub use xml_syntax::{undecodable, unread};

use crate::finding::{Finding, RuleInfo};
use crate::ir::Program;

/// What a rule adds its findings to.
pub type Sink = Vec<Finding>;

/// On what level a rule looks.
#[derive(Clone, Copy)]
pub enum Check {
    /// At each element of a file, in document order; files are checked in parallel.
    Element(fn(&ElementView<'_>, &mut Sink)),
    /// At each job with the tasks it runs, written or generated.
    Job(fn(&JobModel<'_>, &mut Sink)),
    /// Once for the whole configuration.
    Program(fn(&Program, &mut Sink)),
    /// Reported by the engine itself while it reads files or applies directives.
    Engine,
}

/// A rule: its row of the catalogue and how it looks.
pub struct Rule {
    /// Name, category, severity, summary.
    pub info: RuleInfo,
    /// The function.
    pub check: Check,
}
