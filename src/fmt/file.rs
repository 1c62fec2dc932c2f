//! What formatting makes of a file.

use crate::grammar::{self, names};
use crate::source::{FileId, SourceFile};
use crate::syntax;

use super::{Style, format_document};

/// What formatting makes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formatted {
    /// It is formatted.
    Already,
    /// It becomes this text.
    Changed(String),
    /// It has errors of syntax.
    Broken,
    /// It is no configuration, and nobody named it.
    Foreign,
}

impl Formatted {
    /// The text that it becomes, where it changes.
    pub fn changed(&self) -> Option<&str> {
        if let Self::Changed(text) = self { Some(text) } else { None }
    }
}

/// Formats a file; `named`: the command line named it, so that it is formatted whatever its root is.
pub fn format_file(file: &SourceFile, named: bool, style: &Style) -> Formatted {
    let document = syntax::parse(FileId(0), &file.text, grammar::seed());
    let Ok(text) = format_document(&document, &file.text, style) else { return Formatted::Broken };
    let known = document.root().is_some_and(|root| document.name(root) == names::CONFIGURATION_FILE);
    match () {
        () if !known && !named => Formatted::Foreign,
        () if text == file.text => Formatted::Already,
        () => Formatted::Changed(text),
    }
}
