//! Thresholds: how much a synchronization may change before a person has to look.
//!
//! A percentage is one of what was stored before. That is counted when all is done and what was changed is known, and only
//! as far as it takes to see that no limit is exceeded: a large store is not counted for a few changes.

use rusqlite::{Connection, params};

use crate::plan::model::{Limit, Thresholds};
use crate::tasks::TaskError;

/// How many things of one kind a synchronization changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tasks) struct Tally {
    /// How many the store held before; at least so many where no limit depends on the rest.
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

/// What a mapping held before its changes.
pub(super) struct Before<'n> {
    /// Whether it is an association.
    pub(super) link: bool,
    /// Entity type or association.
    pub(super) name: &'n str,
    /// What was changed since.
    pub(super) inserted: u64,
    pub(super) deleted: u64,
}

impl Before<'_> {
    /// How many there were: exactly, or at least `enough`.
    pub(super) fn count(&self, store: &Connection, enough: u64) -> Result<u64, TaskError> {
        let sql = if self.link {
            "SELECT count(*) FROM
             (SELECT 1 FROM link WHERE association = (SELECT id FROM association WHERE name = ?1) LIMIT ?2)"
        } else {
            "SELECT count(*) FROM (SELECT 1 FROM resource WHERE type = (SELECT id FROM entity_type WHERE name = ?1) LIMIT ?2)"
        };
        if enough == 0 {
            return Ok(0);
        }
        let most = i64::try_from(enough.saturating_add(self.inserted)).unwrap_or(i64::MAX);
        let now = store.query_row(sql, params![self.name, most], |row| row.get::<_, i64>(0))?.unsigned_abs();
        Ok((now + self.deleted).saturating_sub(self.inserted))
    }
}

fn changed(tally: Tally, thresholds: Thresholds) -> [(&'static str, u64, Limit); 3] {
    [
        ("inserted", tally.inserted, thresholds.inserted),
        ("updated", tally.updated, thresholds.updated),
        ("deleted", tally.deleted, thresholds.deleted),
    ]
}

/// How many must have been stored for the changes to be within all percentages.
pub(super) fn enough(tally: Tally, thresholds: Thresholds) -> u64 {
    let of_limits = changed(tally, thresholds).into_iter().filter(|(_, count, limit)| *count > 0 && limit.percent > 0);
    of_limits.map(|(_, count, limit)| count.saturating_mul(100).div_ceil(u64::from(limit.percent))).max().unwrap_or(0)
}

/// What exceeds which limit, one line each; all limits count, and 0 switches one off.
pub(in crate::tasks) fn exceeded(scope: &str, things: &str, tally: Tally, thresholds: Thresholds) -> Vec<String> {
    let mut lines = Vec::new();
    for (done, count, limit) in changed(tally, thresholds) {
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
    fn what_is_enough_exceeds_nothing_and_one_less_does() {
        for (changes, percent) in [(1, 1), (5, 30), (7, 100), (1000, 3), (0, 5), (5, 0)] {
            let deleted = Limit { lines: 0, percent };
            let thresholds = Thresholds { deleted, ..Thresholds::default() };
            let tally = |stored| Tally { stored, deleted: changes, ..Tally::default() };
            let enough = enough(tally(0), thresholds);
            assert_eq!(exceeded("it", "links", tally(enough), thresholds).len(), 0, "{changes} {percent}");
            if enough > 1 {
                assert_eq!(exceeded("it", "links", tally(enough - 1), thresholds).len(), 1, "{changes} {percent}");
            }
        }
    }

    #[test]
    fn percent_needs_something_stored() {
        assert_eq!(count(Tally { stored: 0, deleted: 5, ..Tally::default() }, 0, 1), 0);
    }
}
