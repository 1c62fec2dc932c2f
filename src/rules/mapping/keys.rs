//! Which mapped properties of an entity type tell its resources apart.

use rustc_hash::FxHashMap;

use crate::grammar::{kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::syntax::{ElementId, NameId};

/// A mapped property that is some key, or none.
pub(super) struct Mapped {
    pub(super) element: ElementId,
    pub(super) property: Symbol,
    pub(super) primary: bool,
    pub(super) unique: bool,
    /// Whether it may be meant as a unique key.
    pub(super) may_be_unique: bool,
}

/// The mapping elements of each entity type and connector, in document order. Several of them are one mapping.
pub(super) fn mappings(program: &Program) -> Vec<Vec<Origin>> {
    let mut all: Vec<Vec<Origin>> = Vec::new();
    let mut number: FxHashMap<(Symbol, Option<Symbol>), usize> = FxHashMap::default();
    for mapping in program.items.entity_type_mappings.values() {
        let Some(entity_type) = mapping.entity_type else { continue };
        let connector = mapping.connector.map(|connector| connector.value.name);
        let at = *number.entry((entity_type.value.name, connector)).or_insert_with(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        all[at].push(mapping.origin);
    }
    all
}

/// The mapped properties of a mapping element.
pub(super) fn mapped(program: &Program, mapping: Origin) -> impl Iterator<Item = Mapped> + '_ {
    program.children_of(mapping, kinds::ENTITY_TYPE_MAPPING_PROPERTY).filter_map(move |element| {
        let origin = Origin::written(mapping.file, element);
        let is = |name: NameId| program.value(origin, name).is_some_and(|value| matches!(value.trim(), "true" | "1"));
        // What is no Boolean is a finding of its own, and may be meant as one that is true.
        let may_be = |name: NameId| program.value(origin, name).is_some_and(|value| !matches!(value.trim(), "false" | "0"));
        let property = Symbol::new(&program.value(origin, names::IDENTIFIER)?);
        let may_be_unique = may_be(names::IS_UNIQUE_KEY);
        Some(Mapped {
            element,
            property,
            primary: may_be(names::IS_PRIMARY_KEY),
            unique: is(names::IS_UNIQUE_KEY),
            may_be_unique,
        })
    })
}

/// Whether a part of the mapping may be a generated one.
pub(super) fn is_consolidated(program: &Program, mapping: &[Origin]) -> bool {
    mapping.iter().any(|&origin| program.value(origin, names::CONSOLIDATION_MODE).is_some())
}
