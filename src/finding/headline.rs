//! The headline of a finding: one line that can be read, whatever long text a file holds.

/// Quoted text longer than this is shortened; what is underlined in the source shows the rest.
const LONGEST: usize = 100;
/// Other text longer than this is: it comes of a value that holds backticks itself.
const LONGEST_PROSE: usize = 300;
/// What stays of it: its beginning, and its end, in which generated names differ.
const HEAD: usize = 60;
const TAIL: usize = 20;

/// The message with what it quotes in backticks shortened.
pub(super) fn shortened(message: String) -> String {
    if message.len() <= LONGEST {
        return message;
    }
    let mut out = String::with_capacity(message.len());
    for (number, part) in message.split('`').enumerate() {
        if number > 0 {
            out.push('`');
        }
        // Every second part is quoted.
        match cut(part, if number % 2 == 1 { LONGEST } else { LONGEST_PROSE }) {
            Some((head, tail)) => out.extend([head, "…", tail]),
            None => out.push_str(part),
        }
    }
    out
}

/// Beginning and end of a text of more characters than `longest`.
fn cut(text: &str, longest: usize) -> Option<(&str, &str)> {
    text.char_indices().nth(longest)?;
    let (head, _) = text.char_indices().nth(HEAD)?;
    let (tail, _) = text.char_indices().nth_back(TAIL - 1)?;
    Some((&text[..head], &text[tail..]))
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn only_long_quoted_text_is_shortened() {
        let long = format!("{}{}{}", "é".repeat(60), "x".repeat(21), "ß".repeat(20));
        let cut = format!("no `{}…{}` in `Job`", "é".repeat(60), "ß".repeat(20));
        assert_eq!(shortened(format!("no `{long}` in `Job`")), cut);
        let short = format!("no `{}` in `Job`", "é".repeat(100));
        assert_eq!(shortened(short.clone()), short);
        let prose = format!("{long} and `Job`");
        assert_eq!(shortened(prose.clone()), prose);
        let holds_backticks = format!("no `a`{}` in `Job`", "x".repeat(400));
        assert_eq!(shortened(holds_backticks), format!("no `a`{}…{}` in `Job`", "x".repeat(60), "x".repeat(20)));
    }
}
