//! Formatting of a configuration file: one layout for every text that means the same.
//!
//! Beside `ir`, above `grammar`. Only white space between markup, the order of attributes, quotes and line ends change:
//! names, values with their escapes, comments, processing instructions and text stay as written, so the tree, and with
//! it findings and plan, stay the same. What has been formatted is formatted to itself. A text with an error of syntax
//! is not formatted: nobody knows where its elements end.

mod attributes;
mod file;
mod layout;
mod line_ends;
mod range;
mod tag;
#[cfg(test)]
mod tests;
mod token;

use crate::grammar;
use crate::source::FileId;
use crate::syntax::{self, Document};

pub use file::{Formatted, format_file};
pub use range::{Replacement, format_range};

/// How formatted text looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns that a start tag may take before its attributes are wrapped; 0: never wrapped.
    pub width: usize,
    /// Blanks for each level.
    pub indent: usize,
    /// How the attributes of a start tag that is too long are wrapped.
    pub wrap: Wrap,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 120, indent: 2, wrap: Wrap::Fill }
    }
}

/// How attributes are wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wrap {
    /// As many on a line as fit.
    #[default]
    Fill,
    /// One on a line; the first stays with the element's name.
    Each,
}

/// The text has an error of syntax and is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is not well-formed XML; it is left as it is")]
pub struct NotWellFormed;

/// Formats a text. Its line ends become those that most of its lines have.
pub fn format(text: &str, style: &Style) -> Result<String, NotWellFormed> {
    format_document(&syntax::parse(FileId(0), text, grammar::seed()), text, style)
}

/// Formats the text that `document` was read from.
pub fn format_document(document: &Document, text: &str, style: &Style) -> Result<String, NotWellFormed> {
    if !document.errors().is_empty() {
        return Err(NotWellFormed);
    }
    let tokens = token::all(document, text);
    let mut formatted = layout::lay_out(document, text, &tokens, style, layout::Place::default());
    formatted.push('\n');
    Ok(line_ends::as_in(text, formatted))
}
