//! Identifiers as numbers: equal exactly when the identifiers are equal without case.

use std::num::NonZeroU64;

use crate::source::trim;

/// An identifier, folded to lower case and hashed to 64 bits.
///
/// A number instead of a table of strings lets every file be lowered on its own, in any order and on any thread. Two
/// different identifiers with one number would be taken for the same; among a million the odds are one in thirty
/// million, and what is reported about two equal symbols compares the texts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(NonZeroU64);

impl Symbol {
    /// The symbol of an identifier as written. Blanks around it do not count.
    pub fn new(identifier: &str) -> Self {
        let identifier = trim(identifier);
        let (number, ascii) = hash(identifier.as_bytes());
        let number = if ascii { number } else { hash(identifier.to_lowercase().as_bytes()).0 };
        Self(NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
    }

    /// The number.
    pub fn number(self) -> u64 {
        self.0.get()
    }
}

/// The hash of bytes, capital ASCII letters taken for small ones, and whether all of them are ASCII. Eight bytes at a time:
/// every name of every file goes through here.
fn hash(bytes: &[u8]) -> (u64, bool) {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = (bytes.len() as u64).wrapping_add(1).wrapping_mul(MULTIPLIER);
    let mut seen = 0;
    let mut take = |word: u64| {
        seen |= word;
        let product = u128::from(hash ^ small(word)) * u128::from(MULTIPLIER);
        hash = (product as u64) ^ ((product >> 64) as u64);
    };
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        take(u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        // The length is in the hash already, so bytes may be taken twice.
        match (bytes.last_chunk::<8>(), rest) {
            (Some(last), _) => take(u64::from_le_bytes(*last)),
            (None, rest) => take(rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))),
        }
    }
    (hash, seen & HIGH == 0)
}

/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Eight bytes with their capital ASCII letters made small; other bytes stay.
fn small(word: u64) -> u64 {
    let low = word & !HIGH;
    let from_a = low + 0x3F3F_3F3F_3F3F_3F3F;
    let after_z = low + 0x2525_2525_2525_2525;
    word | ((from_a & !after_z & !word & HIGH) >> 2)
}

/// Whether two identifiers are the same to the product.
pub fn same_identifier(a: &str, b: &str) -> bool {
    let (a, b) = (trim(a), trim(b));
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_around_do_not_count() {
        assert_eq!(Symbol::new("AdExport"), Symbol::new(" ADEXPORT "));
        assert_eq!(Symbol::new("Société"), Symbol::new("SOCIÉTÉ"));
        assert_eq!(Symbol::new("\u{212A}elvin_Export"), Symbol::new("kelvin_export"), "the sign of kelvin is a capital k");
        assert_ne!(Symbol::new("a"), Symbol::new("aa"));
        assert!(same_identifier("É", "é"));
        assert!(!same_identifier("a", "b"));
    }

    #[test]
    fn letters_alone_change_their_case() {
        for length in 1..=20 {
            for byte in 0_u8..0x80 {
                let text: String = std::iter::repeat_n(char::from(byte), length).collect();
                if text.trim().is_empty() {
                    continue;
                }
                let other = char::from(byte ^ 0x20);
                let turned: String = std::iter::repeat_n(other, length).collect();
                if turned.trim().is_empty() {
                    continue;
                }
                assert_eq!(Symbol::new(&text) == Symbol::new(&turned), byte.is_ascii_alphabetic(), "{text:?} {turned:?}");
                assert_ne!(Symbol::new(&text), Symbol::new(&format!("{text}x")), "{text:?}");
            }
        }
    }

    #[test]
    fn names_close_to_each_other_have_numbers_of_their_own() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..100_000 {
            assert!(seen.insert(Symbol::new(&format!("C{number}_Export")).number()), "{number}");
            assert!(seen.insert(Symbol::new(&format!("Job{number}")).number()), "{number}");
        }
    }
}
