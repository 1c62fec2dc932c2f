//! Bytes to text.

/// A decoded text.
#[derive(Debug)]
pub struct Decoded {
    /// The text as UTF-8 without byte-order mark.
    pub text: String,
    /// Length of the UTF-8 byte-order mark that stood before it.
    pub bom: u8,
    /// Whether the file was UTF-8.
    pub utf8: bool,
}

/// Why bytes are not text.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A byte sequence that the encoding does not have.
    #[error("byte {offset} is not valid {encoding}")]
    Invalid {
        /// Offset in the file.
        offset: u64,
        /// The encoding's name.
        encoding: &'static str,
    },
}

/// Decodes a file.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, DecodeError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text, bom: 0, utf8: true }),
        Err(error) => Err(DecodeError::Invalid { offset: error.utf8_error().valid_up_to() as u64, encoding: "UTF-8" }),
    }
}
