//! Answers: the head, and as much of the body as is of interest.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes of the longest head.
const HEAD: u64 = 64 << 10;
/// Bytes of a body that are read; what is longer is cut off, since the status says how the call ended.
const BODY: u64 = 1 << 20;
/// Interim answers before the real one.
const INTERIM: usize = 8;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// What the server calls it.
    pub reason: String,
    /// The body, or its beginning.
    pub body: Vec<u8>,
}

/// What a head says of the body.
#[derive(Default)]
struct Head {
    status: u16,
    reason: String,
    length: Option<u64>,
    is_chunked: bool,
}

/// Reads an answer.
pub(super) fn read(wire: &mut impl Read) -> io::Result<Answer> {
    let mut input = BufReader::new(wire);
    let mut head = Head::default();
    for _ in 0..INTERIM {
        head = read_head(&mut input)?;
        if head.status >= 200 {
            break;
        }
    }
    let mut body = Vec::new();
    if matches!(head.status, 204 | 304) {
        // These have none.
    } else if head.is_chunked {
        read_chunks(&mut input, &mut body)?;
    } else if let Some(length) = head.length {
        input.take(length.min(BODY)).read_to_end(&mut body)?;
        if (body.len() as u64) < length.min(BODY) {
            return Err(cut_off(body.len()));
        }
    } else {
        input.take(BODY).read_to_end(&mut body)?;
    }
    Ok(Answer { status: head.status, reason: head.reason, body })
}

fn cut_off(read: usize) -> io::Error {
    io::Error::other(format!("the answer was cut off after {read} bytes of its body"))
}

fn read_line(input: &mut impl BufRead, left: &mut u64) -> io::Result<String> {
    let mut line = Vec::new();
    input.take(*left).read_until(b'\n', &mut line)?;
    *left -= line.len() as u64;
    if line.last() != Some(&b'\n') {
        let message =
            if *left == 0 { "the head of the answer is too long" } else { "the connection was closed without an answer" };
        return Err(io::Error::other(message));
    }
    Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

fn read_head(input: &mut impl BufRead) -> io::Result<Head> {
    let mut left = HEAD;
    let line = read_line(input, &mut left)?;
    let mut words = line.splitn(3, ' ');
    let status = match (words.next(), words.next().and_then(|code| code.parse().ok())) {
        (Some("HTTP/1.0" | "HTTP/1.1"), Some(status)) if (100..600).contains(&status) => status,
        _ => return Err(io::Error::other("this is no answer of HTTP")),
    };
    let mut head = Head { status, reason: words.next().unwrap_or_default().to_owned(), ..Head::default() };
    loop {
        let line = read_line(input, &mut left)?;
        if line.is_empty() {
            return Ok(head);
        }
        let Some((name, value)) = line.split_once(':') else {
            return Err(io::Error::other("the head of the answer is malformed"));
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                let length = value.trim().parse().map_err(|_| io::Error::other("the answer has a length that is no number"))?;
                head.length = Some(length);
            }
            "transfer-encoding" => head.is_chunked = value.trim().eq_ignore_ascii_case("chunked"),
            _ => {}
        }
    }
}

fn read_chunks(input: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let mut left = HEAD;
        let line = read_line(input, &mut left).map_err(|_| cut_off(body.len()))?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| io::Error::other("the answer has a chunk without a size"))?;
        if size == 0 {
            return Ok(());
        }
        let room = BODY.saturating_sub(body.len() as u64);
        let before = body.len();
        input.take(size.min(room)).read_to_end(body)?;
        if size > room {
            return Ok(());
        }
        if ((body.len() - before) as u64) < size {
            return Err(cut_off(body.len()));
        }
        let mut left = 2;
        read_line(input, &mut left).map_err(|_| cut_off(body.len()))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Result<(u16, String), String> {
        let answer = read(&mut text.as_bytes()).map_err(|error| error.to_string())?;
        Ok((answer.status, String::from_utf8(answer.body).unwrap()))
    }

    #[test]
    fn bodies_are_read_as_long_as_they_say() {
        for (text, status, body) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore", 200, "ok"),
            ("HTTP/1.0 404 Not Found\n\nuntil the end", 404, "until the end"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 200, "abc"),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        ] {
            assert_eq!(answer(text), Ok((status, body.to_owned())), "{text}");
        }
        let long = format!("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n{}", "x".repeat(2 << 20));
        assert_eq!(answer(&long).unwrap().1.len(), 1 << 20);
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        for (text, part) in [
            ("", "closed without an answer"),
            ("SSH-2.0-x\r\n\r\n", "no answer of HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "cut off after 3 bytes"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "cut off after 2 bytes"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "without a size"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "no number"),
        ] {
            assert!(answer(text).unwrap_err().contains(part), "{text}: {:?}", answer(text));
        }
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(70_000));
        assert!(answer(&endless).unwrap_err().contains("too long"));
    }
}
