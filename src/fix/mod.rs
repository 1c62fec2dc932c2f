//! Fixes applied: in rounds, in memory, to the files only at the end.
//!
//! The layer beside `output`. A round takes every fix that is allowed and touches no other one, checks the result, and
//! keeps it only where each fix removed its finding and no text became less well-formed; what was put off comes in a
//! later round. Nothing but the edits changes: marks, line ends, formatting and comments stay.

mod diff;
mod rounds;
mod select;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use crate::compile::Compiled;
use crate::source::{FileId, Sources};

pub use diff::{unified, unified_file};
pub use rounds::fix;
pub use write::{WriteError, write};

/// What fixing came to.
#[derive(Debug)]
pub struct Fixed {
    /// The texts as they were.
    pub before: Sources,
    /// The configuration with the fixes, checked.
    pub after: Compiled,
    /// How many findings were fixed, by file as shown, then rule.
    pub counts: BTreeMap<String, BTreeMap<&'static str, usize>>,
    /// Files, as shown, with fixes that were not applied because the file is not UTF-8.
    pub refused: Vec<String>,
    /// Fixes that did not do what they should, by file as shown and rule; they were taken back.
    pub taken_back: Vec<(String, &'static str)>,
    /// Whether fixes were left when the last round ended.
    pub unfinished: bool,
}

impl Fixed {
    /// How many findings were fixed.
    pub fn total(&self) -> usize {
        self.counts.values().flat_map(BTreeMap::values).sum()
    }

    /// The files whose texts changed.
    pub fn changed(&self) -> impl Iterator<Item = FileId> {
        let after = &self.after.program.sources;
        self.before.iter().filter(|(id, file)| after.get(*id).text != file.text).map(|(id, _)| id)
    }
}
