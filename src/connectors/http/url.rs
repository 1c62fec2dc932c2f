//! Addresses of plain HTTP.

use std::fmt::Write as _;

/// An address: where, and what there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    host: String,
    port: u16,
    /// Begins with `/`; everything that may not stand in a request is escaped.
    target: String,
}

impl Url {
    /// Reads an absolute address.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err("it is no address of the form http://host:port".to_owned());
        };
        if scheme.eq_ignore_ascii_case("https") {
            return Err("it asks for https, and jobwright has no TLS built in: name a program for the task, or a proxy on this \
                        machine that speaks http"
                .to_owned());
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(format!("{scheme} is not http"));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err("credentials do not stand in an address: set a header".to_owned());
        }
        let (host, port) = match authority.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':').or(port.is_empty().then_some("80"))),
            None => authority.split_once(':').map_or((authority, Some("80")), |(host, port)| (host, Some(port))),
        };
        let port = port.and_then(|port| port.parse().ok()).filter(|port| *port > 0);
        let port = port.ok_or_else(|| "its port is no number".to_owned())?;
        if host.is_empty() || !host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':')) {
            return Err("it names no host".to_owned());
        }
        Ok(Self { host: host.to_owned(), port, target: escaped(path) })
    }

    /// The address of what a relative one names below this one.
    pub fn join(&self, relative: &str) -> Result<Self, String> {
        let relative = relative.trim();
        if relative.contains("://") && !relative.starts_with('/') && !relative.starts_with('?') {
            return Err("it is absolute; the task takes the part behind the server's address".to_owned());
        }
        let base = self.target.split('?').next().unwrap_or_default().trim_end_matches('/');
        let slash = if relative.starts_with(['/', '?']) { "" } else { "/" };
        Ok(Self { target: escaped(&format!("{base}{slash}{relative}")), ..self.clone() })
    }

    /// The host.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Host and port, as in a request.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == 80 { host } else { format!("{host}:{}", self.port) }
    }

    /// Path and query, as in a request.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path alone, to be shown.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// A path and query without what may not stand in one; what is escaped already stays so.
fn escaped(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    if !text.starts_with('/') {
        out.push('/');
    }
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart_and_joined() {
        let base = Url::parse("http://localhost:5000/app/").unwrap();
        assert_eq!((base.host(), base.port(), base.target()), ("localhost", 5000, "/app/"));
        let joined = base.join("/api/Job?squery=select Id where X=1&n=é#top").unwrap();
        assert_eq!(joined.target(), "/app/api/Job?squery=select%20Id%20where%20X=1&n=%C3%A9");
        assert_eq!((joined.path(), joined.authority()), ("/app/api/Job", "localhost:5000".to_owned()));
        assert_eq!(base.join("api/Job\r\nX: y").unwrap().target(), "/app/api/Job%0D%0AX:%20y");
        assert_eq!(Url::parse("http://[::1]:81").unwrap().authority(), "[::1]:81");
        assert_eq!(Url::parse("HTTP://a").unwrap().target(), "/");
    }

    #[test]
    fn other_addresses_are_refused() {
        for (text, part) in [
            ("https://a", "no TLS"),
            ("ftp://a", "ftp is not http"),
            ("localhost:5000", "no address"),
            ("http://u:p@a", "credentials"),
            ("http://", "no host"),
            ("http://a:b", "port"),
            ("http://a b", "no host"),
        ] {
            assert!(Url::parse(text).unwrap_err().contains(part), "{text}");
        }
        assert!(Url::parse("http://a").unwrap().join("http://b/x").unwrap_err().contains("absolute"));
    }
}
