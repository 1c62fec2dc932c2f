//! What can be wrong with a text as XML.

use crate::source::Span;

/// One break of the rules of XML, with its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The place a person would underline.
    pub span: Span,
    /// A second place that explains the first (the tag never closed, the first of two attributes).
    pub related: Option<Span>,
}

/// The kinds of breaks. Names inside are as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Placeholder; the parser adds the real ones.
    NotXml,
}
