//! Spans of time as people write them: `500ms`, `90s`, `15m`, `2h`.

use std::time::Duration;

/// A span of time; none where the text is no such.
pub(in crate::config) fn read_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    // A year is longer than any task, and keeps sums of instants away from their ends.
    number.checked_mul(milliseconds).filter(|total| *total <= 366 * 86_400_000).map(Duration::from_millis)
}

/// A span of time as it is read, in the largest unit that says it whole.
pub(in crate::config) fn shown_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units = [(3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let whole = units.into_iter().find(|(unit, _)| milliseconds > 0 && milliseconds.is_multiple_of(*unit));
    whole.map_or_else(|| format!("{milliseconds}ms"), |(unit, sign)| format!("{}{sign}", milliseconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_they_are_shown() {
        for text in ["0ms", "1ms", "1500ms", "90s", "15m", "2h"] {
            assert_eq!(shown_duration(read_duration(text).unwrap()), text);
        }
        assert_eq!(shown_duration(read_duration("120m").unwrap()), "2h");
    }
}
