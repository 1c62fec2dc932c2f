//! Thresholds: how much a synchronization may change before a person has to look.

use crate::plan::model::{Limit, Thresholds};

/// How many things of one kind a synchronization changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tasks) struct Tally {
    /// How many the store held before.
    pub(in crate::tasks) stored: u64,
    pub(in crate::tasks) inserted: u64,
    pub(in crate::tasks) updated: u64,
    pub(in crate::tasks) deleted: u64,
}

impl Tally {
    pub(in crate::tasks) fn changes(self) -> u64 {
        self.inserted + self.updated + self.deleted
    }

    pub(in crate::tasks) fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.deleted += other.deleted;
    }
}

/// What exceeds which limit, one line each; all limits count, and 0 switches one off.
pub(in crate::tasks) fn exceeded(scope: &str, things: &str, tally: Tally, thresholds: Thresholds) -> Vec<String> {
    let kinds = [
        ("inserted", tally.inserted, thresholds.inserted),
        ("updated", tally.updated, thresholds.updated),
        ("deleted", tally.deleted, thresholds.deleted),
    ];
    let mut lines = Vec::new();
    for (done, count, limit) in kinds {
        if exceeds_lines(count, limit) {
            lines.push(format!("{count} {things} {done}, more than the {} of {scope}", limit.lines));
        }
        if exceeds_percent(count, tally.stored, limit) {
            let stored = tally.stored;
            lines.push(format!("{count} of {stored} {things} {done}, more than the {} % of {scope}", limit.percent));
        }
    }
    lines
}

fn exceeds_lines(count: u64, limit: Limit) -> bool {
    limit.lines > 0 && count > u64::from(limit.lines)
}

/// A percentage has no base where nothing is stored.
fn exceeds_percent(count: u64, stored: u64, limit: Limit) -> bool {
    limit.percent > 0 && stored > 0 && count.saturating_mul(100) > stored.saturating_mul(u64::from(limit.percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(tally: Tally, lines: u32, percent: u32) -> usize {
        let deleted = Limit { lines, percent };
        exceeded("connector HR", "resources", tally, Thresholds { deleted, ..Thresholds::default() }).len()
    }

    #[test]
    fn a_limit_is_exceeded_not_reached() {
        let tally = Tally { stored: 100, deleted: 5, ..Tally::default() };
        assert_eq!(count(tally, 5, 5), 0);
        assert_eq!(count(tally, 4, 5), 1);
        assert_eq!(count(tally, 4, 4), 2);
        assert_eq!(count(tally, 0, 0), 0);
    }

    #[test]
    fn percent_needs_something_stored() {
        assert_eq!(count(Tally { stored: 0, deleted: 5, ..Tally::default() }, 0, 1), 0);
    }
}
