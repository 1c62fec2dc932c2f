//! What one file gives on its own: its tree, what each element is, its typed items and declarations.
//!
//! A pure function of the file's number and text. A configuration is put together from its units; where a text has not
//! changed its unit is as good as new.

use std::sync::Arc;

use crate::grammar::ElementKind;
use crate::source::FileId;
use crate::syntax::{self, Document};

use super::classify::classify;
use super::lower::{Lowered, lower};
use super::meant::read_as_meant;

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As it was meant, for findings: a misspelt attribute is one finding, and all else is judged as if it were right.
    Meant,
    /// As it is written, for what is done with it: nobody runs what was guessed.
    Written,
}

/// One file, read.
#[derive(Debug)]
pub struct Unit {
    /// The tree.
    pub document: Arc<Document>,
    /// The kind of each element.
    pub kinds: Arc<Vec<Option<ElementKind>>>,
    /// Items and declarations; their ids are relative to the file.
    pub(super) lowered: Lowered,
}

impl Unit {
    /// Reads a text.
    pub fn read(file: FileId, text: &str, reading: Reading) -> Self {
        let mut document = syntax::parse(file, text, crate::grammar::seed());
        let kinds = classify(&document);
        match reading {
            Reading::Meant => read_as_meant(&mut document, text, &kinds),
            Reading::Written => document.take_literally(),
        }
        let lowered = lower(&document, text, &kinds);
        Self { document: Arc::new(document), kinds: Arc::new(kinds), lowered }
    }

    /// Whether the file gives the same items and declarations, at the same elements and attributes of its tree. What
    /// stands in other attributes, and where in the text, may differ.
    pub fn gives_the_same(&self, other: &Self) -> bool {
        let (a, b) = (&self.lowered, &other.lowered);
        self.kinds == other.kinds && a.declarations == b.declarations && a.items == b.items
    }
}
