//! Brackets and quotes without their counterpart: the mistakes that a parser finds far from where they were made.

use crate::expr::ExprError;

/// The first bracket or quote that has no counterpart.
pub(super) fn unbalanced(code: &str) -> Option<ExprError> {
    let bytes = code.as_bytes();
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut at = 0;
    let wrong = |message: String, at: usize| Some(ExprError { message, span: at..at + 1 });
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += code[at..].find('\n').unwrap_or(code.len() - at);
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => match code[at + 2..].find("*/") {
                Some(length) => at += length + 4,
                None => return Some(ExprError { message: "this comment is never closed".to_owned(), span: at..at + 2 }),
            },
            b'"' => match text_end(bytes, at, at > 0 && bytes[at - 1] == b'@') {
                Some(end) => at = end,
                None => return wrong("this text is never closed".to_owned(), at),
            },
            b'\'' => match text_end(bytes, at, false) {
                Some(end) => at = end,
                None => return wrong("this character is never closed".to_owned(), at),
            },
            b'$' if bytes[at..].starts_with(b"$\"") || bytes[at..].starts_with(b"$@\"") => {
                // Values inside may hold texts of their own: the parser alone can tell where they end.
                return None;
            }
            b'(' | b'[' | b'{' => {
                open.push((byte, at));
                at += 1;
            }
            b')' | b']' | b'}' => {
                match open.pop() {
                    Some((opened, _)) if closing(opened) == byte => {}
                    Some((opened, place)) => {
                        let message = format!(
                            "`{}` closes the `{}` that stands {} bytes before it",
                            char::from(byte),
                            char::from(opened),
                            at - place
                        );
                        return wrong(message, at);
                    }
                    None => return wrong(format!("`{}` closes nothing", char::from(byte)), at),
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    open.first().and_then(|&(opened, place)| wrong(format!("this `{}` is never closed", char::from(opened)), place))
}

fn closing(opened: u8) -> u8 {
    match opened {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// Behind the closing quote of the text that begins at `start`.
fn text_end(bytes: &[u8], start: usize, verbatim: bool) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if !verbatim => at += 2,
            b'\n' if !verbatim => return None,
            byte if byte == quote && verbatim && bytes.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}
