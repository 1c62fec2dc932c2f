//! States in words.

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
        _ => "unknown",
    }
}

/// The states that an order can be in.
pub const ORDER_STATES: [&str; 3] = ["transmitted", "errored", "executed"];

/// The number of an order's state.
pub fn order_state(word: &str) -> Option<i64> {
    [2, 3, 8].into_iter().find(|number| state(*number) == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_of_orders_have_numbers() {
        assert_eq!(ORDER_STATES.map(order_state), [Some(2), Some(3), Some(8)]);
        assert_eq!(order_state("verified"), None);
    }
}
