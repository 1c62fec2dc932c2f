//! Line ends: read in any form, written in one.

use std::borrow::Cow;

/// With every line end as XML reads it: a single line feed.
pub(super) fn unified(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// `formatted`, whose lines end in line feeds, with the line ends that most lines of `original` have.
pub(super) fn as_in(original: &str, formatted: String) -> String {
    let windows = memchr::memmem::find_iter(original.as_bytes(), b"\r\n").count();
    let all = memchr::memchr2_iter(b'\n', b'\r', original.as_bytes()).count() - windows;
    if windows * 2 > all { formatted.replace('\n', "\r\n") } else { formatted }
}
