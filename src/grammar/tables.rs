//! The generated tables, and the only functions that index them.

#![allow(clippy::unreadable_literal, clippy::doc_markdown, reason = "generated")]

use super::attribute::{AttributeDef, Family, Numbering, Required, Scope};
use super::dialect::Dialect;
use super::element::{ElementDef, ElementKind, Relation, RequiredChild, ScaffoldingKind, Side};
use super::enumeration::{EnumDef, EnumId, EnumValue};
use super::expressions::{
    Class, ClassMember, ExpressionInput, ImplicitVariable, InputSource, Parameter, PredefinedFunction, Returns, SequenceArgument,
    SequenceMethod, SequenceReturn, Standing,
};
use super::item::ItemDef;
use super::packages::Package;
use super::pattern::{Pattern, Piece};
use super::reference::{Holder, Reference, ResourceTypeEnd, TypeSource};
use super::value::ValueType;
use crate::syntax::NameId;

include!(concat!(env!("OUT_DIR"), "/grammar.rs"));

pub(super) fn root() -> ElementKind {
    ROOT
}

pub(super) fn element(kind: ElementKind) -> &'static ElementDef {
    &ELEMENTS[usize::from(kind.0)]
}

pub(super) fn element_count() -> usize {
    ELEMENTS.len()
}

pub(super) fn kinds_named(name: NameId) -> &'static [ElementKind] {
    KINDS_NAMED.get(name.0 as usize).copied().unwrap_or_default()
}

pub(super) fn enumeration(id: EnumId) -> &'static EnumDef {
    &ENUMS[usize::from(id.0)]
}

pub(super) fn enumerations() -> &'static [EnumDef] {
    &ENUMS
}

pub(super) fn item(kind: ItemKind) -> &'static ItemDef {
    &ITEM_KINDS[kind as usize]
}

pub(super) fn items() -> &'static [ItemDef] {
    &ITEM_KINDS
}

pub(super) fn packages() -> &'static [Package] {
    &PACKAGES
}
