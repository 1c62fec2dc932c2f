//! Elements that a mistake has cost a configuration: nobody can tell that they are missing.

use crate::grammar::{self, ElementKind, ItemKind, Required, kinds, names};
use crate::ir::{Connection, Origin, Program, Symbol};
use crate::rules::references::has_other_scaffoldings;
use crate::rules::suggest::perhaps_meant;
use crate::syntax::Namespace;

/// Whether a configuration may be meant to have another element of a kind that stands directly in the root: under a name that
/// is near, without its start tag or its identifier, or where a file is cut off. Each is a finding of its own.
pub(super) fn may_hold(program: &Program, kind: ElementKind) -> bool {
    let name = kind.def().name;
    let all = || grammar::root().def().children.iter().map(|child| child.def().name);
    let is_meant = |written: &str| perhaps_meant(written, all()).is_some_and(|meant| meant == name);
    program.sources.iter().any(|(file, _)| {
        let (document, kinds) = (program.document(file), program.kinds(file));
        let mut items = document.root().into_iter().flat_map(|root| document.children(root));
        document.ends_early()
            || document.unmatched_ends().any(|(lost, _)| lost == name)
            || items.any(|one| match kinds[one.0 as usize] {
                None => document.namespace(one) == Namespace::Dialect && is_meant(document.name_text(one)),
                Some(own) => own == kind && lacks_identifier(program, Origin::written(file, one), kind),
            })
    })
}

/// Whether an element lacks the identifier that it needs.
fn lacks_identifier(program: &Program, at: Origin, kind: ElementKind) -> bool {
    let row = kind.def().attribute(names::IDENTIFIER, "Identifier").filter(|row| row.required == Required::Yes);
    row.is_some() && program.value(at, names::IDENTIFIER).is_none_or(|value| value.trim().is_empty())
}

/// Whether an element may be meant to hold more than it does: a child that the dialect does not have or that lacks its
/// identifier, or what would follow where the file is cut off. Each is a finding of its own.
pub(super) fn may_hold_more(program: &Program, at: Origin) -> bool {
    let document = program.document(at.file);
    let unread = |child| match program.kind(at.file, child) {
        None => document.namespace(child) == Namespace::Dialect,
        Some(kind) => lacks_identifier(program, Origin::written(at.file, child), kind),
    };
    document.is_cut(at.element) || document.children(at.element).any(unread)
}

/// Whether a name that stands for an entity type is that of none, which is a finding of its own: what is of it is not known.
pub(super) fn is_unknown_type(program: &Program, name: &str) -> bool {
    let (kind, declarations) = (ItemKind::EntityType, &program.declarations);
    name.trim().is_empty()
        || (declarations.of_kind(kind).next().is_some()
            && declarations.find(kind, None, Symbol::new(name)).is_none()
            && !kind.is_predeclared(name.trim())
            && !has_other_scaffoldings(program))
}

/// Whether connectors or connections may be meant to be there that nobody can read, or that do not say where they belong.
pub(super) fn may_have_connections(program: &Program) -> bool {
    let items = &program.items;
    let all: Vec<_> = items.connectors.values().map(|one| program.identifier(one.origin)).collect();
    // One of a connector that may be made otherwise, or that is called nothing like those that are there, is none of theirs.
    let is_misspelt = |name: &str| perhaps_meant(name, all.iter().map(|one| one.trim())).is_some();
    let of_none = |one: &Connection| match one.connector {
        None => true,
        Some(connector) => {
            connector.value.target.is_none()
                && !has_other_scaffoldings(program)
                && program.value(one.origin, names::CONNECTOR).is_none_or(|name| is_misspelt(name.trim()))
        }
    };
    let is_whole = |one: &Connection| program.value(one.origin, names::CONSOLIDATION_MODE).is_none();
    items.connections.values().any(|one| is_whole(one) && (one.package().is_none() || of_none(one)))
        || items.connectors.values().any(|one| one.agent.is_some_and(|agent| agent.value.target.is_none()))
        || [kinds::CONNECTION, kinds::CONNECTOR].into_iter().any(|kind| may_hold(program, kind))
}
