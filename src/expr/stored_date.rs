//! Dates as files and directories write them: as stored, as generalized time, and as ISO 8601 has it.

use super::date::{DateTime, SECOND};

impl DateTime {
    /// Reads a date: `yyyyMMdd`, `yyyyMMddHHmmss`, generalized time (which has a zone), or a date of ISO 8601 with or without a
    /// time. Parts of a second may follow, and `Z` or how far the time is ahead of UTC; a time without either is in UTC.
    pub fn stored(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let year = number(&mut rest, 4)?;
        let dashed = sign(&mut rest, "-");
        let month = number(&mut rest, 2)?;
        if dashed && !sign(&mut rest, "-") {
            return None;
        }
        let day = number(&mut rest, 2)?;
        if rest.is_empty() {
            return Self::new(year, month, day, 0);
        }
        if dashed && !sign(&mut rest, "T") && !sign(&mut rest, " ") {
            return None;
        }
        let hour = number(&mut rest, 2)?;
        if dashed && !sign(&mut rest, ":") {
            return None;
        }
        let minute = number(&mut rest, 2)?;
        let exact = if dashed { sign(&mut rest, ":") } else { rest.starts_with(|next: char| next.is_ascii_digit()) };
        let second = if exact { number(&mut rest, 2)? } else { 0 };
        let part = if exact && (sign(&mut rest, ".") || sign(&mut rest, ",")) { fraction(&mut rest)? } else { 0 };
        let is_zoned = !rest.is_empty();
        let ahead = zone(&mut rest)?;
        // Twelve digits alone are no form of these.
        if !rest.is_empty() || hour > 23 || minute > 59 || second > 59 || (!dashed && !exact && !is_zoned) {
            return None;
        }
        Self::new(year, month, day, hour * 3600 + minute * 60 + second)?.plus(part - ahead * 60 * SECOND)
    }
}

/// Takes a sign away, where it comes next.
fn sign(rest: &mut &str, wanted: &str) -> bool {
    let found = rest.strip_prefix(wanted);
    *rest = found.unwrap_or(rest);
    found.is_some()
}

/// Takes a number of so many digits away.
fn number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    head.bytes().all(|byte| byte.is_ascii_digit()).then(|| head.parse().ok())?
}

/// Takes away what follows the point, as ticks; what is less than one is left out.
fn fraction(rest: &mut &str) -> Option<i64> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (head, tail) = rest.split_at_checked(digits)?;
    *rest = tail;
    let head = &head[..digits.min(7)];
    Some(head.parse::<i64>().ok()? * 10_i64.pow(7 - head.len() as u32))
}

/// Takes the zone away, if there is one: the minutes that the time is ahead of UTC.
fn zone(rest: &mut &str) -> Option<i64> {
    if rest.is_empty() || sign(rest, "Z") {
        return Some(0);
    }
    let behind = sign(rest, "-");
    if !behind && !sign(rest, "+") {
        return None;
    }
    let hours = number(rest, 2)?;
    sign(rest, ":");
    let minutes = if rest.is_empty() { 0 } else { number(rest, 2)? };
    let ahead = hours * 60 + minutes;
    (hours <= 14 && minutes < 60).then_some(if behind { -ahead } else { ahead })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_of_files_and_directories_are_read() {
        for (text, stored) in [
            ("20240229", "20240229000000"),
            ("20240229103059", "20240229103059"),
            (" 20240229103059Z ", "20240229103059"),
            ("20240229103059.5Z", "20240229103059"),
            ("20240229103059.0Z", "20240229103059"),
            ("202402291030Z", "20240229103000"),
            ("20240229003059+0100", "20240228233059"),
            ("2024-02-29", "20240229000000"),
            ("2024-02-29T10:30", "20240229103000"),
            ("2024-02-29 10:30:59", "20240229103059"),
            ("2024-02-29 10:30:59.123", "20240229103059"),
            ("2024-02-29T10:30:59.1234567Z", "20240229103059"),
            ("2024-02-29T10:30:00+02:00", "20240229083000"),
            ("2024-02-29T22:30:00-0230", "20240301010000"),
            ("2024-12-31T23:30:00-01", "20250101003000"),
        ] {
            assert_eq!(DateTime::stored(text).map(DateTime::store).as_deref(), Some(stored), "{text}");
        }
        for text in [
            "",
            "soon",
            "2024",
            "202402",
            "20230229",
            "202402291030",
            "2024-0229",
            "2024-02-29T",
            "2024-02-29T24:00:00",
            "2024-02-29T10:60",
            "2024-02-29T10:30:59.",
            "2024-02-29T10:30:59+",
            "2024-02-29T10:30:59+25:00",
            "2024-02-29T10:30:59Zulu",
            "2024-02-29x10:30",
            "0001-01-01T00:00:00+01:00",
            "２０２４０２２９",
        ] {
            assert_eq!(DateTime::stored(text), None, "{text}");
        }
        let half = DateTime::stored("20240229103059.5Z").unwrap();
        assert_eq!(half.ticks() % SECOND, SECOND / 2);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}|[0-9TZ:. +-]{8,30}") {
            if let Some(date) = DateTime::stored(&text) {
                prop_assert_eq!(DateTime::stored(&date.store()).map(DateTime::store), Some(date.store()));
            }
        }
    }
}
