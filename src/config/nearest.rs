//! The name that was probably meant.

/// The candidate nearest to `name`, if one is near: at most a third of the letters differ, or one. Ties go to the
/// first by the alphabet. Case is no difference.
pub fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // A name this long is no slip of the finger, and comparing costs the product of the lengths.
    let length = name.chars().take(101).count();
    if length > 100 {
        return None;
    }
    let lower = name.to_lowercase();
    let near = candidates.into_iter().filter_map(|candidate| {
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        (distance <= (length / 3).max(1)).then_some((distance, candidate))
    });
    near.min().map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        assert_eq!(nearest("unknwon-element", ["unknown-element", "unused-item"]), Some("unknown-element"));
        assert_eq!(nearest("Select", ["ignore", "select"]), Some("select"));
        assert_eq!(nearest("colour", ["select", "ignore"]), None);
        assert_eq!(nearest(&"x".repeat(500), ["select"]), None);
    }
}
