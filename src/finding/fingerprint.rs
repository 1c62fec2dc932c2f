//! Names for findings that survive an edit elsewhere in the file.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Finding;
use crate::source::Sources;

/// Identity of a finding over time: made of rule, path and structural place, never of a line number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The fingerprint of the finding number `ordinal` (from 0) of `rule` at one place. Without an `anchor` the
    /// `message` stands for the place.
    pub fn new(rule: &str, path: &str, anchor: &str, message: &str, ordinal: u32) -> Self {
        let (kind, place) = if anchor.is_empty() { ("message", message) } else { ("anchor", anchor) };
        let mut hasher = Sha256::new();
        for part in [rule, path, kind, place] {
            // The length keeps two neighbouring parts from running into each other.
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(ordinal.to_le_bytes());
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize()[..16]);
        Self(short)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The fingerprints of `findings`, in their order. Equal findings are told apart by their order, so sort before.
pub fn fingerprints(sources: &Sources, findings: &[Finding]) -> Vec<Fingerprint> {
    let mut seen: FxHashMap<Fingerprint, u32> = FxHashMap::default();
    let mut all = Vec::with_capacity(findings.len());
    for finding in findings {
        let path = &sources.get(finding.location.file).path;
        let at = |ordinal| Fingerprint::new(finding.rule.name, path, &finding.anchor, &finding.message, ordinal);
        let first = at(0);
        let count = seen.entry(first).or_insert(0);
        all.push(if *count == 0 { first } else { at(*count) });
        *count += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_name_and_neighbours_have_others() {
        let name = |rule, path, anchor, message, ordinal| Fingerprint::new(rule, path, anchor, message, ordinal).to_string();
        let one = name("a", "x.xml", "Job/Task", "told one way", 0);
        assert_eq!(one, name("a", "x.xml", "Job/Task", "told another way", 0));
        assert_eq!(one.len(), 32);
        for other in [
            name("b", "x.xml", "Job/Task", "", 0),
            name("a", "y.xml", "Job/Task", "", 0),
            name("a", "x.xml", "Job/Other", "", 0),
            name("a", "x.xml", "Job/Task", "", 1),
            name("a", "x.xml", "", "Job/Task", 0),
            name("ax", ".xml", "Job/Task", "", 0),
        ] {
            assert_ne!(one, other);
        }
    }
}
