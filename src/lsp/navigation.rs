//! From a name to what it names and to everything that names the same; another name for all of them.

use std::collections::BTreeMap;

use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, Location as Place, Position, PrepareRenameResponse, TextEdit, Uri, WorkspaceEdit,
};

use super::server::Refusal;
use super::view::View;
use crate::grammar::{ItemKind, ValueProblem};
use crate::ir::Symbol;
use crate::ir::references::{Occurrence, Role, Target, mentions_in, named_in};
use crate::rules;
use crate::source::Location;
use crate::syntax::{escape_attribute, normalize};

/// The name at a place.
fn occurrence(view: &View<'_>, at: Position) -> Option<Occurrence> {
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
fn in_expressions(view: &View<'_>, target: Target, words: &[Location]) -> Vec<Location> {
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

/// The name at a place, where it can be another.
pub(super) fn prepare_rename(view: &View<'_>, at: Position) -> Result<Option<PrepareRenameResponse>, Refusal> {
    let Some(named) = occurrence(view, at) else { return Ok(None) };
    let program = view.program();
    let name = program.sources.slice(named.place);
    if let Err(error) = program.occurrences().rename(program, named.target) {
        return Err(Refusal::new(format!("`{name}` cannot be renamed: {error}")));
    }
    let range = view.range(named.place.span);
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.to_owned() }))
}

/// What renaming comes to.
pub(super) struct Renamed {
    /// The edits of all files.
    pub(super) edit: WorkspaceEdit,
    /// In how many other places the old name stands, which may mean the item or not.
    pub(super) mentions: usize,
}

/// Gives the item named at a place another name, everywhere.
pub(super) fn rename(view: &View<'_>, at: Position, name: &str) -> Result<Renamed, Refusal> {
    let program = view.program();
    let named = occurrence(view, at).ok_or_else(|| Refusal::new("here is no identifier to rename"))?;
    let old = program.sources.slice(named.place);
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Refusal::new("an identifier has at least one character and no line breaks"));
    }
    let symbol = Symbol::new(name);
    malformed(view, named.target, name)?;
    let taken = program.declarations.find(named.target.kind, named.target.scope, symbol);
    if taken.is_some() && symbol != named.target.symbol {
        return Err(Refusal::new(format!("there is already a {} `{name}`", named.target.kind)));
    }
    let renaming = program
        .occurrences()
        .rename(program, named.target)
        .map_err(|error| Refusal::new(format!("`{old}` cannot be renamed: {error}")))?;
    let escaped = escape_attribute(name);
    let more = in_expressions(view, named.target, &renaming.mentions);
    let edits = renaming.places.iter().chain(&more).map(|place| (*place, escaped.to_string()));
    Ok(Renamed { edit: workspace_edit(view, edits), mentions: renaming.mentions.len() - more.len() })
}

/// Refuses a name that the deployment refuses: what `malformed-identifier` would say of every declaration.
fn malformed(view: &View<'_>, target: Target, name: &str) -> Result<(), Refusal> {
    let program = view.program();
    for declared in program.occurrences().declarations(target) {
        let Some(kind) = program.kind(declared.place.file, declared.element) else { continue };
        let key = kind.def().key.and_then(|key| kind.def().attribute(key, ""));
        let Some(key) = key.filter(|key| key.pattern.is_some()) else { continue };
        if let Err(ValueProblem::OffPattern(pattern)) = key.check(name) {
            let (attribute, element) = (key.name, kind.def().name);
            let text = format!("`{name}` cannot be the {attribute} of a `{element}`: it must follow `{}`", pattern.text);
            return Err(Refusal::new(text));
        }
    }
    Ok(())
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
