//! Text that may hold anything, made safe for where it is shown.

pub use crate::source::printable;
pub(super) use crate::source::shown;

/// Text as XML attribute value or content, on one line. Characters XML cannot hold are replaced.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A path as a relative URI reference: what RFC 3986 does not allow in a path is percent-encoded.
pub(super) fn uri(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for (index, byte) in path.bytes().enumerate() {
        let first_segment = !path.as_bytes()[..index].contains(&b'/');
        match byte {
            // A colon in the first segment would read as a scheme.
            b':' if first_segment => escaped.push_str("%3A"),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => escaped.push(byte as char),
            b'/' | b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
            | b':' | b'@' => {
                escaped.push(byte as char);
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                escaped.push('%');
                escaped.push(HEX[usize::from(byte >> 4)] as char);
                escaped.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_act_is_made_inert() {
        assert_eq!(xml("<\"&\n\u{1}é"), "&lt;&quot;&amp;&#10;\u{FFFD}é");
        assert_eq!(uri("AD/Role Model#1é.xml"), "AD/Role%20Model%231%C3%A9.xml");
        assert_eq!(uri("c:x/y:z"), "c%3Ax/y:z");
    }
}
