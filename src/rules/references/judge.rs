//! Which references lead nowhere.

use std::ops::{ControlFlow, Range};

use crate::grammar::ItemKind;
use crate::ir::references::{Part, Site, each_of, gap, parts, place, starts};
use crate::ir::{Program, Symbol};
use crate::source::{FileId, Location};

use super::certainty::{Certainty, is_scoped};

/// A reference that leads nowhere.
pub(super) struct Broken {
    /// The attribute.
    pub(super) site: Site,
    /// The wrong part of its value.
    pub(super) place: Location,
    /// That part; empty where a name is missing.
    pub(super) name: String,
    /// What it should name.
    pub(super) wanted: ItemKind,
    /// The item that it is unique within: of a property its entity type.
    pub(super) scope: Option<Symbol>,
    /// What it names instead.
    pub(super) instead: Option<Instead>,
}

/// What a wrong name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Instead {
    /// An item of another kind.
    Item(ItemKind),
    /// A property that holds a value, in the middle of a path.
    Scalar,
}

/// The references in a stretch of a file's elements that lead nowhere, in document order.
pub(super) fn judge(program: &Program, certainty: &Certainty<'_>, file: FileId, elements: Range<u32>) -> Vec<Broken> {
    let mut broken = Vec::new();
    each_of(program, file, elements, &mut |site: Site| {
        let value = program.attribute_value(file, site.attribute);
        if let Some(part) = gap(&site, &value) {
            let place = place(program, &site, &part);
            broken.push(Broken { site, place, name: String::new(), wanted: part.kind, scope: None, instead: None });
            return;
        }
        let mut first = None;
        // A path that may start at several types is wrong where it is from each of them.
        for start in starts(program, &site).iter() {
            let mut wrong = None;
            let _ = parts(program, &site, start, &value, |part| match fault(certainty, &part) {
                None => ControlFlow::Continue(()),
                Some(fault) => {
                    wrong = Some((part, fault));
                    ControlFlow::Break(())
                }
            });
            if wrong.is_none() {
                return;
            }
            first = first.or(wrong);
        }
        let Some((part, fault)) = first else { return };
        broken.push(Broken {
            site,
            place: place(program, &site, &part),
            instead: match fault {
                Fault::Scalar => Some(Instead::Scalar),
                Fault::Absent => instead(program, &site, &part).map(Instead::Item),
            },
            name: part.name.to_owned(),
            wanted: part.kind,
            scope: part.scope,
        });
    });
    broken
}

/// What is wrong with a part.
#[derive(Clone, Copy)]
enum Fault {
    Absent,
    Scalar,
}

fn fault(certainty: &Certainty<'_>, part: &Part<'_>) -> Option<Fault> {
    let exists = match part.scope {
        Some(entity_type) if part.kind == ItemKind::Property => certainty.has_property(entity_type, part.name),
        Some(scope) => certainty.has(part.kind, scope, part.name),
        None => certainty.exists(part.kind, part.name),
    };
    match (exists, part.scope) {
        (Some(false), _) => Some(Fault::Absent),
        (Some(true), Some(entity_type)) if part.goes_on && certainty.is_scalar(entity_type, part.name) => Some(Fault::Scalar),
        _ => None,
    }
}

/// The kind of item that bears the name, where the wanted kind has none of it. Screens are named after what they show, so
/// they do not count; nor does the item that the reference stands on, for things that belong together often share a name.
fn instead(program: &Program, site: &Site, part: &Part<'_>) -> Option<ItemKind> {
    let wanted = part.kind;
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
    let named = program.declarations.named(Symbol::new(part.name));
    let others = named.filter(|one| (one.file, one.element) != (site.file, site.element));
    others.map(|one| one.kind).find(|&kind| kind != wanted && counts(kind))
}
