//! Files written anew: each whole or not at all, in the encoding it had.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use super::encoding::{declared, is_ascii, is_latin1, known};
use super::{SourceFile, decode};

/// Why a file was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    /// The system refuses.
    #[error(transparent)]
    Refused(#[from] io::Error),
    /// The file no longer holds what it held.
    #[error("it has changed meanwhile")]
    Changed,
}

/// Why a text was not written to its file.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    /// The file could not be replaced.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// The text has no file.
    #[error("it came from standard input")]
    NoFile,
    /// The file's encoding lacks a character of the text.
    #[error("its encoding lacks a character that would be written; save it as UTF-8 first")]
    Encoding,
}

/// Writes `text` in the place of a file's text, in the file's encoding.
pub fn rewrite(file: &SourceFile, text: &str) -> Result<(), RewriteError> {
    let path = file.disk.as_deref().ok_or(RewriteError::NoFile)?;
    let old = fs::read(path).map_err(ReplaceError::Refused)?;
    if decode(old.clone()).map(|decoded| decoded.text).ok().as_ref() != Some(&file.text) {
        return Err(ReplaceError::Changed.into());
    }
    let new = encode_like(&old, text).ok_or(RewriteError::Encoding)?;
    Ok(replace_file(path, &old, &new)?)
}

/// Puts `new` in the place of a file that still holds `old`, with its permissions. A link stays a link: what it points at
/// is replaced.
pub fn replace_file(path: &Path, old: &[u8], new: &[u8]) -> Result<(), ReplaceError> {
    let path: PathBuf = fs::canonicalize(path)?;
    if fs::read(&path)? != old {
        return Err(ReplaceError::Changed);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
    temporary.write_all(new)?;
    temporary.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    temporary.as_file().sync_all()?;
    temporary.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// `text` in the encoding, and with the byte-order mark, that the bytes `like` of a file have. `None` where the encoding
/// lacks a character, or `like` is not what can be read.
pub fn encode_like(like: &[u8], text: &str) -> Option<Vec<u8>> {
    let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        let mut bytes = mark.to_vec();
        bytes.extend(text.encode_utf16().flat_map(unit));
        Some(bytes)
    };
    match like {
        [0xEF, 0xBB, 0xBF, ..] => Some([b"\xEF\xBB\xBF", text.as_bytes()].concat()),
        [0xFF, 0xFE, ..] => utf16(&like[..2], u16::to_le_bytes),
        [0xFE, 0xFF, ..] => utf16(&like[..2], u16::to_be_bytes),
        [b'<', 0, b'?', 0, ..] => utf16(&[], u16::to_le_bytes),
        [0, b'<', 0, b'?', ..] => utf16(&[], u16::to_be_bytes),
        _ => match declared(like) {
            None => Some(text.as_bytes().to_vec()),
            Some((_, name)) if is_latin1(name) => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Some((_, name)) if is_ascii(name) => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Some((_, name)) => {
                let encoding = known(name).filter(|&encoding| encoding != UTF_16LE && encoding != UTF_16BE)?;
                if encoding == UTF_8 {
                    return Some(text.as_bytes().to_vec());
                }
                let (bytes, _, lost) = encoding.encode(text);
                (!lost).then(|| bytes.into_owned())
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decoded_is_encoded_again() {
        let declared = |name: &str, content: &[u8]| {
            [format!("<?xml version=\"1.0\" encoding=\"{name}\"?><a b=\"").as_bytes(), content, b"\"/>"].concat()
        };
        let utf16 = |unit: fn(u16) -> [u8; 2], mark: &[u8]| {
            let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a b=\"é😀\"/>";
            [mark, &text.encode_utf16().flat_map(unit).collect::<Vec<_>>()].concat()
        };
        for bytes in [
            b"<a b=\"\xC3\xA9\"/>".to_vec(),
            b"\xEF\xBB\xBF<a/>".to_vec(),
            declared("utf-8", "é😀".as_bytes()),
            declared("windows-1252", b"\x80\xE9"),
            declared("ISO-8859-1", b"\x80\xE9"),
            declared("us-ascii", b"e"),
            declared("shift_jis", b"\x83\x65"),
            utf16(u16::to_le_bytes, b"\xFF\xFE"),
            utf16(u16::to_be_bytes, b"\xFE\xFF"),
            utf16(u16::to_le_bytes, b""),
            utf16(u16::to_be_bytes, b""),
        ] {
            let text = decode(bytes.clone()).unwrap().text;
            assert_eq!(encode_like(&bytes, &text).as_deref(), Some(bytes.as_slice()), "{text}");
        }
    }

    #[test]
    fn a_character_that_the_encoding_lacks_is_not_lost_in_silence() {
        for name in ["windows-1252", "iso-8859-1", "us-ascii"] {
            let like = format!("<?xml version=\"1.0\" encoding=\"{name}\"?><a/>");
            assert_eq!(encode_like(like.as_bytes(), "<a b=\"漢\"/>"), None, "{name}");
        }
    }

    #[test]
    fn a_file_that_has_changed_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xml");
        fs::write(&path, "new").unwrap();
        assert!(matches!(replace_file(&path, b"old", b"other"), Err(ReplaceError::Changed)));
        assert_eq!(fs::read(&path).unwrap(), b"new");
        replace_file(&path, b"new", b"other").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"other");
    }
}
