//! The closing line of the text formats.

use std::fmt::Write;

use crate::finding::Summary;

/// `2 errors, 1 warning in 12 files (340 elements); 1 suppressed`.
pub fn headline(summary: &Summary) -> String {
    let mut line = String::new();
    let kinds = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.notes, "note")];
    for (count, name) in kinds.into_iter().filter(|&(count, _)| count > 0) {
        let separator = if line.is_empty() { "" } else { ", " };
        let _ = write!(line, "{separator}{}", counted(count, name));
    }
    if line.is_empty() {
        line.push_str("nothing found");
    }
    let _ = write!(line, " in {} ({})", counted(summary.files, "file"), counted(summary.elements, "element"));
    if summary.suppressed > 0 {
        let _ = write!(line, "; {} suppressed", summary.suppressed);
    }
    if summary.baseline > 0 {
        let _ = write!(line, "; {} known from the baseline", summary.baseline);
    }
    if summary.left_out > 0 {
        let _ = write!(line, "; {} not shown", summary.left_out);
    }
    line
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, name: &str) -> String {
    if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_is_counted() {
        let quiet = Summary { files: 1, elements: 3, ..Summary::default() };
        assert_eq!(headline(&quiet), "nothing found in 1 file (3 elements)");
        let busy = Summary { files: 2, elements: 1, errors: 1, warnings: 2, suppressed: 3, baseline: 4, ..quiet };
        assert_eq!(headline(&busy), "1 error, 2 warnings in 2 files (1 element); 3 suppressed; 4 known from the baseline");
    }
}
