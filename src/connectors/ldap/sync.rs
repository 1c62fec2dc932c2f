//! What changed in the content of a search since it was last read (RFC 4533, refresh only).

use std::collections::BTreeSet;

use super::Entry;

/// What a server tells of the content of a search since a cookie.
#[derive(Debug, Default)]
pub struct Changes {
    /// Entries that are new or changed, whole, with their `entryUUID`.
    pub entries: Vec<(String, Entry)>,
    /// Those that are gone from the content.
    pub deleted: BTreeSet<String>,
    /// Where the server does not tell what is gone: those that are there unchanged; whatever is neither here nor in
    /// `entries` is gone.
    pub present: Option<BTreeSet<String>>,
    /// Stands for the content as it is now.
    pub cookie: Vec<u8>,
}

/// The control by which a server offers content synchronization, in `supportedControl` of its root entry.
pub const SYNC_REQUEST: &str = "1.3.6.1.4.1.4203.1.9.1.1";

#[cfg(feature = "ldap")]
mod asked {
    use std::collections::BTreeSet;

    use ldap3::controls::{
        Control as Answered, ControlType, EntryState, MakeCritical, RawControl, RefreshMode, SyncDone, SyncInfo, SyncRequest,
        SyncState, parse_syncinfo,
    };

    use super::super::client::{entry_of, guarded, refused};
    use super::super::{LdapClient, LdapFailure, Scope, Search};
    use super::Changes;

    impl LdapClient {
        /// What changed in the content of a search since `cookie`. A cookie that is too old is refused by the server.
        pub fn changes(&mut self, search: &Search<'_>, cookie: &[u8]) -> Result<Changes, LdapFailure> {
            self.synchronized(search, Some(cookie.to_vec()))
        }

        /// A cookie that stands for the content as it is now; none where the server does not offer them.
        pub fn cookie(&mut self, base: &str) -> Result<Option<Vec<u8>>, LdapFailure> {
            // A cookie stands for the state of the server, so that of one entry serves every search.
            let search = Search { scope: Scope::Base, ..Search::of(base, &["1.1"]) };
            match self.synchronized(&search, None) {
                Ok(changes) if changes.cookie.is_empty() => Ok(None),
                Ok(changes) => Ok(Some(changes.cookie)),
                Err(failure) if failure.is_unreachable() => Err(failure),
                Err(_) => Ok(None),
            }
        }

        fn synchronized(&mut self, search: &Search<'_>, cookie: Option<Vec<u8>>) -> Result<Changes, LdapFailure> {
            let mut changes = Changes { cookie: cookie.clone().unwrap_or_default(), ..Changes::default() };
            let mut present = BTreeSet::new();
            let request = SyncRequest { mode: RefreshMode::RefreshOnly, cookie, reload_hint: false };
            let search = Search { paged: false, size_limit: 0, ..*search };
            let result = self.stream::<LdapFailure>(&search, vec![RawControl::from(request.critical())], |message| {
                if message.is_intermediate() {
                    let info = guarded(|| Ok(parse_syncinfo(message))).map_err(|_| unreadable())?;
                    take_info(info, &mut changes, &mut present);
                    return Ok(());
                }
                let state = message.1.iter().find_map(|answered| match answered {
                    Answered(Some(ControlType::SyncState), raw) => Some(raw.clone()),
                    _ => None,
                });
                let state = state.ok_or_else(unreadable)?;
                let state = guarded(|| Ok(state.parse::<SyncState>())).map_err(|_| unreadable())?;
                let id = uuid(&state.entry_uuid);
                match state.state {
                    EntryState::Present => {
                        present.insert(id);
                    }
                    EntryState::Delete => {
                        changes.deleted.insert(id);
                    }
                    EntryState::Add | EntryState::Modify => match entry_of(message)? {
                        (entry, open) if open.is_empty() => changes.entries.push((id, entry)),
                        // Servers that synchronize give whole entries.
                        _ => return Err(unreadable()),
                    },
                }
                if let Some(cookie) = state.cookie {
                    changes.cookie = cookie;
                }
                Ok(())
            })?;
            if result.rc != 0 {
                return Err(refused(result));
            }
            let done = result.ctrls.iter().find_map(|answered| match answered {
                Answered(Some(ControlType::SyncDone), raw) => Some(raw),
                _ => None,
            });
            let done = done.ok_or_else(unreadable)?;
            let done = guarded(|| Ok(done.parse::<SyncDone>())).map_err(|_| unreadable())?;
            if let Some(cookie) = done.cookie {
                changes.cookie = cookie;
            }
            changes.present = (!done.refresh_deletes).then_some(present);
            Ok(changes)
        }
    }

    fn take_info(info: SyncInfo, changes: &mut Changes, present: &mut BTreeSet<String>) {
        let cookie = match info {
            SyncInfo::NewCookie(cookie) => Some(cookie),
            SyncInfo::RefreshDelete { cookie, .. } | SyncInfo::RefreshPresent { cookie, .. } => cookie,
            SyncInfo::SyncIdSet { cookie, refresh_deletes, sync_uuids } => {
                let ids = sync_uuids.iter().map(|id| uuid(id));
                if refresh_deletes {
                    changes.deleted.extend(ids);
                } else {
                    present.extend(ids);
                }
                cookie
            }
        };
        if let Some(cookie) = cookie {
            changes.cookie = cookie;
        }
    }

    fn unreadable() -> LdapFailure {
        LdapFailure::Unusable("the directory's answer on what changed cannot be read".to_owned())
    }

    /// As `entryUUID` is written.
    fn uuid(bytes: &[u8]) -> String {
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or_default());
            }
        }
        text
    }
}
