//! What a person would take a broken attribute for.

use super::chars;
use super::error::SyntaxErrorKind;
use super::parser::Parser;
use super::start_tag::{Form, Name, Tag, Value};

impl<'t> Parser<'t> {
    /// An attribute whose name, `=` or quotes are not in order. `at` is after the `=`, where there is one, and blanks.
    #[cold]
    pub(super) fn broken_attribute(
        &mut self,
        tag: &mut Tag<'t>,
        start: usize,
        name: Name,
        at: usize,
        spaced: bool,
    ) -> (usize, bool) {
        let whole = &self.text[start..name.end];
        let assigned = self.bytes[name.end..at].contains(&b'=');
        let quoted = matches!(self.bytes.get(at), Some(b'"' | b'\''));
        if !assigned && (!spaced || name.form == Form::Bad) {
            return (self.junk(tag, start), false);
        }
        let attribute = whole.into();
        if name.form == Form::Bad {
            self.error(SyntaxErrorKind::BadAttributeName { name: attribute }, start, name.end);
        } else if !assigned {
            self.error(SyntaxErrorKind::MissingEquals { attribute }, start, name.end);
        } else if !spaced {
            self.error(SyntaxErrorKind::MissingSpace { attribute }, start, name.end);
        }
        let value = if quoted {
            self.value(start, name.end, at)
        } else if assigned {
            match self.unquoted_value(start, name, at) {
                Some(value) => value,
                None => return (at, false),
            }
        } else {
            return (name.end, false);
        };
        if name.form != Form::Bad {
            self.push_named(tag, start, name, &value);
        }
        (value.after, quoted)
    }

    /// A value without opening quote: up to a closing quote on the same line, else up to white space.
    pub(super) fn unquoted_value(&mut self, name_start: usize, name: Name, at: usize) -> Option<Value> {
        let attribute = self.text[name_start..name.end].into();
        if let Some((start, end, after)) = self.typographic(at) {
            self.error(SyntaxErrorKind::UnquotedValue { attribute }, at, after);
            self.values_characters(start, end);
            return Some(Value { start, end, after, escaped: true });
        }
        let line = self.bytes[at..].iter().position(|&b| matches!(b, b'\n' | b'\r' | b'<' | b'>' | b'=' | b'"' | b'\''));
        let end = match line.map(|length| at + length) {
            Some(quote) if matches!(self.bytes[quote], b'"' | b'\'') => {
                self.error(SyntaxErrorKind::UnquotedValue { attribute }, name_start, quote + 1);
                self.values_characters(at, quote);
                return Some(Value { start: at, end: quote, after: quote + 1, escaped: true });
            }
            _ => {
                let rest = &self.bytes[at..];
                at + rest
                    .iter()
                    .enumerate()
                    .position(|(n, &b)| chars::is(b, chars::BLANK) || matches!(b, b'<' | b'>') || rest[n..].starts_with(b"/>"))
                    .unwrap_or(rest.len())
            }
        };
        if end == at {
            self.error(SyntaxErrorKind::MissingValue { attribute }, name_start, name.end);
            return None;
        }
        self.error(SyntaxErrorKind::UnquotedValue { attribute }, at, end);
        Some(Value { start: at, end, after: end, escaped: true })
    }

    /// A value in the quotes that word processors make, on one line: its start, its end, and the place after it.
    fn typographic(&self, at: usize) -> Option<(usize, usize, usize)> {
        /// Bytes that are searched for the quote at its end.
        const LONGEST: usize = 1024;
        let text = self.text.get(at..)?;
        let opening = text.chars().next()?;
        // An apostrophe stands within double quotes: “l’agent”.
        let closings: &[char] = match opening {
            '\u{201c}' | '\u{201d}' | '\u{201e}' => &['\u{201d}', '\u{201c}', '\u{2033}'],
            '\u{2018}' => &['\u{2019}'],
            '\u{ab}' => &['\u{bb}'],
            _ => return None,
        };
        let rest = &text[opening.len_utf8()..];
        let mut most = rest.len().min(LONGEST);
        while !rest.is_char_boundary(most) {
            most -= 1;
        }
        let inside = rest[..most].split(['\n', '\r', '<', '>', '"']).next()?;
        let (end, closing) = inside.char_indices().find(|(_, sign)| closings.contains(sign))?;
        let start = at + opening.len_utf8();
        Some((start, start + end, start + end + closing.len_utf8()))
    }

    /// Something that is no attribute: reports it and finds where the tag makes sense again.
    #[cold]
    pub(super) fn junk(&mut self, tag: &Tag<'t>, start: usize) -> usize {
        let rest = &self.bytes[start..];
        let mut length = 0;
        let end = loop {
            match rest.get(length) {
                None | Some(b'<' | b'>') => break length,
                Some(b'/') if rest.get(length + 1) == Some(&b'>') => break length,
                Some(&byte) if chars::is(byte, chars::BLANK) && self.attribute_begins(start + length) => break length,
                Some(_) => length += 1,
            }
        };
        let shown = self.text[start..start + end].trim_end();
        let kind = SyntaxErrorKind::JunkInTag { found: shown.into(), element: tag.name.into() };
        self.error(kind, start, start + shown.len().max(1));
        start + end.max(1)
    }

    /// Whether a name, `=` and a quote follow the white space at `at`.
    pub(super) fn attribute_begins(&self, at: usize) -> bool {
        let start = at + 1;
        let length = self.bytes[start..].iter().take(256).take_while(|&&b| chars::is(b, chars::NAME) || b == b':').count();
        // Each blank of many is asked about: none but the last may look through those behind it.
        if length == 0 {
            return false;
        }
        let equals = chars::skip_blanks(self.bytes, start + length);
        self.bytes.get(equals) == Some(&b'=')
            && matches!(self.bytes.get(chars::skip_blanks(self.bytes, equals + 1)), Some(b'"' | b'\''))
    }

    /// Judges the characters of a value that is not in quotes.
    pub(super) fn values_characters(&mut self, start: usize, end: usize) {
        let mut at = start;
        loop {
            at = chars::find(self.bytes, at, end, chars::TEXT_STOP);
            if at >= end {
                return;
            }
            at = match self.bytes[at] {
                b'&' => self.reference(at),
                b']' => at + 1,
                _ => self.suspect(at),
            };
        }
    }

    /// Where a value ends that has swallowed the name of the next attribute: before the name that its text ends with.
    pub(super) fn value_swallowed(&self, start: usize, quote: usize) -> Option<usize> {
        let text = self.text[start..quote].trim_end().strip_suffix('=')?.trim_end();
        let before = text.trim_end_matches(|c| c == ':' || chars::is_name_char(c));
        let name = &text[before.len()..];
        let end = before.trim_end();
        (end.len() < before.len() && name.starts_with(chars::is_name_start)).then_some(start + end.len())
    }

    /// Whether the `<` at `at` begins the next tag, the quote of the value before it being missing, rather than
    /// standing in the value.
    #[cold]
    pub(super) fn quote_is_missing(&self, start: usize, at: usize, quote: u8) -> bool {
        let next = self.bytes.get(at + 1).copied().unwrap_or(b' ');
        if !(next.is_ascii_alphabetic() || matches!(next, b'_' | b'/' | b'!' | b'?')) {
            return false;
        }
        let before = &self.bytes[start..at];
        let text = before.trim_ascii_end();
        if text.ends_with(b">") || before[text.len()..].iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return true;
        }
        match memchr::memchr3(quote, b'\n', b'\r', &self.bytes[at..]) {
            Some(length) => self.bytes[at + length] != quote,
            None => true,
        }
    }

    /// A value without closing quote, read up to `limit`: it ends where the tag seems to end.
    #[cold]
    pub(super) fn unended_value(
        &mut self,
        name_start: usize,
        name_end: usize,
        open: usize,
        limit: usize,
        errors: usize,
    ) -> Value {
        let start = open + 1;
        let seen = &self.bytes[start..limit];
        let stop = memchr::memchr3(b'>', b'\n', b'\r', seen).unwrap_or(seen.len());
        let stop = if seen[..stop].ends_with(b"/") && seen.get(stop) == Some(&b'>') { stop - 1 } else { stop };
        let end = start + seen[..stop].trim_ascii_end().len();
        self.missing_quote(name_start, name_end, open, end, errors)
    }

    /// A value that has to end at `end` for want of a quote. What was reported past that is forgotten, as the text
    /// there is read again: `errors` is how many errors there were before the value.
    pub(super) fn missing_quote(&mut self, name_start: usize, name_end: usize, open: usize, end: usize, errors: usize) -> Value {
        self.forget_errors(errors, end);
        let attribute = self.text[name_start..name_end].into();
        let kind = SyntaxErrorKind::MissingQuote { attribute, quote: char::from(self.bytes[open]) };
        self.error(kind, name_start, open + 1);
        Value { start: open + 1, end, after: end, escaped: true }
    }
}
