//! Files written anew: each whole or not at all, in the encoding it had.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

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
    if fs::read(path)? != old {
        return Err(ReplaceError::Changed);
    }
    Ok(write_file(path, new)?)
}

/// The names under which a system gives out what is open already: behind them nothing is replaced.
const OPEN_ALREADY: [&str; 4] = ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"];

/// Writes a file, whole or not at all. A file that is there keeps its permissions; a link stays a link, and what it points
/// at is written. What is no file, such as `/dev/null` or a pipe, is written to and stays what it is.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = match fs::metadata(path) {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let is_stream = |there: &fs::Metadata| !there.is_file() || OPEN_ALREADY.iter().any(|name| path.starts_with(name));
    if there.as_ref().is_some_and(is_stream) {
        return OpenOptions::new().append(true).open(path)?.write_all(bytes);
    }
    let path = if there.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // What any new file gets, not what a secret gets.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    fs::metadata(folder)?;
    // Without the name of the temporary file, which is another one each time.
    let mut temporary = builder.tempfile_in(folder).map_err(|error| io::Error::from(error.kind()))?;
    temporary.write_all(bytes)?;
    if let Some(there) = there {
        temporary.as_file().set_permissions(there.permissions())?;
        // The old is gone only when the new is on disk.
        temporary.as_file().sync_all()?;
    }
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
    use std::path::PathBuf;

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

    #[cfg(unix)]
    #[test]
    fn a_link_and_permissions_outlive_what_is_written() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| folder.path().join(name));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("file"));
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_written_to_and_stays_what_it_is() {
        use std::os::fd::AsRawFd;
        let (mut reader, writer) = io::pipe().unwrap();
        let open = PathBuf::from(format!("/dev/fd/{}", writer.as_raw_fd()));
        write_file(&open, b"first\n").unwrap();
        write_file(&open, b"second\n").unwrap();
        drop(writer);
        let mut read = String::new();
        io::Read::read_to_string(&mut reader, &mut read).unwrap();
        assert_eq!(read, "first\nsecond\n");

        // A folder is no file either, and nothing becomes of it.
        let folder = tempfile::tempdir().unwrap();
        assert!(write_file(folder.path(), b"new").is_err());
        assert!(folder.path().is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
