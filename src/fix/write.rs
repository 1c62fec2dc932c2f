//! Fixed texts to their files, each whole or not at all.

use std::io;

use crate::source::{ReplaceError, SourceFile, replace_file};

use super::Fixed;

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The system refuses.
    #[error("`{shown}` cannot be written: {source}")]
    Refused {
        /// The file as shown.
        shown: String,
        /// The system's words.
        source: io::Error,
    },
    /// The file is not what was checked.
    #[error("`{0}` is not what was checked (changed since, or staged in another form); it was left alone")]
    Changed(String),
    /// The text came from standard input.
    #[error("`{0}` came from standard input and cannot be fixed there")]
    NoFile(String),
}

/// Writes every file that changed; returns how many.
pub fn write(fixed: &Fixed) -> Result<usize, WriteError> {
    let mut written = 0;
    for id in fixed.changed() {
        let (old, new) = (fixed.before.get(id), fixed.after.program.sources.get(id));
        let Some(path) = &old.disk else { return Err(WriteError::NoFile(old.path.clone())) };
        replace_file(path, &bytes(old), &bytes(new)).map_err(|error| match error {
            ReplaceError::Refused(source) => WriteError::Refused { shown: old.path.clone(), source },
            ReplaceError::Changed => WriteError::Changed(old.path.clone()),
        })?;
        written += 1;
    }
    Ok(written)
}

/// The text as it stands in its file, which is UTF-8.
fn bytes(file: &SourceFile) -> Vec<u8> {
    let mark: &[u8] = if file.bom == 0 { &[] } else { "\u{feff}".as_bytes() };
    [mark, file.text.as_bytes()].concat()
}
