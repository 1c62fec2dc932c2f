//! The documents that the client has open: their texts count, whatever the files hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::TextDocumentContentChangeEvent;

use super::encoding::Encoding;
use super::uri;
use crate::source::SourceFile;

/// The longest text that offsets of 32 bits reach.
const LONGEST: usize = u32::MAX as usize;

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    /// The file it stands for.
    pub(super) path: Option<PathBuf>,
    /// The number the client gave this text.
    pub(super) version: i32,
    /// The text.
    pub(super) source: SourceFile,
}

/// All open documents, by their addresses.
#[derive(Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    /// Takes a document; one that is open already is replaced.
    pub(super) fn open(&mut self, address: &str, version: i32, text: String) {
        let text = if text.len() > LONGEST { String::new() } else { text };
        let document = Document { path: uri::path(address), version, source: SourceFile::new(address, text) };
        self.open.insert(address.to_owned(), document);
    }

    /// Applies changes in their order; false where the document is not open.
    pub(super) fn change(
        &mut self,
        address: &str,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.open.get_mut(address) else { return false };
        document.version = version;
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let span = encoding.span(&document.source, range);
                    let mut text = std::mem::take(&mut document.source.text);
                    text.replace_range(span.start as usize..span.end as usize, &change.text);
                    text
                }
            };
            let text = if text.len() > LONGEST { String::new() } else { text };
            document.source = SourceFile::new(address, text);
        }
        true
    }

    /// Lets a document go; false where it was not open.
    pub(super) fn close(&mut self, address: &str) -> bool {
        self.open.remove(address).is_some()
    }

    /// The open document of that address.
    pub(super) fn get(&self, address: &str) -> Option<&Document> {
        self.open.get(address)
    }

    /// The open document of that file, with its address.
    pub(super) fn of_path(&self, path: &Path) -> Option<(&str, &Document)> {
        let mut open = self.open.iter();
        open.find(|(_, document)| document.path.as_deref() == Some(path)).map(|(address, document)| (address.as_str(), document))
    }

    /// All, by address.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.open.iter().map(|(address, document)| (address.as_str(), document))
    }
}
