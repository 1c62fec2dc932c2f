//! Messages on a stream: headers, then JSON.
//!
//! What the other side announces is never believed: memory is taken for bytes that have come, not for those promised.

use std::io::{self, BufRead, Read, Write};

use lsp_server::{ErrorCode, Message};
use serde_json::Value;

/// The longest message taken.
const LONGEST: u64 = 512 << 20;
/// The longest line of a header taken.
const LONGEST_HEADER: u64 = 8 << 10;

/// What came.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Message(Message),
    /// Something that is none, though its end is known.
    Nonsense(ErrorCode, String),
}

/// Reads one message; none where the stream has ended.
///
/// # Errors
/// Where the stream fails, or nobody can say where the next message begins.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let Some(length) = header(input)? else { return Ok(None) };
    let mut body = Vec::new();
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(match serde_json::from_slice::<Value>(&body) {
        Err(error) => Incoming::Nonsense(ErrorCode::ParseError, format!("the message is not JSON: {error}")),
        Ok(value) => serde_json::from_value(value).map_or_else(
            |_| {
                let text = "neither a request, a response nor a notification";
                Incoming::Nonsense(ErrorCode::InvalidRequest, text.to_owned())
            },
            Incoming::Message,
        ),
    }))
}

/// The length of the message that follows; none at the end of the stream.
fn header(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let refused = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text.to_owned());
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            if read as u64 == LONGEST_HEADER {
                return Err(refused("a header of the message is too long"));
            }
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            let length: Option<u64> = length;
            return match length {
                Some(length) if length <= LONGEST => Ok(Some(length)),
                Some(_) => Err(refused("the message is too long")),
                None => Err(refused("the message has no Content-Length")),
            };
        }
        let (name, value) = line.split_once(':').ok_or_else(|| refused("what should be a header of a message is none"))?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = Some(value.trim().parse().map_err(|_| refused("the Content-Length is not a number"))?);
        }
    }
}

/// Writes one message.
pub(super) fn write(output: &mut dyn Write, message: &Message) -> io::Result<()> {
    let mut value = serde_json::to_value(message)?;
    if let Some(object) = value.as_object_mut() {
        object.insert("jsonrpc".to_owned(), "2.0".into());
    }
    write_value(output, &value)
}

/// Writes one message that is JSON already.
pub(super) fn write_value(output: &mut dyn Write, value: &Value) -> io::Result<()> {
    let text = serde_json::to_vec(value)?;
    write!(output, "Content-Length: {}\r\n\r\n", text.len())?;
    output.write_all(&text)?;
    output.flush()
}
