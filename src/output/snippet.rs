//! The few source lines a finding speaks of, made fit to print.
//!
//! codespan-reporting draws whole lines as they are. Lines here are cut to the width of the terminal around what is
//! underlined and freed of control characters first, at a cost that depends on the width and never on the size of the
//! file or the line. Offsets given to the drawing are those of this copy; the line and column shown are the true ones.

use std::ops::Range;

use codespan_reporting::files::{Error, Files, Location as Shown};
use unicode_width::UnicodeWidthChar;

use super::escape;
use super::model::Place;
use crate::source::{LineIndex, Sources, Span};

/// Columns a tab is drawn with.
pub(super) const TAB: usize = 4;
/// Columns kept before what is underlined when a line is cut.
const LEAD: usize = 24;

/// A copy of some lines of some files.
#[derive(Default)]
pub(super) struct Snippet<'m> {
    files: Vec<Copied<'m>>,
}

struct Copied<'m> {
    name: &'m str,
    text: String,
    lines: Vec<Line>,
}

/// One copied line.
struct Line {
    /// Number in the source, from 0.
    index: usize,
    /// Column in the source, from 1, of the first character kept.
    column: u32,
    /// Where the copy begins, the mark of a cut included.
    start: usize,
    /// Source offset and offset in the copy of every character kept, then of the end.
    map: Vec<(u32, usize)>,
}

impl<'m> Snippet<'m> {
    /// Copies the lines that `places` begin on, at most `width` columns of each, with room for the words beside each
    /// place. Earlier places win where a line is too long to show all of them.
    pub(super) fn new(sources: &Sources, places: &[(&Place<'m>, &str)], width: usize) -> Self {
        let mut snippet = Self::default();
        for (place, _) in places {
            if !snippet.files.iter().any(|file| file.name == place.file) {
                let in_file: Vec<_> = places.iter().copied().filter(|(other, _)| other.file == place.file).collect();
                snippet.files.push(Copied::new(sources, &in_file, width));
            }
        }
        snippet
    }

    /// File and range to underline; `None` where the line was cut before it.
    pub(super) fn range(&self, place: &Place<'_>) -> Option<(usize, Range<usize>)> {
        let file = self.files.iter().position(|file| file.name == place.file)?;
        let line = self.files[file].line(place.start.line as usize - 1)?;
        let at = line.map.binary_search_by_key(&place.start.offset, |&(source, _)| source).ok()?;
        let (_, start) = line.map[at];
        let end = line.map.partition_point(|&(source, _)| source < place.end.offset).min(line.map.len() - 1);
        Some((file, start..line.map[end].1.max(start)))
    }

    fn file(&self, id: usize) -> Result<&Copied<'m>, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

impl<'m> Copied<'m> {
    fn new(sources: &Sources, places: &[(&Place<'m>, &str)], width: usize) -> Self {
        let (first, _) = places[0];
        let source = sources.get(first.id);
        let (text, lines) = (source.text.as_str(), source.lines());
        let mut numbers: Vec<usize> = places.iter().map(|(place, _)| place.start.line as usize - 1).collect();
        numbers.sort_unstable();
        numbers.dedup();
        // The drawing fills a gap of one line and asks for it.
        let gaps: Vec<usize> = numbers.windows(2).filter(|pair| pair[1] - pair[0] == 2).map(|pair| pair[0] + 1).collect();
        numbers.extend(gaps);
        numbers.sort_unstable();

        let mut copied = Self { name: first.file, text: String::new(), lines: Vec::with_capacity(numbers.len()) };
        for index in numbers {
            let whole = line_span(lines, index, text);
            let here = || places.iter().filter(|(place, _)| place.start.line as usize - 1 == index);
            let span = |place: &Place<'_>| clip(Span::new(place.start.offset, place.end.offset), whole);
            let (focus, known) = here().next().map_or((Span::empty(whole.start), (whole.start, 1)), |(place, _)| {
                (span(place), (place.start.offset.min(whole.end), place.start.column))
            });
            let all = here().fold(focus, |sum, (place, _)| {
                let other = span(place);
                Span::new(sum.start.min(other.start), sum.end.max(other.end))
            });
            let beside = here().map(|(_, words)| columns_up_to(words, width / 2) + 1).max().unwrap_or(0);
            let focus = if columns_up_to(all.of(text), width) + beside + 2 < width { all } else { focus };
            copied.push(text, whole, window(text, whole, focus, beside, width), index, known);
        }
        copied
    }

    /// Appends the characters of `window`; `known` is a source offset on that line and its column.
    fn push(&mut self, text: &str, whole: Span, window: Span, index: usize, known: (u32, u32)) {
        let start = self.text.len();
        if window.start > whole.start {
            self.text.push('…');
        }
        let mut map = Vec::with_capacity(window.len() as usize + 1);
        for (at, c) in window.of(text).char_indices() {
            map.push((window.start + at as u32, self.text.len()));
            self.text.push(escape::shown(c));
        }
        map.push((window.end, self.text.len()));
        if window.end < whole.end {
            self.text.push('…');
        }
        self.text.push('\n');
        let chars = |from, to| Span::new(from, to).of(text).chars().count() as u32;
        let column = (known.1 + chars(known.0, window.start)).saturating_sub(chars(window.start, known.0)).max(1);
        self.lines.push(Line { index, column, start, map });
    }

    fn line(&self, index: usize) -> Option<&Line> {
        self.lines.binary_search_by_key(&index, |line| line.index).ok().map(|at| &self.lines[at])
    }
}

/// The line without its line break.
fn line_span(lines: &LineIndex, index: usize, text: &str) -> Span {
    let (start, next) = (lines.start(index, text), lines.start(index + 1, text));
    let bytes = &text.as_bytes()[start as usize..next as usize];
    let breaks = bytes.iter().rev().take(2).take_while(|&&byte| byte == b'\n' || byte == b'\r').count();
    Span::new(start, next - breaks as u32)
}

/// The part of `span` that lies on `line`.
fn clip(span: Span, line: Span) -> Span {
    let start = span.start.clamp(line.start, line.end);
    Span::new(start, span.end.clamp(start, line.end))
}

/// Columns that a character takes, a tab at its most.
fn columns(c: char) -> usize {
    if c == '\t' { TAB } else { escape::shown(c).width().unwrap_or(0) }
}

/// Columns that `text` takes, counted no further than `limit`.
fn columns_up_to(text: &str, limit: usize) -> usize {
    let mut sum = 0;
    for c in text.chars() {
        sum += columns(c);
        if sum > limit {
            break;
        }
    }
    sum
}

/// The part of the line to show: all of it where it fits, else what surrounds `focus`, so that `beside` columns are
/// free after it.
fn window(text: &str, line: Span, focus: Span, beside: usize, width: usize) -> Span {
    // A character of no width must not let a line of any length through.
    if (line.len() as usize) <= width * 4
        && columns_up_to(line.of(text), width) <= width
        && columns_up_to(Span::new(line.start, focus.end).of(text), width) + beside <= width
    {
        return line;
    }
    // Two columns for the marks of the cuts.
    let width = width.saturating_sub(2);
    let before = width.saturating_sub(beside + columns_up_to(focus.of(text), width));
    // Where what is underlined is itself too long, its end is cut, so that the words still stand beside it.
    let width = if before == 0 { width.saturating_sub(beside) } else { width };
    let (mut start, mut end) = (focus.start, focus.start);
    let lead = grow_back(text, line.start, &mut start, LEAD.min(before));
    let rest = width.saturating_sub(lead);
    let left = rest - grow(text, line.end, &mut end, rest);
    grow_back(text, line.start, &mut start, left.min(before.saturating_sub(lead)));
    Span::new(start, end)
}

/// Moves `end` forward over at most `budget` columns; returns the columns taken.
fn grow(text: &str, limit: u32, end: &mut u32, budget: usize) -> usize {
    let mut taken = 0;
    for c in Span::new(*end, limit).of(text).chars().take(budget * 4) {
        if taken + columns(c) > budget {
            break;
        }
        taken += columns(c);
        *end += c.len_utf8() as u32;
    }
    taken
}

/// Moves `start` back over at most `budget` columns; returns the columns taken.
fn grow_back(text: &str, limit: u32, start: &mut u32, budget: usize) -> usize {
    let mut taken = 0;
    for c in Span::new(limit, *start).of(text).chars().rev().take(budget * 4) {
        if taken + columns(c) > budget {
            break;
        }
        taken += columns(c);
        *start -= c.len_utf8() as u32;
    }
    taken
}

impl<'a> Files<'a> for Snippet<'_> {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        Ok(escape::printable(self.file(id)?.name).into_owned())
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let lines = &self.file(id)?.lines;
        let at = lines.partition_point(|line| line.start <= byte).saturating_sub(1);
        lines.get(at).map(|line| line.index).ok_or(Error::IndexTooLarge { given: byte, max: 0 })
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let file = self.file(id)?;
        let at = file.lines.binary_search_by_key(&index, |line| line.index);
        let at = at.map_err(|_| Error::LineTooLarge { given: index, max: file.lines.len() })?;
        let end = file.lines.get(at + 1).map_or(file.text.len(), |next| next.start);
        Ok(file.lines[at].start..end)
    }

    fn location(&'a self, id: usize, byte: usize) -> Result<Shown, Error> {
        let index = self.line_index(id, byte)?;
        let line = self.file(id)?.line(index).ok_or(Error::LineTooLarge { given: index, max: 0 })?;
        let before = line.map.partition_point(|&(_, copy)| copy < byte);
        Ok(Shown { line_number: index + 1, column_number: line.column as usize + before })
    }
}
