//! Formatting, as edits of no more than what changes.

use lsp_types::{Range, TextEdit};

use super::server::Refusal;
use super::view::View;
use crate::fmt::{self, NotWellFormed, Style};
use crate::source::Span;

/// Formats the document. Its configuration's style counts; where it says nothing, the editor's indentation does not
/// either: `jobwright fmt` in a pipeline would undo it.
pub(super) fn whole(view: &View<'_>, style: &Style) -> Result<Vec<TextEdit>, Refusal> {
    let text = view.text();
    let formatted = fmt::format_document(view.document(), text, style).map_err(refusal)?;
    Ok(edit(view, Span::new(0, text.len() as u32), &formatted))
}

/// Formats what a range lies in.
pub(super) fn part(view: &View<'_>, style: &Style, range: Range) -> Result<Vec<TextEdit>, Refusal> {
    let span = view.encoding.span(view.source(), range);
    let replaced = fmt::format_range(view.document(), view.text(), span, style).map_err(refusal)?;
    Ok(replaced.map(|replaced| edit(view, replaced.span, &replaced.text)).unwrap_or_default())
}

fn refusal(error: NotWellFormed) -> Refusal {
    Refusal::new(error.to_string())
}

/// The edits, by whole lines, that make `new` of the text of `span`: the cursor stays where lines stay.
fn edit(view: &View<'_>, span: Span, new: &str) -> Vec<TextEdit> {
    let old = span.of(view.text());
    if old == new {
        return Vec::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let mut starts = vec![0];
    starts.extend(before.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let changed = similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after);
    let changed = changed.iter().filter(|change| change.tag() != similar::DiffTag::Equal);
    changed
        .map(|change| {
            let (from, to) = (starts[change.old_range().start] as u32, starts[change.old_range().end] as u32);
            let range = view.range(Span::new(span.start + from, span.start + to));
            TextEdit { range, new_text: after[change.new_range()].concat() }
        })
        .collect()
}

/// The lines of a text with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
