//! Elements of a schema as indented text.

use crate::syntax::{escape_attribute, escape_text};

/// Text of a schema in the making.
pub(super) struct Writer {
    out: String,
    depth: usize,
}

impl Writer {
    /// A document of its own.
    pub(super) fn new() -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned(), depth: 0 }
    }

    /// A part that stands so many levels deep.
    pub(super) fn within(depth: usize) -> Self {
        Self { out: String::new(), depth }
    }

    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.out.push_str(&escape_attribute(value));
            self.out.push('"');
        }
        self.out.push_str(end);
    }

    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, " />\n");
    }

    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">\n");
        self.depth += 1;
    }

    pub(super) fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    /// What a person reads about the element around it.
    pub(super) fn documentation(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.out.extend(std::iter::repeat_n("  ", self.depth));
        self.out.push_str("<xs:annotation><xs:documentation>");
        self.out.push_str(&escape_text(text));
        self.out.push_str("</xs:documentation></xs:annotation>\n");
    }

    pub(super) fn append(&mut self, part: &str) {
        self.out.push_str(part);
    }

    pub(super) fn finish(self) -> String {
        self.out
    }
}
