//! Elements that scaffoldings generate: what is printed by `expand` and lowered like written ones.

use crate::grammar::ElementKind;
use crate::syntax::{ElementId, NameId};

use super::items::Scaffolding;
use super::{Id, Job, Symbol, Task};

/// A child of a generated task: element, its one attribute, its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedChild {
    /// `TaskDependsOnTask`, `TaskEntityType` or `TaskResourceType`.
    pub kind: ElementKind,
    /// The attribute that names the other item.
    pub name: NameId,
    /// The identifier.
    pub value: Box<str>,
}

/// A written item that was brought together with a generated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consolidated {
    /// Where it is written.
    pub origin: super::Origin,
    /// Whether its attributes stand in place of all that were generated, instead of beside them.
    pub replaces: bool,
}

/// A generated task, or the generated job itself, as XML would have it.
#[derive(Clone, Debug)]
pub struct GeneratedElement {
    /// Which element it is.
    pub kind: ElementKind,
    /// In the order in which the product writes them.
    pub attributes: Vec<(NameId, Box<str>)>,
    /// In the order in which the product writes them.
    pub children: Vec<GeneratedChild>,
    /// The parents among its children that the scaffolding's user asked for, each with the element that says so.
    pub links: Vec<(Symbol, ElementId)>,
    /// The scaffolding that generated it.
    pub scaffolding: Id<Scaffolding>,
    /// The written item that became part of it.
    pub consolidated: Option<Consolidated>,
    /// Why it is there, for a person.
    pub reason: String,
}

impl GeneratedElement {
    /// Why a step is there that an `AddTask` put into the job.
    pub const ADDED: &'static str = "added by AddTask";

    /// The value of an attribute.
    pub fn value(&self, name: NameId) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| &**value)
    }

    /// The written item whose attributes stand in place of all that were generated, where one says so.
    pub fn replacing(&self) -> Option<super::Origin> {
        self.consolidated.filter(|one| one.replaces).map(|one| one.origin)
    }
}

/// One thing in a generated job, in order.
#[derive(Clone, Copy, Debug)]
pub enum GeneratedEntry {
    /// A task generated in place.
    Task(super::Generated, Id<Task>),
    /// A step that names a task of another place.
    Step(super::Generated),
    /// A task, step or override written by hand, added by a job that merges into the generated one.
    Written(super::Origin),
}

/// A generated job with what it runs; or, without a job, tasks generated at top level.
#[derive(Clone, Debug)]
pub struct GeneratedJob {
    /// The scaffolding.
    pub scaffolding: Id<Scaffolding>,
    /// The `Job` element and its typed item; `None` for tasks at top level.
    pub job: Option<(super::Generated, Id<Job>)>,
    /// What it runs.
    pub entries: Vec<GeneratedEntry>,
}
