//! Local times of a zone in UTC. The zones are those built into the program, so that every machine gives the same.

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::grammar::expressions::zones;

use super::date::{DateTime, SECOND};

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone that Windows calls so, or the IANA's database does.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        let known = zones().iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name));
        TimeZone::get(known.map_or(name, |(_, iana)| iana)).ok().map(Self)
    }

    /// The date in UTC of a local one. As in .NET, a time that comes twice is that of winter, and one that is left out is
    /// none.
    pub fn to_utc(&self, local: DateTime) -> Option<DateTime> {
        let (year, month, day) = local.civil();
        let second = local.in_day() / SECOND;
        let part = |number: i64| i8::try_from(number).ok();
        let civil = civil::DateTime::new(
            i16::try_from(year).ok()?,
            part(month)?,
            part(day)?,
            part(second / 3600)?,
            part(second / 60 % 60)?,
            part(second % 60)?,
            0,
        );
        let found = self.0.to_ambiguous_timestamp(civil.ok()?);
        if matches!(found.offset(), AmbiguousOffset::Gap { .. }) {
            return None;
        }
        let seconds = found.later().ok()?.as_second();
        DateTime::from_unix(seconds.checked_mul(1000)?)?.plus(local.ticks() % SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(zone: &str, local: &str) -> Option<String> {
        Zone::named(zone).unwrap().to_utc(DateTime::stored(local).unwrap()).map(DateTime::store)
    }

    #[test]
    fn every_name_is_a_zone() {
        for (windows, iana) in zones() {
            assert!(Zone::named(windows).is_some(), "{windows}: {iana}");
        }
        assert!(Zone::named("Mars Standard Time").is_none());
    }

    #[test]
    fn local_times_become_utc() {
        for (zone, local, expected) in [
            ("Romance Standard Time", "20240115120000", Some("20240115110000")),
            ("Romance Standard Time", "20240715120000", Some("20240715100000")),
            ("romance standard time", "20240331023000", None),
            ("Europe/Paris", "20241027023000", Some("20241027013000")),
            ("UTC", "00010101000000", Some("00010101000000")),
            ("Tokyo Standard Time", "00010101000000", None),
        ] {
            assert_eq!(utc(zone, local).as_deref(), expected, "{zone} {local}");
        }
    }
}
