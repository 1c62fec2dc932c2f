//! What can be typed at a place: elements, attributes, values, identifiers.

mod context;
mod values;

use std::fmt::Write;

use lsp_types::{CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, InsertTextFormat, Position, TextEdit};

use self::context::{Context, context};
use super::view::View;
use crate::grammar::{AttributeDef, ElementKind, Required};
use crate::source::Span;

/// What can be typed at a place. `snippets`: the client lets its user fill in what is left open.
pub(super) fn at(view: &View<'_>, position: Position, snippets: bool) -> CompletionList {
    let offset = view.offset(position);
    let items = match context(view.text(), offset as usize) {
        Some(Context::Element { parent, word, opened, bare }) => elements(view, parent, word, opened, bare && snippets),
        Some(Context::End { name, word }) if !name.is_empty() => {
            vec![item(view, name, CompletionItemKind::CLASS, "end tag", word, format!("{name}>"))]
        }
        Some(Context::Attribute { kind, word, written, valued }) => attributes(view, kind, word, &written, valued, snippets),
        Some(Context::Value { kind, name, value }) => values::of(view, kind, name, value, offset),
        Some(Context::End { .. }) | None => Vec::new(),
    };
    // What was left out comes when more is typed.
    CompletionList { is_incomplete: items.len() >= values::MOST, items }
}

fn elements(view: &View<'_>, parent: Option<ElementKind>, word: Span, opened: bool, filled: bool) -> Vec<CompletionItem> {
    let root = [crate::grammar::root()];
    let children = parent.map_or(&root[..], |parent| parent.def().children);
    let dialect = view.program().dialect;
    let bracket = if opened { "" } else { "<" };
    let current = children.iter().map(|kind| kind.def()).filter(|def| !def.is_withdrawn(dialect) && def.renamed.is_none());
    current
        .map(|def| {
            let required = def.attributes.iter().filter(|attribute| attribute.required == Required::Yes);
            let mut text = format!("{bracket}{}", def.name);
            if filled {
                for (number, attribute) in required.enumerate() {
                    let _ = write!(text, " {}=\"${}\"", attribute.name, number + 1);
                }
                text.push_str(if def.children.is_empty() { "$0 />" } else { "$0" });
            }
            let mut item = item(view, def.name, CompletionItemKind::CLASS, def.summary, word, text);
            // Each task has an override, which is seldom meant.
            item.sort_text = Some(format!("{}{}", u8::from(def.overrides.is_some()), def.name));
            if filled {
                item.insert_text_format = Some(InsertTextFormat::SNIPPET);
            }
            item
        })
        .collect()
}

fn attributes(
    view: &View<'_>,
    kind: ElementKind,
    word: Span,
    written: &[&str],
    valued: bool,
    snippets: bool,
) -> Vec<CompletionItem> {
    let dialect = view.program().dialect;
    let current = kind.def().attributes.iter().filter(|attribute| !attribute.is_withdrawn(dialect));
    let items = current.filter_map(|attribute| {
        let name = unwritten(attribute, written)?;
        let text = match (valued, snippets) {
            (true, _) => name.clone(),
            (false, true) => format!("{name}=\"$1\""),
            (false, false) => format!("{name}=\"\""),
        };
        let mut item = item(view, &name, CompletionItemKind::PROPERTY, attribute.summary, word, text);
        let order = u8::from(attribute.required == Required::No);
        item.sort_text = Some(format!("{order}{:03}", attribute.order));
        if !valued && snippets {
            item.insert_text_format = Some(InsertTextFormat::SNIPPET);
        }
        Some(item)
    });
    items.collect()
}

/// The name of the attribute, of a family that of its first member that is not there; nothing where all are.
fn unwritten(attribute: &AttributeDef, written: &[&str]) -> Option<String> {
    match attribute.family {
        None => (!written.contains(&attribute.name)).then(|| attribute.name.to_owned()),
        Some(family) => {
            (family.first..=family.last).map(|number| family.member(number)).find(|name| !written.contains(&name.as_str()))
        }
    }
}

/// An item that replaces `word`.
fn item(view: &View<'_>, label: &str, kind: CompletionItemKind, detail: &str, word: Span, text: String) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        detail: (!detail.is_empty()).then(|| detail.to_owned()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: view.range(word), new_text: text })),
        ..CompletionItem::default()
    }
}
