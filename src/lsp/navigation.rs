//! From a name to what it names and to everything that names the same.

use std::collections::BTreeMap;

use lsp_types::{DocumentHighlight, DocumentHighlightKind, Location as Place, Position, TextEdit, Uri, WorkspaceEdit};

use super::view::View;
use crate::grammar::ItemKind;
use crate::ir::references::{Occurrence, Role, Target, mentions_in, named_in};
use crate::rules;
use crate::source::Location;
use crate::syntax::normalize;

/// The name at a place.
pub(super) fn occurrence(view: &View<'_>, at: Position) -> Option<Occurrence> {
    view.named(view.offset(at))
}

/// Where the item named at a place is declared; for a generated one, the scaffolding.
pub(super) fn definition(view: &View<'_>, at: Position) -> Vec<Place> {
    let Some(named) = occurrence(view, at) else { return Vec::new() };
    let declared = view.program().occurrences().declarations(named.target);
    places(view, declared.map(|one| one.place))
}

/// Everything that names the item named at a place.
pub(super) fn references(view: &View<'_>, at: Position, declarations: bool) -> Vec<Place> {
    let Some(named) = occurrence(view, at) else { return Vec::new() };
    let program = view.program();
    let all = program.occurrences().named(named.target);
    let all = all.filter(|one| declarations || one.role == Role::Reference).map(|one| one.place);
    let renaming = program.occurrences().rename(program, named.target);
    let words = renaming.map(|renaming| renaming.mentions).unwrap_or_default();
    places(view, all.chain(in_expressions(view, named.target, &words)))
}

/// Of words that may mean the item, those in expressions that do.
pub(super) fn in_expressions(view: &View<'_>, target: Target, words: &[Location]) -> Vec<Location> {
    match (target.kind, target.scope) {
        (ItemKind::Property, Some(owner)) => rules::naming(view.program(), owner, words),
        _ => Vec::new(),
    }
}

/// Each place once: a scaffolding generates many elements that name one item.
fn places(view: &View<'_>, places: impl Iterator<Item = Location>) -> Vec<Place> {
    let mut places: Vec<Location> = places.collect();
    places.sort_unstable();
    places.dedup();
    places.into_iter().filter_map(|one| view.place(one)).collect()
}

/// Where the file names the item named at a place.
pub(super) fn highlights(view: &View<'_>, at: Position) -> Vec<DocumentHighlight> {
    let Some(named) = occurrence(view, at) else { return Vec::new() };
    let program = view.program();
    let here = named_in(program, view.file).into_iter().filter(|one| one.target == named.target);
    let words = mentions_in(program, view.file, &normalize(program.sources.slice(named.place)));
    let in_code = in_expressions(view, named.target, &words).into_iter().map(|place| (place, Role::Reference));
    let all = here.map(|one| (one.place, one.role)).chain(in_code);
    all.map(|(place, role)| DocumentHighlight {
        range: view.range(place.span),
        kind: Some(match role {
            Role::Declaration => DocumentHighlightKind::WRITE,
            Role::Reference => DocumentHighlightKind::READ,
        }),
    })
    .collect()
}

/// Edits of several files.
#[allow(clippy::mutable_key_type, reason = "the protocol's type; nothing changes an address")]
pub(super) fn workspace_edit(view: &View<'_>, edits: impl Iterator<Item = (Location, String)>) -> WorkspaceEdit {
    let mut by_file: BTreeMap<Uri, Vec<TextEdit>> = BTreeMap::new();
    for (place, text) in edits {
        if let Some(uri) = view.uri(place.file) {
            by_file.entry(uri).or_default().push(TextEdit { range: view.range_in(place), new_text: text });
        }
    }
    WorkspaceEdit { changes: Some(by_file.into_iter().collect()), ..WorkspaceEdit::default() }
}
