//! The numbers of the rows of an export that is sorted.

use crate::tasks::TaskError;

use super::Export;
use super::exported::ExportedRows;
use super::rows::Input;
use super::summed::Hashes;

/// The numbers of the rows of an export being read: those that were written with it, else made anew.
pub(super) struct RowNumbers {
    pub(super) hashes: Hashes,
    written: Option<ExportedRows>,
    made: Vec<u8>,
    /// Whether those that were written are all of it.
    is_whole: bool,
}

impl RowNumbers {
    pub(super) fn of(export: &Export) -> Result<Self, TaskError> {
        let written = ExportedRows::of(&export.file).filter(|_| export.transformations.is_empty());
        let hashes = written.as_ref().map_or_else(Hashes::by_chance, |written| Ok(written.hashes))?;
        Ok(Self { hashes, written, made: Vec::new(), is_whole: true })
    }

    /// That of the row read next.
    pub(super) fn next(&mut self, input: &Input<'_>) -> u64 {
        let Some(written) = &mut self.written else { return self.hashes.number(input.all(&mut self.made)) };
        match written.next() {
            Ok(Some(next)) if (next.begin, u64::from(next.length)) == input.span() => next.row,
            _ => {
                self.is_whole = false;
                0
            }
        }
    }

    /// Whether they can be relied on.
    pub(super) fn are_sound(self) -> bool {
        self.is_whole && self.written.is_none_or(ExportedRows::found_sound)
    }
}
