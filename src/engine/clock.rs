//! Points in time, as stored (milliseconds since 1970, UTC) and as shown (RFC 3339, UTC).
//!
//! Nothing is ordered by them: the clock may be set back. Order comes from run numbers and event numbers, durations
//! from a monotonic clock.

use std::fmt;

use serde::{Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// What the system clock shows; the epoch where it shows an earlier time.
    pub fn now() -> Self {
        Self(crate::tasks::identity::now())
    }

    /// Reads a point in time: a date, a date with a time of day (both UTC), or an age before `now` such as `90min`,
    /// `36h`, `7d` or `2w`.
    pub fn parse(text: &str, now: Self) -> Option<Self> {
        const UNITS: [(&str, i64); 5] =
            [("min", 60_000), ("h", 3_600_000), ("d", 86_400_000), ("w", 7 * 86_400_000), ("s", 1000)];
        let text = text.trim();
        if let Some(age) = UNITS.iter().find_map(|(unit, length)| {
            text.strip_suffix(unit)?.trim_end().parse::<u32>().ok().map(|count| i64::from(count) * length)
        }) {
            return Some(Self(now.0.saturating_sub(age)));
        }
        let (date, time) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
        let [year, month, day] = numbers(date, '-')?;
        let time = time.strip_suffix(['Z', 'z']).unwrap_or(time);
        let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
        let [hour, minute, second] = match time.matches(':').count() {
            0 if time.is_empty() => [0; 3],
            1 => numbers(&format!("{time}:0"), ':')?,
            _ => numbers(time, ':')?,
        };
        let milli = if fraction.is_empty() { 0 } else { format!("{fraction:0<3}").get(..3)?.parse::<u16>().ok()?.into() };
        let valid = (1..=12).contains(&month) && hour < 24 && minute < 60 && second < 60 && (0..=9999).contains(&year);
        let days = days(year, month, day);
        // A day that the month does not have comes back as another one.
        (valid && civil(days) == (year, month, day))
            .then_some(Self(days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000 + milli))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0.div_euclid(86_400_000);
        let in_day = self.0.rem_euclid(86_400_000);
        let (year, month, day) = civil(days);
        let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
        let (second, milli) = (in_day / 1000 % 60, in_day % 1000);
        write!(formatter, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Years are counted from March, so
/// that the leap day is the last one of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Days from 1970-01-01 to a day: the other way round.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Three numbers without a sign.
fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let mut parts = text.split(between).map(|part| part.parse::<u16>().ok().map(i64::from));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

/// A duration for people: `42 ms`, `1.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..10 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_rfc_3339() {
        for (milliseconds, shown) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (4_102_444_800_001, "2100-01-01T00:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp(milliseconds).to_string(), shown);
        }
    }

    #[test]
    fn reads_what_it_shows_and_what_people_type() {
        let now = Timestamp(1_700_000_000_000);
        let parsed = |text| Timestamp::parse(text, now).map(|at| at.to_string());
        for milliseconds in [0, 951_782_400_000, 1_709_251_199_999, 4_102_444_800_001] {
            let at = Timestamp(milliseconds);
            assert_eq!(Timestamp::parse(&at.to_string(), now), Some(at));
        }
        assert_eq!(parsed("2026-11-22").as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert_eq!(parsed("2026-11-22 07:05").as_deref(), Some("2026-11-22T07:05:00.000Z"));
        assert_eq!(parsed("36h").as_deref(), Some("2023-11-13T10:13:20.000Z"));
        assert_eq!(parsed("2 w").as_deref(), Some("2023-10-31T22:13:20.000Z"));
        for text in
            ["", "7", "d", "-3d", "yesterday", "2026-02-29", "2026-13-01", "2026-1-1-1", "2026-11-22T25:00", "2026-11-22T07"]
        {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn shows_durations() {
        for (milliseconds, shown) in
            [(42, "42 ms"), (1_420, "1.4 s"), (12_345, "12 s"), (185_000, "3 min 05 s"), (7_620_000, "2 h 07 min")]
        {
            assert_eq!(duration(milliseconds), shown);
        }
    }
}
