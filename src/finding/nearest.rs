//! The nearest name to one that does not exist.

/// The candidate nearest to `wrong`: at most a third of the letters differ, case aside, and not all of either name; else the
/// most similar one where similarity is high. Ties go to the name that sorts first.
pub(crate) fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    search(wrong, candidates, |distance, shorter| distance == 0 || distance < shorter)
}

/// As [`nearest`], but one letter may stand for any other: for what nothing is said of where a name may have been meant.
pub(crate) fn perhaps_meant<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    search(wrong, candidates, |_, _| true)
}

/// The nearest candidate; `takes` is asked whether to look at one of that distance beside the length of the shorter name.
fn search<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    takes: impl Fn(usize, usize) -> bool,
) -> Option<&'a str> {
    // Long names are compared by their beginning: the cost of a comparison grows with both lengths.
    let fold = |name: &str| name.trim().chars().take(80).flat_map(char::to_lowercase).collect::<String>();
    let wrong = fold(wrong);
    let allowed = (wrong.chars().count() / 3).max(1);
    let mut best: Option<(usize, f64, &'a str)> = None;
    for candidate in candidates {
        let folded = fold(candidate);
        if folded.chars().count().abs_diff(wrong.chars().count()) > allowed.max(4) {
            continue;
        }
        let distance = strsim::osa_distance(&wrong, &folded);
        if !takes(distance, wrong.chars().count().min(folded.chars().count())) {
            continue;
        }
        let similarity = if distance <= allowed { 1.0 } else { strsim::jaro_winkler(&wrong, &folded) };
        if distance > allowed && similarity <= 0.88 {
            continue;
        }
        let rank = if distance <= allowed { distance } else { usize::MAX };
        let better = match best {
            None => true,
            Some((r, s, name)) => {
                rank < r || (rank == r && (similarity > s || (similarity.to_bits() == s.to_bits() && candidate < name)))
            }
        };
        if better {
            best = Some((rank, similarity, candidate));
        }
    }
    best.map(|(_, _, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{nearest, perhaps_meant};

    #[test]
    fn case_and_a_third_of_the_letters_are_forgiven() {
        let names = ["Connection", "Connector", "Identifier"];
        assert_eq!(nearest("Conector", names), Some("Connector"));
        assert_eq!(nearest("identifier", names), Some("Identifier"));
        assert_eq!(nearest("Zebra", names), None);
        assert_eq!(nearest("P1", ["P2", "Q2"]), Some("P2"));
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_not_near() {
        for (wrong, candidate) in [("c", "a"), ("c", "cc"), ("ab", "b"), ("", "a")] {
            assert_eq!(nearest(wrong, [candidate]), None, "{wrong} {candidate}");
        }
        assert_eq!(nearest("A", ["a"]), Some("a"));
        assert_eq!(perhaps_meant("c", ["a"]), Some("a"), "what is silent for its sake stays so");
    }
}
