//! The page of each rule, as written under `rules/`.

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of that rule.
pub fn page(rule: &str) -> Option<&'static str> {
    PAGES.binary_search_by_key(&rule, |(name, _)| name).ok().map(|index| PAGES[index].1)
}

/// Names of all pages, sorted.
pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
}
