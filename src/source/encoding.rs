//! Bytes to text.
//!
//! A byte-order mark decides; without one, the XML declaration; without that, the text is UTF-8. What xmllint refuses
//! because of its encoding is refused here, with the place.

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::Span;

/// How many bytes are searched for the encoding in an XML declaration.
const SNIFFED: usize = 512;

/// A decoded text.
#[derive(Debug)]
pub struct Decoded {
    /// The text as UTF-8 without byte-order mark.
    pub text: String,
    /// Length of the UTF-8 byte-order mark that stood before it.
    pub bom: u8,
    /// Whether the file was UTF-8, and says so or says nothing.
    pub utf8: bool,
}

/// Why bytes are not text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A byte sequence that the encoding does not have.
    #[error("the bytes at offset {offset} are not valid {encoding}")]
    Invalid {
        /// Offset in the file.
        offset: u64,
        /// The encoding's name.
        encoding: &'static str,
    },
    /// A declared encoding that is not known.
    #[error("the XML declaration names the encoding `{name}`, which is not supported")]
    Unknown {
        /// Offset in the file of the name.
        offset: u64,
        /// The name as declared.
        name: String,
    },
    /// A declared encoding that the file cannot have.
    #[error("the XML declaration says `{declared}`, but the file is {actual}")]
    Conflict {
        /// Offset in the file of the declared name.
        offset: u64,
        /// The name as declared.
        declared: String,
        /// What the bytes are.
        actual: &'static str,
    },
    /// An encoding known by its first bytes that is not read.
    #[error("the file is {encoding}, which is not supported")]
    Unsupported {
        /// The encoding's name.
        encoding: &'static str,
    },
    /// A file whose text does not fit 32-bit offsets.
    #[error("the file has {size} bytes as text; at most {} are read", u32::MAX)]
    TooLarge {
        /// Its size in bytes.
        size: u64,
    },
}

impl DecodeError {
    /// The offset in the file, in bytes, of what is wrong.
    pub fn offset(&self) -> u64 {
        match self {
            Self::Invalid { offset, .. } | Self::Unknown { offset, .. } | Self::Conflict { offset, .. } => *offset,
            Self::Unsupported { .. } | Self::TooLarge { .. } => 0,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Invalid { encoding: "UTF-8", .. } => {
                "save the file as UTF-8, or name its encoding: `<?xml version=\"1.0\" encoding=\"windows-1252\"?>`"
            }
            Self::Invalid { .. } | Self::Conflict { .. } => "make the XML declaration name the encoding the file is saved in",
            Self::Unknown { .. } | Self::Unsupported { .. } => "save the file as UTF-8 and declare `encoding=\"utf-8\"`",
            Self::TooLarge { .. } => "split the file",
        }
    }
}

/// Decodes a file. UTF-8 is checked, not copied.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, DecodeError> {
    decode_kept(bytes).map_err(|(error, _)| error)
}

/// Decodes a file; what is no text is given back.
pub(super) fn decode_kept(bytes: Vec<u8>) -> Result<Decoded, (DecodeError, Vec<u8>)> {
    match choose(&bytes) {
        Ok(Choice::Utf8 { bom, utf8 }) => decode_utf8(bytes, bom, utf8),
        Ok(Choice::Converted(decoded)) => Ok(decoded),
        Err(error) => Err((error, bytes)),
    }
}

/// How a file is read.
enum Choice {
    /// As UTF-8, behind a byte-order mark of that length.
    Utf8 { bom: u8, utf8: bool },
    /// It had to be converted.
    Converted(Decoded),
}

fn choose(bytes: &[u8]) -> Result<Choice, DecodeError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(DecodeError::TooLarge { size: bytes.len() as u64 });
    }
    let decoded = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => {
            check_declared(rest, 3, 1, UTF_8)?;
            return Ok(Choice::Utf8 { bom: 3, utf8: true });
        }
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'<', ..] | [b'<', 0, 0, 0, ..] => {
            return Err(DecodeError::Unsupported { encoding: "UTF-32" });
        }
        [0x4C, 0x6F, 0xA7, 0x94, ..] => return Err(DecodeError::Unsupported { encoding: "EBCDIC" }),
        _ => match wide(bytes) {
            Some((encoding, skip)) => decode_utf16(bytes, skip, encoding)?,
            None => return choose_declared(bytes),
        },
    };
    Ok(Choice::Converted(decoded))
}

/// The encoding of a file in units of two bytes, known by its first bytes, and how many of them are its mark.
fn wide(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    match bytes {
        [0xFF, 0xFE, ..] => Some((UTF_16LE, 2)),
        [0xFE, 0xFF, ..] => Some((UTF_16BE, 2)),
        [b'<', 0, b'?', 0, ..] => Some((UTF_16LE, 0)),
        [0, b'<', 0, b'?', ..] => Some((UTF_16BE, 0)),
        _ => None,
    }
}

fn choose_declared(bytes: &[u8]) -> Result<Choice, DecodeError> {
    let Some((offset, name)) = declared(bytes) else {
        return Ok(Choice::Utf8 { bom: 0, utf8: true });
    };
    if is_latin1(name) {
        return sized(encoding_rs::mem::decode_latin1(bytes).into_owned(), 0, false).map(Choice::Converted);
    }
    if is_ascii(name) {
        return match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => Err(DecodeError::Invalid { offset: at as u64, encoding: "US-ASCII" }),
            None => Ok(Choice::Utf8 { bom: 0, utf8: false }),
        };
    }
    match known(name) {
        None => Err(DecodeError::Unknown { offset, name: name.to_owned() }),
        Some(encoding) if encoding == UTF_8 => Ok(Choice::Utf8 { bom: 0, utf8: true }),
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => {
            Err(DecodeError::Conflict { offset, declared: name.to_owned(), actual: "not UTF-16" })
        }
        Some(encoding) => decode_with(bytes, 0, encoding).map(Choice::Converted),
    }
}

/// A text in the place of one that a file does not have: what is no text in it is U+FFFD.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recovered {
    /// The text as UTF-8 without byte-order mark.
    pub(super) text: String,
    /// What the error is about: the replacement of the first bytes that are no text, or the name of the encoding.
    pub(super) at: Span,
}

/// What can be read of bytes that are no text, so that the error has a line and what the file declares is known to the
/// other files. Nothing where not even that much can be said.
pub(super) fn recover(bytes: &[u8], error: &DecodeError) -> Option<Recovered> {
    if matches!(error, DecodeError::Unsupported { .. } | DecodeError::TooLarge { .. }) {
        return None;
    }
    let (encoding, skip) = wide(bytes).unwrap_or_else(|| {
        let skip = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        let declared = declared(bytes).filter(|(_, name)| skip == 0 && !is_ascii(name)).and_then(|(_, name)| known(name));
        (declared.filter(|&encoding| encoding != UTF_16LE && encoding != UTF_16BE).unwrap_or(UTF_8), skip)
    });
    let offset = usize::try_from(error.offset()).ok()?.clamp(skip, bytes.len());
    let text = encoding.decode_without_bom_handling(&bytes[skip..]).0.into_owned();
    let start = encoding.decode_without_bom_handling(&bytes[skip..offset]).0.len();
    let length = match error {
        DecodeError::Unknown { name, .. } | DecodeError::Conflict { declared: name, .. } => name.len(),
        _ => text.get(start..)?.chars().next().map_or(0, char::len_utf8),
    };
    u32::try_from(text.len()).ok()?;
    let end = (start + length).min(text.len());
    Some(Recovered { at: Span::new(start as u32, end as u32), text })
}

/// The web reads these as windows-1252, XML readers as what they say.
pub(super) fn is_latin1(name: &str) -> bool {
    matches!(letters(name).as_str(), "iso88591" | "latin1" | "l1")
}

pub(super) fn is_ascii(name: &str) -> bool {
    matches!(letters(name).as_str(), "usascii" | "ascii")
}

/// The bytes after a byte-order mark of that length as UTF-8.
fn decode_utf8(mut bytes: Vec<u8>, bom: u8, utf8: bool) -> Result<Decoded, (DecodeError, Vec<u8>)> {
    let mark: Vec<u8> = bytes.drain(..usize::from(bom)).collect();
    String::from_utf8(bytes).map(|text| Decoded { text, bom, utf8 }).map_err(|error| {
        let offset = error.utf8_error().valid_up_to() as u64 + u64::from(bom);
        let mut bytes = error.into_bytes();
        bytes.splice(..0, mark);
        (DecodeError::Invalid { offset, encoding: "UTF-8" }, bytes)
    })
}

fn decode_utf16(bytes: &[u8], skip: usize, encoding: &'static Encoding) -> Result<Decoded, DecodeError> {
    let decoded = decode_with(bytes, skip, encoding)?;
    check_declared(decoded.text.as_bytes(), skip, 2, encoding)?;
    Ok(decoded)
}

/// Checks what the XML declaration at the start of `text` says against the encoding that the first bytes of the file
/// show. `skip` bytes stand before `text` in the file, where each of its characters has `width` bytes.
fn check_declared(text: &[u8], skip: usize, width: u64, encoding: &'static Encoding) -> Result<(), DecodeError> {
    let Some((offset, name)) = declared(text) else {
        return Ok(());
    };
    let offset = skip as u64 + offset * width;
    let Some(said) = known(name) else {
        return Err(DecodeError::Unknown { offset, name: name.to_owned() });
    };
    let is_utf16 = |encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    let agrees = if is_utf16(encoding) {
        // Editors leave `utf-8` in the declaration when they save as UTF-16; XML readers let it pass.
        said == encoding || said == UTF_8 || name.eq_ignore_ascii_case("UTF-16")
    } else {
        !is_utf16(said)
    };
    let actual = encoding.name();
    if agrees { Ok(()) } else { Err(DecodeError::Conflict { offset, declared: name.to_owned(), actual }) }
}

/// What is left of a name without its signs, in small letters.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The encoding of that name. XML readers do not know the name that the web gives to bytes without meaning. As they do,
/// xmllint among them, a name is taken for the known one that differs from it in signs alone: `utf--8`, `UTF_8`.
pub(super) fn known(name: &str) -> Option<&'static Encoding> {
    let of = |label: &str| Encoding::for_label_no_replacement(label.as_bytes());
    let by_letters = || {
        let letters = letters(name);
        match letters.strip_prefix("windows") {
            Some(number) => of(&format!("windows-{number}")),
            None => of(&letters),
        }
    };
    of(name).or_else(by_letters).filter(|&encoding| encoding != encoding_rs::X_USER_DEFINED)
}

/// The bytes after the first `skip` in an encoding that has to be converted.
fn decode_with(bytes: &[u8], skip: usize, encoding: &'static Encoding) -> Result<Decoded, DecodeError> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let content = &bytes[skip..];
    let mut text = String::new();
    let mut at = 0;
    loop {
        let needed = decoder.max_utf8_buffer_length_without_replacement(content.len() - at);
        // The estimate is an upper limit for one call, so this ends at the first round.
        text.reserve(needed.unwrap_or(content.len()).max(16));
        let (result, read) = decoder.decode_to_string_without_replacement(&content[at..], &mut text, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return sized(text, 0, false),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, after) => {
                let offset = (skip + at).saturating_sub(usize::from(length) + usize::from(after)) as u64;
                return Err(DecodeError::Invalid { offset, encoding: encoding.name() });
            }
        }
    }
}

fn sized(text: String, bom: u8, utf8: bool) -> Result<Decoded, DecodeError> {
    match u32::try_from(text.len()) {
        Ok(_) => Ok(Decoded { text, bom, utf8 }),
        Err(_) => Err(DecodeError::TooLarge { size: text.len() as u64 }),
    }
}

/// The encoding that an XML declaration at the start names, and the offset of the name.
pub(super) fn declared(bytes: &[u8]) -> Option<(u64, &str)> {
    let start = &bytes[..bytes.len().min(SNIFFED)];
    let head = start.strip_prefix(b"<?xml").filter(|rest| rest.first().is_some_and(u8::is_ascii_whitespace))?;
    let head = &head[..memchr::memmem::find(head, b"?>")?];
    let mut at = memchr::memmem::find(head, b"encoding")? + b"encoding".len();
    at += head[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    if head[at] != b'=' {
        return None;
    }
    at += 1;
    at += head[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
    let quote = head[at];
    if !matches!(quote, b'"' | b'\'') {
        return None;
    }
    let name = &head[at + 1..];
    let name = &name[..memchr::memchr(quote, name)?];
    // A malformed name is an error of syntax, told with its place by the parser.
    let well_formed = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
    let name = std::str::from_utf8(name).ok().filter(|_| well_formed)?;
    Some((b"<?xml".len() as u64 + at as u64 + 1, name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test fails by panicking
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn utf8_with_and_without_mark() {
        let decoded = decode("<a b='é'/>".into()).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.bom, decoded.utf8), ("<a b='é'/>", 0, true));
        let decoded = decode(b"\xEF\xBB\xBF<a/>".into()).unwrap();
        assert_eq!((decoded.text.as_str(), decoded.bom, decoded.utf8), ("<a/>", 3, true));
        assert_eq!(decode(b"\xEF\xBB\xBF<a\xFF/>".into()).unwrap_err(), DecodeError::Invalid { offset: 5, encoding: "UTF-8" });
    }

    #[test]
    fn utf16_in_both_orders() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><a b='é😀'/>";
        for big in [false, true] {
            let mark: &[u8] = if big { &[0xFE, 0xFF] } else { &[0xFF, 0xFE] };
            let marked = [mark, &utf16(text, big)].concat();
            assert_eq!(decode(marked).unwrap().text, text);
            let decoded = decode(utf16(text, big)).unwrap();
            assert_eq!((decoded.text.as_str(), decoded.utf8), (text, false));
        }
        let lone = [&[0xFF, 0xFE][..], &utf16("<a>", false), &[0x00, 0xD8], &utf16("</a>", false)].concat();
        assert_eq!(decode(lone).unwrap_err(), DecodeError::Invalid { offset: 8, encoding: "UTF-16LE" });
        assert!(decode(b"\xFF\xFE<\0a".into()).is_err(), "half a unit");
    }

    #[test]
    fn a_mark_and_a_declaration_have_to_agree() {
        for (name, utf8, little) in [
            ("utf-8", true, true),
            ("UTF-16", false, true),
            ("UTF-16BE", false, false),
            ("ISO-8859-1", true, false),
            ("x", false, false),
        ] {
            let text = format!("<?xml version='1.0' encoding='{name}'?><a/>");
            assert_eq!(decode([b"\xEF\xBB\xBF", text.as_bytes()].concat()).is_ok(), utf8, "{name}");
            assert_eq!(decode([&[0xFF, 0xFE][..], &utf16(&text, false)].concat()).is_ok(), little, "{name}");
        }
    }

    #[test]
    fn declared_encodings() {
        let file = |name: &str, value: &[u8]| {
            [format!("<?xml version=\"1.0\" encoding=\"{name}\"?><a b=\"").as_bytes(), value, b"\"/>"].concat()
        };
        for (name, value, expected) in [
            ("ISO-8859-1", &b"\xE9\x80"[..], Ok("é\u{80}")),
            ("windows-1252", b"\xE9\x80", Ok("é€")),
            ("ISO-8859-15", b"\xA4", Ok("€")),
            ("utf-8", "é".as_bytes(), Ok("é")),
            ("US-ASCII", b"e", Ok("e")),
            ("US-ASCII", b"\xE9", Err(47)),
            ("utf-8", b"\xE9", Err(44)),
            ("utf--8", "é".as_bytes(), Ok("é")),
            ("ISO-8859--1", b"\xE9\x80", Ok("é\u{80}")),
            ("Windows_1252", b"\xE9\x80", Ok("é€")),
            ("us.ascii", b"\xE9", Err(47)),
            ("utf-88", b"e", Err(30)),
            ("nonsense", b"e", Err(30)),
            ("x-user-defined", b"e", Err(30)),
            ("UTF-16", b"e", Err(30)),
        ] {
            match (decode(file(name, value)), expected) {
                (Ok(decoded), Ok(expected)) => {
                    assert!(decoded.text.contains(&format!("\"{expected}\"")), "{name}: {}", decoded.text);
                    assert_eq!(decoded.utf8, name.starts_with("utf-"));
                }
                (Err(error), Err(offset)) => assert_eq!(error.offset(), offset, "{name}: {error}"),
                (result, _) => panic!("{name}: {result:?}"),
            }
        }
    }
}
