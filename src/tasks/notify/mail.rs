//! A mail as it goes out: RFC 5322 with a plain text, quoted-printable.

use std::fmt::Write as _;

use crate::expr::date::DateTime;

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mail {
    /// The same for the same mail, whenever it is made again.
    pub(super) id: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) copy: Option<String>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) date: DateTime,
}

/// Bytes of a line of quoted-printable text, without the sign that it goes on.
const LINE: usize = 75;
/// Bytes of a word of an encoded subject before it is encoded.
const WORD: usize = 30;

/// Whether a text can stand as an address in a mail and in the dialogue with a server.
pub(super) fn is_address(text: &str) -> bool {
    let sound = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"<>(),;:\\\"[]@".contains(c));
    text.len() <= 254 && text.split_once('@').is_some_and(|(name, domain)| sound(name) && sound(domain))
}

impl Mail {
    /// The bytes that go out, with CRLF at the end of each line.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        let date = self.date.format("ddd, dd MMM yyyy HH:mm:ss").unwrap_or_default();
        let copy = self.copy.as_ref().map(|copy| format!("Cc: {copy}\r\n")).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = write!(
            out,
            "Date: {date} +0000\r\nFrom: {}\r\nTo: {}\r\n{copy}Subject: {}\r\nMessage-ID: <{}@jobwright>\r\n\
             Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\n",
            self.from,
            self.to,
            subject(&self.subject),
            self.id
        );
        for line in self.text.lines() {
            quoted_printable(line, &mut out);
            out.push_str("\r\n");
        }
        out
    }
}

/// A subject on one line; what is not plain is encoded in words, split between characters.
fn subject(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = text.trim();
    if text.is_ascii() && text.len() <= 200 && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for sign in text.chars() {
        if words.last().is_some_and(|word| word.len() + sign.len_utf8() > WORD) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(sign);
        }
    }
    let encoded = words.iter().map(|word| {
        let letters = word
            .bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("={byte:02X}") });
        format!("=?utf-8?Q?{}?=", letters.collect::<String>())
    });
    encoded.collect::<Vec<_>>().join("\r\n ")
}

fn quoted_printable(line: &str, out: &mut String) {
    let mut width = 0;
    let bytes = line.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let last = index + 1 == bytes.len();
        let plain = (byte.is_ascii_graphic() && byte != b'=') || (matches!(byte, b' ' | b'\t') && !last);
        // A line of a single dot would end the mail in the dialogue with a server.
        let plain = plain && !(byte == b'.' && width == 0);
        let needed = if plain { 1 } else { 3 };
        if width + needed > LINE {
            out.push_str("=\r\n");
            width = 0;
        }
        if plain {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "={byte:02X}");
        }
        width += needed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str, text: &str) -> String {
        let mail = Mail {
            id: "1f".to_owned(),
            from: "iga@ferry.example".to_owned(),
            to: "ana@ferry.example".to_owned(),
            copy: None,
            subject: subject.to_owned(),
            text: text.to_owned(),
            date: DateTime::new(2026, 11, 26, 3600).unwrap(),
        };
        mail.render()
    }

    #[test]
    fn a_mail_is_plain_where_it_can_be() {
        let text = mail("Roles to review", "Ana waits.\n.dot = é \n");
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("Date: Thu, 26 Nov 2026 01:00:00 +0000\r\nFrom: iga@ferry.example\r\n"), "{head}");
        assert!(head.contains("\r\nSubject: Roles to review\r\nMessage-ID: <1f@jobwright>\r\n"), "{head}");
        assert_eq!(body, "Ana waits.\r\n=2Edot =3D =C3=A9=20\r\n");
    }

    #[test]
    fn a_subject_cannot_add_headers_and_no_line_is_too_long() {
        let text = mail(&format!("Été\r\nBcc: x@y.example {}", "ü".repeat(60)), &"é".repeat(100));
        assert!(text.contains("Subject: =?utf-8?Q?=C3=89t=C3=A9=20=20Bcc"), "{text}");
        assert!(text.split("\r\n").all(|line| line.len() <= 110), "{text}");
        assert!(!text.contains("\r\nBcc"), "{text}");
        assert!(text.is_ascii());
    }

    #[test]
    fn addresses_that_would_break_out_are_none() {
        assert!(is_address("ana.o-neil@ferry.example"));
        for text in ["", "ana", "@x", "a@", "a@b@c", "a b@c", "a@b>\r\nRCPT TO:<x@y", "é@x.example", "\"a\"@b"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
