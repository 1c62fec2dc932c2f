//! Files of numbers that end with their sum: one that is not whole is known by it, and not used.
//!
//! The sum is for accidents; that two rows have one number nobody can bring about, since numbers are keyed.

use std::hash::Hasher;
use std::io::{self, Read, Write};

use rustc_hash::FxHasher;
use siphasher::sip::SipHasher13;

use crate::tasks::TaskError;

/// Bytes of the two numbers that key the others.
pub(super) const KEYS: usize = 16;

/// What makes numbers of bytes, keyed by chance, so that nobody can make two texts of one number.
#[derive(Clone, Copy)]
pub(in crate::tasks) struct Hashes {
    keys: [u64; 2],
    hasher: SipHasher13,
}

impl Hashes {
    /// Of keys that nobody knows.
    pub(super) fn by_chance() -> Result<Self, TaskError> {
        let mut chance = [0; KEYS];
        getrandom::fill(&mut chance)
            .map_err(|error| TaskError::new(format!("the system has no random numbers to give: {error}")))?;
        Ok(Self::of_keys(&chance))
    }

    /// Of the keys at the beginning of `bytes`.
    pub(super) fn of_keys(bytes: &[u8]) -> Self {
        let keys = [word(bytes), word(&bytes[8..])];
        Self { keys, hasher: SipHasher13::new_with_keys(keys[0], keys[1]) }
    }

    /// The keys as bytes.
    pub(super) fn keys(&self) -> [u8; KEYS] {
        let [first, second] = self.keys.map(u64::to_le_bytes);
        std::array::from_fn(|at| if at < 8 { first[at] } else { second[at - 8] })
    }

    /// The number of a text.
    #[inline]
    pub(super) fn number(&self, bytes: &[u8]) -> u64 {
        self.hasher.hash(bytes)
    }
}

impl PartialEq for Hashes {
    fn eq(&self, other: &Self) -> bool {
        self.keys == other.keys
    }
}

/// Eight bytes as a number.
#[inline]
pub(super) fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|byte| bytes[byte]))
}

/// Four bytes as a number.
#[inline]
pub(super) fn half(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(std::array::from_fn(|byte| bytes[byte]))
}

/// The sum of bytes, the same whatever parts they come in.
struct Sum {
    hasher: FxHasher,
    /// What does not fill a number yet.
    rest: Vec<u8>,
}

impl Sum {
    fn of(hashes: &Hashes) -> Self {
        let mut hasher = FxHasher::default();
        hashes.keys.iter().for_each(|key| hasher.write_u64(*key));
        Self { hasher, rest: Vec::new() }
    }

    fn add(&mut self, mut bytes: &[u8]) {
        if !self.rest.is_empty() {
            let more = bytes.len().min(8 - self.rest.len());
            self.rest.extend_from_slice(&bytes[..more]);
            bytes = &bytes[more..];
            if self.rest.len() < 8 {
                return;
            }
            self.hasher.write_u64(word(&self.rest));
            self.rest.clear();
        }
        let mut numbers = bytes.chunks_exact(8);
        numbers.by_ref().for_each(|number| self.hasher.write_u64(word(number)));
        self.rest.extend_from_slice(numbers.remainder());
    }

    fn end(mut self) -> u64 {
        self.hasher.write(&self.rest);
        self.hasher.write_usize(self.rest.len());
        self.hasher.finish()
    }
}

/// Writes such a file.
pub(super) struct SumWriter<W> {
    to: W,
    sum: Sum,
}

impl<W: Write> SumWriter<W> {
    pub(super) fn new(to: W, hashes: &Hashes) -> Self {
        Self { to, sum: Sum::of(hashes) }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.add(bytes);
        self.to.write_all(bytes)
    }

    /// Writes the sum.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.to.write_all(&self.sum.end().to_le_bytes())?;
        Ok(self.to)
    }
}

/// Reads such a file; what was read counts only when the sum is right.
pub(super) struct SumReader<R> {
    from: R,
    sum: Sum,
}

impl<R: Read> SumReader<R> {
    /// `before` was read already.
    pub(super) fn new(from: R, hashes: &Hashes, before: &[u8]) -> Self {
        let mut sum = Sum::of(hashes);
        sum.add(before);
        Self { from, sum }
    }

    pub(super) fn read(&mut self, to: &mut [u8]) -> io::Result<()> {
        self.from.read_exact(to)?;
        self.sum.add(to);
        Ok(())
    }

    /// Whether the sum comes next, is right, and ends the file.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        let mut end = [0; 8];
        self.from.read_exact(&mut end)?;
        Ok(word(&end) == self.sum.end() && self.from.read(&mut [0])? == 0)
    }
}
