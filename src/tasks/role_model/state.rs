//! Which state a wanted value is in: what the rules want, what the system shows, and what was known before.

/// Provisioning states by number.
pub(super) const NONE: i64 = 0;
pub(super) const PENDING: i64 = 1;
pub(super) const TRANSMITTED: i64 = 2;
pub(super) const ERRORED: i64 = 3;
pub(super) const VERIFIED: i64 = 4;
pub(super) const AWAITING: i64 = 5;
pub(super) const INACTIVE: i64 = 6;
pub(super) const FAILED: i64 = 7;
pub(super) const EXECUTED: i64 = 8;
/// Executions that no synchronization shows, after which nobody is asked again.
pub(super) const TRIES: i64 = 3;

/// What holds for all values of an assignment.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a condition of its own")]
pub(super) struct Frame {
    /// What is new waits for approval.
    pub(super) blocked: bool,
    /// The connector was synchronized since the last execution.
    pub(super) reread: bool,
    /// What was changed by hand is set again.
    pub(super) discard: bool,
    /// The resource is to be made, and nothing of it is under way: whatever was before, all of it is wanted anew.
    pub(super) fresh: bool,
}

impl Frame {
    /// The state of something that is to be done.
    pub(super) fn ordered(self) -> i64 {
        if self.blocked { AWAITING } else { PENDING }
    }
}

/// The next state of a value that rules want. `before`: its state if the same was wanted already, and whether it was
/// taken for changed by hand.
pub(super) fn next(frame: Frame, before: Option<(i64, bool)>, same: bool) -> (i64, bool) {
    match before {
        _ if same => (VERIFIED, false),
        _ if frame.fresh => (frame.ordered(), false),
        None | Some((FAILED, _)) => (frame.ordered(), false),
        Some((VERIFIED, _) | (_, true)) if frame.discard => (frame.ordered(), false),
        Some((VERIFIED, _) | (_, true)) => (NONE, true),
        // Whoever let it go on once let this very value go on.
        Some((EXECUTED, _)) if frame.reread => (PENDING, false),
        Some((AWAITING, _)) => (frame.ordered(), false),
        Some((state, by_hand)) => (state, by_hand),
    }
}

/// The state of an assignment by those of its parts: what is still to be done comes first.
pub(super) fn of_parts(parts: &[i64]) -> i64 {
    let order = [PENDING, AWAITING, TRANSMITTED, ERRORED, EXECUTED, FAILED];
    order.into_iter().find(|state| parts.contains(state)).unwrap_or(VERIFIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame { blocked: false, reread: false, discard: false, fresh: false };

    #[test]
    fn what_is_shown_is_verified_whatever_was_before() {
        for before in [None, Some((PENDING, false)), Some((ERRORED, false)), Some((EXECUTED, false)), Some((NONE, true))] {
            assert_eq!(next(FRAME, before, true), (VERIFIED, false));
        }
    }

    #[test]
    fn what_is_under_way_is_not_ordered_twice() {
        for state in [TRANSMITTED, EXECUTED, ERRORED, PENDING] {
            assert_eq!(next(FRAME, Some((state, false)), false), (state, false));
        }
        assert_eq!(next(Frame { reread: true, ..FRAME }, Some((EXECUTED, false)), false), (PENDING, false));
        assert_eq!(next(Frame { reread: true, ..FRAME }, Some((TRANSMITTED, false)), false), (TRANSMITTED, false));
    }

    #[test]
    fn what_was_changed_by_hand_waits_for_a_person() {
        assert_eq!(next(FRAME, Some((VERIFIED, false)), false), (NONE, true));
        assert_eq!(next(FRAME, Some((NONE, true)), false), (NONE, true));
        assert_eq!(next(Frame { discard: true, ..FRAME }, Some((VERIFIED, false)), false), (PENDING, false));
    }

    #[test]
    fn a_resource_that_is_made_again_gets_all_it_had() {
        let fresh = Frame { fresh: true, ..FRAME };
        for before in [Some((VERIFIED, false)), Some((NONE, true)), Some((ERRORED, false)), None] {
            assert_eq!(next(fresh, before, false), (PENDING, false));
        }
    }

    #[test]
    fn approval_is_asked_where_the_configuration_says_so_and_no_longer() {
        let blocked = Frame { blocked: true, ..FRAME };
        assert_eq!(next(blocked, None, false), (AWAITING, false));
        assert_eq!(next(blocked, Some((PENDING, false)), false), (PENDING, false), "it was approved");
        let reread = Frame { reread: true, ..blocked };
        assert_eq!(next(reread, Some((EXECUTED, false)), false), (PENDING, false), "it was approved, and is ordered again");
        assert_eq!(next(FRAME, Some((AWAITING, false)), false), (PENDING, false));
    }
}
