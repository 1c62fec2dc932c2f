//! The items of a document and of the workspace.

use lsp_types::{DocumentSymbol, SymbolInformation, SymbolKind};

use super::analysis::Analysis;
use super::encoding::Encoding;
use super::view::View;
use crate::grammar::{ItemKind, names};
use crate::ir::{Declaration, Program};
use crate::syntax::ElementId;

/// How deep the outline goes: deeper, nobody reads it.
const DEEPEST: usize = 24;
/// How many items a search gives at most.
const MOST: usize = 1000;

/// The outline of a document: its items, and around them the elements they stand in.
#[allow(deprecated, reason = "a field of the protocol's type")]
pub(super) fn of_document(view: &View<'_>) -> Vec<DocumentSymbol> {
    let document = view.document();
    // What is open, outermost first: the element and what was found in it.
    let mut open: Vec<(ElementId, Option<DocumentSymbol>)> = Vec::new();
    let mut outline = Vec::new();
    for element in document.elements() {
        close(&mut open, &mut outline, |around| document.end_of(around) <= element.0);
        let shown = open.iter().filter(|(_, symbol)| symbol.is_some()).count();
        let symbol = if shown < DEEPEST { symbol(view, element) } else { None };
        open.push((element, symbol));
    }
    close(&mut open, &mut outline, |_| true);
    outline
}

/// Ends the innermost elements that are over, and hangs what was found in them into what is around.
fn close(
    open: &mut Vec<(ElementId, Option<DocumentSymbol>)>,
    outline: &mut Vec<DocumentSymbol>,
    is_over: impl Fn(ElementId) -> bool,
) {
    while let Some((_, symbol)) = open.pop_if(|(element, _)| is_over(*element)) {
        let Some(symbol) = symbol else { continue };
        let around = open.iter_mut().rev().find_map(|(_, around)| around.as_mut());
        match around {
            Some(around) => around.children.get_or_insert_default().push(symbol),
            None => outline.push(symbol),
        }
    }
}

#[allow(deprecated, reason = "a field of the protocol's type")]
fn symbol(view: &View<'_>, element: ElementId) -> Option<DocumentSymbol> {
    let document = view.document();
    let def = view.kind(element)?.def();
    let names = [def.key.unwrap_or(names::IDENTIFIER), names::IDENTIFIER, names::JOB_IDENTIFIER, names::NAME];
    let attribute = names.into_iter().find_map(|name| document.find(element, name));
    let value = attribute.map(|attribute| document.value(attribute, view.text()).trim().to_owned());
    let value = value.filter(|value| !value.is_empty());
    let counts = def.declares.is_some() || value.is_some() || def.scaffolding.is_some();
    counts.then(|| DocumentSymbol {
        name: value.clone().unwrap_or_else(|| def.name.to_owned()),
        detail: value.map(|_| def.name.to_owned()),
        kind: def.declares.map_or(SymbolKind::OBJECT, symbol_kind),
        tags: None,
        deprecated: None,
        range: view.range(document.span(element)),
        selection_range: view.range(attribute.map_or(document.name_span(element), |attribute| document.value_span(attribute))),
        children: None,
    })
}

/// How editors draw an item.
fn symbol_kind(kind: ItemKind) -> SymbolKind {
    match kind.def().name {
        "job" => SymbolKind::FUNCTION,
        "task" => SymbolKind::METHOD,
        "entity type" => SymbolKind::CLASS,
        "property" | "dimension" => SymbolKind::PROPERTY,
        "connector" | "connection" | "agent" => SymbolKind::MODULE,
        "resource type" => SymbolKind::STRUCT,
        "association" => SymbolKind::INTERFACE,
        _ => SymbolKind::OBJECT,
    }
}

/// The name under which an item is declared.
pub(super) fn name(program: &Program, declared: &Declaration) -> Option<String> {
    let name = match (declared.key(program), declared.generated) {
        (Some(key), _) => program.attribute_value(declared.file, key).trim().to_owned(),
        (None, Some(generated)) => program.generated[generated.0 as usize].value(names::IDENTIFIER)?.to_owned(),
        (None, None) => return None,
    };
    (!name.is_empty()).then_some(name)
}

/// The items of a configuration whose names hold the letters of `query` in their order.
#[allow(deprecated, reason = "a field of the protocol's type")]
pub(super) fn search(encoding: Encoding, analysis: &Analysis, query: &str, found: &mut Vec<SymbolInformation>) {
    let program = analysis.program();
    for declared in program.declarations.all() {
        if found.len() >= MOST {
            return;
        }
        let Some(name) = name(program, declared).filter(|name| matches(name, query)) else { continue };
        let view = View::beside(encoding, analysis, program, declared.file);
        let document = program.document(declared.file);
        let place =
            declared.key(program).map_or_else(|| document.name_location(declared.element), |key| document.value_location(key));
        let Some(location) = view.place(place) else { continue };
        found.push(SymbolInformation {
            name,
            kind: symbol_kind(declared.kind),
            tags: None,
            deprecated: None,
            location,
            container_name: Some(declared.kind.to_string()),
        });
    }
}

/// Whether the letters of `query` stand in a name in their order, whatever their case.
pub(super) fn matches(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .all(|wanted| letters.any(|one| one == wanted))
}
