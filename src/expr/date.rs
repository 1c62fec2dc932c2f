//! Dates as .NET counts them: ticks of 100 nanoseconds since the first of January of the year 1, in UTC.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "ticks of dates lie between 0 and 2^62, and what is added in halves of days is rounded as .NET does"
)]

use std::fmt::Write as _;

/// Ticks of a second.
pub const SECOND: i64 = 10_000_000;
/// Ticks of a day.
pub const DAY: i64 = 86_400 * SECOND;
/// Days from the year 1 to 1970.
const EPOCH: i64 = 719_162;
/// The last tick of the year 9999.
const LAST: i64 = 3_155_378_975_999_999_999;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A date and time between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(i64);

impl DateTime {
    /// The first moment there is.
    pub const MIN: Self = Self(0);
    /// The last moment there is.
    pub const MAX: Self = Self(LAST);

    /// The date of a number of ticks.
    pub fn from_ticks(ticks: i64) -> Option<Self> {
        (0..=LAST).contains(&ticks).then_some(Self(ticks))
    }

    /// The date of milliseconds since 1970.
    pub fn from_unix(milliseconds: i64) -> Option<Self> {
        milliseconds.checked_mul(SECOND / 1000)?.checked_add(EPOCH * DAY).and_then(Self::from_ticks)
    }

    /// A date and the time of the day in seconds.
    pub fn new(year: i64, month: i64, day: i64, seconds: i64) -> Option<Self> {
        let valid = (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        (valid && (0..86_400).contains(&seconds)).then(|| Self(days_before(year, month, day) * DAY + seconds * SECOND))
    }

    /// Its ticks.
    pub fn ticks(self) -> i64 {
        self.0
    }

    /// Year, month and day.
    pub fn civil(self) -> (i64, i64, i64) {
        civil(self.0 / DAY)
    }

    /// The ticks since midnight.
    pub fn in_day(self) -> i64 {
        self.0 % DAY
    }

    /// Another date, so many ticks later.
    pub fn plus(self, ticks: i64) -> Option<Self> {
        self.0.checked_add(ticks).and_then(Self::from_ticks)
    }

    /// Another date, so many units of so many ticks later.
    pub fn plus_units(self, units: f64, ticks: i64) -> Option<Self> {
        let by = units * ticks as f64;
        // Beyond that no sum is a date.
        (by.abs() <= LAST as f64).then(|| self.plus(by.round() as i64)).flatten()
    }

    /// The same day so many months later, or the last of that month.
    pub fn plus_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = self.civil();
        let count = (year * 12 + month - 1).checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
        if !(1..=9999).contains(&year) {
            return None;
        }
        let day = day.min(days_in_month(year, month));
        Some(Self(days_before(year, month, day) * DAY + self.in_day()))
    }

    /// The day of the year, from 1.
    pub fn day_of_year(self) -> i64 {
        let (year, ..) = self.civil();
        self.0 / DAY - days_before(year, 1, 1) + 1
    }

    /// As stored: `yyyyMMddHHmmss`.
    pub fn store(self) -> String {
        self.format("yyyyMMddHHmmss").unwrap_or_default()
    }

    /// As C# writes it without a format, in no culture.
    pub fn show(self) -> String {
        self.format("MM/dd/yyyy HH:mm:ss").unwrap_or_default()
    }

    /// Written in a format of .NET; none where the format has no embedded form.
    pub fn format(self, format: &str) -> Option<String> {
        let format = match format {
            "s" => "yyyy-MM-ddTHH:mm:ss",
            "o" | "O" => "yyyy-MM-ddTHH:mm:ss.fffffffZ",
            "u" => "yyyy-MM-dd HH:mm:ssZ",
            "" => return Some(self.show()),
            format if format.chars().count() == 1 => return None,
            format => format,
        };
        let (year, month, day) = self.civil();
        let second = self.in_day() / SECOND;
        let (hour, minute) = (second / 3600, second / 60 % 60);
        let mut out = String::new();
        for piece in pieces(format)? {
            // Writing to a text cannot fail.
            let _ = match piece {
                Piece::Text(text) => out.write_str(&text),
                Piece::Field('y', 2) => write!(out, "{:02}", year % 100),
                Piece::Field('y', width) => write!(out, "{year:0width$}"),
                Piece::Field('M', 3) => write!(out, "{}", &MONTHS[month as usize - 1][..3]),
                Piece::Field('M', 4) => write!(out, "{}", MONTHS[month as usize - 1]),
                Piece::Field('M', width) => write!(out, "{month:0width$}"),
                Piece::Field('d', 3) => write!(out, "{}", &DAYS[(self.0 / DAY % 7) as usize][..3]),
                Piece::Field('d', 4) => write!(out, "{}", DAYS[(self.0 / DAY % 7) as usize]),
                Piece::Field('d', width) => write!(out, "{day:0width$}"),
                Piece::Field('H', width) => write!(out, "{hour:0width$}"),
                Piece::Field('h', width) => write!(out, "{:0width$}", (hour + 11) % 12 + 1),
                Piece::Field('m', width) => write!(out, "{minute:0width$}"),
                Piece::Field('s', width) => write!(out, "{:0width$}", second % 60),
                Piece::Field('f', width) => {
                    let digits = format!("{:07}", self.0 % SECOND);
                    out.write_str(digits.get(..width)?)
                }
                Piece::Field('t', width) => out.write_str(["AM", "PM"][usize::from(hour >= 12)].get(..width)?),
                Piece::Field(..) => return None,
            };
        }
        Some(out)
    }

    /// Reads a text in a format of .NET; none where it is not written so, or the format has no embedded form.
    pub fn parse(format: &str, text: &str) -> Option<Self> {
        let (mut year, mut month, mut day, mut hour, mut minute, mut second, mut ticks) = (1, 1, 1, 0, 0, 0, 0);
        let (mut half, mut afternoon) = (false, None);
        let mut rest = text;
        for piece in pieces(format)? {
            match piece {
                Piece::Text(text) => rest = rest.strip_prefix(text.as_str())?,
                Piece::Field('M', width @ (3 | 4)) => {
                    let name = |name: &&str| if width == 3 { &name[..3] } else { name }.to_owned();
                    let begins = |name: &String| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
                    let found = MONTHS.iter().map(name).position(|one| begins(&one))?;
                    month = found as i64 + 1;
                    rest = &rest[name(&MONTHS[found]).len()..];
                }
                Piece::Field('t', 2) => {
                    let word = rest.get(..2)?;
                    afternoon = Some(word.eq_ignore_ascii_case("PM")).filter(|pm| *pm || word.eq_ignore_ascii_case("AM"));
                    afternoon?;
                    rest = &rest[2..];
                }
                Piece::Field(field, width) => {
                    // One letter takes one digit or two.
                    let most = if width == 1 { 2 } else { width };
                    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                    if digits == 0 || (width > 1 && digits < width) {
                        return None;
                    }
                    let number: i64 = rest[..digits].parse().ok()?;
                    rest = &rest[digits..];
                    match (field, width) {
                        // As .NET does up to 2049.
                        ('y', 2) => year = if number < 50 { 2000 + number } else { 1900 + number },
                        ('y', 4) => year = number,
                        ('M', _) => month = number,
                        ('d', 1 | 2) => day = number,
                        ('H', _) => hour = number,
                        ('h', _) => (hour, half) = (number, true),
                        ('m', _) => minute = number,
                        ('s', _) => second = number,
                        ('f', 1..=7) => ticks = number * 10_i64.pow(7 - digits as u32),
                        _ => return None,
                    }
                }
            }
        }
        if half {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if afternoon == Some(true) { 12 } else { 0 };
        }
        let valid = rest.is_empty() && (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
        valid.then(|| Self::new(year, month, day, hour * 3600 + minute * 60 + second)).flatten()?.plus(ticks)
    }
}

/// A part of a format.
enum Piece {
    Text(String),
    /// A letter and how often it stands there.
    Field(char, usize),
}

fn pieces(format: &str) -> Option<Vec<Piece>> {
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(sign) = rest.chars().next() {
        let length = match sign {
            'y' | 'M' | 'd' | 'H' | 'h' | 'm' | 's' | 'f' | 't' => {
                let count = rest.chars().take_while(|&next| next == sign).count();
                out.push(Piece::Field(sign, count));
                count
            }
            '\'' | '"' => {
                let end = rest[1..].find(sign)?;
                out.push(Piece::Text(rest[1..=end].to_owned()));
                end + 2
            }
            '\\' => {
                let next = rest[1..].chars().next()?;
                out.push(Piece::Text(next.to_string()));
                1 + next.len_utf8()
            }
            // Zones, fractions without zeros, eras.
            'z' | 'K' | 'F' | 'g' | '%' => return None,
            sign => {
                out.push(Piece::Text(sign.to_string()));
                sign.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    Some(out)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before a date since the first day of the year 1.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let months: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
    before * 365 + before / 4 - before / 100 + before / 400 + months + day - 1
}

fn civil(days: i64) -> (i64, i64, i64) {
    // An estimate that is never more than a year too small.
    let mut year = days / 366 + 1;
    while days_before(year + 1, 1, 1) <= days {
        year += ((days - days_before(year, 1, 1)) / 366).max(1);
    }
    let mut rest = days - days_before(year, 1, 1);
    let mut month = 1;
    while rest >= days_in_month(year, month) {
        rest -= days_in_month(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_written_and_read() {
        let date = DateTime::parse("dd/MM/yyyy HH:mm", "29/02/2024 13:05").unwrap();
        assert_eq!(date.store(), "20240229130500");
        assert_eq!(date.format("d MMM yy, h:mm tt 'o''clock'").unwrap(), "29 Feb 24, 1:05 PM oclock");
        assert_eq!(date.format("dddd").unwrap(), "Thursday");
        assert_eq!(date.format("o").unwrap(), "2024-02-29T13:05:00.0000000Z");
        assert_eq!(date.plus_months(12).unwrap().store(), "20250228130500");
        assert_eq!(DateTime::from_unix(0).unwrap().store(), "19700101000000");
        assert_eq!(DateTime::parse("h:mm tt", "12:30 AM").unwrap().in_day(), 1800 * SECOND);
        for (format, text) in
            [("yyyy-MM-dd", "2023-02-29"), ("yyyy", "24"), ("HH", "24"), ("yyyy K", "2024 Z"), ("yyyyMMdd", "2024010 ")]
        {
            assert_eq!(DateTime::parse(format, text), None, "{text}");
        }
        assert!(date.format("R").is_none() && date.plus_units(1e30, DAY).is_none() && DateTime::MAX.plus(1).is_none());
    }

    proptest! {
        #[test]
        fn every_date_is_read_back(ticks in 0..=LAST) {
            let date = DateTime::from_ticks(ticks).unwrap();
            let form = "yyyy-MM-ddTHH:mm:ss.fffffff";
            prop_assert_eq!(DateTime::parse(form, &date.format(form).unwrap()), Some(date));
        }

        #[test]
        fn no_format_makes_it_panic(format in "\\PC{0,12}|[yMdHhmsft'\"\\\\ ]{0,12}", text in "\\PC{0,12}|[0-9 :AP]{0,12}") {
            let _ = DateTime::parse(&format, &text);
            let _ = DateTime::MAX.format(&format);
        }
    }
}
