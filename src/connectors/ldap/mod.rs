//! LDAP directories: connections of the packages `Usercube.LDAP`, its variants, `Usercube.OpenLDAP` and `Usercube.AD`.
//!
//! What is here knows nothing of tasks: settings in, a bound client out, errors that tell a server that cannot be
//! reached from one that refuses. Every wait has an end. Without the feature `ldap` the settings are still checked,
//! and opening says how to build the client in.

#[cfg(not(feature = "ldap"))]
mod absent;
mod binary;
#[cfg_attr(not(feature = "ldap"), allow(dead_code, reason = "nobody shows a certificate"))]
mod certificate;
#[cfg(feature = "ldap")]
mod client;
mod dn;
mod entry;
mod error;
mod format;
mod options;
#[cfg(feature = "ldap")]
mod ranges;
mod sync;
mod windows;

#[cfg(not(feature = "ldap"))]
pub use absent::LdapClient;
pub use binary::{read_guid, read_sid};
pub use certificate::Distrust;
#[cfg(feature = "ldap")]
pub use client::LdapClient;
pub use dn::{Dn, Part, escape_rdn_value, parent, same_dn, split_rdn};
pub use entry::{Change, Entry, Scope, Search};
pub use error::{LdapFailure, code};
pub use format::Format;
pub use options::{LdapOptions, LdapServer, LdapTable, Login};
pub use sync::{Changes, SYNC_REQUEST};

/// Whether a connection package is the one of Active Directory.
pub fn is_windows_package(package: &str) -> bool {
    package.split('@').next().unwrap_or_default().eq_ignore_ascii_case("Usercube.AD")
}

/// Whether a connection package reads and writes an LDAP directory.
pub fn is_ldap_package(package: &str) -> bool {
    let name = package.split('@').next().unwrap_or_default();
    let known = [
        "Usercube.AD",
        "Usercube.LDAP",
        "Usercube.LDAP.Apache",
        "Usercube.LDAP.Oracle",
        "Usercube.LDAP.RedHat",
        "Usercube.OpenLDAP",
    ];
    known.iter().any(|known| known.eq_ignore_ascii_case(name))
}
