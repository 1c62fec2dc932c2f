//! A directory as orders see it, and the one behind a client.

use super::steps::Values;
use crate::connectors::ldap::{Change, Entry, LdapClient, LdapFailure, LdapOptions, Search, code};

/// A directory, as far as orders need it.
pub(super) trait Directory {
    /// The entry of a name.
    fn read(&mut self, dn: &str, attributes: &[&str]) -> Result<Option<Entry>, LdapFailure>;

    /// Whether the entry of a name has a value; none where there is no such entry.
    fn holds(&mut self, dn: &str, attribute: &str, value: &[u8]) -> Result<Option<bool>, LdapFailure>;

    /// Names of the entries that have a value.
    fn having(&mut self, attribute: &str, value: &[u8]) -> Result<Vec<String>, LdapFailure>;

    /// Names of an entry and of all below it.
    fn below(&mut self, dn: &str) -> Result<Vec<String>, LdapFailure>;

    fn add(&mut self, dn: &str, values: &[Values]) -> Result<(), LdapFailure>;

    fn modify(&mut self, dn: &str, changes: &[Change], permissive: bool) -> Result<(), LdapFailure>;

    /// Another relative name, the old one given up, and another parent where one is named.
    fn rename(&mut self, dn: &str, rdn: &str, parent: Option<&str>) -> Result<(), LdapFailure>;

    fn delete(&mut self, dn: &str, tree: bool) -> Result<(), LdapFailure>;
}

/// The client, asked as orders need it.
pub(super) struct Server {
    client: LdapClient,
    /// Where searches start.
    base: String,
    /// Whether the server is to leave references to others out of what it finds.
    domain_scope: bool,
}

impl Server {
    /// Connects to the directory.
    pub(super) fn open(options: &LdapOptions) -> Result<Self, LdapFailure> {
        let client = LdapClient::open(options)?;
        let domain_scope = options.servers.iter().any(|server| server.url == client.server() && server.domain_scope);
        Ok(Self { client, base: options.entries().base.clone(), domain_scope })
    }

    fn names(&mut self, base: &str, filter: &str) -> Result<Vec<String>, LdapFailure> {
        let mut names = Vec::new();
        let search = Search { domain_scope: self.domain_scope, ..Search::below(base, filter, &["1.1"]) };
        let result = self.client.search(&search, |entry| {
            names.push(entry.dn);
            Ok::<_, LdapFailure>(())
        });
        match result {
            Err(failure) if failure.code() == Some(code::NO_SUCH_OBJECT) => Ok(Vec::new()),
            result => {
                names.sort();
                result.map(|()| names)
            }
        }
    }
}

impl Directory for Server {
    fn read(&mut self, dn: &str, attributes: &[&str]) -> Result<Option<Entry>, LdapFailure> {
        self.client.read(dn, attributes)
    }

    fn holds(&mut self, dn: &str, attribute: &str, value: &[u8]) -> Result<Option<bool>, LdapFailure> {
        let filter = equals(attribute, value);
        let mut found = false;
        let search = Search { filter: &filter, ..Search::of(dn, &["1.1"]) };
        let result = self.client.search(&search, |_| {
            found = true;
            Ok::<_, LdapFailure>(())
        });
        match result {
            Err(failure) if failure.code() == Some(code::NO_SUCH_OBJECT) => Ok(None),
            result => result.map(|()| Some(found)),
        }
    }

    fn having(&mut self, attribute: &str, value: &[u8]) -> Result<Vec<String>, LdapFailure> {
        let base = self.base.clone();
        self.names(&base, &equals(attribute, value))
    }

    fn below(&mut self, dn: &str) -> Result<Vec<String>, LdapFailure> {
        self.names(dn, "(objectClass=*)")
    }

    fn add(&mut self, dn: &str, values: &[Values]) -> Result<(), LdapFailure> {
        self.client.add(dn, values)
    }

    fn modify(&mut self, dn: &str, changes: &[Change], permissive: bool) -> Result<(), LdapFailure> {
        self.client.modify(dn, changes, permissive)
    }

    fn rename(&mut self, dn: &str, rdn: &str, parent: Option<&str>) -> Result<(), LdapFailure> {
        self.client.modify_dn(dn, rdn, true, parent)
    }

    fn delete(&mut self, dn: &str, tree: bool) -> Result<(), LdapFailure> {
        self.client.delete(dn, tree)
    }
}

/// The filter for entries that have a value, every byte of it escaped that is no plain letter or digit.
fn equals(attribute: &str, value: &[u8]) -> String {
    let value: String = value
        .iter()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(*byte).to_string() } else { format!("\\{byte:02x}") })
        .collect();
    format!("({attribute}={value})")
}
