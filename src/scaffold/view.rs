//! A generated job as it reads: attributes and children as text, whoever wrote them.

use std::borrow::Cow;

use crate::grammar::{self, ElementKind, kinds, names};
use crate::ir::{Generated, GeneratedElement, GeneratedEntry, GeneratedJob, Origin, Program};
use crate::syntax::Namespace;

/// Attributes in the order in which they are written.
pub(super) type Attributes<'p> = Vec<(&'p str, Cow<'p, str>)>;

/// A job, or tasks generated at top level.
pub(super) struct JobView<'p> {
    /// Empty for tasks at top level.
    pub(super) attributes: Attributes<'p>,
    pub(super) origin: Origin,
    pub(super) scaffolding: &'static str,
    pub(super) reason: &'p str,
    pub(super) entries: Vec<EntryView<'p>>,
}

/// A task, a step or an override.
pub(super) struct EntryView<'p> {
    pub(super) element: &'p str,
    pub(super) attributes: Attributes<'p>,
    pub(super) depends_on: Vec<Cow<'p, str>>,
    pub(super) entity_types: Vec<Cow<'p, str>>,
    pub(super) resource_types: Vec<Cow<'p, str>>,
    pub(super) origin: Origin,
    /// None where it was written by hand.
    pub(super) scaffolding: Option<&'static str>,
    pub(super) reason: &'p str,
}

/// The value of an attribute.
pub(super) fn value<'a>(attributes: &'a Attributes<'_>, name: &str) -> Option<&'a str> {
    attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| &**value)
}

impl<'p> JobView<'p> {
    pub(super) fn of(program: &'p Program, job: &'p GeneratedJob) -> Self {
        let scaffolding = &program.items.scaffoldings[job.scaffolding];
        let element = job.job.map(|(number, _)| element(program, number));
        Self {
            attributes: element.map(generated_attributes).unwrap_or_default(),
            origin: scaffolding.origin,
            scaffolding: scaffolding.kind.def().name,
            reason: element.map_or("", |element| &element.reason),
            entries: job.entries.iter().map(|entry| EntryView::of(program, *entry)).collect(),
        }
    }
}

impl<'p> EntryView<'p> {
    fn of(program: &'p Program, entry: GeneratedEntry) -> Self {
        match entry {
            GeneratedEntry::Task(number, _) | GeneratedEntry::Step(number) => Self::generated(program, number),
            GeneratedEntry::Written(origin) => Self::written(program, origin),
        }
    }

    fn generated(program: &'p Program, number: Generated) -> Self {
        let element = element(program, number);
        let scaffolding = &program.items.scaffoldings[element.scaffolding];
        let named = |kind: ElementKind| {
            let own = element.children.iter().filter(move |child| child.kind == kind);
            own.map(|child| Cow::Borrowed(&*child.value)).collect()
        };
        Self {
            element: element.kind.def().name,
            attributes: generated_attributes(element),
            depends_on: named(kinds::TASK_DEPENDS_ON_TASK),
            entity_types: named(kinds::TASK_ENTITY_TYPE),
            resource_types: named(kinds::TASK_RESOURCE_TYPE),
            origin: scaffolding.origin,
            scaffolding: Some(scaffolding.kind.def().name),
            reason: &element.reason,
        }
    }

    fn written(program: &'p Program, origin: Origin) -> Self {
        let document = program.document(origin.file);
        let named = |kind: ElementKind, name| {
            let own = program.children_of(origin, kind);
            own.filter_map(|child| Some(program.attribute_value(origin.file, document.find(child, name)?))).collect()
        };
        let own = document.attributes(origin.element).filter(|&id| document.attribute_namespace(id) == Namespace::Dialect);
        Self {
            element: document.name_text(origin.element),
            attributes: own.map(|id| (document.attribute_name_text(id), program.kept_value(origin.file, id))).collect(),
            depends_on: named(kinds::TASK_DEPENDS_ON_TASK, names::PARENT_TASK),
            entity_types: named(kinds::TASK_ENTITY_TYPE, names::ENTITY_TYPE),
            resource_types: named(kinds::TASK_RESOURCE_TYPE, names::RESOURCE_TYPE),
            origin,
            scaffolding: None,
            reason: "written by hand, added by ConsolidationMode=\"Merge\"",
        }
    }
}

fn generated_attributes(element: &GeneratedElement) -> Attributes<'_> {
    let own = element.attributes.iter();
    own.filter_map(|(name, value)| Some((grammar::name_text(*name)?, Cow::Borrowed(&**value)))).collect()
}

fn element(program: &Program, Generated(number): Generated) -> &GeneratedElement {
    &program.generated[number as usize]
}
