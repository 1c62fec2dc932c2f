//! What fixing changes, as a unified diff.

use similar::TextDiff;

use super::Fixed;

/// The unified diff of every file that changed, in the order of the paths; what `patch -p1` and `git apply` take.
pub fn unified(fixed: &Fixed) -> String {
    let files = fixed.changed().map(|id| (fixed.before.get(id), fixed.after.program.sources.get(id)));
    files.map(|(old, new)| unified_file(&old.path, &old.text, &new.text)).collect()
}

/// The unified diff of one file.
pub fn unified_file(path: &str, old: &str, new: &str) -> String {
    let (from, to) = (format!("a/{path}"), format!("b/{path}"));
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(&from, &to).to_string()
}
