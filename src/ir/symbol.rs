//! Identifiers as numbers: equal exactly when the identifiers are equal without case.

use std::hash::Hasher;
use std::num::NonZeroU64;

use rustc_hash::FxHasher;

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
        let identifier = identifier.trim();
        let bytes = identifier.as_bytes();
        let mut hasher = FxHasher::default();
        let mut buffer = [0_u8; 64];
        if identifier.is_ascii() && bytes.len() <= buffer.len() {
            let folded = &mut buffer[..bytes.len()];
            folded.copy_from_slice(bytes);
            folded.make_ascii_lowercase();
            hasher.write(folded);
        } else {
            hasher.write(identifier.to_lowercase().as_bytes());
        }
        Self(NonZeroU64::new(hasher.finish()).unwrap_or(NonZeroU64::MIN))
    }

    /// The number.
    pub fn number(self) -> u64 {
        self.0.get()
    }
}

/// Whether two identifiers are the same to the product.
pub fn same_identifier(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_blanks_around_do_not_count() {
        assert_eq!(Symbol::new("AdExport"), Symbol::new(" ADEXPORT "));
        assert_eq!(Symbol::new("Société"), Symbol::new("SOCIÉTÉ"));
        assert_ne!(Symbol::new("a"), Symbol::new("aa"));
        assert!(same_identifier("É", "é"));
        assert!(!same_identifier("a", "b"));
    }
}
