//! Breaking messages into lines, but never in the middle of what somebody copies.

use super::error::COMMAND;
use crate::output::fill;

/// Lines of at most `width` columns. A line that is a command stays whole, and so does what stands between backticks.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let lines = text.lines().map(|line| if line.starts_with(COMMAND) { line.to_owned() } else { broken(line, width) });
    lines.collect::<Vec<_>>().join("\n")
}

fn broken(line: &str, width: usize) -> String {
    let mut out = String::with_capacity(line.len());
    fill(words(line), width, &mut out);
    out
}

/// What stands between spaces that are not inside backticks; a backtick without its twin counts for nothing.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut code) = (0, false);
    for (at, character) in line.char_indices() {
        match character {
            '`' => code = !code && line[at + 1..].contains('`'),
            ' ' if !code => {
                words.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&line[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three four", 9), "one two\nthree\nfour");
        assert_eq!(wrap("a-long-word and", 4), "a-long-word\nand");
        assert_eq!(wrap("", 4), "");
    }

    #[test]
    fn what_is_copied_stays_whole() {
        assert_eq!(wrap("type this:\njobwright run --resume 1 --store x", 12), "type this:\njobwright run --resume 1 --store x");
        assert_eq!(wrap("start `jobwright rules` here", 10), "start\n`jobwright rules`\nhere");
        assert_eq!(wrap("it`s not code at all", 8), "it`s not\ncode at\nall");
    }
}
