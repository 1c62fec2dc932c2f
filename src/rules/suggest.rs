//! Names that a message suggests.

pub(crate) use crate::finding::{nearest, perhaps_meant};

/// A list of names for a message: the first ones in back quotes, then how many more there are.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let shown: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_says_how_much_it_leaves_out() {
        let names = ["Connection", "Connector", "Identifier"];
        assert_eq!(listed(names, 2), "`Connection`, `Connector` and 1 more");
    }
}
