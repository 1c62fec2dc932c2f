//! Files of numbers that end with their sum: one that is not whole is known by it, and not used.
//!
//! The sum is for accidents; that two rows have one number nobody can bring about, since numbers are keyed.

use std::io::{self, Read, Write};

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

/// The first eight bytes as a number.
#[inline]
pub(super) fn word(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The first four bytes as a number.
#[inline]
pub(super) fn half(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Numbers that are summed up side by side, so that none waits for the one before it.
const LANES: usize = 4;
const BLOCK: usize = LANES * 8;

/// The sum of bytes, the same whatever parts they come in.
struct Sum {
    /// Each of every fourth number.
    lanes: [u64; LANES],
    /// What does not fill a block yet.
    rest: Vec<u8>,
}

/// A sum with one number more: of two sums or two numbers that differ, other ones.
#[inline]
fn stir(sum: u64, number: u64) -> u64 {
    (sum ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31)
}

impl Sum {
    fn of(hashes: &Hashes) -> Self {
        let [first, second] = hashes.keys;
        Self { lanes: [first, second, !first, !second], rest: Vec::with_capacity(BLOCK) }
    }

    fn add(&mut self, mut bytes: &[u8]) {
        if !self.rest.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.rest.len()));
            self.rest.extend_from_slice(now);
            bytes = later;
            if self.rest.len() < BLOCK {
                return;
            }
            self.lanes = add_blocks(self.lanes, &self.rest);
            self.rest.clear();
        }
        self.lanes = add_blocks(self.lanes, bytes);
        self.rest.extend_from_slice(&bytes[bytes.len() / BLOCK * BLOCK..]);
    }

    fn end(mut self) -> u64 {
        let length = self.rest.len() as u64;
        self.rest.resize(BLOCK, 0);
        let lanes = add_blocks(self.lanes, &self.rest);
        lanes.into_iter().fold(length, stir)
    }
}

/// Adds the whole blocks of `bytes`: in plain loops, since what an iterator calls may lie in another unit of code.
fn add_blocks(mut lanes: [u64; LANES], bytes: &[u8]) -> [u64; LANES] {
    for block in bytes.as_chunks::<BLOCK>().0 {
        for (lane, number) in lanes.iter_mut().zip(block.as_chunks::<8>().0) {
            *lane = stir(*lane, u64::from_le_bytes(*number));
        }
    }
    lanes
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_of_all_bytes_and_of_nothing_else() {
        let bytes: Vec<u8> = (1..=200u8).collect();
        let sum = |parts: &[&[u8]]| {
            let mut sum = Sum::of(&Hashes::of_keys(&[7; KEYS]));
            for part in parts {
                sum.add(part);
            }
            sum.end()
        };
        let mut others = std::collections::BTreeSet::new();
        for length in 0..bytes.len() {
            let whole = sum(&[&bytes[..length]]);
            for cut in 0..=length {
                assert_eq!(sum(&[&bytes[..cut], &bytes[cut..length]]), whole, "{length} cut at {cut}");
            }
            assert!(others.insert(whole), "up to {length}");
            let mut zeros = bytes[..length].to_vec();
            zeros.push(0);
            assert!(others.insert(sum(&[&zeros])), "up to {length} and a zero");
            for at in 0..length {
                let mut damaged = bytes[..length].to_vec();
                damaged[at] ^= 0x80;
                assert_ne!(sum(&[&damaged]), whole, "byte {at} of {length}");
            }
        }
    }
}
