//! Text that may hold anything, made safe for a terminal.

use std::borrow::Cow;

/// Text for one line of a terminal or log: control characters (an escape sequence in a file must not reach the
/// terminal) and characters that turn the writing direction are replaced, one for one.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) { text.chars().map(shown).collect::<String>().into() } else { text.into() }
}

/// What is shown for a character; tabs stay.
pub(crate) fn shown(c: char) -> char {
    match c {
        '\t' => '\t',
        '\n' => '␤',
        '\r' => '␍',
        '\u{1b}' => '␛',
        _ if is_hidden(c) => '\u{FFFD}',
        _ => c,
    }
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\t') || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_is_made_inert() {
        assert_eq!(printable("a\u{1b}[31mé\tb\n"), "a␛[31mé\tb␤");
        assert_eq!(printable("x\u{202E}y"), "x\u{FFFD}y");
        assert!(matches!(printable("plain"), Cow::Borrowed(_)));
    }
}
