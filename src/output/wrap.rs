//! Breaking prose into lines that fit a terminal.

use unicode_width::UnicodeWidthStr;

use super::escape::printable;

/// `text` in lines of at most `width` columns, broken at blanks; its own line breaks are kept and lines that begin
/// with a blank (code) are left whole. A word longer than a line stays whole.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let line = printable(line);
        if line.starts_with([' ', '\t']) || line.width() <= width {
            out.push_str(line.trim_end());
            continue;
        }
        fill(line.split_whitespace(), width, &mut out);
    }
    out
}

/// Adds words in lines of at most `width` columns; one that is longer has a line to itself.
pub(crate) fn fill<'w>(words: impl IntoIterator<Item = &'w str>, width: usize, out: &mut String) {
    let mut column = 0;
    for (index, word) in words.into_iter().enumerate() {
        let own = word.width();
        if index > 0 && column + 1 + own > width {
            out.push('\n');
            column = 0;
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += own;
    }
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn words_move_to_the_next_line_and_code_stays() {
        assert_eq!(wrap("one two three", 8), "one two\nthree");
        assert_eq!(wrap("漢字 漢字 漢字", 9), "漢字 漢字\n漢字");
        assert_eq!(wrap("say:\n    <Task  Dirty=\"true\"  Level=\"1\"/>", 8), "say:\n    <Task  Dirty=\"true\"  Level=\"1\"/>");
        assert_eq!(wrap("unbreakable", 3), "unbreakable");
    }
}
