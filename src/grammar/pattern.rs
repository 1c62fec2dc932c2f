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
    ranges: &'static [(char, char)],
    /// A bit for each ASCII character that is in them.
    ascii: u128,
    least: u32,
    most: u32,
}

impl Piece {
    pub(super) const fn new(ranges: &'static [(char, char)], least: u32, most: u32) -> Self {
        let (mut ascii, mut byte) = (0, 0);
        while byte < 0x80_u8 {
            if is_in(ranges, byte as char) {
                ascii |= 1 << byte;
            }
            byte += 1;
        }
        Self { ranges, ascii, least, most }
    }

    fn has(&self, c: char) -> bool {
        is_in(self.ranges, c)
    }
}

const fn is_in(ranges: &[(char, char)], c: char) -> bool {
    let mut at = 0;
    while at < ranges.len() {
        if ranges[at].0 <= c && c <= ranges[at].1 {
            return true;
        }
        at += 1;
    }
    false
}

impl Pattern {
    /// Whether the whole value follows the pattern.
    pub fn takes(&self, value: &str) -> bool {
        let mut rest = value;
        for piece in self.pieces {
            // Characters of one byte first: there are hardly others.
            let plain = rest.bytes().take(piece.most as usize).take_while(|&byte| byte < 0x80 && piece.ascii >> byte & 1 == 1);
            let plain = plain.count();
            let others = rest[plain..].chars().take_while(|&c| piece.has(c)).take(piece.most as usize - plain);
            let (count, bytes) = others.fold((plain, plain), |(count, bytes), c| (count + 1, bytes + c.len_utf8()));
            if count < piece.least as usize {
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
