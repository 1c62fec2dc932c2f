//! Formatting of a part of a text, for editors.

use crate::source::Span;
use crate::syntax::{Document, ElementId, Namespace};

use super::layout::{DEEPEST, Place, lay_out};
use super::token::{self, Token};
use super::{NotWellFormed, Style, format_document, line_ends};

/// What one place of a text becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The place, in bytes.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Formats the smallest element that `range` lies in; the whole text where it lies in none, or where the element's white
/// space may mean something. `None` where everything is as it should be.
pub fn format_range(document: &Document, text: &str, range: Span, style: &Style) -> Result<Option<Replacement>, NotWellFormed> {
    if !document.errors().is_empty() {
        return Err(NotWellFormed);
    }
    let replacement = match smallest(document, range).filter(|&element| is_laid_out(document, text, element)) {
        Some(element) if document.parent(element).is_some() => {
            let tokens = token::of(document, text, element);
            let place = place(document, element);
            let (start, indent) = indentation(document, text, element, style, place.depth);
            let formatted = indent + &lay_out(document, text, &tokens, style, place);
            Replacement { span: Span::new(start, document.span(element).end), text: line_ends::as_in(text, formatted) }
        }
        _ => {
            let span = Span::new(0, text.len() as u32);
            Replacement { span, text: format_document(document, text, style)? }
        }
    };
    Ok((replacement.span.of(text) != replacement.text).then_some(replacement))
}

/// Where the formatting of an element begins and what stands before it there: the blanks of its line, where nothing else
/// stands on it.
fn indentation(document: &Document, text: &str, element: ElementId, style: &Style, depth: usize) -> (u32, String) {
    let start = document.span(element).start;
    let before = &text[..start as usize];
    let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    if before[line..].trim_matches([' ', '\t']).is_empty() {
        (line as u32, " ".repeat(depth.min(DEEPEST) * style.indent))
    } else {
        (start, String::new())
    }
}

/// The innermost element around `range`.
fn smallest(document: &Document, range: Span) -> Option<ElementId> {
    let mut found = document.root().filter(|&root| document.span(root).contains(range))?;
    while let Some(child) = document.children(found).find(|&child| document.span(child).contains(range)) {
        found = child;
    }
    Some(found)
}

/// Whether white space around the element, and around all it stands in, means nothing.
fn is_laid_out(document: &Document, text: &str, element: ElementId) -> bool {
    let mut around: Vec<ElementId> = around(document, element).collect();
    around.push(element);
    around.sort_unstable();
    if around.iter().any(|&one| document.namespace(one) == Namespace::Foreign) {
        return false;
    }
    let copied = |token: &Token| matches!(token, Token::Open(open) if open.verbatim && open.element != element && around.binary_search(&open.element).is_ok());
    !token::all(document, text).iter().any(copied)
}

/// The elements that it stands in, innermost first.
fn around(document: &Document, element: ElementId) -> impl Iterator<Item = ElementId> {
    std::iter::successors(document.parent(element), |&parent| document.parent(parent))
}

/// How deep the element stands, and in what.
fn place(document: &Document, element: ElementId) -> Place {
    let around: Vec<ElementId> = around(document, element).collect();
    let mut place = Place::default();
    for &one in around.iter().rev() {
        place = Place { depth: place.depth + 1, parent: place.row(document.name(one)) };
    }
    place
}
