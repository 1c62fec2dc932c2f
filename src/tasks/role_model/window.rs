//! Spans of time in which something holds, and the clock that they are held against.

use std::cell::Cell;

use crate::expr::date::{DateTime, SECOND};

/// From a moment to before another, in ticks of [`DateTime`]; open where nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    from: i64,
    to: i64,
}

/// From which end of a window the minutes of a rule count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reference {
    /// Both from the end.
    After,
    /// Both from the start.
    Before,
    /// The first from the start, the second from the end.
    Around,
    /// As the rule that gives the resource type.
    #[default]
    Default,
}

/// How a rule moves its window, in minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offset {
    pub(super) reference: Reference,
    pub(super) before: i64,
    pub(super) after: i64,
}

impl Offset {
    /// Whether it moves nothing.
    pub(super) fn is_none(self) -> bool {
        self.before == 0 && self.after == 0 && matches!(self.reference, Reference::Default | Reference::Around)
    }
}

impl Window {
    pub(super) const ALWAYS: Self = Self { from: i64::MIN, to: i64::MAX };

    /// From one date to before another.
    pub(super) fn between(from: Option<DateTime>, to: Option<DateTime>) -> Self {
        Self { from: from.map_or(i64::MIN, DateTime::ticks), to: to.map_or(i64::MAX, DateTime::ticks) }
    }

    /// What both have in common.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from < both.to).then_some(both)
    }

    /// Moved by a rule. From an end that is open nothing can be counted.
    pub(super) fn moved(self, offset: Offset) -> Option<Self> {
        let by = |at: i64, minutes: i64| {
            if at == i64::MIN || at == i64::MAX { at } else { at.saturating_add(minutes.saturating_mul(60 * SECOND)) }
        };
        let (from, to) = match offset.reference {
            Reference::Default | Reference::Around => (by(self.from, offset.before), by(self.to, offset.after)),
            Reference::Before => (by(self.from, offset.before), by(self.from, offset.after)),
            Reference::After => (by(self.to, offset.before), by(self.to, offset.after)),
        };
        (from < to).then_some(Self { from, to })
    }
}

/// The time of a run, which notes when the answers that it gave will change.
#[derive(Debug)]
pub(super) struct Clock {
    now: i64,
    next: Cell<i64>,
}

impl Clock {
    pub(super) fn new(now: DateTime) -> Self {
        Self { now: now.ticks(), next: Cell::new(i64::MAX) }
    }

    /// Whether now lies in the window.
    pub(super) fn holds(&self, window: Window) -> bool {
        for edge in [window.from, window.to] {
            if edge > self.now && edge < self.next.get() {
                self.next.set(edge);
            }
        }
        window.from <= self.now && self.now < window.to
    }

    /// Whether now lies in one of them, moved by a rule.
    pub(super) fn holds_any(&self, windows: &[Window], offset: Offset) -> bool {
        if offset.is_none() && windows == [Window::ALWAYS] {
            return true;
        }
        let mut held = false;
        // Each of them has an edge to be noted.
        for window in windows.iter().filter_map(|window| window.moved(offset)) {
            held |= self.holds(window);
        }
        held
    }

    /// The first moment at which an answer given since the last call changes, in milliseconds since 1970.
    pub(super) fn take_next(&self) -> Option<i64> {
        let next = self.next.replace(i64::MAX);
        let epoch = DateTime::from_unix(0).map_or(0, DateTime::ticks);
        // Rounded up: at that millisecond the moment has come.
        (next < i64::MAX).then(|| (next - epoch).div_euclid(SECOND / 1000) + i64::from((next - epoch) % (SECOND / 1000) != 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime {
        DateTime::new(2026, 11, number, 0).unwrap()
    }

    const DAY: i64 = 24 * 60;

    #[test]
    fn minutes_count_from_the_ends_that_the_reference_names() {
        let window = Window::between(Some(day(10)), Some(day(20)));
        let moved = |reference, before, after| window.moved(Offset { reference, before: before * DAY, after: after * DAY });
        assert_eq!(moved(Reference::Around, -2, 3), Some(Window::between(Some(day(8)), Some(day(23)))));
        assert_eq!(moved(Reference::Before, -2, 3), Some(Window::between(Some(day(8)), Some(day(13)))));
        assert_eq!(moved(Reference::After, 0, 3), Some(Window::between(Some(day(20)), Some(day(23)))));
        assert_eq!(moved(Reference::Around, 6, -6), None, "nothing is left");
        assert_eq!(Window::ALWAYS.moved(Offset { reference: Reference::After, before: 0, after: DAY }), None);
    }

    #[test]
    fn a_clock_notes_when_its_answers_change() {
        let clock = Clock::new(day(15));
        assert!(clock.holds(Window::between(Some(day(10)), Some(day(20)))));
        assert!(!clock.holds(Window::between(Some(day(18)), None)));
        assert!(!clock.holds(Window::between(None, Some(day(15)))), "an end is not part of it");
        assert_eq!(clock.take_next().and_then(DateTime::from_unix), Some(day(18)));
        assert_eq!(clock.take_next(), None);
        assert!(clock.holds_any(&[Window::ALWAYS], Offset::default()));
        assert_eq!(clock.take_next(), None);
    }
}
