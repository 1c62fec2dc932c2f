//! Two sequences of numbered rows, walked side by side.

use rayon::slice::ParallelSliceMut;
use rustc_hash::FxHashSet;

use super::numbers::Numbered;

/// How far ahead a partner is looked for; farther ones are found when all is read.
const NEARBY: usize = 64;

/// Where the rows that an export has are on their way through those that are known.
pub(super) struct Walk<'n> {
    known: &'n [Numbered],
    at: usize,
    found: Found,
}

/// What is not the same on both sides.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Rows of one key that differ: the known one and the one of the export.
    pub(super) others: Vec<(Numbered, Numbered)>,
    /// Known rows that the export does not have.
    pub(super) gone: Vec<Numbered>,
    /// Rows of the export that are not known.
    pub(super) came: Vec<Numbered>,
}

impl<'n> Walk<'n> {
    pub(super) fn new(known: &'n [Numbered]) -> Self {
        Self { known, at: 0, found: Found::default() }
    }

    /// Goes on to the known row of that key, if it is near.
    fn seek(&mut self, key: u64) -> Option<Numbered> {
        let ahead = &self.known[self.at..];
        let near = ahead.iter().take(NEARBY).position(|row| row.key == key)?;
        self.found.gone.extend_from_slice(&ahead[..near]);
        self.at += near + 1;
        Some(ahead[near])
    }

    /// A row of the export.
    pub(super) fn meet(&mut self, new: Numbered) {
        match self.seek(new.key) {
            Some(old) if old.row == new.row => {}
            Some(old) => self.found.others.push((old, new)),
            None => self.found.came.push(new),
        }
    }

    /// A row of the export that is not what is known, whatever its number says.
    pub(super) fn meet_other(&mut self, new: Numbered) {
        match self.seek(new.key) {
            Some(old) => self.found.others.push((old, new)),
            None => self.found.came.push(new),
        }
    }

    /// All of the export is read: what has no partner yet gets the one that is far off, and is another row then if
    /// `is_other` says so of its key. None where a number was there twice.
    pub(super) fn end(mut self, is_other: impl Fn(u64) -> bool) -> Option<Found> {
        self.found.gone.extend_from_slice(&self.known[self.at..]);
        let Found { mut others, mut gone, mut came } = self.found;
        gone.par_sort_unstable_by_key(|row| row.key);
        came.par_sort_unstable_by_key(|row| row.key);
        let twice = |rows: &[Numbered]| rows.windows(2).any(|two| two[0].key == two[1].key);
        if twice(&gone) || twice(&came) {
            return None;
        }
        let mut old = gone.iter().copied().peekable();
        let (mut left, mut new) = (Vec::new(), Vec::new());
        for row in came {
            while let Some(before) = old.next_if(|old| old.key < row.key) {
                left.push(before);
            }
            match old.next_if(|old| old.key == row.key) {
                Some(old) if old.row == row.row && !is_other(row.key) => {}
                Some(old) => others.push((old, row)),
                None => new.push(row),
            }
        }
        left.extend(old);
        // One that is known all the same has had its partner: its key is there twice.
        let keys: FxHashSet<u64> = new.iter().map(|row| row.key).collect();
        if !keys.is_empty() && self.known.iter().any(|row| keys.contains(&row.key)) {
            return None;
        }
        Some(Found { others, gone: left, came: new })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn row((key, row): (u64, u64)) -> Numbered {
        Numbered { key, row, begin: key * 10 + row, length: 1 }
    }

    fn rows() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::btree_map(0u64..200, 0u64..3, 0..160).prop_flat_map(|rows| {
            let rows: Vec<_> = rows.into_iter().collect();
            prop_oneof![Just(rows.clone()), Just(rows).prop_shuffle()]
        })
    }

    fn walk(known: &[Numbered], new: &[Numbered]) -> Option<Found> {
        let mut walk = Walk::new(known);
        for row in new {
            walk.meet(*row);
        }
        let mut found = walk.end(|_| false)?;
        found.others.sort();
        Some(found)
    }

    proptest! {
        #[test]
        fn what_differs_is_found_in_any_order(old in rows(), new in rows(), twice in any::<prop::sample::Index>()) {
            let (by_old, by_new): (BTreeMap<_, _>, BTreeMap<_, _>) = (old.iter().copied().collect(), new.iter().copied().collect());
            let differ = |(key, value): (&u64, &u64)| {
                let before = *by_old.get(key)?;
                (before != *value).then(|| (row((*key, before)), row((*key, *value))))
            };
            let only = |one: &BTreeMap<u64, u64>, other: &BTreeMap<u64, u64>| -> Vec<Numbered> {
                one.iter().filter(|(key, _)| !other.contains_key(key)).map(|(key, value)| row((*key, *value))).collect()
            };
            let expected = Found {
                others: by_new.iter().filter_map(differ).collect(), gone: only(&by_old, &by_new), came: only(&by_new, &by_old),
            };
            let known: Vec<_> = old.into_iter().map(row).collect();
            let mut met: Vec<_> = new.into_iter().map(row).collect();
            prop_assert_eq!(walk(&known, &met), Some(expected));
            if !met.is_empty() {
                met.push(met[twice.index(met.len())]);
                prop_assert_eq!(walk(&known, &met), None);
            }
        }
    }

    #[test]
    fn what_is_said_to_be_another_row_is_one() {
        let known = [row((1, 0)), row((2, 0)), row((3, 0))];
        let mut walk = Walk::new(&known);
        walk.meet(known[0]);
        walk.meet_other(known[1]);
        walk.meet(known[2]);
        let found = Found { others: vec![(known[1], known[1])], ..Found::default() };
        assert_eq!(walk.end(|key| key == 2), Some(found));
    }
}
