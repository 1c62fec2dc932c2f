//! XML text to element tree, tolerant of errors.
//!
//! quick-xml cuts the text into tokens; this module is the judge of what is XML. Every break is a [`SyntaxError`] with
//! the place a person would underline, and reading goes on after it.

mod error;
mod tree;
mod value;

pub use error::{SyntaxError, SyntaxErrorKind};
pub use tree::{AttributeId, Children, Comment, Document, ElementId, NameId, Names, Namespace, Text};
