//! The names of the dialect by number, looked up without hashing character by character.

/// A list of names known beforehand: the number of a name is its place in the list.
#[derive(Debug)]
pub struct Seed {
    names: &'static [&'static str],
    /// Open addressing, a power of two in size; 0 is an empty slot, else the number plus one.
    slots: Vec<u32>,
}

impl Seed {
    /// The list without names.
    pub const EMPTY: &'static Self = &Self { names: &[], slots: Vec::new() };

    /// Builds the lookup for `names`. Of a name that stands in the list twice, the first place counts.
    pub fn new(names: &'static [&'static str]) -> Self {
        // At most a quarter full, so that a name not in the list is known to be new after about one look.
        let size = (names.len() * 4).next_power_of_two().max(4);
        let mut seed = Self { names, slots: vec![0; size] };
        for (number, name) in names.iter().enumerate() {
            let mut slot = seed.slot(name.as_bytes());
            while seed.slots[slot] != 0 && names[seed.slots[slot] as usize - 1] != *name {
                slot = (slot + 1) & (size - 1);
            }
            if seed.slots[slot] == 0 {
                seed.slots[slot] = number as u32 + 1;
            }
        }
        seed
    }

    /// All names, in the order of their numbers.
    pub fn names(&self) -> &'static [&'static str] {
        self.names
    }

    /// The number of a name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut slot = self.slot(name.as_bytes());
        loop {
            let number = self.slots[slot].checked_sub(1)?;
            if self.names[number as usize] == name {
                return Some(number);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn slot(&self, name: &[u8]) -> usize {
        hash(name) as usize & (self.slots.len() - 1)
    }
}

/// Mixes the length and the bytes, eight at a time; the last eight may overlap those before.
#[inline]
fn hash(bytes: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut state = bytes.len() as u64;
    if let Some(last) = bytes.last_chunk::<8>() {
        let mut rest = bytes;
        while let Some((chunk, tail)) = rest.split_first_chunk::<8>() {
            state = (state.rotate_left(23) ^ u64::from_le_bytes(*chunk)).wrapping_mul(FACTOR);
            rest = tail;
        }
        state ^= u64::from_le_bytes(*last);
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        state ^= u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
    } else {
        for &byte in bytes {
            state = state << 8 ^ u64::from(byte);
        }
    }
    (state.wrapping_mul(FACTOR) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_place_and_others_have_none() {
        static NAMES: &[&str] = &["Job", "Id", "JobStep", "Identifier", "DisplayName_L1", "DisplayName_L2", "Job", ""];
        let seed = Seed::new(NAMES);
        for (number, name) in NAMES.iter().enumerate() {
            let expected = if number == 6 { 0 } else { number as u32 };
            assert_eq!(seed.get(name), Some(expected), "{name}");
        }
        for other in ["job", "Jo", "JobSteps", "DisplayName_L3", "é"] {
            assert_eq!(seed.get(other), None, "{other}");
        }
        assert_eq!(Seed::EMPTY.get("Job"), None);
    }
}
