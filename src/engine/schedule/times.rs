//! When a job starts by itself: its cron expression read on the clock of a time zone.
//!
//! On days when clocks change, a job that names its hours starts once: a time that is skipped counts as the moment that
//! comes as long after the change, one that comes twice counts the first time. A job that starts every hour goes by the
//! time that passes: what is skipped is left out, what comes twice starts twice.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::plan::model;
use crate::rules::schedule::cron::{self, Schedule};

/// No clock is changed by more.
const SHIFT: i64 = 3 * 3600;
const DAY: i64 = 86_400;

/// The starts of a job.
#[derive(Clone, Debug)]
pub struct Times {
    schedule: Schedule,
    zone: TimeZone,
}

impl Times {
    /// Reads a schedule; `server` is the time zone that `ServerTime` means. Tells what is wrong with an expression.
    pub fn new(schedule: &model::Schedule, server: &TimeZone) -> Result<Self, String> {
        let zone = if schedule.time_zone == "UTC" { TimeZone::UTC } else { server.clone() };
        let read = cron::parse(&schedule.expression).map_err(|error| error.message)?;
        Ok(Self { schedule: read, zone })
    }

    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first start after an instant; none if there is none.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let shown = seconds(self.zone.to_datetime(after));
        let mut second: Option<Timestamp> = None;
        for start in self.schedule.next_starts(shown.div_euclid(DAY) - 1).skip_while(|start| *start < shown - SHIFT) {
            let (first, again) = self.instants(start)?;
            // Firsts come in order; a second one may be overtaken by the firsts that follow.
            if let Some(again) = again.filter(|again| *again > after) {
                second = Some(second.map_or(again, |known| known.min(again)));
            }
            if let Some(first) = first.filter(|first| *first > after) {
                return Some(second.map_or(first, |second| second.min(first)));
            }
        }
        second
    }

    /// The starts after an instant, in order.
    pub fn after(&self, instant: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.next(instant), |last| self.next(*last))
    }

    /// When the clock shows that time: not at all, once, or twice. None beyond the end of the calendar.
    fn instants(&self, start: i64) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
        let shown = epoch().checked_add(SignedDuration::from_secs(start)).ok()?;
        let ambiguous = self.zone.to_ambiguous_timestamp(shown);
        let hourly = self.schedule.every_hour();
        match ambiguous.offset() {
            AmbiguousOffset::Gap { .. } if hourly => Some((None, None)),
            AmbiguousOffset::Fold { .. } if hourly => Some((ambiguous.earlier().ok(), ambiguous.later().ok())),
            _ => Some((Some(ambiguous.compatible().ok()?), None)),
        }
    }
}

fn epoch() -> DateTime {
    DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
}

/// Seconds from the beginning of 1970 on the same clock.
fn seconds(shown: DateTime) -> i64 {
    shown.duration_since(epoch()).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central European time, without asking the machine for it.
    fn times(expression: &str, zone: &str) -> Times {
        let server = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        Times::new(&model::Schedule { expression: expression.to_owned(), time_zone: zone.to_owned() }, &server).unwrap()
    }

    fn starts(expression: &str, from: &str, count: usize) -> Vec<String> {
        let times = times(expression, "ServerTime");
        times.after(from.parse().unwrap()).take(count).map(|start| start.to_string()).collect()
    }

    #[test]
    fn five_and_six_fields_in_both_zones() {
        let from: Timestamp = "2026-01-31T22:59:59Z".parse().unwrap();
        assert_eq!(times("0 2 * * *", "UTC").next(from).unwrap().to_string(), "2026-02-01T02:00:00Z");
        assert_eq!(times("30 0 2 * * *", "ServerTime").next(from).unwrap().to_string(), "2026-02-01T01:00:30Z");
        assert_eq!(times("0 0 1 * *", "ServerTime").next(from).unwrap().to_string(), "2026-01-31T23:00:00Z");
        assert_eq!(times("0 0 30 2 *", "UTC").next(from), None);
    }

    #[test]
    fn a_skipped_time_counts_once_a_little_later() {
        // On 29 March 2026 clocks go from 02:00 to 03:00, which is 01:00 UTC.
        assert_eq!(starts("30 2 * * *", "2026-03-28T12:00:00Z", 2), ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        assert_eq!(starts("30 2,3 * * *", "2026-03-28T12:00:00Z", 2), ["2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"]);
        assert_eq!(
            starts("*/30 * * * *", "2026-03-29T00:15:00Z", 3),
            ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"]
        );
    }

    #[test]
    fn a_time_that_comes_twice_counts_once_but_every_hour_counts() {
        // On 25 October 2026 clocks go from 03:00 back to 02:00, which is 01:00 UTC.
        assert_eq!(starts("30 2 * * *", "2026-10-24T12:00:00Z", 2), ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
        assert_eq!(
            starts("*/30 * * * *", "2026-10-24T23:45:00Z", 5),
            [
                "2026-10-25T00:00:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T01:30:00Z",
                "2026-10-25T02:00:00Z"
            ]
        );
    }

    #[test]
    fn starts_only_go_forward() {
        for expression in ["*/7 * * * *", "30 2 * * *", "15 1-3 * * SUN", "0 0 29 2 *", "*/20 2 25-31 3,10 *"] {
            let times = times(expression, "ServerTime");
            let starts: Vec<_> = times.after("2026-03-27T00:00:00Z".parse().unwrap()).take(400).collect();
            assert!(starts.windows(2).all(|pair| pair[0] < pair[1]), "{expression}");
        }
    }
}
