//! A bound connection to a directory.
//!
//! The library's parsers panic on answers that are not LDAP; such an answer is an error here like any other. Waiting
//! for one answer ends after the connection's `TimeOut`.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use ldap3::controls::{Control as Answered, ControlType, PagedResults, RawControl};
use ldap3::{LdapConn, LdapConnSettings, LdapError, LdapResult, Mod, ResultEntry, SearchEntry, SearchOptions};

use super::error::code;
use super::options::{LdapOptions, LdapServer};
use super::ranges::{Open, gather};
use super::{Change, Distrust, Entry, LdapFailure, Scope, Search};

/// Entries asked for at once: what Active Directory gives at most.
const PAGE: i32 = 1000;
/// Leaves references out (Microsoft's `LDAP_SERVER_DOMAIN_SCOPE_OID`).
const DOMAIN_SCOPE: &str = "1.2.840.113556.1.4.1339";
/// Adding what is there and deleting what is not succeeds.
const PERMISSIVE_MODIFY: &str = "1.2.840.113556.1.4.1413";
/// Deletes an entry with everything below it.
const TREE_DELETE: &str = "1.2.840.113556.1.4.805";

/// A bound connection to a directory.
#[derive(Debug)]
pub struct LdapClient {
    connection: LdapConn,
    server: String,
    timeout: Duration,
    /// What the server's settings say of every search.
    paged: bool,
    domain_scope: bool,
}

impl LdapClient {
    /// Connects to the first server that can be reached, and binds.
    pub fn open(options: &LdapOptions) -> Result<Self, LdapFailure> {
        let mut tried = Vec::new();
        for server in &options.servers {
            match Self::bound(server, options.timeout) {
                Err(failure) if failure.is_unreachable() => tried.push((server.url.clone(), failure)),
                result => return result,
            }
        }
        // The reason of a single server is not told twice.
        if tried.len() == 1
            && let Some((_, failure)) = tried.pop()
        {
            return Err(failure);
        }
        let server = tried.iter().map(|(url, _)| url.as_str()).collect::<Vec<_>>().join(", ");
        let reasons = tried.iter().map(|(_, failure)| match failure {
            LdapFailure::Unreachable { reason, .. } => reason.clone(),
            LdapFailure::Untrusted { distrust, .. } => format!("its certificate is not trusted: {}", distrust.what),
            other => other.to_string(),
        });
        Err(LdapFailure::Unreachable { server, reason: reasons.collect::<Vec<_>>().join("; ") })
    }

    fn bound(server: &LdapServer, timeout: Duration) -> Result<Self, LdapFailure> {
        let settings = LdapConnSettings::new().set_conn_timeout(timeout);
        let opened = guarded(|| LdapConn::with_settings(settings, &server.url));
        let connection = opened.map_err(|error| failure(&server.url, timeout, error))?;
        let mut client =
            Self { connection, server: server.url.clone(), timeout, paged: server.paged, domain_scope: server.domain_scope };
        if let Some(login) = &server.login {
            client.done(|connection| connection.simple_bind(&login.name, login.password.expose()))?;
        }
        Ok(client)
    }

    /// Whether a text is a search filter.
    pub fn is_filter(text: &str) -> bool {
        ldap3::parse_filter(text).is_ok()
    }

    /// URL of the server.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Gives `sink` every entry that a search finds, as they come. A reference to another server is an error, since
    /// what it holds would be missing.
    pub fn search<E: From<LdapFailure>>(
        &mut self,
        search: &Search<'_>,
        mut sink: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let search = &Search { paged: search.paged || self.paged, ..*search };
        let mut cookie = Vec::new();
        loop {
            let mut controls = Vec::new();
            if search.paged {
                controls.push(RawControl::from(PagedResults { size: PAGE, cookie }));
            }
            let mut partial = Vec::new();
            let result = self.stream(search, controls, |message| {
                let (entry, open) = entry_of(message)?;
                if open.is_empty() {
                    return sink(entry);
                }
                partial.push((entry, open));
                Ok(())
            })?;
            if result.rc != 0 {
                return Err(refused(result).into());
            }
            // One thing is asked at a time, so the rest of them comes after the page.
            for (entry, open) in partial {
                if let Some(entry) = self.complete(entry, open, search)? {
                    sink(entry)?;
                }
            }
            cookie = if search.paged { next_page(&result)? } else { Vec::new() };
            if cookie.is_empty() {
                return Ok(());
            }
        }
    }

    /// One search request; gives `sink` the messages of its answer but references, and returns the result.
    pub(super) fn stream<E: From<LdapFailure>>(
        &mut self,
        search: &Search<'_>,
        mut controls: Vec<RawControl>,
        mut sink: impl FnMut(ResultEntry) -> Result<(), E>,
    ) -> Result<LdapResult, E> {
        if search.domain_scope || self.domain_scope {
            controls.push(control(DOMAIN_SCOPE));
        }
        let limit = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        let size = if search.paged { 0 } else { limit(search.size_limit) };
        let options = SearchOptions::new().sizelimit(size).timelimit(limit(search.time_limit));
        let scope = match search.scope {
            Scope::Base => ldap3::Scope::Base,
            Scope::OneLevel => ldap3::Scope::OneLevel,
            Scope::Subtree => ldap3::Scope::Subtree,
        };
        let (server, timeout) = (self.server.clone(), self.timeout);
        let failed = |error| failure(&server, timeout, error);
        let connection = &mut self.connection;
        connection.with_timeout(timeout).with_search_options(options);
        if !controls.is_empty() {
            connection.with_controls(controls);
        }
        let mut stream =
            guarded(|| connection.streaming_search(search.base, scope, search.filter, search.attributes)).map_err(failed)?;
        while let Some(message) = guarded(|| stream.next()).map_err(failed)? {
            if message.is_ref() {
                let referrals = guarded(|| Ok(ldap3::parse_refs(message.0))).map_err(failed)?;
                let text = "a part of what is searched is on another server".to_owned();
                return Err(LdapFailure::Refused { code: code::REFERRAL, matched: String::new(), text, referrals }.into());
            }
            sink(message)?;
        }
        Ok(guarded(|| Ok(stream.result())).map_err(failed)?)
    }

    /// An entry, where there is one of that name.
    pub fn read(&mut self, dn: &str, attributes: &[&str]) -> Result<Option<Entry>, LdapFailure> {
        let mut found = None;
        let result = self.search(&Search::of(dn, attributes), |entry| {
            found = Some(entry);
            Ok::<_, LdapFailure>(())
        });
        match result {
            Err(failure) if failure.code() == Some(code::NO_SUCH_OBJECT) => Ok(None),
            result => result.map(|()| found),
        }
    }

    /// Adds an entry. Attributes without a value are left out, since LDAP has none such.
    pub fn add(&mut self, dn: &str, attributes: &[(String, Vec<Vec<u8>>)]) -> Result<(), LdapFailure> {
        let filled = attributes.iter().filter(|(_, values)| !values.is_empty());
        let attributes: Vec<_> = filled.map(|(name, values)| (name.clone().into_bytes(), set(values))).collect();
        self.done(|connection| connection.add(dn, attributes))
    }

    /// Changes an entry, all or nothing. With `permissive`, adding what is there and deleting what is not succeeds;
    /// a server that does not know the control refuses with code 12.
    pub fn modify(&mut self, dn: &str, changes: &[Change], permissive: bool) -> Result<(), LdapFailure> {
        let changes = changes.iter().map(|change| match change {
            Change::Add(name, values) => Mod::Add(name.clone().into_bytes(), set(values)),
            Change::Delete(name, values) => Mod::Delete(name.clone().into_bytes(), set(values)),
            Change::Replace(name, values) => Mod::Replace(name.clone().into_bytes(), set(values)),
        });
        let changes: Vec<_> = changes.collect();
        self.done(|connection| {
            if permissive {
                connection.with_controls(control(PERMISSIVE_MODIFY));
            }
            connection.modify(dn, changes)
        })
    }

    /// Gives an entry another first part of its name, and another parent where one is named.
    pub fn modify_dn(&mut self, dn: &str, rdn: &str, delete_old: bool, parent: Option<&str>) -> Result<(), LdapFailure> {
        self.done(|connection| connection.modifydn(dn, rdn, delete_old, parent))
    }

    /// Deletes an entry; with `tree`, everything below it too, where the server knows the control (code 12 where not).
    pub fn delete(&mut self, dn: &str, tree: bool) -> Result<(), LdapFailure> {
        self.done(|connection| {
            if tree {
                connection.with_controls(control(TREE_DELETE));
            }
            connection.delete(dn)
        })
    }

    /// Does one operation whose answer is a result alone.
    fn done(&mut self, operation: impl FnOnce(&mut LdapConn) -> ldap3::result::Result<LdapResult>) -> Result<(), LdapFailure> {
        let timeout = self.timeout;
        let connection = &mut self.connection;
        connection.with_timeout(timeout);
        let result = guarded(|| operation(connection)).map_err(|error| failure(&self.server, timeout, error))?;
        if result.rc == 0 { Ok(()) } else { Err(refused(result)) }
    }
}

impl Drop for LdapClient {
    fn drop(&mut self) {
        // The server sees the end either way; this only spares it a line in its log.
        let connection = &mut self.connection;
        connection.with_timeout(Duration::from_secs(1));
        let _ = guarded(|| connection.unbind());
    }
}

/// What a call of the library ended with.
pub(super) enum Failed {
    /// Boxed, as it is large and rare.
    Error(Box<LdapError>),
    Panic,
}

/// Calls the library, which panics where an answer is no LDAP.
pub(super) fn guarded<T>(call: impl FnOnce() -> ldap3::result::Result<T>) -> Result<T, Failed> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| Failed::Error(Box::new(error))),
        Err(_) => Err(Failed::Panic),
    }
}

pub(super) fn failure(server: &str, timeout: Duration, failed: Failed) -> LdapFailure {
    let error = match failed {
        Failed::Panic => return LdapFailure::Unusable(format!("{server} gave an answer that is not LDAP")),
        Failed::Error(error) => *error,
    };
    let unreachable = |reason: String| LdapFailure::Unreachable { server: server.to_owned(), reason };
    match error {
        LdapError::LdapResult { result } => refused(result),
        LdapError::Timeout { .. } => unreachable(format!("no answer within {} seconds", timeout.as_secs())),
        LdapError::Io { source } => {
            // The innermost cause says what a certificate lacks.
            let inner = source.get_ref().and_then(|inner| std::error::Error::source(inner)).map(|cause| format!(": {cause}"));
            let reason = format!("{source}{}", inner.unwrap_or_default());
            match Distrust::of(&reason) {
                Some(distrust) => LdapFailure::Untrusted { server: server.to_owned(), distrust },
                None if reason == "tls handshake eof" => {
                    unreachable("no encrypted connection comes about; it may be the port for plain ones".to_owned())
                }
                None => unreachable(reason),
            }
        }
        LdapError::OpSend { .. } | LdapError::ResultRecv { .. } | LdapError::EndOfStream | LdapError::IdScrubSend { .. } => {
            unreachable("the connection was closed".to_owned())
        }
        LdapError::FilterParsing => LdapFailure::Unusable("the search filter cannot be read".to_owned()),
        LdapError::AddNoValues => LdapFailure::Unusable("an attribute to add has no value".to_owned()),
        other => LdapFailure::Unusable(format!("{server} cannot be used: {other}")),
    }
}

pub(super) fn refused(result: LdapResult) -> LdapFailure {
    LdapFailure::Refused { code: result.rc, matched: result.matched, text: result.text, referrals: result.refs }
}

fn control(oid: &str) -> RawControl {
    RawControl { ctype: oid.to_owned(), crit: true, val: None }
}

fn set(values: &[Vec<u8>]) -> HashSet<Vec<u8>> {
    values.iter().cloned().collect()
}

fn next_page(result: &LdapResult) -> Result<Vec<u8>, LdapFailure> {
    let page = result.ctrls.iter().find_map(|answered| match answered {
        Answered(Some(ControlType::PagedResults), raw) => Some(raw),
        _ => None,
    });
    // A server that does not page has given everything.
    let Some(page) = page else { return Ok(Vec::new()) };
    let parsed = guarded(|| Ok(page.parse::<PagedResults>()));
    parsed.map(|page| page.cookie).map_err(|_| LdapFailure::Unusable("the directory's pages cannot be read".to_owned()))
}

/// The entry in a message of a search, and of which of its attributes values are missing.
pub(super) fn entry_of(message: ResultEntry) -> Result<(Entry, Vec<Open>), LdapFailure> {
    let parsed = guarded(|| Ok(SearchEntry::construct(message)));
    let parsed = parsed.map_err(|_| LdapFailure::Unusable("an entry of the directory cannot be read".to_owned()))?;
    let texts = parsed.attrs.into_iter().map(|(name, values)| (name, values.into_iter().map(String::into_bytes).collect()));
    let mut entry = Entry { dn: parsed.dn, attributes: texts.chain(parsed.bin_attrs).collect() };
    let open = gather(&mut entry);
    entry.sort();
    Ok((entry, open))
}
