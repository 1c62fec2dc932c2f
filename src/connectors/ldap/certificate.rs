//! Why a server's certificate is not trusted, in words that say what to do.

/// What is wrong with a certificate, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distrust {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: &'static str,
}

const AUTHORITY: &str = "have the certificate of its authority installed on this machine, or in a file that the environment \
                         variable SSL_CERT_FILE names; where it vouches for itself, that is its own";

/// A word of the library's message, what it means, and what to do.
const KNOWN: [(&str, &str, &str); 8] = [
    ("UnknownIssuer", "nobody whom this machine trusts vouches for it", AUTHORITY),
    ("BadSignature", "its signature is not that of the authority of this name which this machine trusts", AUTHORITY),
    (
        "CaUsedAsEndEntity",
        "it is the certificate of an authority, which no server may show",
        "have one made for the server, with basicConstraints CA:FALSE and the host in subjectAltName",
    ),
    (
        "not valid for name",
        "it is made for other names",
        "write the host into Server as the certificate names it (subjectAltName)",
    ),
    ("certificate expired", "it has expired", "have it renewed, and see that the clock of this machine is right"),
    ("not valid yet", "it is not valid yet", "see that the clocks of both machines are right"),
    ("Revoked", "it was revoked", "have another one made for the server"),
    ("extended key usage", "it is not made for servers", "have one made for the server, with extendedKeyUsage serverAuth"),
];

impl Distrust {
    /// What a message of the library says of a certificate; none where it is about something else.
    pub(super) fn of(message: &str) -> Option<Self> {
        let (_, reason) = message.split_once("invalid peer certificate: ")?;
        let known = KNOWN.iter().find(|(word, ..)| reason.contains(word));
        Some(match known {
            Some((_, what, help)) => Self { what: (*what).to_owned(), help: *help },
            None => Self { what: reason.to_owned(), help: AUTHORITY },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_says_is_told_with_what_to_do() {
        let what = |reason: &str| Distrust::of(&format!("invalid peer certificate: {reason}")).unwrap().what;
        assert_eq!(what("UnknownIssuer"), "nobody whom this machine trusts vouches for it");
        assert_eq!(
            what("Other(OtherError(CaUsedAsEndEntity))"),
            "it is the certificate of an authority, which no server may show"
        );
        assert_eq!(
            what("certificate not valid for name \"a\"; certificate is only valid for DnsName(\"b\")"),
            "it is made for other names"
        );
        assert_eq!(what("certificate expired: verification time 5 (UNIX)"), "it has expired");
        assert_eq!(what("BadEncoding"), "BadEncoding");
        assert_eq!(Distrust::of("connection refused"), None);
    }
}
