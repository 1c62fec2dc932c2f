//! Which references lead nowhere.

use crate::grammar::{Holder, ItemKind, Reference, ResourceTypeEnd, TypeSource, names};
use crate::ir::{Program, Symbol};
use crate::source::{FileId, Location, Span};
use crate::syntax::{ElementId, NameId, raw_offset};

use super::certainty::{Certainty, is_scoped};
use super::path;
use super::walk::{Site, each};

/// A reference that leads nowhere.
pub(super) struct Broken {
    /// The attribute.
    pub(super) site: Site,
    /// The wrong part of its value.
    pub(super) place: Location,
    /// That part.
    pub(super) name: String,
    /// What it should name.
    pub(super) wanted: ItemKind,
    /// For a property: its entity type.
    pub(super) entity_type: Option<Symbol>,
    /// What it names instead.
    pub(super) instead: Option<ItemKind>,
}

/// A wrong part of a value.
pub(super) struct Wrong {
    /// Where it stands in the value.
    pub(super) start: usize,
    /// Its text.
    pub(super) name: String,
    /// What it should name.
    pub(super) wanted: ItemKind,
    /// For a property: its entity type.
    pub(super) entity_type: Option<Symbol>,
}

/// The references of one file that lead nowhere, in document order.
pub(super) fn judge(program: &Program, certainty: &Certainty<'_>, file: FileId) -> Vec<Broken> {
    let mut broken = Vec::new();
    each(program, file, |site| {
        let value = program.attribute_value(file, site.attribute);
        let wrong = match site.reference {
            Reference::Item(kind) => item(certainty, kind, &value),
            Reference::QualifiedProperty => qualified(certainty, &value),
            Reference::Property(source) => {
                type_of(program, site, source).and_then(|entity_type| property(certainty, entity_type, &value))
            }
            Reference::Binding(source) => path::judge(program, certainty, type_of(program, site, source), &value),
            _ => None,
        };
        let Some(wrong) = wrong else { return };
        let span = program.document(file).value_span(site.attribute);
        let raw = span.of(program.text(file));
        let (start, end) = (raw_offset(raw, wrong.start), raw_offset(raw, wrong.start + wrong.name.len()));
        broken.push(Broken {
            site,
            place: Location::new(file, Span::new(span.start + start as u32, span.start + end as u32)),
            instead: instead(program, wrong.wanted, &wrong.name),
            name: wrong.name,
            wanted: wrong.wanted,
            entity_type: wrong.entity_type,
        });
    });
    broken
}

fn trimmed(value: &str) -> Option<(usize, &str)> {
    let name = value.trim();
    (!name.is_empty()).then(|| (value.len() - value.trim_start().len(), name))
}

fn item(certainty: &Certainty<'_>, kind: ItemKind, value: &str) -> Option<Wrong> {
    let (start, name) = trimmed(value)?;
    (certainty.exists(kind, name) == Some(false)).then(|| Wrong { start, name: name.to_owned(), wanted: kind, entity_type: None })
}

fn property(certainty: &Certainty<'_>, entity_type: Symbol, value: &str) -> Option<Wrong> {
    let (start, name) = trimmed(value)?;
    let absent = certainty.has_property(entity_type, name) == Some(false);
    absent.then(|| Wrong { start, name: name.to_owned(), wanted: ItemKind::Property, entity_type: Some(entity_type) })
}

fn qualified(certainty: &Certainty<'_>, value: &str) -> Option<Wrong> {
    let (entity_type, name) = value.split_once(':')?;
    item(certainty, ItemKind::EntityType, entity_type).or_else(|| {
        let wrong = property(certainty, Symbol::new(entity_type), name)?;
        Some(Wrong { start: wrong.start + entity_type.len() + 1, ..wrong })
    })
}

/// The entity type that a bare property belongs to, where it is said.
fn type_of(program: &Program, site: Site, source: TypeSource) -> Option<Symbol> {
    match source {
        TypeSource::Attribute { holder, attribute, through } => {
            let element = match holder {
                Holder::Element => site.element,
                Holder::Parent => program.document(site.file).parent(site.element)?,
            };
            let name = symbol(program, site.file, element, attribute)?;
            let Some(end) = through else { return Some(name) };
            let resource_type = program.declarations.find(ItemKind::ResourceType, None, name)?;
            let end = match end {
                ResourceTypeEnd::Source => names::SOURCE_ENTITY_TYPE,
                ResourceTypeEnd::Target => names::TARGET_ENTITY_TYPE,
            };
            symbol(program, resource_type.file, resource_type.element, end)
        }
        // What stands around a control decides in ways that are not described.
        TypeSource::Written | TypeSource::BuiltIn(_) | TypeSource::Enclosing | TypeSource::Pointed | TypeSource::Unknown => None,
    }
}

fn symbol(program: &Program, file: FileId, element: ElementId, name: NameId) -> Option<Symbol> {
    let attribute = program.document(file).find(element, name)?;
    let value = program.attribute_value(file, attribute);
    (!value.trim().is_empty()).then(|| Symbol::new(&value))
}

/// The kind of item that bears the name, where the wanted kind has none of it. Screens are named after what they show, so
/// they do not count.
fn instead(program: &Program, wanted: ItemKind, name: &str) -> Option<ItemKind> {
    if is_scoped(wanted) {
        return None;
    }
    let counts = |kind: ItemKind| {
        matches!(
            kind,
            ItemKind::Agent
                | ItemKind::Category
                | ItemKind::CompositeRole
                | ItemKind::Connection
                | ItemKind::ConnectionTable
                | ItemKind::Connector
                | ItemKind::EntityAssociation
                | ItemKind::EntityType
                | ItemKind::Job
                | ItemKind::OpenIdClient
                | ItemKind::PasswordResetSettings
                | ItemKind::Policy
                | ItemKind::Profile
                | ItemKind::ResourceType
                | ItemKind::SingleRole
                | ItemKind::Task
        )
    };
    let named = program.declarations.named(Symbol::new(name));
    named.map(|one| one.kind).find(|&kind| kind != wanted && counts(kind))
}
