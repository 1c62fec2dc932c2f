//! Calls over plain HTTP/1.1: one request on one connection, with a limit on everything.
//!
//! There is no TLS, and no redirect is followed, so what is sent goes where the settings say and nowhere else.

mod answer;
mod url;

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use crate::tasks::settings::Secret;

pub use answer::Answer;
pub use url::Url;

/// How often a wait is interrupted to see whether the call is still wanted.
const LOOK: Duration = Duration::from_millis(50);

/// What is asked for.
pub struct Request<'r> {
    /// `GET`, `PUT`, `POST` or `DELETE`.
    pub method: &'r str,
    /// Where.
    pub url: &'r Url,
    /// Header fields beside those that every request has.
    pub headers: &'r [(String, Secret)],
    /// What is sent along.
    pub body: Option<&'r str>,
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What is wrong, without anything that was sent.
    pub message: String,
    /// Whether the request was sent, so that it may have taken effect.
    pub sent: bool,
    /// Whether the run is being ended.
    pub cancelled: bool,
}

/// Header fields that this client writes itself.
const OWN: [&str; 4] = ["connection", "content-length", "host", "transfer-encoding"];

/// Why a header field cannot be sent; its value is not shown.
pub fn check_header(name: &str, value: &Secret) -> Result<(), String> {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_sign) {
        return Err("it is not a name of a header field".to_owned());
    }
    if OWN.contains(&name.to_ascii_lowercase().as_str()) {
        return Err("this header field is written by jobwright itself".to_owned());
    }
    if value.expose().chars().any(char::is_control) || !value.expose().is_ascii() {
        return Err("its value holds signs that no header field may hold".to_owned());
    }
    Ok(())
}

/// Makes a call that takes no longer than `limit`.
pub fn call(request: &Request<'_>, limit: Duration, cancelled: &dyn Fn() -> bool) -> Result<Answer, CallError> {
    let mut wire = Wire { stream: None, end: Instant::now() + limit, limit, cancelled, sent: false, gone: Cell::new(false) };
    let result = wire.talk(request);
    result.map_err(|error| CallError { message: error.to_string(), sent: wire.sent, cancelled: wire.gone.get() })
}

/// The connection of a call.
struct Wire<'c> {
    stream: Option<TcpStream>,
    end: Instant,
    limit: Duration,
    cancelled: &'c dyn Fn() -> bool,
    sent: bool,
    /// Whether it ends because of that.
    gone: Cell<bool>,
}

impl Wire<'_> {
    fn talk(&mut self, request: &Request<'_>) -> io::Result<Answer> {
        let stream = self.connect(request.url)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        self.stream = Some(stream);
        let mut head = format!("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, request.url.target(), request.url.authority());
        head.push_str("Connection: close\r\nAccept: */*\r\n");
        for (name, value) in request.headers {
            // Writing to a text cannot fail.
            let _ = write!(head, "{name}: {}\r\n", value.expose());
        }
        let body = request.body.unwrap_or_default();
        if request.body.is_some() || matches!(request.method, "PUT" | "POST") {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
        }
        head.push_str("\r\n");
        self.sent = true;
        self.write_all(head.as_bytes())?;
        self.write_all(body.as_bytes())?;
        answer::read(self)
    }

    fn connect(&self, url: &Url) -> io::Result<TcpStream> {
        let wrong = |what: &str, error: &io::Error| io::Error::other(format!("{}: {what}: {error}", url.authority()));
        let found = (url.host(), url.port()).to_socket_addrs().map_err(|error| wrong("the host is not known", &error))?;
        let mut last = None;
        for address in found {
            self.look()?;
            let left = self.end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = Some(error),
            }
        }
        let last = last.unwrap_or_else(|| io::Error::other("it has no address"));
        Err(wrong("no connection", &last))
    }

    /// Whether the call goes on.
    fn look(&self) -> io::Result<()> {
        if (self.cancelled)() {
            self.gone.set(true);
            // Not `Interrupted`, after which readers try again.
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cancelled"));
        }
        if Instant::now() >= self.end {
            let message = format!("no whole answer within {} s", self.limit.as_secs_f64());
            return Err(io::Error::new(io::ErrorKind::TimedOut, message));
        }
        Ok(())
    }

    /// Does a piece of work on the stream that may come to nothing for a while.
    fn patiently<T>(&mut self, mut work: impl FnMut(&mut TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            self.look()?;
            let Some(stream) = &mut self.stream else { return Err(io::Error::other("there is no connection")) };
            match work(stream) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
                    ) => {}
                result => return result,
            }
        }
    }

    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = self.patiently(|stream| stream.write(bytes))?;
            if written == 0 {
                return Err(io::Error::other("the connection was closed before the request was sent"));
            }
            bytes = &bytes[written..];
        }
        Ok(())
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.patiently(|stream| stream.read(buffer))
    }
}

#[cfg(test)]
mod tests;
