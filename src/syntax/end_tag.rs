//! End tags and which element they close.

use super::chars;
use super::error::SyntaxErrorKind;
use super::parser::{Parser, span};
use crate::source::Span;

/// How far up an end tag's element is looked for. Configurations are about ten deep.
const REACH: usize = 256;

/// How many elements before an end tag without start tag are looked at.
const MOST: usize = 4096;

/// How many bytes behind a wrong end tag are read to tell what it was meant to close.
const AHEAD: usize = 1 << 16;

impl<'t> Parser<'t> {
    /// An end tag at `start`, which quick-xml takes to end at `token_end`.
    pub(super) fn end_tag(&mut self, start: usize, token_end: usize) {
        match self.usual_end_tag(start) {
            Some(end) if end == token_end => {}
            Some(end) => self.resume(end),
            None => {
                self.end_run();
                self.waiting_comments = self.document.comments.len();
                self.other_end_tag(start);
            }
        }
    }

    /// Reads an end tag as it should be: the name of the innermost element, then `>`. Gives the place after it; nothing is
    /// done where it is not like that.
    #[inline]
    pub(super) fn usual_end_tag(&mut self, start: usize) -> Option<usize> {
        let name_start = start + 2;
        let name = self.open.last()?.name.as_bytes();
        let name_end = name_start + name.len();
        if self.bytes.get(name_end) != Some(&b'>') || self.bytes[name_start..name_end] != *name {
            return None;
        }
        self.end_run();
        self.waiting_comments = self.document.comments.len();
        let open = self.open.pop()?;
        self.close(&open, name_end + 1);
        Some(name_end + 1)
    }

    fn other_end_tag(&mut self, start: usize) {
        let first = chars::skip_blanks(self.bytes, start + 2);
        let name_end = chars::find(self.bytes, first, self.bytes.len(), chars::DELIMITER);
        let name = &self.text[first..name_end];
        let at = chars::skip_blanks(self.bytes, name_end);
        let malformed = SyntaxErrorKind::MalformedEndTag { name: name.into() };
        let mut blamed = true;
        let end = match self.bytes.get(at) {
            Some(b'>') if !name.is_empty() && first == start + 2 => {
                blamed = false;
                at + 1
            }
            Some(b'>') => {
                self.error(malformed, start, name_end);
                at + 1
            }
            Some(b'<') | None => {
                // Without a name, the blanks behind it are no part of the tag.
                let tag_end = if name.is_empty() { start + 2 } else { name_end };
                let tag = self.text[start..tag_end].into();
                self.error(SyntaxErrorKind::UnclosedTag { tag }, start, tag_end);
                name_end
            }
            Some(_) => {
                let end = self.after_broken(at);
                let shown = self.bytes[..end].strip_suffix(b">").map_or(end, <[u8]>::len);
                self.error(malformed, at, shown.max(at));
                end
            }
        };
        self.close_named(name, span(first, name_end), start, end, blamed);
        self.resume(end);
    }

    /// Whether the innermost element, of the name `expected`, has no end tag of its own behind `from`: the next one that
    /// closes something opened before closes the element around it.
    fn is_missed(&mut self, from: usize, expected: &str) -> bool {
        let around = self.open.len().checked_sub(2).map(|outer| self.open[outer].name);
        around.is_some_and(|around| around != expected && self.foresee(from) == Some(around))
    }

    /// The name of the next end tag that closes something opened before `from`, as far as it may be looked for.
    pub(super) fn foresee(&mut self, from: usize) -> Option<&'t str> {
        let limit = self.bytes.len().min(from + self.foresight.min(AHEAD));
        self.foresight -= limit - from;
        next_end(self.text, from, limit)
    }

    /// Closes what an end tag of that name closes. `blamed`: an error about this tag has been reported.
    fn close_named(&mut self, name: &'t str, place: Span, start: usize, end: usize, blamed: bool) {
        let reach = self.open.len().saturating_sub(REACH);
        if let Some(found) = self.open[reach..].iter().rposition(|open| open.name == name) {
            while self.open.len() > reach + found + 1
                && let Some(open) = self.open.pop()
            {
                if !open.excused && self.forgotten.len() < REACH {
                    self.forgotten.push(open.name);
                }
                self.close_unended(&open, start, place);
            }
            if let Some(open) = self.open.pop() {
                self.close(&open, end);
            }
            return;
        }
        if let Some(found) = self.forgotten.iter().rposition(|&forgotten| forgotten == name) {
            // `<a><b></a></b>`: the crossing was reported when `b` was taken to end.
            self.forgotten.remove(found);
            return;
        }
        if !blamed && !self.is_full() && (self.recover_lost(name, place, end) || self.reopen(name, place, end)) {
            return;
        }
        let Some(open) = self.open.last_mut() else {
            if !blamed {
                self.report(SyntaxErrorKind::UnexpectedEndTag { found: name.into() }, place, None);
            }
            return;
        };
        // `<JobIdentifier="J"></Job>`: reported at the start tag.
        let joined = open.excused && !name.is_empty() && open.name.starts_with(name);
        // Whatever the tag was meant to be, this explains why the open element may lack its own.
        open.excused = true;
        let (expected, opened) = (open.name, open.name_start);
        let closes = joined || resembles(name, expected) || self.is_missed(end, expected);
        if !blamed && !joined {
            let related = span(opened as usize, opened as usize + expected.len());
            let found = name.into();
            let kind = if closes {
                SyntaxErrorKind::MismatchedEndTag { expected: expected.into(), found }
            } else {
                SyntaxErrorKind::UnexpectedEndTag { found }
            };
            self.report(kind, place, closes.then_some(related));
        }
        if closes && let Some(open) = self.open.pop() {
            self.close(&open, end);
        }
    }
}

impl Parser<'_> {
    /// `<a/><b/></a>`: takes what stands behind an empty element, up to an end tag of its name, for its content.
    fn reopen(&mut self, name: &str, place: Span, end: usize) -> bool {
        let Some(parent) = self.open.last().map(|open| open.element) else { return false };
        let elements = &self.document.elements;
        let within = elements.iter().enumerate().skip(parent.saturating_add(1) as usize).rev().take(MOST);
        let mut siblings = within.filter(|(_, one)| one.parent == parent);
        let Some((number, empty)) = siblings.find(|(_, one)| self.document.names.text(one.name) == name) else { return false };
        if empty.end != empty.open_end || empty.prefix_len > 0 || number + 1 == elements.len() {
            return false;
        }
        let slash = Span::new(empty.open_end.saturating_sub(2), empty.open_end);
        let next = elements.len() as u32;
        for inner in self.document.elements.iter_mut().skip(number + 1).filter(|one| one.parent == parent) {
            inner.parent = number as u32;
        }
        let reopened = &mut self.document.elements[number];
        (reopened.end, reopened.next) = (end as u32, next);
        self.report(SyntaxErrorKind::ClosedTwice { name: name.into() }, slash, Some(place));
        true
    }
}

/// What the next end tag is that closes something opened before `from`: elements in between are passed over.
fn next_end(text: &str, from: usize, limit: usize) -> Option<&str> {
    let bytes = &text.as_bytes()[..limit];
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(found) = memchr::memchr(b'<', bytes.get(at..)?) {
        let start = at + found;
        let rest = &bytes[start..];
        if rest.starts_with(b"<!--") {
            at = start + memchr::memmem::find(rest, b"-->")? + 3;
            continue;
        }
        let end = start + end_of_tag(rest)?;
        if rest.starts_with(b"</") {
            if depth == 0 {
                return text.get(start + 2..end).map(str::trim_end);
            }
            depth -= 1;
        } else if !rest.starts_with(b"<?") && bytes[end - 1] != b'/' {
            depth += 1;
        }
        at = end + 1;
    }
    None
}

/// The length of a tag up to its `>`, quoted values passed over.
fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', tag.get(at..)?)?;
        match tag[at] {
            b'>' => return Some(at),
            quote => at += 2 + memchr::memchr(quote, &tag[at + 1..])?,
        }
    }
}

/// Whether an end tag of the name `found` may be a slip for `expected`.
fn resembles(found: &str, expected: &str) -> bool {
    if found.is_empty() || found.eq_ignore_ascii_case(expected) {
        return true;
    }
    let longest = found.len().max(expected.len());
    longest <= 64 && strsim::osa_distance(found, expected) <= longest / 3
}
