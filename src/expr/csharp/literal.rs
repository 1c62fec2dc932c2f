//! Texts, characters and numbers as C# writes them.

/// The character that `text`, which begins with a backslash, stands for, and how many bytes it takes.
fn escaped(text: &str) -> Option<(char, usize)> {
    let sign = text[1..].chars().next()?;
    let hexadecimal = |from: usize, least: usize, most: usize| {
        let digits = text[from..].bytes().take(most).take_while(u8::is_ascii_hexdigit).count();
        if digits < least {
            return None;
        }
        let number = u32::from_str_radix(&text[from..from + digits], 16).ok()?;
        Some((char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER), from + digits))
    };
    let plain = match sign {
        '\'' | '"' | '\\' => sign,
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'u' => return hexadecimal(2, 4, 4),
        'x' => return hexadecimal(2, 1, 4),
        'U' => return hexadecimal(2, 8, 8),
        _ => return None,
    };
    Some((plain, 2))
}

/// The content of an ordinary text, between its quotes.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (sign, length) = escaped(&rest[at..])?;
        out.push(sign);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    Some(out)
}

/// The content of a verbatim text, between its quotes.
pub(super) fn verbatim(text: &str) -> String {
    text.replace("\"\"", "\"")
}

/// A character as written between its quotes.
pub(super) fn character(text: &str) -> Option<char> {
    let content = unescape(text.strip_prefix('\'')?.strip_suffix('\'')?)?;
    let mut signs = content.chars();
    signs.next().filter(|_| signs.next().is_none())
}

/// A whole number, and whether a suffix makes it a long one.
pub(super) fn integer(text: &str) -> Option<(i64, bool)> {
    let digits = text.trim_end_matches(['l', 'L', 'u', 'U']);
    let long = digits.len() < text.len() && text[digits.len()..].contains(['l', 'L']);
    let digits = digits.replace('_', "");
    let number = if let Some(digits) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        i64::from_str_radix(digits, 16)
    } else if let Some(digits) = digits.strip_prefix("0b").or_else(|| digits.strip_prefix("0B")) {
        i64::from_str_radix(digits, 2)
    } else {
        digits.parse()
    };
    let number = number.ok()?;
    Some((number, long || i32::try_from(number).is_err()))
}

/// A number with decimals. Of the suffixes only that of a double has an embedded form.
pub(super) fn real(text: &str) -> Option<f64> {
    text.trim_end_matches(['d', 'D']).replace('_', "").parse().ok()
}
