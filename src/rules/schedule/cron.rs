//! Cron expressions: five fields, or six with seconds first; `*`, lists, ranges, steps, names of months and days, Sunday
//! as 0 or 7. Day of month and day of week must both match, as the product's scheduler reads them.
//!
//! Times carry no zone: nothing here needs one.

use std::ops::Range;

/// What a field counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    DayOfMonth,
    Month,
    DayOfWeek,
}

impl Unit {
    const ALL: [Self; 6] = [Self::Second, Self::Minute, Self::Hour, Self::DayOfMonth, Self::Month, Self::DayOfWeek];

    fn range(self) -> (u32, u32) {
        match self {
            Self::Second | Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (0, 7),
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
            Self::DayOfWeek => &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
            _ => &[],
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::DayOfMonth => "day of month",
            Self::Month => "month",
            Self::DayOfWeek => "day of week",
        }
    }

    /// What may be written, for a message.
    pub(crate) fn allowed(self) -> String {
        let (low, high) = self.range();
        match self {
            Self::Month => format!("{low} to {high} or JAN to DEC"),
            Self::DayOfWeek => format!("{low} to {high} (0 and 7 are Sunday) or SUN to SAT"),
            _ => format!("{low} to {high}"),
        }
    }
}

/// Why a text is no cron expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CronError {
    /// Bytes of the text.
    pub(crate) at: Range<usize>,
    /// What is wrong.
    pub(crate) message: String,
    /// The field it lies in; `None`: the number of fields is wrong.
    pub(crate) unit: Option<Unit>,
}

/// When something starts: one bit per value in each field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    fields: [u64; 6],
}

/// Reads an expression.
pub(crate) fn parse(text: &str) -> Result<Schedule, CronError> {
    let parts = split(text);
    let units = match parts.len() {
        5 => &Unit::ALL[1..],
        6 => &Unit::ALL[..],
        count => {
            let message = match count {
                0 => "it is empty".to_owned(),
                1 => "it has one field instead of five, or six with seconds first".to_owned(),
                _ => format!("it has {count} fields instead of five, or six with seconds first"),
            };
            // Too many: the surplus is underlined.
            let at = parts.get(6).map_or(0..text.len(), |surplus| surplus.start..parts[count - 1].end);
            return Err(CronError { at, message, unit: None });
        }
    };
    // Without a field for seconds, a start is at second 0.
    let mut fields = [1; 6];
    for (&unit, part) in units.iter().zip(parts) {
        fields[unit as usize] = field(text, part, unit)?;
    }
    // Both numbers of Sunday are one day.
    let days = &mut fields[Unit::DayOfWeek as usize];
    *days = (*days | (*days >> 7)) & 0x7f;
    Ok(Schedule { fields })
}

/// The fields of a text, as ranges of bytes.
fn split(text: &str) -> Vec<Range<usize>> {
    text.split_whitespace()
        .map(|part| {
            let start = part.as_ptr() as usize - text.as_ptr() as usize;
            start..start + part.len()
        })
        .collect()
}

fn field(text: &str, at: Range<usize>, unit: Unit) -> Result<u64, CronError> {
    let mut bits = 0;
    let mut start = at.start;
    for item in text[at.clone()].split(',') {
        if item.is_empty() {
            let comma = if start > at.start { start - 1 } else { start };
            let message = format!("a value of the {} is missing beside a comma", unit.words());
            return Err(CronError { at: comma..comma + 1, message, unit: Some(unit) });
        }
        bits |= element(item, start, unit)?;
        start += item.len() + 1;
    }
    Ok(bits)
}

/// One element of a list: `*`, `5`, `1-5`, each with an optional step.
fn element(item: &str, start: usize, unit: Unit) -> Result<u64, CronError> {
    let broken =
        |at: Range<usize>, message: String| CronError { at: start + at.start..start + at.end, message, unit: Some(unit) };
    let words = unit.words();
    let (body, step) = match item.split_once('/') {
        None => (item, None),
        Some((body, step)) => {
            let at = body.len() + 1..item.len();
            match step.parse::<u32>() {
                Ok(0) => return Err(broken(at, format!("a step of 0 in the {words} never advances"))),
                Ok(step) if step.to_string().len() == item.len() - body.len() - 1 => (body, Some(step)),
                _ => return Err(broken(at, format!("`{step}` is no step of the {words}"))),
            }
        }
    };
    let (low, high) = unit.range();
    let (first, last) = if body == "*" {
        (low, if unit == Unit::DayOfWeek { 6 } else { high })
    } else if let Some((from, to)) = body.split_once('-') {
        let first = value(from, 0, unit).map_err(|(at, message)| broken(at, message))?;
        let last = value(to, from.len() + 1, unit).map_err(|(at, message)| broken(at, message))?;
        if first > last {
            return Err(broken(0..body.len(), format!("the range `{body}` of the {words} runs backwards")));
        }
        (first, last)
    } else {
        let one = value(body, 0, unit).map_err(|(at, message)| broken(at, message))?;
        // A single value with a step runs to the end of the unit.
        (one, if step.is_some() { high } else { one })
    };
    Ok(match step {
        None => u64::MAX >> (63 - (last - first)) << first,
        Some(step) => (first..=last).step_by(step as usize).fold(0, |bits, number| bits | 1 << number),
    })
}

fn value(text: &str, start: usize, unit: Unit) -> Result<u32, (Range<usize>, String)> {
    let at = start..start + text.len();
    let words = unit.words();
    if let Some(number) = unit.names().iter().position(|name| !name.is_empty() && name.eq_ignore_ascii_case(text)) {
        return Ok(number as u32);
    }
    if text.is_empty() {
        return Err((at, format!("a value of the {words} is missing")));
    }
    let (low, high) = unit.range();
    match text.parse::<u32>() {
        Ok(number) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            if (low..=high).contains(&number) {
                Ok(number)
            } else {
                Err((at, format!("`{text}` is no {words}")))
            }
        }
        _ if matches!(text, "?" | "L" | "W" | "#") => Err((at, format!("`{text}` is not known to this scheduler"))),
        _ => Err((at, format!("`{text}` is no {words}"))),
    }
}

/// Days after which the calendar repeats, days of the week included.
const CALENDAR: i64 = 146_097;

impl Schedule {
    fn has(&self, unit: Unit, value: u32) -> bool {
        self.fields[unit as usize] >> value & 1 == 1
    }

    fn values(&self, unit: Unit) -> impl Iterator<Item = u32> + use<> {
        let bits = self.fields[unit as usize];
        (0..60).filter(move |value| bits >> value & 1 == 1)
    }

    /// Whether it starts in every hour of the days on which it starts.
    pub(crate) fn every_hour(&self) -> bool {
        self.fields[Unit::Hour as usize] == (1 << 24) - 1
    }

    /// Whether it starts on a day, counted from 1 January 1970.
    fn on(&self, day: i64) -> bool {
        let (month, day_of_month) = month_and_day(day);
        // That day was a Thursday.
        let day_of_week = (day + 4).rem_euclid(7) as u32;
        self.has(Unit::Month, month) && self.has(Unit::DayOfMonth, day_of_month) && self.has(Unit::DayOfWeek, day_of_week)
    }

    /// The starts from a day on, in seconds from 1 January 1970, in order. Ends after the days in which the calendar
    /// repeats: what has not started by then never does.
    pub(crate) fn next_starts(&self, from: i64) -> impl Iterator<Item = i64> + use<> {
        let schedule = *self;
        (from..from + CALENDAR).filter(move |&day| schedule.on(day)).flat_map(move |day| {
            schedule.values(Unit::Hour).flat_map(move |hour| {
                schedule.values(Unit::Minute).flat_map(move |minute| {
                    schedule.values(Unit::Second).map(move |second| day * 86_400 + i64::from(hour * 3600 + minute * 60 + second))
                })
            })
        })
    }

    /// Seconds between the two starts that follow each other most closely within one hour; `None` where no hour has two.
    /// Starts in different hours are at least an hour apart where each hour has one.
    pub(crate) fn gap_within_hour(&self) -> Option<i64> {
        let single = |unit: Unit| self.fields[unit as usize].is_power_of_two();
        if single(Unit::Minute) && single(Unit::Second) {
            return None;
        }
        let mut starts = self.next_starts(0);
        let mut last = starts.next()?;
        let hour = last.div_euclid(3600);
        let mut least = None;
        for start in starts.take_while(|start| start.div_euclid(3600) == hour) {
            least = Some(least.map_or(start - last, |least: i64| least.min(start - last)));
            last = start;
        }
        least
    }
}

/// Month and day of month of a day counted from 1 January 1970, in the Gregorian calendar.
fn month_and_day(day: i64) -> (u32, u32) {
    // Years are counted from 1 March, so that the leap day is the last of its year.
    let day = day + 719_468;
    let of_era = day.rem_euclid(CALENDAR);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (u32::try_from(month).unwrap_or(0), u32::try_from(day_of_month).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (&str, String) {
        let error = parse(text).unwrap_err();
        (&text[error.at], error.message)
    }

    #[test]
    fn five_and_six_fields_lists_ranges_steps_and_names() {
        for text in [
            "0 2 * * *",
            "*/5 * * * *",
            "0 0 1,15 * *",
            "0 8-18/2 * * MON-FRI",
            "30 0 2 * jan-mar 7",
            " 0  2 * * sun,6 ",
            "5/20 * * * 5-7",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        assert_eq!(parse("0 0 * * 7"), parse("0 0 0 * * SUN"));
        assert_eq!(parse("5/20 * * * *"), parse("5,25,45 * * * *"));
    }

    #[test]
    fn the_bad_field_is_named() {
        assert_eq!(error("0 25 * * *"), ("25", "`25` is no hour".into()));
        assert_eq!(error("0 2 * * MON-FRY"), ("FRY", "`FRY` is no day of week".into()));
        assert_eq!(error("0 */0 * * *"), ("0", "a step of 0 in the hour never advances".into()));
        assert_eq!(error("0 2 ? * *"), ("?", "`?` is not known to this scheduler".into()));
        assert_eq!(error("0 18-8 * * *").0, "18-8");
        assert_eq!(error("0 1,,2 * * *").0, ",");
        assert_eq!(error(",5 * * * *").0, ",");
        assert_eq!(error("*/+5 * * * *").0, "+5");
        assert_eq!(error("0 +2 * * *").0, "+2");
        assert_eq!(error("@daily").0, "@daily");
        assert_eq!(error("0 0 2 * * * 2026").0, "2026");
        assert_eq!(error("é 2 * * *").0, "é");
        assert_eq!(error("").0, "");
    }

    #[test]
    fn the_calendar_is_that_of_the_gregorian_years() {
        assert_eq!(month_and_day(0), (1, 1));
        assert_eq!(month_and_day(58), (2, 28));
        assert_eq!(month_and_day(59), (3, 1));
        // 29 February 2000 and 1 March 2100.
        assert_eq!(month_and_day(11_016), (2, 29));
        assert_eq!(month_and_day(47_541), (3, 1));
        assert_eq!(month_and_day(-1), (12, 31));
    }

    #[test]
    fn starts_come_in_order_and_end() {
        let starts: Vec<i64> = parse("30 6,18 * * 1").unwrap().next_starts(0).take(3).collect();
        // Monday, 5 January 1970.
        assert_eq!(starts, [4 * 86_400 + 23_400, 4 * 86_400 + 66_600, 11 * 86_400 + 23_400]);
        for never in ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"] {
            assert_eq!(parse(never).unwrap().next_starts(0).next(), None, "{never}");
        }
        for rare in ["0 0 29 2 *", "0 0 29 2 MON", "0 0 31 12 SUN"] {
            assert!(parse(rare).unwrap().next_starts(0).next().is_some(), "{rare}");
        }
    }

    #[test]
    fn gaps_are_measured_within_an_hour() {
        let gap = |text: &str| parse(text).unwrap().gap_within_hour();
        assert_eq!(gap("0 * * * *"), None);
        assert_eq!(gap("*/15 * * * *"), Some(900));
        assert_eq!(gap("0,50 2 * * *"), Some(3000));
        assert_eq!(gap("*/10 0 2 * * *"), Some(10));
        assert_eq!(gap("0,30 0 30 2 *"), None);
    }
}
