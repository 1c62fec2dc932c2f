//! The settings of an LDAP connection.
//!
//! Three packages write them in three ways: a list of servers and a list of tables (`Usercube.LDAP`), one server with
//! its base (`Usercube.OpenLDAP`), or servers with bases and one login for all (`Usercube.AD`). A setting that a server
//! does not have is taken from the connection, so one reader serves all three.

use std::time::Duration;

use crate::tasks::settings::{ConnectionSettings, Secret, SettingsError};

use super::{LdapClient, Scope};

/// How long one answer may take where the settings do not say.
const TIMEOUT: u64 = 30;

const SERVER_KEYS: [&str; 8] = ["Server", "BaseDN", "AuthType", "Login", "Password", "Controls", "EnableSSL", "NoSigning"];
const TABLE_KEYS: [&str; 4] = ["Table", "BaseDN", "Filter", "Scope"];
const LDAP_KEYS: [&str; 7] = ["Servers", "Tables", "SizeLimit", "TimeLimit", "TimeOut", "AsAdLds", "IsLdapPasswordReset"];
const OPEN_LDAP_KEYS: [&str; 10] = [
    "Server",
    "DistinguishedName",
    "Login",
    "Password",
    "SSL",
    "Filter",
    "Scope",
    "TimeFormat",
    "WaitingTimeInSeconds",
    "IsLdapPasswordReset",
];
const AD_KEYS: [&str; 12] = [
    "Servers",
    "Filter",
    "AuthType",
    "Login",
    "Password",
    "EnableSSL",
    "NoSigning",
    "AsAdLds",
    "RetryDelay",
    "RequestTimeout",
    "ConnectionTimeout",
    "IsLdapPasswordReset",
];

/// The settings of an LDAP connection, checked.
#[derive(Clone, Debug)]
pub struct LdapOptions {
    /// At least one; the next is tried where one cannot be reached.
    pub servers: Vec<LdapServer>,
    /// What is read; the first is named `entries`.
    pub tables: Vec<LdapTable>,
    /// Whether the settings list the tables; else any attribute of the entries can be a table of links.
    pub lists_tables: bool,
    /// Entries that one search may give; 0: as many as the server will.
    pub size_limit: u32,
    /// Seconds that one search may take on the server; 0: as many as it will.
    pub time_limit: u32,
    /// How long connecting and each single answer may take.
    pub timeout: Duration,
    /// Whether the directory is an AD LDS.
    pub is_ad_lds: bool,
    /// Whether the directory takes a new password as the attribute `userPassword` (fulfilment).
    pub resets_passwords: bool,
}

/// A server.
#[derive(Clone, Debug)]
pub struct LdapServer {
    /// `ldap://host:port` or `ldaps://host:port`.
    pub url: String,
    /// None: anonymous.
    pub login: Option<Login>,
    /// Whether searches are paged although there is a limit of entries.
    pub paged: bool,
    /// Whether the server is to leave out references.
    pub domain_scope: bool,
}

/// Who binds.
#[derive(Clone, Debug)]
pub struct Login {
    /// A distinguished name, or what else the server takes.
    pub name: String,
    /// Shown to the server alone.
    pub password: Secret,
}

/// What is read as one table.
#[derive(Clone, Debug)]
pub struct LdapTable {
    /// `entries`, or an attribute that holds links.
    pub name: String,
    /// Where the search starts.
    pub base: String,
    /// Which entries; fulfilment needs none.
    pub filter: Option<String>,
    /// How far below the base.
    pub scope: Scope,
}

impl LdapTable {
    /// Whether this is the table of entries, which the packages name `entries` and `entry`.
    pub fn is_entries(&self) -> bool {
        Self::names_entries(&self.name)
    }

    /// Whether a table of this name is the one of entries.
    pub fn names_entries(name: &str) -> bool {
        ["entries", "entry"].iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

impl LdapOptions {
    /// Reads and checks the settings of a connection of `package`.
    pub fn read(connection: &ConnectionSettings, package: &str) -> Result<Self, SettingsError> {
        let name = package.split('@').next().unwrap_or_default();
        let of_open_ldap = name.eq_ignore_ascii_case("Usercube.OpenLDAP");
        let of_ad = super::is_windows_package(package);
        // OpenLDAP in the way of the generic package is understood as well.
        let single = of_open_ldap && !connection.has("Servers");
        connection.only(match (single, of_ad) {
            (true, _) => &OPEN_LDAP_KEYS,
            (_, true) => &AD_KEYS,
            _ => &LDAP_KEYS,
        })?;
        let written = if single { vec![connection.clone()] } else { connection.objects("Servers")? };
        if written.is_empty() {
            return Err(connection.wrong("Servers", "no server is named"));
        }
        let mut servers = Vec::new();
        for server in &written {
            if !single {
                server.only(&SERVER_KEYS)?;
            }
            let mut read = read_server(connection, server, single)?;
            // A domain holds references to its other parts, which are not read.
            read.domain_scope |= of_ad;
            servers.push(read);
        }
        let lists_tables = !single && !of_ad;
        let tables = if lists_tables { listed_tables(connection)? } else { vec![only_table(connection, &written)?] };
        let number = |name: &str| {
            let number = connection.number(name)?;
            u32::try_from(number)
                .ok()
                .filter(|number| i32::try_from(*number).is_ok())
                .ok_or_else(|| connection.wrong(name, format!("{number} is more than {}, the greatest such limit", i32::MAX)))
        };
        let seconds = ["TimeOut", "TimeFormat", "RequestTimeout", "ConnectionTimeout"]
            .into_iter()
            .map(number)
            .find(|number| number.as_ref().map_or(true, |number| *number > 0))
            .transpose()?;
        Ok(Self {
            servers,
            tables,
            lists_tables,
            size_limit: number("SizeLimit")?,
            time_limit: number("TimeLimit")?,
            timeout: Duration::from_secs(seconds.map_or(TIMEOUT, u64::from)),
            is_ad_lds: connection.flag("AsAdLds")?,
            resets_passwords: connection.flag("IsLdapPasswordReset")?,
        })
    }

    /// The table of entries.
    pub fn entries(&self) -> &LdapTable {
        &self.tables[0]
    }

    /// The table of that name, compared without case.
    pub fn table(&self, name: &str) -> Option<&LdapTable> {
        self.tables
            .iter()
            .find(|table| table.name.eq_ignore_ascii_case(name) || table.is_entries() && LdapTable::names_entries(name))
    }
}

fn read_server(connection: &ConnectionSettings, server: &ConnectionSettings, single: bool) -> Result<LdapServer, SettingsError> {
    let place = |name: &str| if server.has(name) { server } else { connection };
    let encrypted = place("EnableSSL").flag("EnableSSL")? || connection.flag("SSL")?;
    let address = server.text("Server")?.filter(|text| !text.trim().is_empty());
    let address = address.ok_or_else(|| server.wrong("Server", "it names no host"))?;
    let url = url(address.trim(), encrypted).map_err(|message| server.wrong("Server", message))?;
    let kind = place("AuthType").text("AuthType")?.filter(|text| !text.is_empty());
    let kind = match kind {
        // The package knows no other way.
        None if single => "Basic".to_owned(),
        None => {
            let message = "it is not set, which means Negotiate (Kerberos), which has no embedded form; \
                           set it to Basic with Login and Password, or to Anonymous, or export with the process executor";
            return Err(place("AuthType").wrong("AuthType", message));
        }
        Some(kind) => kind,
    };
    let login = match kind.to_ascii_lowercase().as_str() {
        "anonymous" => None,
        "basic" => Some(read_login(place("Login"), place("Password"))?),
        "digest" | "dpa" | "external" | "kerberos" | "msn" | "negotiate" | "ntlm" | "sicily" => {
            let message = format!(
                "{kind} has no embedded form; set it to Basic with Login and Password, or to Anonymous, \
                 or export with the process executor"
            );
            return Err(place("AuthType").wrong("AuthType", message));
        }
        _ => return Err(place("AuthType").wrong("AuthType", format!("{kind} is none of Anonymous, Basic and Negotiate"))),
    };
    let mut read = LdapServer { url, login, paged: false, domain_scope: false };
    for control in server.list("Controls")? {
        match control.to_ascii_lowercase().as_str() {
            "pagedresult" => read.paged = true,
            "domainscope" => read.domain_scope = true,
            _ => {
                return Err(server.wrong("Controls", format!("{control} is none of DomainScope and PagedResult")));
            }
        }
    }
    // Read so that a value that is none is told.
    place("NoSigning").flag("NoSigning")?;
    Ok(read)
}

fn read_login(name_at: &ConnectionSettings, password_at: &ConnectionSettings) -> Result<Login, SettingsError> {
    let name = name_at.text("Login")?.filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| name_at.wrong("Login", "it is missing, and AuthType Basic needs it"))?;
    let password = password_at.secret("Password")?.filter(|password| !password.expose().is_empty());
    // A bind with an empty password succeeds on many servers, as anonymous.
    let password = password.ok_or_else(|| {
        let message = "it is missing, and AuthType Basic needs it; it can also come from the environment, \
                       as Connections__…__Password__File";
        password_at.wrong("Password", message)
    })?;
    Ok(Login { name, password })
}

/// The URL of an address as settings write it: `host`, `host:port`, or with `ldap://` or `ldaps://` before.
fn url(address: &str, encrypted: bool) -> Result<String, String> {
    let lower = address.to_ascii_lowercase();
    let (scheme, rest) = match lower.split_once("://") {
        None => (if encrypted { "ldaps" } else { "ldap" }, lower.as_str()),
        Some(("ldap", _)) if encrypted => {
            return Err(format!("{address} is a plain address, and the settings ask for an encrypted one; write ldaps://"));
        }
        Some(("ldap", rest)) => ("ldap", rest),
        Some(("ldaps", rest)) => ("ldaps", rest),
        Some((scheme, _)) => return Err(format!("{scheme}:// is no scheme of a directory; there are ldap:// and ldaps://")),
    };
    let rest = rest.trim_end_matches('/');
    let (host, port) = match rest.strip_prefix('[') {
        Some(literal) => {
            let (host, port) = literal.split_once(']').ok_or_else(|| format!("{address} has no ] after its address"))?;
            (format!("[{host}]"), port.strip_prefix(':'))
        }
        None => match rest.split_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (rest.to_owned(), None),
        },
    };
    let is_host = |sign: char| sign.is_alphanumeric() || matches!(sign, '.' | '-' | '_' | '[' | ']' | ':');
    if host.is_empty() || !host.chars().all(is_host) {
        return Err(format!("{address} is no address; write host, host:port or ldaps://host"));
    }
    let port = match port {
        None => {
            if scheme == "ldaps" {
                636
            } else {
                389
            }
        }
        Some(port) => port.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| format!("{port:?} is no port"))?,
    };
    Ok(format!("{scheme}://{host}:{port}"))
}

fn listed_tables(connection: &ConnectionSettings) -> Result<Vec<LdapTable>, SettingsError> {
    let mut tables: Vec<LdapTable> = Vec::new();
    for table in connection.objects("Tables")? {
        table.only(&TABLE_KEYS)?;
        let name = table.text("Table")?.filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| table.wrong("Table", "the table has no name; it is entries or a link attribute"))?;
        if tables.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
            return Err(table.wrong("Table", format!("{name} is listed twice")));
        }
        let base = table.text("BaseDN")?.ok_or_else(|| table.wrong("BaseDN", format!("it is missing in table {name}")))?;
        tables.push(LdapTable { name, base, filter: filter(&table)?, scope: scope(&table)? });
    }
    let entries = tables.iter().position(LdapTable::is_entries);
    let entries = entries.ok_or_else(|| connection.wrong("Tables", "there must be a table named entries"))?;
    tables[..=entries].rotate_right(1);
    Ok(tables)
}

/// The entries of a connection that has one base.
fn only_table(connection: &ConnectionSettings, servers: &[ConnectionSettings]) -> Result<LdapTable, SettingsError> {
    let mut base: Option<String> = None;
    for server in servers {
        let name = if server.has("DistinguishedName") { "DistinguishedName" } else { "BaseDN" };
        let own = server.text(name)?.ok_or_else(|| server.wrong(name, "it is missing"))?;
        if base.as_ref().is_some_and(|base| !super::same_dn(base, &own)) {
            let message = "several bases in one connection have no embedded form; make one connection of each";
            return Err(server.wrong(name, message));
        }
        base = Some(own);
    }
    let (filter, scope) = (filter(connection)?, scope(connection)?);
    Ok(LdapTable { name: "entries".to_owned(), base: base.unwrap_or_default(), filter, scope })
}

fn filter(settings: &ConnectionSettings) -> Result<Option<String>, SettingsError> {
    let filter = settings.text("Filter")?.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(text) = &filter
        && !LdapClient::is_filter(text)
    {
        return Err(settings.wrong("Filter", format!("{text} is no search filter; one is (objectClass=*)")));
    }
    Ok(filter)
}

fn scope(settings: &ConnectionSettings) -> Result<Scope, SettingsError> {
    let Some(name) = settings.text("Scope")?.filter(|name| !name.is_empty()) else { return Ok(Scope::default()) };
    Scope::named(&name).ok_or_else(|| settings.wrong("Scope", format!("{name} is none of Base, OneLevel and Subtree")))
}

#[cfg(test)]
mod tests;
