//! Start tags: on one line where they fit, else with their attributes wrapped.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use super::{Style, Wrap};

/// A start tag to be written.
pub(super) struct Tag<'t> {
    /// With its prefix.
    pub(super) name: &'t str,
    pub(super) attributes: Vec<Cow<'t, str>>,
    /// Columns before its `<`.
    pub(super) indent: usize,
    pub(super) empty: bool,
}

impl Tag<'_> {
    /// Writes the tag; what stands before it on its line is written already.
    pub(super) fn write(&self, style: &Style, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        let closer = if self.empty { " />" } else { ">" };
        let head = self.indent + 1 + self.name.width();
        let broken = self.attributes.iter().any(|attribute| attribute.contains('\n'));
        let columns: usize = self.attributes.iter().map(|attribute| 1 + attribute.width()).sum();
        let whole = style.width == 0 || !broken && head + columns + closer.len() <= style.width;
        // Twice as deep as what stands in the element, so that the two are told apart.
        let inner = self.indent + 2 * style.indent;
        let mut column = head;
        let mut previous_broken = false;
        for (index, attribute) in self.attributes.iter().enumerate() {
            let after = if index + 1 == self.attributes.len() { closer.len() } else { 0 };
            let first = attribute.split('\n').next().unwrap_or_default();
            let end = column + 1 + first.width() + if first.len() == attribute.len() { after } else { 0 };
            let wraps = match style.wrap {
                Wrap::Each => true,
                // What follows the last line of a long value is easily missed.
                Wrap::Fill => end > style.width || previous_broken,
            };
            if index > 0 && !whole && wraps {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', inner));
                column = inner;
            } else {
                out.push(' ');
                column += 1;
            }
            out.push_str(attribute);
            previous_broken = first.len() < attribute.len();
            column = match attribute.rsplit_once('\n') {
                Some((_, last)) => last.width(),
                None => column + first.width(),
            };
        }
        out.push_str(closer);
    }
}
