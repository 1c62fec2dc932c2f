//! What an editor can fold: elements and comments of several lines.

use lsp_types::{FoldingRange, FoldingRangeKind};

use super::view::View;
use crate::source::Span;

/// The foldings of a document.
pub(super) fn of_document(view: &View<'_>) -> Vec<FoldingRange> {
    let document = view.document();
    let elements = document.elements().filter_map(|element| range(view, document.span(element), None));
    let comments = document.comments().iter();
    let comments = comments.filter_map(|comment| range(view, comment.span, Some(FoldingRangeKind::Comment)));
    elements.chain(comments).collect()
}

fn range(view: &View<'_>, span: Span, kind: Option<FoldingRangeKind>) -> Option<FoldingRange> {
    let lines = view.source().lines();
    let (first, last) = (lines.line_of(span.start) as u32, lines.line_of(span.end.max(1) - 1) as u32);
    // The line of the end tag stays visible.
    let end_line = if kind.is_some() { last } else { last.saturating_sub(1) };
    (end_line > first).then(|| FoldingRange { start_line: first, end_line, kind, ..FoldingRange::default() })
}
