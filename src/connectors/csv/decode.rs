//! Bytes of any encoding, read as UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// A malformed sequence, as the payload of an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("bytes that are not valid {encoding} in line {line}")]
pub(super) struct Malformed {
    /// Name of the encoding.
    pub(super) encoding: &'static str,
    /// Line of the input, from 1.
    pub(super) line: u64,
}

/// Reads UTF-8 out of a source of another encoding; a malformed sequence is an error with its line.
pub(super) struct Transcoder<R> {
    source: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    input: Vec<u8>,
    /// The part of `input` not decoded yet.
    pending: std::ops::Range<usize>,
    output: Vec<u8>,
    /// The part of `output` not handed out yet.
    ready: std::ops::Range<usize>,
    ended: bool,
    line: u64,
}

impl<R: Read> Transcoder<R> {
    /// Reads `source`; a byte-order mark of the encoding is removed.
    pub(super) fn new(source: R, encoding: &'static Encoding) -> Self {
        Self {
            source,
            decoder: encoding.new_decoder_with_bom_removal(),
            encoding,
            input: vec![0; 32 * 1024],
            pending: 0..0,
            output: vec![0; 128 * 1024],
            ready: 0..0,
            ended: false,
            line: 1,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.ended {
            if self.pending.is_empty() {
                let read = self.source.read(&mut self.input)?;
                self.pending = 0..read;
            }
            let last = self.pending.is_empty();
            let input = &self.input[self.pending.clone()];
            let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(input, &mut self.output, last);
            self.pending.start += read;
            self.ready = 0..written;
            self.line += memchr::memchr_iter(b'\n', &self.output[..written]).count() as u64;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let malformed = Malformed { encoding: self.encoding.name(), line: self.line };
                    return Err(io::Error::new(io::ErrorKind::InvalidData, malformed));
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let taken = self.ready.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&self.output[self.ready.start..self.ready.start + taken]);
        self.ready.start += taken;
        Ok(taken)
    }
}
