//! Patterns that whole values follow.

/// A pattern: pieces one behind the other, each as long as it can be. The build refuses patterns where that would matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As XML Schema writes it.
    pub text: &'static str,
    pub(super) pieces: &'static [Piece],
}

/// Characters that repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) ranges: &'static [(char, char)],
    pub(super) least: u32,
    pub(super) most: u32,
}

impl Pattern {
    /// Whether the whole value follows the pattern.
    pub fn takes(&self, value: &str) -> bool {
        let mut rest = value;
        for piece in self.pieces {
            let holds = |c: &char| piece.ranges.iter().any(|&(low, high)| low <= *c && *c <= high);
            let taken = rest.chars().take_while(holds).take(piece.most as usize);
            let (count, bytes) = taken.fold((0_u32, 0), |(count, bytes), c| (count + 1, bytes + c.len_utf8()));
            if count < piece.least {
                return false;
            }
            rest = &rest[bytes..];
        }
        rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use crate::grammar::kinds;

    fn takes(kind: crate::grammar::ElementKind, attribute: &str, value: &str) -> bool {
        kind.def().attribute_named(attribute).is_some_and(|def| def.check(value).is_ok())
    }

    #[test]
    fn whole_values_are_held_against_their_pattern() {
        for (value, right) in
            [("AD.Export-2", true), ("A", true), ("2AD", false), ("AD Export", false), ("", false), ("AD_E", false)]
        {
            assert_eq!(takes(kinds::CONNECTION, "Identifier", value), right, "{value}");
        }
        let long = |length: usize| format!("A{}", "x".repeat(length - 1));
        assert!(takes(kinds::CONNECTION, "Identifier", &long(442)) && !takes(kinds::CONNECTION, "Identifier", &long(443)));
        for (value, right) in [("en-US", true), ("fil-PH", true), ("en", false), ("EN-us", false), ("en-US ", false)] {
            assert_eq!(takes(kinds::LANGUAGE, "Code", value), right, "{value}");
        }
        assert!(takes(kinds::CUSTOM_LINK1_SETTING, "Url", "/help") && !takes(kinds::CUSTOM_LINK1_SETTING, "Url", "help"));
    }
}
