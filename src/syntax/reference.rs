//! Entity and character references.

use super::chars;

/// What stands at an ampersand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    /// A reference to this character, over so many bytes.
    Char(char, usize),
    /// A reference to an entity that XML does not define itself, over so many bytes.
    Unknown(usize),
    /// A reference to a character that cannot be or that XML forbids, over so many bytes.
    BadChar(usize),
    /// A reference, over so many bytes, without its semicolon.
    NoSemicolon(usize),
    /// No reference begins here.
    Bare,
}

/// Reads what stands at the start of `text`, which is an ampersand.
pub(super) fn read(text: &str) -> Reference {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        return read_char(bytes);
    }
    let end = 1 + text.get(1..).map_or(0, chars::name_length);
    let c = match &bytes[1..end] {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        b"" => return Reference::Bare,
        _ => return if bytes.get(end) == Some(&b';') { Reference::Unknown(end + 1) } else { Reference::Bare },
    };
    if bytes.get(end) == Some(&b';') { Reference::Char(c, end + 1) } else { Reference::NoSemicolon(end) }
}

fn read_char(bytes: &[u8]) -> Reference {
    let (radix, first) = if bytes.get(2) == Some(&b'x') { (16, 3) } else { (10, 2) };
    let mut value = 0_u32;
    let mut end = first;
    while let Some(digit) = bytes.get(end).and_then(|&byte| char::from(byte).to_digit(radix)) {
        // Stays above the last character once it is, whatever follows.
        value = (value * radix + digit).min(0x0011_0000);
        end += 1;
    }
    let closed = bytes.get(end) == Some(&b';');
    match char::from_u32(value).filter(|&c| chars::is_char(c)) {
        Some(c) if closed && end > first => Reference::Char(c, end + 1),
        Some(_) if end > first => Reference::NoSemicolon(end),
        _ => Reference::BadChar(end + usize::from(closed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_at_an_ampersand() {
        for (text, expected) in [
            ("&amp;x", Reference::Char('&', 5)),
            ("&#65;", Reference::Char('A', 5)),
            ("&#x1F600;", Reference::Char('😀', 9)),
            ("&#X41;", Reference::BadChar(2)),
            ("&#;", Reference::BadChar(3)),
            ("&#0;", Reference::BadChar(4)),
            ("&#xFFFE;", Reference::BadChar(8)),
            ("&#xD800;", Reference::BadChar(8)),
            ("&#99999999999999999999;", Reference::BadChar(23)),
            ("&#65 ", Reference::NoSemicolon(4)),
            ("&nbsp;", Reference::Unknown(6)),
            ("&lt", Reference::NoSemicolon(3)),
            ("&D is", Reference::Bare),
            ("&& b", Reference::Bare),
            ("&", Reference::Bare),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
