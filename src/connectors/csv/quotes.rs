//! Whether the quotation marks of a row say where its values end.
//!
//! The parser of the `csv` package takes everything: behind a mark that is not closed the rest of the text becomes one value,
//! and the rows in it are lost.

/// Where in a row one stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a value.
    Between,
    /// In a value without quotation marks around it.
    Plain,
    /// In a value with quotation marks around it.
    Quoted,
    /// Behind a mark that closes such a value, or begins a doubled one.
    Closed,
    /// Behind such a value and blanks.
    Behind,
}

/// The marks of the row that is being read.
pub(super) struct Quotes {
    separator: u8,
    place: Place,
}

impl Quotes {
    pub(super) fn new(separator: u8) -> Self {
        Self { separator, place: Place::Between }
    }

    /// Whether the row stops in a value whose mark is not closed.
    pub(super) fn are_open(&self) -> bool {
        self.place == Place::Quoted
    }

    /// Goes on over the next bytes of the row; false where text follows a mark that closes a value.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> bool {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            self.place = match (self.place, byte) {
                (Place::Quoted, b'"') => Place::Closed,
                (Place::Quoted, _) => {
                    at = memchr::memchr(b'"', &bytes[at..]).map_or(bytes.len(), |next| at + next);
                    Place::Quoted
                }
                (_, b'\n' | b'\r') => Place::Between,
                (_, byte) if byte == self.separator => Place::Between,
                (Place::Between | Place::Closed, b'"') => Place::Quoted,
                (Place::Closed | Place::Behind, b' ' | b'\t') => Place::Behind,
                (Place::Closed | Place::Behind, _) => return false,
                (Place::Between | Place::Plain, _) => {
                    at = memchr::memchr3(self.separator, b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |next| at + next);
                    Place::Plain
                }
            };
        }
        true
    }
}
