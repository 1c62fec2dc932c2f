//! Attribute values as XML gives them, and texts as XML wants them.

use std::borrow::Cow;

use super::reference::{self, Reference};

/// Replaces references and turns tabs and line breaks into blanks (XML 1.0, 2.11 and 3.3.3). What is no reference
/// stays as written. Borrowed where nothing has to be replaced.
pub fn normalize(raw: &str) -> Cow<'_, str> {
    let Some(first) = raw.bytes().position(needs_change) else {
        return Cow::Borrowed(raw);
    };
    let mut value = String::with_capacity(raw.len());
    value.push_str(&raw[..first]);
    for piece in Pieces::from(raw, first) {
        match piece.becomes {
            Some(c) => value.push(c),
            None => value.push_str(&raw[piece.start..piece.end]),
        }
    }
    Cow::Owned(value)
}

/// Replaces references and keeps line breaks, as code needs it where a comment ends with its line. Places in it lead back to
/// the text through [`raw_offset`] as those of the normalized value do.
pub fn code(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['&', '\r']) {
        return Cow::Borrowed(raw);
    }
    let mut value = String::with_capacity(raw.len());
    for piece in Pieces::from(raw, 0) {
        let written = &raw[piece.start..piece.end];
        match piece.becomes {
            Some(_) if matches!(written, "\n" | "\r\n" | "\r") => value.push('\n'),
            Some(' ') if written == "\t" => value.push('\t'),
            Some(c) => value.push(c),
            None => value.push_str(written),
        }
    }
    Cow::Owned(value)
}

/// The place in the raw value that a place in the normalized one comes from. A place inside a replaced character is
/// the start of what it was written as; one past the end is the end.
pub fn raw_offset(raw: &str, decoded_offset: usize) -> usize {
    let mut decoded = 0;
    for piece in Pieces::from(raw, 0) {
        let length = piece.becomes.map_or(piece.end - piece.start, char::len_utf8);
        if decoded_offset < decoded + length {
            return if piece.becomes.is_some() { piece.start } else { piece.start + (decoded_offset - decoded) };
        }
        decoded += length;
    }
    raw.len()
}

/// Writes `value` so that it can stand between double quotes and is read back as it is.
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#9;"),
        '\n' => Some("&#10;"),
        '\r' => Some("&#13;"),
        _ => None,
    })
}

/// Writes `text` so that it can stand between tags and is read back as it is.
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        // Only `]]>` is forbidden, but a `>` alone is easier to read when both are escaped.
        '>' => Some("&gt;"),
        '\r' => Some("&#13;"),
        _ => None,
    })
}

fn escape(text: &str, written: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    let Some(first) = text.find(|c| written(c).is_some()) else {
        return Cow::Borrowed(text);
    };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(&text[..first]);
    for c in text[first..].chars() {
        match written(c) {
            Some(reference) => escaped.push_str(reference),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

fn needs_change(byte: u8) -> bool {
    matches!(byte, b'&' | b'\t' | b'\n' | b'\r')
}

/// A stretch of a raw value: copied, or become one character.
struct Piece {
    start: usize,
    end: usize,
    becomes: Option<char>,
}

struct Pieces<'t> {
    raw: &'t str,
    at: usize,
}

impl<'t> Pieces<'t> {
    fn from(raw: &'t str, at: usize) -> Self {
        Self { raw, at }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let rest = &self.raw[self.at..];
        let bytes = rest.as_bytes();
        let (length, becomes) = match bytes.first()? {
            b'&' => match reference::read(rest) {
                Reference::Char(c, length) => (length, Some(c)),
                _ => (1, None),
            },
            b'\r' if bytes.get(1) == Some(&b'\n') => (2, Some(' ')),
            b'\t' | b'\n' | b'\r' => (1, Some(' ')),
            _ => (bytes.iter().position(|&byte| needs_change(byte)).unwrap_or(bytes.len()), None),
        };
        let start = self.at;
        self.at += length;
        Some(Piece { start, end: self.at, becomes })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn references_and_white_space_are_replaced() {
        for (raw, value) in [
            ("plain", "plain"),
            ("a &lt; b &amp;&amp; c", "a < b && c"),
            ("a\r\nb\tc\rd\ne", "a b c d e"),
            ("&#10;&#xE9;", "\né"),
            ("R&D &nbsp; &#0;", "R&D &nbsp; &#0;"),
        ] {
            assert_eq!(normalize(raw), value);
        }
        assert!(matches!(normalize("plain é"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_place_in_the_value_leads_back_to_the_text() {
        let raw = "a &lt; é\r\nz";
        for (decoded, expected) in [(0, 0), (2, 2), (3, 6), (4, 7), (6, 9), (7, 11), (8, 12), (99, 12)] {
            assert_eq!(raw_offset(raw, decoded), expected, "{decoded}");
        }
    }

    #[test]
    fn code_keeps_its_lines() {
        assert_eq!(code("a; // b\r\nreturn\t&quot;&#10;c&quot;;\rd"), "a; // b\nreturn\t\"\nc\";\nd");
        assert!(matches!(code("a\nb"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn code_is_as_long_as_the_value(raw in "[a&lt;#10é\r\n\t]*") {
            prop_assert_eq!(code(&raw).len(), normalize(&raw).len());
        }

        #[test]
        fn what_is_escaped_is_read_back(value in "\\PC*|[\t\r\n &<>\"'a]*") {
            let escaped = escape_attribute(&value);
            prop_assert!(!escaped.contains(['<', '"']));
            prop_assert_eq!(normalize(&escaped), value.as_str());
        }

        #[test]
        fn raw_places_are_inside_and_in_order(raw in "[a&lt;#10é\r\n\t]*") {
            let value = normalize(&raw);
            let mut last = 0;
            for (at, _) in value.char_indices() {
                let place = raw_offset(&raw, at);
                prop_assert!(raw.is_char_boundary(place) && place >= last);
                last = place;
            }
            prop_assert_eq!(raw_offset(&raw, value.len()), raw.len());
        }
    }
}
