//! Columns that fit a terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::escape::printable;

/// Columns are not made narrower than this.
const LEAST: usize = 10;

/// Rows in columns, indented by two; what does not fit is cut.
pub(super) fn table(head: &[&str], rows: &[Vec<String>], width: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| printable(cell).replace('\t', " ")).collect()).collect();
    let mut widths: Vec<usize> = head.iter().map(|title| title.width()).collect();
    for row in &cells {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(cell.width());
        }
    }
    // The widest gives way, until all fit or none can.
    while widths.iter().map(|width| width + 2).sum::<usize>() > width
        && let Some(widest) = widths.iter_mut().filter(|width| **width > LEAST).max()
    {
        *widest -= 1;
    }
    let mut text = String::new();
    let titles: Vec<String> = head.iter().map(|title| (*title).to_owned()).collect();
    let titled = head.iter().any(|title| !title.is_empty());
    for row in titled.then_some(&titles).into_iter().chain(&cells) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str("  ");
            let cut = cut(cell, *width);
            line.push_str(&cut);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cut.width())));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for sign in text.chars() {
        used += sign.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(sign);
    }
    out + "…"
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn the_widest_column_gives_way() {
        let rows =
            [vec!["a".to_owned(), "a long text that has to be cut\u{1b}".to_owned()], vec!["b".to_owned(), "short".to_owned()]];
        assert_eq!(table(&["id", "what"], &rows, 24), "  id  what\n  a   a long text that …\n  b   short\n");
        assert_eq!(table(&["id"], &[], 24), "");
    }
}
