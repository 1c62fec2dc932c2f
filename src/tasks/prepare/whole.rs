//! The name of everything that a mapping has: a sorted file, or one with the changes since.
//!
//! Day by day little changes of a large file. Writing it anew each time would cost more than all else that an incremental
//! preparation does, so the changes are kept beside it until they are many.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A sorted file and what has changed since it was written; both are named after their content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Whole {
    /// The sorted file.
    pub(crate) file: String,
    /// What has changed since, as a delta against it.
    pub(crate) changes: Option<String>,
}

impl Whole {
    /// The names of its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.file.as_str()).chain(self.changes.as_deref())
    }
}

impl From<String> for Whole {
    /// A file alone, or both names with a blank between, which no such name holds.
    fn from(text: String) -> Self {
        match text.split_once(' ') {
            Some((file, changes)) => Self { file: file.to_owned(), changes: Some(changes.to_owned()) },
            None => Self { file: text, changes: None },
        }
    }
}

impl From<Whole> for String {
    fn from(whole: Whole) -> Self {
        whole.to_string()
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        self.changes.as_ref().map_or(Ok(()), |changes| write!(f, " {changes}"))
    }
}
