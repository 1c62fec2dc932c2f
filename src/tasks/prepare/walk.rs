//! Two sequences of numbered rows, walked side by side.

use rayon::slice::ParallelSliceMut;

use super::exported::ExportedRow;
use super::numbers::Numbered;

/// How far ahead a partner is looked for; farther ones are found when all is read.
const NEARBY: usize = 64;

/// Where the rows that an export has are on their way through those that are known.
pub(super) struct Walk<'n> {
    known: &'n [Numbered],
    at: usize,
    gone: Vec<u32>,
    came: Vec<ExportedRow>,
}

/// What is on one side only.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Known rows that the export does not have.
    pub(super) gone: Vec<Numbered>,
    /// Rows of the export that are not known.
    pub(super) came: Vec<ExportedRow>,
}

impl<'n> Walk<'n> {
    /// There are fewer known rows than a number of 32 bits counts.
    pub(super) fn new(known: &'n [Numbered]) -> Self {
        Self { known, at: 0, gone: Vec::new(), came: Vec::new() }
    }

    /// A row of the export.
    #[inline]
    pub(super) fn meet(&mut self, new: ExportedRow) {
        let ahead = &self.known[self.at..];
        match ahead.iter().take(NEARBY).position(|row| row.row == new.row) {
            Some(near) => {
                self.gone.extend((self.at..self.at + near).map(|at| at as u32));
                self.at += near + 1;
            }
            None => self.came.push(new),
        }
    }

    /// All of the export is read: what has no partner yet gets the one that is far off. None where more than `most` rows are
    /// left on a side.
    pub(super) fn end(self, most: usize) -> Option<Found> {
        let Self { known, at, mut gone, mut came } = self;
        gone.extend((at..known.len()).map(|at| at as u32));
        let row = |at: u32| known[at as usize].row;
        gone.par_sort_unstable_by_key(|&at| row(at));
        came.par_sort_unstable_by_key(|new| (new.row, new.begin));
        let mut found = Found::default();
        let mut old = gone.into_iter().peekable();
        for new in came {
            while let Some(before) = old.next_if(|&at| row(at) < new.row) {
                found.gone.push(known[before as usize]);
            }
            if old.next_if(|&at| row(at) == new.row).is_none() {
                found.came.push(new);
            }
            if found.gone.len().max(found.came.len()) > most {
                return None;
            }
        }
        if found.gone.len() + old.len() > most {
            return None;
        }
        found.gone.extend(old.map(|at| known[at as usize]));
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn known(row: u64) -> Numbered {
        Numbered { key: row / 3, row, begin: row, length: 1 }
    }

    fn exported(row: u64) -> ExportedRow {
        ExportedRow { row, begin: row, length: 1 }
    }

    fn rows() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(0u64..200, 0..160).prop_flat_map(|rows| prop_oneof![Just(rows.clone()), Just(rows).prop_shuffle()])
    }

    /// What is left of `rows` when what `others` holds is taken out, as often as it is there.
    fn without(rows: &[u64], others: &[u64]) -> Vec<u64> {
        let mut left = rows.to_vec();
        for other in others {
            if let Some(at) = left.iter().position(|row| row == other) {
                left.swap_remove(at);
            }
        }
        left.sort_unstable();
        left
    }

    fn walk(old: &[u64], new: &[u64], most: usize) -> Option<(Vec<u64>, Vec<u64>)> {
        let rows: Vec<_> = old.iter().copied().map(known).collect();
        let mut walk = Walk::new(&rows);
        for row in new {
            walk.meet(exported(*row));
        }
        let found = walk.end(most)?;
        Some((found.gone.iter().map(|row| row.row).collect(), found.came.iter().map(|row| row.row).collect()))
    }

    proptest! {
        #[test]
        fn what_is_on_one_side_only_is_found_in_any_order(old in rows(), new in rows()) {
            let (gone, came) = (without(&old, &new), without(&new, &old));
            let most = gone.len().max(came.len());
            prop_assert_eq!(walk(&old, &new, most), Some((gone, came)));
            if most > 0 {
                prop_assert_eq!(walk(&old, &new, most - 1), None);
            }
        }
    }
}
