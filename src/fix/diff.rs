//! What fixing changes, as a unified diff.

use similar::TextDiff;

use super::Fixed;

/// The unified diff of every file that changed, in the order of the paths; what `patch -p1` and `git apply` take.
pub fn unified(fixed: &Fixed) -> String {
    let mut text = String::new();
    for id in fixed.changed() {
        let (old, new) = (fixed.before.get(id), fixed.after.program.sources.get(id));
        let diff = TextDiff::from_lines(&old.text, &new.text);
        let (from, to) = (format!("a/{}", old.path), format!("b/{}", new.path));
        text.push_str(&diff.unified_diff().context_radius(3).header(&from, &to).to_string());
    }
    text
}
