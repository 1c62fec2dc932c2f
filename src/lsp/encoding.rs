//! Positions as the protocol has them: lines from 0, columns in the units that server and client agreed on.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::source::{SourceFile, Span};

/// The unit of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16: what every client knows.
    #[default]
    Utf16,
}

impl Encoding {
    /// Bytes where the client offers them: they are what the compiler counts in.
    pub(super) fn agreed(offered: Option<&Vec<PositionEncodingKind>>) -> Self {
        let bytes = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        if bytes { Self::Utf8 } else { Self::Utf16 }
    }

    /// As the protocol calls it.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// The length of a text.
    pub(super) fn length(self, text: &str) -> u32 {
        match self {
            Self::Utf8 => text.len() as u32,
            Self::Utf16 => text.encode_utf16().count() as u32,
        }
    }

    /// The byte at a position. A column behind the end of its line counts as that end, a line behind the last as the end
    /// of the text, a place inside a character as its start.
    pub(super) fn offset(self, file: &SourceFile, at: Position) -> u32 {
        let text = file.text.as_str();
        let lines = file.lines();
        let line = at.line as usize;
        if line >= lines.lines() {
            return text.len() as u32;
        }
        let (start, end) = (lines.start(line, text), lines.start(line + 1, text));
        let content = Span::new(start, end).of(text).trim_end_matches(['\r', '\n']);
        let mut units = 0;
        for (offset, character) in content.char_indices() {
            units += match self {
                Self::Utf8 => character.len_utf8(),
                Self::Utf16 => character.len_utf16(),
            };
            if units > at.character as usize {
                return start + offset as u32;
            }
        }
        start + content.len() as u32
    }

    /// The position of a byte.
    pub(super) fn position(self, file: &SourceFile, offset: u32) -> Position {
        let at = file.position(offset);
        let line = at.line - 1;
        let start = file.lines().start(line as usize, &file.text);
        let mut end = (offset as usize).min(file.text.len());
        while !file.text.is_char_boundary(end) {
            end -= 1;
        }
        Position { line, character: self.length(&file.text[start as usize..end]) }
    }

    /// The range of a span.
    pub(super) fn range(self, file: &SourceFile, span: Span) -> Range {
        Range { start: self.position(file, span.start), end: self.position(file, span.end) }
    }

    /// The span of a range; one whose end lies before its start is empty.
    pub(super) fn span(self, file: &SourceFile, range: Range) -> Span {
        Span::new(self.offset(file, range.start), self.offset(file, range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_in_the_units_agreed_and_stay_in_their_line() {
        let file = SourceFile::new("a.xml", "aé😀b\r\nc\rd");
        let at = |line, character| Position { line, character };
        assert_eq!(Encoding::Utf16.offset(&file, at(0, 4)), 7);
        assert_eq!(Encoding::Utf16.offset(&file, at(0, 3)), 3, "inside the surrogates");
        assert_eq!(Encoding::Utf8.offset(&file, at(0, 7)), 7);
        assert_eq!(Encoding::Utf8.offset(&file, at(0, 99)), 8, "not behind the line end");
        assert_eq!(Encoding::Utf8.offset(&file, at(9, 0)), file.text.len() as u32);
        assert_eq!(Encoding::Utf16.position(&file, 7), at(0, 4));
        assert_eq!(Encoding::Utf8.position(&file, 7), at(0, 7));
        assert_eq!(Encoding::Utf16.position(&file, 12), at(2, 0));
    }
}
