//! The dialect: which elements, attributes and values a configuration may hold, and what refers to what.
//!
//! Everything here is generated from `grammar/*.toml` at build time into static tables, so looking something up needs
//! no preparation and no allocation. Nothing about the dialect is written in Rust. Names are looked up by number
//! ([`NameId`]): the parser is seeded with [`NAMES`], so that every known name has the same number in every file.

mod attribute;
mod dialect;
mod element;
mod enumeration;
pub mod expressions;
mod intended;
mod item;
pub mod packages;
mod pattern;
mod reference;
mod tables;
#[cfg(test)]
mod tests;
mod value;
mod xsd;

pub use attribute::{AttributeDef, Family, Numbering, Required, Scope};
pub use dialect::{Dialect, UnknownDialect};
pub use element::{ElementDef, ElementKind, Relation, RequiredChild, ScaffoldingKind, Side};
pub use enumeration::{EnumDef, EnumId, EnumValue};
pub use item::ItemDef;
pub use packages::Package;
pub use pattern::Pattern;
pub use reference::{Holder, Reference, ResourceTypeEnd, TypeSource};
pub use tables::{ItemKind, NAMES, RESERVED_IDENTIFIERS, enums, kinds, names};
pub use value::{ValueProblem, ValueType};
pub use xsd::xsd;

pub(crate) use intended::{Intended, family_of, intended};

use crate::syntax::NameId;

/// The namespace of the configuration's elements.
pub const NAMESPACE: &str = "urn:schemas-usercube-com:configuration";

/// The number of a known name.
pub fn name_id(name: &str) -> Option<NameId> {
    NAMES.binary_search(&name).ok().map(|index| NameId(index as u32))
}

/// The text of a known name; `None` for a number that belongs to one document.
pub fn name_text(name: NameId) -> Option<&'static str> {
    NAMES.get(name.0 as usize).copied()
}

/// The root element of every file.
pub fn root() -> ElementKind {
    tables::root()
}

/// The row of an element of that name below `parent`; `None` where `parent` does not take it.
pub fn child(parent: ElementKind, name: NameId) -> Option<ElementKind> {
    parent.def().child(name)
}

/// All rows of elements of that name: where the element could stand.
pub fn kinds_named(name: NameId) -> &'static [ElementKind] {
    tables::kinds_named(name)
}

/// Every row of the element table, sorted by name.
pub fn elements() -> impl ExactSizeIterator<Item = ElementKind> {
    (0..tables::element_count()).map(|index| ElementKind(index as u16))
}

/// Whether the word is refused, in any case, as identifier of an entity type or of one of its properties.
pub fn is_reserved_identifier(word: &str) -> bool {
    RESERVED_IDENTIFIERS.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

/// The names of the dialect, as the parser takes them.
pub fn seed() -> &'static crate::syntax::Seed {
    static SEED: std::sync::OnceLock<crate::syntax::Seed> = std::sync::OnceLock::new();
    SEED.get_or_init(|| crate::syntax::Seed::new(NAMES))
}
