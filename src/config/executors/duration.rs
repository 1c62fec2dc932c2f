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
