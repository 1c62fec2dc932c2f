//! A password that nobody guesses.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read};

use crate::tasks::settings::Secret;

/// Letters of a password: none that is taken for another.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// 24 letters, 120 bits.
pub(super) fn generate() -> io::Result<Secret> {
    let mut bytes = [0; 24];
    match File::open("/dev/urandom") {
        Ok(mut source) => source.read_exact(&mut bytes)?,
        // Where there is no such file, the keys of the standard library's hash tables come from the system.
        Err(_) => {
            for part in bytes.chunks_mut(8) {
                part.copy_from_slice(&RandomState::new().build_hasher().finish().to_le_bytes()[..part.len()]);
            }
        }
    }
    Ok(Secret::new(bytes.map(|byte| char::from(SIGNS[usize::from(byte % 32)])).iter().collect::<String>()))
}
