//! Rows of the element table.

use super::attribute::AttributeDef;
use super::dialect::Dialect;
use super::tables::{self, ItemKind};
use crate::syntax::NameId;

/// Number of a row of the element table: an element below certain parents. Elements of one name that differ by parent
/// (`Property` of an entity type and of a mapping) are different rows; the `…Override` of every task has its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementKind(pub u16);

impl ElementKind {
    /// What is known about the element.
    pub fn def(self) -> &'static ElementDef {
        tables::element(self)
    }
}

/// What is known about an element below certain parents.
#[derive(Debug)]
pub struct ElementDef {
    /// The local name.
    pub name: &'static str,
    /// The local name's number.
    pub name_id: NameId,
    /// The part of the dialect, as the file under `grammar/` is called.
    pub area: &'static str,
    /// One line on what the element is for.
    pub summary: &'static str,
    /// The elements it may stand in; none for the root.
    pub parents: &'static [ElementKind],
    /// The elements that may stand in it, sorted by name.
    pub children: &'static [ElementKind],
    pub(super) child_names: &'static [NameId],
    /// Children that some dialects call required.
    pub required_children: &'static [RequiredChild],
    /// Children without one of which the element does nothing.
    pub expected_children: &'static [NameId],
    /// In the order in which they are written canonically. A family of attributes is one row.
    pub attributes: &'static [AttributeDef],
    pub(super) attribute_names: &'static [NameId],
    pub(super) attribute_slots: &'static [u8],
    pub(super) family_slots: &'static [u8],
    /// The kind of item that the element declares; where there is none, an `Identifier` is a reference or absent.
    pub declares: Option<ItemKind>,
    /// The attribute that carries the declared item's name: `Identifier` nearly everywhere.
    pub key: Option<NameId>,
    /// The declared name is unique within the parent element only.
    pub scoped: bool,
    /// Where the task runs; `None` where the element is no task.
    pub task: Option<Side>,
    /// What the element generates; `None` where it is no scaffolding.
    pub scaffolding: Option<ScaffoldingKind>,
    /// The scaffoldings that it calls itself, where it is a template of some.
    pub includes: &'static [NameId],
    /// How the names of the entity types begin that come with the scaffolding, and with them their properties,
    /// associations and connector.
    pub model_prefix: Option<&'static str>,
    /// The task element of which this is the override.
    pub overrides: Option<ElementKind>,
    /// The override element of this task element.
    pub overridden_by: Option<ElementKind>,
    /// The dialects that no longer have the element.
    pub withdrawn: &'static [Dialect],
    /// How its attributes depend on each other.
    pub relations: &'static [Relation],
    /// The name that took the place of this one, and the first dialect that has it.
    pub renamed: Option<(&'static str, Dialect)>,
    /// Attribute names that documentation or habit uses wrongly, each with the right one.
    pub misspellings: &'static [(&'static str, &'static str)],
    /// No complete list of attributes is published: one that is unknown proves nothing.
    pub open: bool,
    /// Whether text may stand in the element.
    pub text: bool,
}

impl ElementDef {
    /// The row of a child of that name.
    pub fn child(&self, name: NameId) -> Option<ElementKind> {
        self.child_names.binary_search(&name).ok().map(|index| self.children[index])
    }

    /// The attribute of that name. `text` is the same name as text; only members of families counted in base32hex
    /// (`D1A`) need it.
    pub fn attribute(&self, name: NameId, text: &str) -> Option<&'static AttributeDef> {
        match self.attribute_names.binary_search(&name) {
            Ok(index) => Some(&self.attributes[usize::from(self.attribute_slots[index])]),
            Err(_) => self.family_member(text),
        }
    }

    /// The attribute of that name, given as text. Slower than [`ElementDef::attribute`].
    pub fn attribute_named(&self, text: &str) -> Option<&'static AttributeDef> {
        match super::name_id(text) {
            Some(name) => self.attribute(name, text),
            None => self.family_member(text),
        }
    }

    fn family_member(&self, text: &str) -> Option<&'static AttributeDef> {
        let families = self.family_slots.iter().map(|&slot| &self.attributes[usize::from(slot)]);
        families.into_iter().find(|attribute| attribute.family.is_some_and(|family| family.number(text).is_some()))
    }

    /// The right name for a name known to be written by mistake.
    pub fn misspelling(&self, text: &str) -> Option<&'static str> {
        self.misspellings.iter().find(|(wrong, _)| *wrong == text).map(|&(_, right)| right)
    }

    /// Whether it is a task. The override of a task is none.
    pub fn is_task(&self) -> bool {
        self.task.is_some()
    }

    /// Whether it is a scaffolding that generates a job.
    pub fn is_job_scaffolding(&self) -> bool {
        self.scaffolding == Some(ScaffoldingKind::Job)
    }

    /// Whether the dialect no longer has the element.
    #[inline]
    pub fn is_withdrawn(&self, dialect: Dialect) -> bool {
        self.withdrawn.contains(&dialect)
    }
}

/// How attributes of one element depend on each other. A family stands there by its first member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Some attributes count only where another has one of a few values.
    OnlyWith {
        /// The other attribute.
        other: NameId,
        /// Its values, canonical.
        values: &'static [&'static str],
        /// What counts only then.
        attributes: &'static [NameId],
    },
    /// An attribute counts only where one of some others is written.
    Needs {
        /// The attribute.
        attribute: NameId,
        /// The others.
        others: &'static [NameId],
    },
    /// All of them are written, or none.
    Together(&'static [NameId]),
    /// At most one of them is written.
    Exclusive(&'static [NameId]),
    /// At least one of them is written.
    AnyOf(&'static [NameId]),
}

/// A child element that some dialects call required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequiredChild {
    /// The child's name.
    pub name: NameId,
    /// The dialects that require it.
    pub dialects: &'static [Dialect],
}

/// Where a task runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// On an agent.
    Agent,
    /// On the server.
    Server,
    /// On the agent that its `Agent` attribute names; without one, on the server.
    Either,
}

/// What a scaffolding generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScaffoldingKind {
    /// A job with its tasks.
    Job,
    /// Rights, screens, workflows, reports: anything else.
    Other,
}
