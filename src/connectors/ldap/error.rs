//! Why a directory did not do what it was asked.

use std::fmt;

use super::certificate::Distrust;
use super::windows;

/// Result codes of RFC 4511 that callers decide by.
pub mod code {
    /// A value or attribute to delete is not there.
    pub const NO_SUCH_ATTRIBUTE: u32 = 16;
    /// A value to add is there already.
    pub const VALUE_EXISTS: u32 = 20;
    /// The entry, or its parent, is not there.
    pub const NO_SUCH_OBJECT: u32 = 32;
    /// The entry would lack an attribute that its class must have, or have one that it may not.
    pub const CLASS_VIOLATION: u32 = 65;
    /// The entry has entries below it.
    pub const NOT_LEAF: u32 = 66;
    /// There is an entry of that name already.
    pub const ENTRY_EXISTS: u32 = 68;
    /// The server does not know a control that the request cannot do without.
    pub const UNKNOWN_CONTROL: u32 = 12;
    /// The server wants its content read anew (RFC 4533).
    pub const REFRESH_REQUIRED: u32 = 4096;
    pub(crate) const TIME_LIMIT: u32 = 3;
    pub(crate) const SIZE_LIMIT: u32 = 4;
    pub(crate) const REFERRAL: u32 = 10;
    pub(crate) const ADMIN_LIMIT: u32 = 11;
    pub(crate) const BUSY: u32 = 51;
    pub(crate) const UNAVAILABLE: u32 = 52;
}

/// Names of result codes, as RFC 4511 has them.
const NAMES: [(u32, &str); 40] = [
    (1, "operations error"),
    (2, "protocol error"),
    (3, "time limit exceeded"),
    (4, "size limit exceeded"),
    (7, "authentication method not supported"),
    (8, "stronger authentication required"),
    (10, "referral"),
    (11, "administrative limit exceeded"),
    (12, "unavailable critical extension"),
    (13, "confidentiality required"),
    (14, "SASL bind in progress"),
    (16, "no such attribute"),
    (17, "undefined attribute type"),
    (18, "inappropriate matching"),
    (19, "constraint violation"),
    (20, "attribute or value exists"),
    (21, "invalid attribute syntax"),
    (32, "no such object"),
    (33, "alias problem"),
    (34, "invalid DN syntax"),
    (36, "alias dereferencing problem"),
    (48, "inappropriate authentication"),
    (49, "invalid credentials"),
    (50, "insufficient access rights"),
    (51, "busy"),
    (52, "unavailable"),
    (53, "unwilling to perform"),
    (54, "loop detected"),
    (64, "naming violation"),
    (65, "object class violation"),
    (66, "not allowed on an entry with entries below it"),
    (67, "not allowed on the RDN"),
    (68, "entry already exists"),
    (69, "object class modifications prohibited"),
    (71, "affects multiple servers"),
    (80, "other"),
    (118, "canceled"),
    (122, "assertion failed"),
    (123, "authorization denied"),
    (4096, "content synchronization refresh required"),
];

/// Why a directory did not do what it was asked. No password is ever in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LdapFailure {
    /// Nobody answered, or not in time, or the connection broke. What was asked last may have been done or not.
    Unreachable {
        /// URL of the server, or of all that were tried.
        server: String,
        /// What the system said.
        reason: String,
    },
    /// The server's certificate is not trusted; nothing was sent to it.
    Untrusted {
        /// URL of the server.
        server: String,
        /// What is wrong with it.
        distrust: Distrust,
    },
    /// The server answered, and its answer is no.
    Refused {
        /// Result code of RFC 4511.
        code: u32,
        /// The part of the name asked for that exists.
        matched: String,
        /// What the server says.
        text: String,
        /// Other servers that it points to.
        referrals: Vec<String>,
    },
    /// It cannot be asked at all: a filter that is none, an answer that is not LDAP.
    Unusable(String),
    /// This program was built without the client.
    Absent,
}

impl LdapFailure {
    /// The server's result code, where it gave one.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the server could not be reached or was not able to answer, so that asking again later, or another
    /// server, makes sense.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Untrusted { .. } | Self::Refused { code: code::BUSY | code::UNAVAILABLE, .. }
        )
    }

    /// What to do.
    pub fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unreachable { .. } => "see that the server runs and is reachable from here, then run the job again",
            Self::Untrusted { distrust, .. } => distrust.help,
            Self::Unusable(_) => return None,
            Self::Absent => {
                "build jobwright with its feature `ldap`, which is on by default: cargo install --path . --features ldap"
            }
            Self::Refused { code, text, .. } => match *code {
                _ if windows::meaning(text).is_some() => return windows::meaning(text),
                code::TIME_LIMIT => "raise TimeLimit of the connection, or the limit of the server for this login",
                code::SIZE_LIMIT | code::ADMIN_LIMIT => {
                    "raise SizeLimit of the connection or have \"PagedResult\" in its Controls, or raise the limit of the server for this login"
                }
                code::REFERRAL => {
                    "name the server that holds the entries in Servers, or leave references out by \"DomainScope\" in Controls"
                }
                8 | 13 => "the server wants an encrypted connection: set EnableSSL to true",
                7 | 48 => "the server does not take this AuthType; its administrator knows which it takes",
                49 => "check Login, which is a whole distinguished name in most directories, and Password",
                50 => "give this login the right, on the server",
                32 => "check BaseDN",
                34 => "check the distinguished name: name=value parts, separated by commas",
                _ => return None,
            },
        })
    }
}

impl fmt::Display for LdapFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { server, reason } => write!(formatter, "{server} cannot be reached: {reason}"),
            Self::Untrusted { server, distrust } => {
                write!(formatter, "the certificate of {server} is not trusted: {}", distrust.what)
            }
            Self::Unusable(message) => formatter.write_str(message),
            Self::Absent => formatter.write_str("this jobwright was built without LDAP"),
            Self::Refused { code, matched, text, referrals } => {
                let name = NAMES.iter().find(|(known, _)| known == code).map_or("unknown code", |(_, name)| name);
                write!(formatter, "the directory answers {code} ({name})")?;
                if !text.is_empty() {
                    write!(formatter, ": {text}")?;
                }
                if !matched.is_empty() {
                    write!(formatter, "; what exists is {matched}")?;
                }
                if !referrals.is_empty() {
                    write!(formatter, "; it points to {}", referrals.join(", "))?;
                }
                Ok(())
            }
        }
    }
}
