//! The dimensions that the configuration declares, and the attributes that are numbered after them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::grammar::{self, AttributeDef, ElementKind, ItemKind, Numbering, names};
use crate::ir::{Origin, Program};
use crate::rules::references;
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId};

/// A dimension.
pub(super) struct Dimension {
    pub(super) origin: Origin,
    pub(super) hierarchical: bool,
}

/// An attribute numbered after a dimension.
#[derive(Clone, Copy)]
pub(super) struct Site {
    pub(super) file: FileId,
    pub(super) element: ElementId,
    pub(super) attribute: AttributeId,
    pub(super) def: &'static AttributeDef,
    /// `D`, `L`, `R`, `P` or `B`.
    pub(super) prefix: &'static str,
    /// The number of the dimension's column.
    pub(super) column: u32,
}

/// The dimensions by column. Nothing where none is declared, or where others may be generated.
pub(super) fn declared(program: &Program) -> Option<BTreeMap<u32, Dimension>> {
    if references::may_be_generated(program, ItemKind::Dimension) {
        return None;
    }
    let mut all = BTreeMap::new();
    for one in program.declarations.of_kind(ItemKind::Dimension) {
        let origin = Origin::written(one.file, one.element);
        // A dimension whose column cannot be read may be any.
        let column = program.value(origin, names::COLUMN_MAPPING)?.trim().parse::<u32>().ok()?;
        let hierarchical =
            program.value(origin, names::IS_HIERARCHICAL).is_some_and(|value| matches!(value.trim(), "true" | "1"));
        all.entry(column).or_insert(Dimension { origin, hierarchical });
    }
    (!all.is_empty()).then_some(all)
}

/// Calls `visit` for every attribute numbered after a dimension.
pub(super) fn each(program: &Program, mut visit: impl FnMut(Site)) {
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        for element in document.elements() {
            let Some(kind) = program.kind(file, element) else { continue };
            if !table().get(usize::from(kind.0)).copied().unwrap_or_default() {
                continue;
            }
            for attribute in document.attributes(element) {
                let (name, text) = (document.attribute_name(attribute), document.attribute_name_text(attribute));
                let Some(def) = kind.def().attribute(name, text).filter(|def| is_numbered(def)) else { continue };
                let Some(family) = def.family else { continue };
                if let Some(column) = family.number(text) {
                    visit(Site { file, element, attribute, def, prefix: family.prefix, column });
                }
            }
        }
    }
}

fn is_numbered(def: &AttributeDef) -> bool {
    def.family.is_some_and(|family| {
        family.numbering == Numbering::Base32Hex
            && matches!(family.prefix, "B" | "D" | "L" | "P" | "R")
            && family.suffix.is_empty()
    })
}

/// Whether elements of a kind have such attributes.
fn table() -> &'static [bool] {
    static TABLE: OnceLock<Vec<bool>> = OnceLock::new();
    let has = |kind: ElementKind| kind.def().attributes.iter().any(is_numbered);
    TABLE.get_or_init(|| grammar::elements().map(has).collect())
}
