//! States in words.

/// The state of orders that were refused and are not what their assignment waits for any more: a later one was refused as
/// well, or nothing of it is in error by now. It is never stored.
pub(super) const SUPERSEDED: i64 = 9;

/// The provisioning state of an assignment, a value, a link or an order.
pub fn state(number: i64) -> &'static str {
    match number {
        0 => "none",
        1 => "pending",
        2 => "transmitted",
        3 => "errored",
        4 => "verified",
        5 => "awaiting approval",
        6 => "inactive",
        7 => "evaluation error",
        8 => "executed",
        SUPERSEDED => "superseded",
        _ => "unknown",
    }
}

/// The states that an order can be in.
pub const ORDER_STATES: [&str; 4] = ["transmitted", "errored", "executed", "superseded"];

/// The number of an order's state.
pub fn order_state(word: &str) -> Option<i64> {
    [2, 3, 8, SUPERSEDED].into_iter().find(|number| state(*number) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_of_orders_have_numbers() {
        assert_eq!(ORDER_STATES.map(order_state), [Some(2), Some(3), Some(8), Some(9)]);
        assert_eq!(order_state("verified"), None);
    }
}
