//! All attributes of a file that name something, in document order. One pass over the tree, nothing allocated.

use std::ops::Range;
use std::sync::OnceLock;

use crate::grammar::{self, AttributeDef, ElementKind, Reference};
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId, NameId, Namespace};

use super::super::Program;

/// An attribute that names something.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The file.
    pub file: FileId,
    /// The element.
    pub element: ElementId,
    /// What the element is.
    pub kind: ElementKind,
    /// The attribute.
    pub attribute: AttributeId,
    /// What it names.
    pub reference: Reference,
}

/// The attributes of one kind of element that name something.
struct Referring {
    names: Vec<(NameId, Reference)>,
    /// Some of them are families, whose members have names of their own.
    families: bool,
}

/// Calls `visit` for every attribute that names something.
pub fn each(program: &Program, file: FileId, mut visit: impl FnMut(Site)) {
    each_of(program, file, 0..program.document(file).len() as u32, &mut visit);
}

/// Calls `visit` for every attribute of a stretch of elements that names something.
pub fn each_of(program: &Program, file: FileId, elements: Range<u32>, visit: &mut impl FnMut(Site)) {
    for element in elements.map(ElementId) {
        in_element(program, file, element, visit);
    }
}

/// As [`each_of`], of those attributes alone whose reference is `wanted`: elements of kinds without any are passed over.
pub fn each_naming(
    program: &Program,
    file: FileId,
    elements: Range<u32>,
    wanted: &Naming<impl Fn(Reference) -> bool>,
    visit: &mut impl FnMut(Site),
) {
    for element in elements.map(ElementId) {
        let Some(kind) = program.kind(file, element) else { continue };
        if wanted.kinds[usize::from(kind.0)] {
            in_element(program, file, element, &mut |site| {
                if (wanted.is_wanted)(site.reference) {
                    visit(site);
                }
            });
        }
    }
}

/// Some references, and the kinds of elements that have attributes with any.
pub struct Naming<F> {
    is_wanted: F,
    kinds: Vec<bool>,
}

impl<F: Fn(Reference) -> bool> Naming<F> {
    /// Those references that `is_wanted` says.
    pub fn of(is_wanted: F) -> Self {
        let has = |kind: ElementKind| kind.def().attributes.iter().filter_map(|def| def.reference).any(&is_wanted);
        let kinds = grammar::elements().map(has).collect();
        Self { is_wanted, kinds }
    }
}

/// Calls `visit` for every attribute of an element that names something.
pub fn in_element(program: &Program, file: FileId, element: ElementId, visit: &mut impl FnMut(Site)) {
    let Some(kind) = program.kind(file, element) else { return };
    let Some(referring) = table().get(usize::from(kind.0)).filter(|one| one.families || !one.names.is_empty()) else {
        return;
    };
    let document = program.document(file);
    for attribute in document.attributes(element) {
        let name = document.attribute_name(attribute);
        let plain = referring.names.iter().find(|(known, _)| *known == name).map(|&(_, reference)| reference);
        let found = plain.or_else(|| {
            let def = referring.families.then(|| kind.def().attribute(name, document.names().text(name))).flatten()?;
            reference(def)
        });
        if let Some(reference) = found.filter(|_| document.attribute_namespace(attribute) == Namespace::Dialect) {
            visit(Site { file, element, kind, attribute, reference });
        }
    }
}

/// What an attribute names, where that can be judged.
fn reference(def: &AttributeDef) -> Option<Reference> {
    def.reference.filter(|reference| {
        matches!(
            reference,
            Reference::Item(_)
                | Reference::Property(_)
                | Reference::QualifiedProperty
                | Reference::Binding(_)
                | Reference::DataSource
                | Reference::Activity
                | Reference::Permission
        )
    })
}

fn table() -> &'static [Referring] {
    static TABLE: OnceLock<Vec<Referring>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let row = |kind: ElementKind| {
            let all = || kind.def().attributes.iter().filter_map(|def| Some((def, reference(def)?)));
            Referring {
                names: all().map(|(def, reference)| (def.name_id, reference)).collect(),
                families: all().any(|(def, _)| def.family.is_some()),
            }
        };
        grammar::elements().map(row).collect()
    })
}
