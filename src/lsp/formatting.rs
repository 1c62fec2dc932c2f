//! Formatting, as edits of no more than what changes.

use std::ops::Range;

use lsp_types::TextEdit;

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

/// Formats the lines of a range: of what formatting changes in the element around it, what touches them.
pub(super) fn part(view: &View<'_>, style: &Style, range: lsp_types::Range) -> Result<Vec<TextEdit>, Refusal> {
    let text = view.text();
    let span = view.encoding.span(view.source(), range);
    let Some(replaced) = fmt::format_range(view.document(), text, span, style).map_err(refusal)? else { return Ok(Vec::new()) };
    let asked = whole_lines(text, span);
    let all = changes(text, replaced.span, &replaced.text);
    let (within, beyond): (Vec<Change>, Vec<Change>) = all.into_iter().partition(|change| change.touches(asked));
    // Some of the changes without the others may not be what formatting comes to: then nothing is changed.
    if !beyond.is_empty() && !leads_to_the_same(view, style, &within)? {
        return Ok(Vec::new());
    }
    Ok(within.into_iter().map(|change| change.edit(view)).collect())
}

/// Whether the text formatted is the same before and after the changes.
fn leads_to_the_same(view: &View<'_>, style: &Style, changes: &[Change]) -> Result<bool, Refusal> {
    let mut changed = view.text().to_owned();
    for change in changes.iter().rev() {
        changed.replace_range(change.span.start as usize..change.span.end as usize, &change.text);
    }
    let expected = fmt::format_document(view.document(), view.text(), style).map_err(refusal)?;
    Ok(fmt::format(&changed, style).is_ok_and(|formatted| formatted == expected))
}

/// The lines that a range lies in, its end included unless it is the beginning of another line.
fn whole_lines(text: &str, range: Span) -> Span {
    let start = text[..range.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let last = if range.end > range.start { range.end - 1 } else { range.end };
    let end = text.as_bytes()[last as usize..].iter().position(|&byte| byte == b'\n');
    Span::new(start as u32, end.map_or(text.len() as u32, |at| last + at as u32 + 1))
}

fn refusal(error: NotWellFormed) -> Refusal {
    Refusal::new(error.to_string())
}

/// The edits, by whole lines, that make `new` of the text of `span`: the cursor stays where lines stay.
fn edit(view: &View<'_>, span: Span, new: &str) -> Vec<TextEdit> {
    changes(view.text(), span, new).into_iter().map(|change| change.edit(view)).collect()
}

/// Whole lines that become others.
struct Change {
    span: Span,
    text: String,
}

impl Change {
    /// Whether one of the lines is changed, or something put before one.
    fn touches(&self, lines: Span) -> bool {
        self.span.start < lines.end && (lines.start < self.span.end || lines.start <= self.span.start)
    }

    fn edit(self, view: &View<'_>) -> TextEdit {
        TextEdit { range: view.range(self.span), new_text: self.text }
    }
}

/// What makes `new` of the text of `span`, in the order of the lines.
fn changes(text: &str, span: Span, new: &str) -> Vec<Change> {
    let old = span.of(text);
    if old == new {
        return Vec::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) = (lines(old), lines(new));
    let mut starts = vec![span.start];
    starts.extend(before.iter().scan(span.start, |at, line| {
        *at += line.len() as u32;
        Some(*at)
    }));
    let mut found = Vec::new();
    let mut add = |old: Range<usize>, new: Range<usize>| {
        found.push(Change { span: Span::new(starts[old.start], starts[old.end]), text: after[new].concat() });
    };
    for changed in similar::capture_diff_slices(similar::Algorithm::Myers, &before, &after) {
        let (old, new) = (changed.old_range(), changed.new_range());
        if changed.tag() == similar::DiffTag::Equal {
            continue;
        }
        // Lines that are no more than indented anew are changed one by one.
        let same = |(old, new): (usize, usize)| before[old].trim() == after[new].trim();
        if old.len() == new.len() && old.clone().zip(new.clone()).all(same) {
            old.zip(new).for_each(|(old, new)| add(old..old + 1, new..new + 1));
        } else {
            add(old, new);
        }
    }
    found
}

/// The lines of a text with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
