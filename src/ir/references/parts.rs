//! The names in the value of an attribute.

use std::ops::ControlFlow;

use crate::grammar::{ItemKind, Reference};
use crate::source::trim;

use super::super::{Connection, Program, Symbol};
use super::Site;

/// One name in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'v> {
    /// Where it stands in the value.
    pub start: usize,
    /// The name.
    pub name: &'v str,
    /// What it names.
    pub kind: ItemKind,
    /// The item that it is unique within: of a property its entity type. `None`: within the configuration, or not known.
    pub scope: Option<Symbol>,
    /// The path goes on behind it.
    pub goes_on: bool,
}

/// What to do after a part.
type Next = ControlFlow<()>;

/// Visits the names in a value from left to right, until one breaks off. `start` is the entity type, or other item, that
/// a bare name belongs to. What is no reference gives no parts.
pub fn parts<'v>(
    program: &Program,
    site: &Site,
    start: Option<Symbol>,
    value: &'v str,
    mut visit: impl FnMut(Part<'v>) -> Next,
) -> Next {
    match site.reference {
        Reference::Item(kind) => one(value, 0, kind, start, &mut visit),
        Reference::Property(_) => match start {
            Some(_) => one(value, 0, ItemKind::Property, start, &mut visit),
            None => Next::Continue(()),
        },
        Reference::QualifiedProperty => pair(value, ItemKind::EntityType, ItemKind::Property, &mut visit),
        Reference::Activity => pair(value, ItemKind::Workflow, ItemKind::Activity, &mut visit),
        Reference::Binding(_) => path(program, start, value, &mut visit),
        Reference::DataSource => data_source(program, value, &mut visit),
        Reference::Permission => permission(program, value, &mut visit),
        _ => Next::Continue(()),
    }
}

/// A bare name, blanks around it aside.
fn one<'v>(
    value: &'v str,
    offset: usize,
    kind: ItemKind,
    scope: Option<Symbol>,
    visit: &mut impl FnMut(Part<'v>) -> Next,
) -> Next {
    let name = trim(value);
    if name.is_empty() {
        return Next::Continue(());
    }
    let start = offset + value.len() - value.trim_start().len();
    visit(Part { start, name, kind, scope, goes_on: false })
}

/// `Outer:Inner`, where the second is unique within the first.
fn pair<'v>(value: &'v str, outer: ItemKind, inner: ItemKind, visit: &mut impl FnMut(Part<'v>) -> Next) -> Next {
    let Some((first, second)) = value.split_once(':') else { return Next::Continue(()) };
    one(first, 0, outer, None, visit)?;
    if trim(first).is_empty() {
        return Next::Continue(());
    }
    one(second, first.len() + 1, inner, Some(Symbol::new(first)), visit)
}

/// The first place in a path where a name is missing: between two dots, at an end, or beside a colon.
#[inline]
pub fn gap<'v>(site: &Site, value: &'v str) -> Option<Part<'v>> {
    if matches!(site.reference, Reference::Binding(_)) { gap_in_path(value) } else { None }
}

fn gap_in_path(value: &str) -> Option<Part<'_>> {
    let path = trim(value);
    // Most paths are one name.
    let is_long = path.bytes().any(|byte| matches!(byte, b'.' | b':'));
    if !is_long || !is_path(path) {
        return None;
    }
    let missing = |start, kind| Some(Part { start, name: "", kind, scope: None, goes_on: false });
    let mut at = value.len() - value.trim_start().len();
    for segment in path.split('.') {
        match segment.split_once(':') {
            Some(("", _)) => return missing(at, ItemKind::EntityType),
            Some((_, "")) => return missing(at + segment.len(), ItemKind::Property),
            None if segment.is_empty() => return missing(at, ItemKind::Property),
            _ => at += segment.len() + 1,
        }
    }
    None
}

/// What is no path is an expression, or something else that is judged elsewhere.
fn is_path(value: &str) -> bool {
    let is_ascii = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    value.bytes().all(is_ascii) || value.chars().all(|c| c.is_alphanumeric() || (c.is_ascii() && is_ascii(c as u8)))
}

/// `[Type:]property.[Type:]property…`: each property leads to the entity type of the next one, as far as that is known.
fn path<'v>(program: &Program, start: Option<Symbol>, value: &'v str, visit: &mut impl FnMut(Part<'v>) -> Next) -> Next {
    let path = trim(value);
    if !is_path(path) {
        return Next::Continue(());
    }
    let mut at = path.as_ptr() as usize - value.as_ptr() as usize;
    let value = path;
    let end = at + value.len();
    let mut owner = start;
    for segment in value.split('.') {
        let from = at;
        at += segment.len() + 1;
        let (property_at, property) = match segment.split_once(':') {
            None => (from, segment),
            Some((written, property)) => {
                if !written.is_empty() {
                    let part = Part { start: from, name: written, kind: ItemKind::EntityType, scope: None, goes_on: true };
                    visit(part)?;
                    owner = Some(Symbol::new(written));
                }
                (from + written.len() + 1, property)
            }
        };
        if property.is_empty() {
            return Next::Continue(());
        }
        let Some(scope) = owner else { continue };
        let goes_on = from + segment.len() < end;
        visit(Part { start: property_at, name: property, kind: ItemKind::Property, scope: owner, goes_on })?;
        owner = if goes_on { program.leads_to(scope, Symbol::new(property)) } else { None };
    }
    Next::Continue(())
}

/// A table that is described, or the connection whose identifier begins the name of an exported one.
fn data_source<'v>(program: &Program, value: &'v str, visit: &mut impl FnMut(Part<'v>) -> Next) -> Next {
    let name = trim(value);
    if program.declarations.find(ItemKind::ConnectionTable, None, Symbol::new(name)).is_some() {
        return one(value, 0, ItemKind::ConnectionTable, None, visit);
    }
    let ends = name.match_indices('_').map(|(end, _)| end).chain(std::iter::once(name.len()));
    let connection = ends.filter(|&end| program.index.find::<Connection>(Symbol::new(&name[..end])).is_some()).last();
    let Some(end) = connection.filter(|&end| end > 0) else { return Next::Continue(()) };
    one(&name[..end], value.len() - value.trim_start().len(), ItemKind::Connection, None, visit)
}

/// Where the tree of permissions goes on with items of the configuration, and what they are. Read from the rules that the
/// product's scaffoldings generate; of the rest of the tree no whole list is published.
const PERMISSIONS: [(&str, ItemKind); 18] = [
    ("/Custom/ManageAccounts/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/BulkPerformManualProvisioning/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/BulkReviewProvisioning/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/MassReconciliateResources/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/PendingAssignedResourceTypes/", ItemKind::ResourceType),
    ("/Custom/ProvisioningPolicy/PerformManualProvisioning/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/ReconciliateResources/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/ReconciliateRoles/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/ReviewProvisioning/", ItemKind::EntityType),
    ("/Custom/ProvisioningPolicy/ReviewRoles/", ItemKind::EntityType),
    ("/Custom/Reports/", ItemKind::ReportQuery),
    ("/Custom/ResourceChanges/", ItemKind::Connector),
    ("/Custom/ResourceFileChanges/", ItemKind::Connector),
    ("/Custom/ResourceFiles/", ItemKind::EntityType),
    ("/Custom/ResourceLinkChanges/", ItemKind::Connector),
    ("/Custom/Resources/", ItemKind::EntityType),
    ("/Custom/Workflows/", ItemKind::Workflow),
    ("/Custom/WorkflowsNotifications/", ItemKind::Workflow),
];

/// How far an identifier with slashes is looked for in a path.
const MOST_SLASHES: usize = 16;

/// `/Custom/Resources/Person/View`: the item that the permission is about, and of a workflow its activity.
fn permission<'v>(program: &Program, value: &'v str, visit: &mut impl FnMut(Part<'v>) -> Next) -> Next {
    let at = value.len() - value.trim_start().len();
    let path = trim(value);
    let begins = |(start, _): &&(&str, ItemKind)| path.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start));
    let Some(&(start, kind)) = PERMISSIONS.iter().find(begins) else { return Next::Continue(()) };
    let (at, rest) = (at + start.len(), &path[start.len()..]);
    // An identifier may have slashes of its own.
    let is_item = |&(end, _): &(usize, &str)| program.declarations.find(kind, None, Symbol::new(&rest[..end])).is_some();
    let longer = rest.match_indices('/').chain(std::iter::once((rest.len(), ""))).take(MOST_SLASHES).filter(is_item).last();
    let end = longer.or_else(|| rest.match_indices('/').next()).map_or(rest.len(), |(end, _)| end);
    let (first, below) = (&rest[..end], rest[end..].strip_prefix('/').unwrap_or_default());
    if kind != ItemKind::Workflow {
        return one(first, at, kind, None, visit);
    }
    let second = below.split('/').next().unwrap_or_default();
    // Who supervises, supervises the workflows of an entity type.
    if first.eq_ignore_ascii_case("Supervise") {
        return one(second, at + first.len() + 1, ItemKind::EntityType, None, visit);
    }
    one(first, at, kind, None, visit)?;
    if trim(first).is_empty() {
        return Next::Continue(());
    }
    one(second, at + first.len() + 1, ItemKind::Activity, Some(Symbol::new(first)), visit)
}
