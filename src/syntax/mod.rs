//! XML text to element tree, tolerant of errors.
//!
//! quick-xml cuts the text into tokens; this module is the judge of what is XML. Every break is a [`SyntaxError`] with
//! the place a person would underline, and reading goes on after it.
//!
//! A text has an error of [`SyntaxClass::Xml`] exactly when `xmllint --huge --noout` refuses it, but for these:
//! elements deeper than [`MAX_DEPTH`] and texts of 4 GiB are errors; so is a NUL after the root element, at which
//! xmllint stops reading; and a document type declaration is an error of a class of its own, whatever it says.

mod chars;
mod declaration;
mod end_tag;
mod error;
mod lost_tag;
mod markup;
mod namespaces;
mod parser;
mod reference;
mod repair;
mod seed;
mod start_tag;
mod tags;
#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test fails by panicking
mod tests;
mod tree;
mod value;
mod words;

pub use error::{BindingProblem, DeclarationProblem, SyntaxClass, SyntaxError, SyntaxErrorKind};
pub use parser::parse;
pub use seed::Seed;
pub use tree::{AttributeId, Children, Comment, Document, ElementId, NameId, Names, Namespace, Text};
pub use value::{code, escape_attribute, escape_text, normalize, raw_offset};

/// The namespace of the configuration's elements.
pub const DIALECT_NAMESPACE: &str = "urn:schemas-usercube-com:configuration";

/// How deep elements may stand in each other; those deeper are left out of the tree.
pub const MAX_DEPTH: usize = 10_000;

/// How many breaks of XML, and how many of namespaces, are kept of one file; one that says so follows.
pub const MAX_ERRORS: usize = 100;
