//! Which characters XML 1.0 (fifth edition) allows where.

/// White space of markup.
pub(super) const BLANK: u8 = 1;
/// An ASCII character that may stand in a name, the colon excepted.
pub(super) const NAME: u8 = 2;
/// An ASCII character that may begin a name, the colon excepted.
pub(super) const START: u8 = 4;
/// What ends a name in a tag.
pub(super) const DELIMITER: u8 = 8;
/// What has to be looked at in an attribute value.
pub(super) const VALUE_STOP: u8 = 16;
/// What has to be looked at in character data.
pub(super) const TEXT_STOP: u8 = 32;
/// What may begin a character that XML forbids: a control character, or the first byte of U+FFFE and U+FFFF.
pub(super) const SUSPECT: u8 = 64;

/// The classes of every byte.
pub(super) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let mut class = match byte {
            b' ' => BLANK | DELIMITER,
            b'\t' | b'\n' | b'\r' => BLANK | DELIMITER | VALUE_STOP,
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => NAME | START,
            b'0'..=b'9' | b'-' | b'.' => NAME,
            b'=' | b'>' | b'/' => DELIMITER,
            b'<' | b'"' | b'\'' => DELIMITER | VALUE_STOP,
            b'&' => VALUE_STOP | TEXT_STOP,
            b']' => TEXT_STOP,
            _ => 0,
        };
        if (byte < 0x20 && class & BLANK == 0) || byte == 0xEF {
            class |= VALUE_STOP | TEXT_STOP | SUSPECT;
        }
        table[at] = class;
        at += 1;
    }
    table
}

/// Whether `byte` is of one of the classes in `class`.
#[inline]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[byte as usize] & class != 0
}

/// The first place from `from` up to `end` whose byte is of one of the classes in `class`; `end` where there is none.
#[inline]
pub(super) fn find(bytes: &[u8], from: usize, end: usize, class: u8) -> usize {
    bytes[from..end].iter().position(|&byte| is(byte, class)).map_or(end, |at| from + at)
}

/// The first place from `from` on whose byte has to be looked at in an attribute value; the length where there is none.
#[inline]
pub(super) fn find_value_stop(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let near = suspicions(u64::from_le_bytes(*chunk));
        if near == 0 {
            at += 8;
            continue;
        }
        at += near.trailing_zeros() as usize / 8;
        if is(bytes[at], VALUE_STOP) {
            return at;
        }
        at += 1;
    }
    find(bytes, at, bytes.len(), VALUE_STOP)
}

/// The highest bit of each of eight bytes that may be a [`VALUE_STOP`]: control characters, `"` `&` `'` (and `#`), `<`, and
/// everything beyond ASCII.
#[inline]
fn suspicions(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    const QUOTES: u64 = 0x27 * EACH;
    const LESS_THAN: u64 = 0x3C * EACH;
    const OTHER_BITS_OF_QUOTES: u64 = 0x05 * EACH;
    // With its highest bit set, a byte keeps it when so much is taken away as it holds beside it.
    let at_least = |word: u64, least: u64| (word | HIGH) - least * EACH;
    let printable = at_least(word, 0x20);
    let no_quote = at_least((word | OTHER_BITS_OF_QUOTES) ^ QUOTES, 1);
    let no_tag = at_least(word ^ LESS_THAN, 1);
    let plain = printable & no_quote & no_tag;
    (word | !plain) & HIGH
}

/// The first place at or after `from` that holds no white space.
#[inline]
pub(super) fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|&byte| !is(byte, BLANK)).map_or(bytes.len(), |at| from + at)
}

/// Whether XML allows the character at all (production `Char`).
pub(super) fn is_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether the character may begin a name (production `NameStartChar`, with the colon).
pub(super) fn is_name_start(c: char) -> bool {
    matches!(c,
        ':' | 'A'..='Z' | '_' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

/// Whether the character may stand in a name (production `NameChar`, with the colon).
pub(super) fn is_name_char(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether `text` is a name without colon (production `NCName`).
pub(super) fn is_unqualified_name(text: &str) -> bool {
    text.starts_with(is_name_start) && text.chars().all(|c| c != ':' && is_name_char(c))
}

/// The length of the name at the start of `text`, colons included; 0 where no name begins.
pub(super) fn name_length(text: &str) -> usize {
    if !text.starts_with(is_name_start) {
        return 0;
    }
    text.find(|c| !is_name_char(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_has_to_be_looked_at_in_a_value_is_found() {
        for byte in 0..=u8::MAX {
            for length in [1, 7, 8, 9, 17] {
                for place in 0..length {
                    let mut text = vec![b'~'; length];
                    text[place] = byte;
                    for from in 0..=place {
                        let expected = find(&text, from, length, VALUE_STOP);
                        assert_eq!(find_value_stop(&text, from), expected, "{byte:#x} at {place} of {length} from {from}");
                    }
                }
            }
        }
        // Each byte alone, whatever stands beside it.
        for byte in 0..=u8::MAX {
            for other in 0..=u8::MAX {
                let word = u64::from_le_bytes([byte, other, byte, other, other, byte, other, byte]);
                let marks = |byte: u8| suspicions(u64::from(byte)) & 0x80 != 0;
                assert_eq!(suspicions(word) & 0x80 != 0, marks(byte), "{byte:#x} before {other:#x}");
                assert!(marks(byte) || !is(byte, VALUE_STOP), "{byte:#x}");
            }
        }
        assert_eq!(suspicions(u64::from_le_bytes(*b"Az09 .-_")), 0);
    }

    #[test]
    fn the_byte_classes_agree_with_the_productions() {
        for byte in 0..0x80_u8 {
            let c = char::from(byte);
            assert_eq!(is(byte, NAME), c != ':' && is_name_char(c), "{c:?}");
            assert_eq!(is(byte, START), c != ':' && is_name_start(c), "{c:?}");
            assert_eq!(is(byte, SUSPECT), !is_char(c), "{c:?}");
        }
    }
}
