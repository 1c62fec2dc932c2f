//! White space around a text.

/// As [`str::trim`]. Identifiers by the million have none around them: that takes no more here than a look at both ends.
#[inline]
pub fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [only] if only.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_the_standard_library_trims(text in "[ \t\u{0B}\u{85}\u{A0}\u{2003}aé<]{0,6}") {
            prop_assert_eq!(trim(&text), text.trim());
        }
    }
}
