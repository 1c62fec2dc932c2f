//! The dialogue with a mail server: RFC 5321, with STARTTLS (RFC 3207) and a login (RFC 4954).
//!
//! Every wait has an end, and every answer a size.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::mail::Mail;
use super::settings::{Encryption, Server};
use super::transport::Failure;
use crate::connectors::base64;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(20);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_mins(1);
/// The longest line of an answer, in bytes.
const LINE: u64 = 4096;
/// The most lines of an answer.
const LINES: usize = 100;

/// A connection, encrypted or not.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(buffer),
            Self::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// An answer of the server.
struct Answer {
    code: u16,
    lines: Vec<String>,
}

impl Answer {
    fn is(&self, kind: u16) -> bool {
        self.code / 100 == kind
    }

    /// As told to a person.
    fn show(&self) -> String {
        let said: String = self.lines.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
        format!("{} {said}", self.code)
    }
}

/// A session in which mails can be handed over.
pub(super) struct Session {
    /// None only while it is being encrypted.
    stream: Option<BufReader<Stream>>,
    host: String,
    offered: Vec<String>,
    encrypted: bool,
    near: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A farewell that cannot be said is no loss.
        if let Some(stream) = &mut self.stream {
            let _ = stream.get_mut().write_all(b"QUIT\r\n");
        }
    }
}

impl Session {
    /// Connects, encrypts, logs in.
    pub(super) fn open(server: &Server) -> Result<Self, Failure> {
        let place = format!("the mail server {}:{}", server.host, server.port);
        let unreachable = |reason: String| Failure::Unreachable(format!("{place}: {reason}"));
        let mut session = Self::begin(server).map_err(|error| unreachable(why(&error)))?;
        session.log_in(server).map_err(unreachable)?;
        Ok(session)
    }

    fn begin(server: &Server) -> io::Result<Self> {
        let stream = connect(server)?;
        let near = stream.peer_addr().is_ok_and(|address| IpAddr::is_loopback(&address.ip()));
        let stream = BufReader::new(Stream::Plain(stream));
        let host = server.host.clone();
        let mut session = Self { stream: Some(stream), host, offered: Vec::new(), encrypted: false, near };
        if server.encryption == Encryption::OnConnect {
            session.encrypt()?;
        }
        session.expect(&[], 2)?;
        session.greet()?;
        let able = session.offers("STARTTLS");
        match server.encryption {
            Encryption::StartTls if !able => {
                return Err(io::Error::other("it offers no encryption, which SecureSocketOption demands"));
            }
            Encryption::StartTls | Encryption::StartTlsIfAvailable if able => {
                session.expect(b"STARTTLS\r\n", 2)?;
                session.encrypt()?;
                session.greet()?;
            }
            _ => {}
        }
        Ok(session)
    }

    fn greet(&mut self) -> io::Result<()> {
        let answer = self.ask(b"EHLO [127.0.0.1]\r\n")?;
        if !answer.is(2) {
            self.offered.clear();
            return self.expect(b"HELO [127.0.0.1]\r\n", 2).map(drop);
        }
        self.offered = answer.lines.into_iter().skip(1).map(|line| line.to_uppercase()).collect();
        Ok(())
    }

    fn offers(&self, word: &str) -> bool {
        self.offered.iter().any(|line| line.split([' ', '=']).next() == Some(word))
    }

    fn log_in(&mut self, server: &Server) -> Result<(), String> {
        let Some((user, password)) = &server.login else { return Ok(()) };
        if !self.encrypted && !self.near {
            return Err("the password would go over the net unencrypted; set SecureSocketOption to StartTls".to_owned());
        }
        let mechanisms = self.offered.iter().find(|line| line.starts_with("AUTH")).cloned().unwrap_or_default();
        let has = |name: &str| mechanisms.split([' ', '=']).any(|word| word == name);
        let steps = if has("PLAIN") {
            vec![format!("AUTH PLAIN {}", base64::encode(format!("\0{user}\0{}", password.expose()).as_bytes()))]
        } else if has("LOGIN") {
            vec!["AUTH LOGIN".to_owned(), base64::encode(user.as_bytes()), base64::encode(password.expose().as_bytes())]
        } else {
            return Err("it offers none of the logins PLAIN and LOGIN".to_owned());
        };
        for step in steps {
            let answer = self.ask(format!("{step}\r\n").as_bytes()).map_err(|error| why(&error))?;
            if !answer.is(2) && answer.code != 334 {
                return Err(format!("the login of MailSettings is refused: {}", answer.show()));
            }
        }
        Ok(())
    }

    fn encrypt(&mut self) -> io::Result<()> {
        let Some(plain) = self.stream.take() else { return Err(io::Error::other("the connection is gone")) };
        // What came before the encryption was not said by the server that is about to prove who it is.
        if !plain.buffer().is_empty() {
            return Err(io::Error::other("it says something between STARTTLS and the encryption"));
        }
        let Stream::Plain(stream) = plain.into_inner() else { return Err(io::Error::other("it is encrypted already")) };
        let name = ServerName::try_from(self.host.clone()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(config()?, name).map_err(io::Error::other)?;
        self.stream = Some(BufReader::new(Stream::Tls(Box::new(StreamOwned::new(connection, stream)))));
        self.encrypted = true;
        Ok(())
    }

    /// Hands a mail over.
    pub(super) fn send(&mut self, mail: &Mail) -> Result<(), Failure> {
        let lost = |error: io::Error| Failure::Unreachable(format!("the mail server {}", why(&error)));
        let mut steps = vec![format!("MAIL FROM:<{}>\r\n", mail.from), format!("RCPT TO:<{}>\r\n", mail.to)];
        steps.extend(mail.copy.iter().map(|copy| format!("RCPT TO:<{copy}>\r\n")));
        steps.push("DATA\r\n".to_owned());
        for step in steps {
            let answer = self.ask(step.as_bytes()).map_err(lost)?;
            if answer.code == 421 {
                return Err(Failure::Unreachable(format!("the mail server closes the session: {}", answer.show())));
            }
            if !answer.is(2) && answer.code != 354 {
                self.ask(b"RSET\r\n").map_err(lost)?;
                return Err(Failure::Refused(answer.show()));
            }
        }
        self.write(mail.render().as_bytes()).map_err(lost)?;
        let answer = self.ask(b".\r\n");
        let answer = answer
            .map_err(|error| Failure::CutOff(format!("the mail server did not answer to the end of a mail: {}", why(&error))))?;
        if answer.is(2) { Ok(()) } else { Err(Failure::Refused(answer.show())) }
    }

    fn expect(&mut self, command: &[u8], kind: u16) -> io::Result<Answer> {
        let answer = self.ask(command)?;
        if answer.is(kind) { Ok(answer) } else { Err(io::Error::other(format!("answers {}", answer.show()))) }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(stream) = &mut self.stream else { return Err(io::Error::other("the connection is gone")) };
        stream.get_mut().write_all(bytes)?;
        stream.get_mut().flush()
    }

    /// Says something, which may be nothing, and reads the answer.
    fn ask(&mut self, command: &[u8]) -> io::Result<Answer> {
        self.write(command)?;
        let Some(stream) = &mut self.stream else { return Err(io::Error::other("the connection is gone")) };
        let mut answer = Answer { code: 0, lines: Vec::new() };
        for _ in 0..LINES {
            let mut line = Vec::new();
            stream.by_ref().take(LINE).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "closed the connection"));
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let code = line.get(..3).and_then(|code| code.parse().ok());
            let Some(code) = code else { return Err(io::Error::other("does not answer as a mail server does")) };
            answer.code = code;
            answer.lines.push(line.get(4..).unwrap_or_default().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(answer);
            }
        }
        Err(io::Error::other("does not come to the end of its answer"))
    }
}

fn connect(server: &Server) -> io::Result<TcpStream> {
    let mut last = io::Error::other("its name leads to no address");
    for address in (server.host.as_str(), server.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => {
                stream.set_read_timeout(Some(ANSWER))?;
                stream.set_write_timeout(Some(ANSWER))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Trusts whom the system trusts.
fn config() -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        return Err(io::Error::other("the system has no certificates to know a server by"));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// An error in words; that a wait came to its end is said differently on each system.
fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "does not answer in time".to_owned(),
        _ => error.to_string(),
    }
}
