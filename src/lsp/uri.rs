//! Addresses of documents and the files they stand for.

use std::path::{Component, Path, PathBuf};

use lsp_types::Uri;

/// The file of a `file:` address, its path without `.` and `..`; none for other addresses.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    if !rest.starts_with('/') {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let text = String::from_utf8(decoded(rest)).ok()?;
    let bytes = text.as_bytes();
    // `/c:/folder` is Windows for `c:/folder`.
    let drive = cfg!(windows) && bytes.len() > 2 && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    Some(clean(Path::new(if drive { &text[1..] } else { &text })))
}

/// The address of a file.
pub(super) fn of_path(path: &Path) -> Option<Uri> {
    let text = path.to_string_lossy().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", encoded(&text)).parse().ok()
}

/// Everything but letters, digits and a few signs as `%XX`.
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The bytes that `%XX` stand for; what is no such sequence stands for itself.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.filter(|hex| bytes[at] == b'%' && !hex.starts_with('+')).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    decoded
}

/// Without `.` and `..`, which are not looked up.
fn clean(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                cleaned.pop();
            }
            other => cleaned.push(other),
        }
    }
    cleaned
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_its_file_lead_to_each_other() {
        let file = Path::new("/Role Model/é%.xml");
        let uri = of_path(file).unwrap();
        assert_eq!(uri.as_str(), "file:///Role%20Model/%C3%A9%25.xml");
        assert_eq!(path(uri.as_str()).unwrap(), file);
        assert_eq!(path("file:///a/../b/./c%2").unwrap(), Path::new("/b/c%2"));
        assert_eq!(path("untitled:Untitled-1"), None);
    }
}
