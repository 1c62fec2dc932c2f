//! What changed since a snapshot, and the snapshot with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::connectors::ldap::{Entry, LdapClient, LdapFailure, SYNC_REQUEST, Search};
use crate::tasks::identity::hex;
use crate::tasks::{TaskContext, TaskError};

use super::output::{Output, Written};
use super::snapshot::{Record, Snapshot, Stop};
use super::tables::Source;

const ENTRY_UUID: &str = "entryUUID";
/// Entries read again by one search.
const AT_ONCE: usize = 100;
/// Up to so many changed entries are read one by one whatever the size of the directory.
const FEW: usize = 1000;

/// How a server tells entries and their changes apart.
#[derive(Debug)]
pub(super) struct Marks {
    /// Attribute that names an entry and never changes.
    pub(super) id: &'static str,
    /// Attribute that every change of an entry changes.
    pub(super) number: &'static str,
    /// Whether the server offers content synchronization.
    pub(super) synchronizes: bool,
    /// Which copy of the directory answers, where each counts changes by itself, as domain controllers do; else empty.
    pub(super) copy: String,
}

impl Marks {
    pub(super) fn of(client: &mut LdapClient, package: &str) -> Result<Self, TaskError> {
        let root = client.read("", &["supportedControl", "highestCommittedUSN", "dsServiceName"])?.unwrap_or_default();
        let of_ad = !root.values("highestCommittedUSN").is_empty();
        let of_red_hat = package.to_ascii_lowercase().starts_with("usercube.ldap.redhat");
        let (id, number) = match (of_ad, of_red_hat) {
            (true, _) => ("objectGUID", "uSNChanged"),
            (_, true) => ("nsUniqueId", "entryusn"),
            _ => (ENTRY_UUID, "entryCSN"),
        };
        // What synchronization tells is named by entryUUID.
        let offers = root.values("supportedControl").iter().any(|oid| oid == SYNC_REQUEST.as_bytes());
        let copy = if of_ad { copy(client, root.text("dsServiceName").unwrap_or_default()) } else { String::new() };
        Ok(Self { id, number, synchronizes: offers && id == ENTRY_UUID, copy })
    }

    /// What tells an entry apart; none where the server does not tell.
    pub(super) fn id_of(&self, entry: &Entry) -> Option<Vec<u8>> {
        let mut id = entry.values(self.id).first()?.clone();
        // Synchronization gives it as bytes, which are written in small letters here.
        if self.id == ENTRY_UUID {
            id.make_ascii_lowercase();
        }
        Some(id)
    }
}

/// What changed since a snapshot.
#[derive(Default)]
pub(super) struct Delta {
    /// New and changed entries, by what tells them apart.
    pub(super) entries: BTreeMap<Vec<u8>, Entry>,
    deleted: BTreeSet<Vec<u8>>,
    present: Option<BTreeSet<Vec<u8>>>,
    /// Stands for the state with these changes.
    pub(super) cookie: Option<Vec<u8>>,
}

impl Delta {
    /// By content synchronization; none where the cookie is too old, or the server refuses for another reason.
    pub(super) fn synchronized(client: &mut LdapClient, search: &Search<'_>, cookie: &[u8]) -> Result<Option<Self>, TaskError> {
        let changes = match client.changes(search, cookie) {
            Ok(changes) => changes,
            Err(failure @ LdapFailure::Refused { .. }) if !failure.is_unreachable() => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let bytes = |ids: BTreeSet<String>| ids.into_iter().map(String::into_bytes).collect();
        Ok(Some(Self {
            entries: changes.entries.into_iter().map(|(id, entry)| (id.into_bytes(), entry)).collect(),
            deleted: bytes(changes.deleted),
            present: changes.present.map(bytes),
            cookie: Some(changes.cookie),
        }))
    }

    /// By listing every entry with its number; none where that is not possible, or more than reading everything.
    pub(super) fn listed(
        context: &TaskContext<'_>,
        client: &mut LdapClient,
        search: &Search<'_>,
        marks: &Marks,
        snapshot: &Snapshot,
    ) -> Result<Option<Self>, TaskError> {
        let attributes = [marks.id, marks.number];
        let mut listed = BTreeMap::new();
        let mut complete = true;
        let mut count = 0;
        client.search::<TaskError>(&Search { attributes: &attributes, ..*search }, |entry| {
            match (marks.id_of(&entry), entry.values(marks.number).first()) {
                (Some(id), Some(number)) => {
                    listed.insert(id, (digest(number), digest(entry.dn.as_bytes())));
                }
                _ => complete = false,
            }
            count += 1;
            context.tick(count, None)
        })?;
        if !complete {
            return Ok(None);
        }
        let total = listed.len();
        let mut wanted = Vec::new();
        let read = snapshot.read(|record| {
            match listed.remove(&record.id) {
                Some((number, dn)) if dn == digest(&record.dn) => {
                    if number != digest(&record.number) {
                        wanted.push(record.id);
                    }
                    Ok(())
                }
                // Gone or renamed.
                _ => Err(Stop::Damaged),
            }
        });
        match read {
            Ok(()) => {}
            Err(Stop::Damaged) => return Ok(None),
            Err(Stop::Failed(error)) => return Err(error),
        }
        wanted.extend(listed.into_keys());
        if wanted.len() > FEW.max(total / 4) {
            return Ok(None);
        }
        let mut delta = Self::default();
        for ids in wanted.chunks(AT_ONCE) {
            let filter = one_of(search.filter, marks.id, ids);
            client.search::<TaskError>(&Search { filter: &filter, ..*search }, |entry| {
                if let Some(id) = marks.id_of(&entry) {
                    delta.entries.insert(id, entry);
                }
                Ok(())
            })?;
        }
        Ok(Some(delta))
    }

    /// Writes the snapshot with the changes; none where an entry is gone or has another name, or the snapshot is damaged.
    pub(super) fn merge(
        mut self,
        context: &TaskContext<'_>,
        snapshot: &Snapshot,
        mut output: Output,
        source: &Source,
        marks: &Marks,
    ) -> Result<Option<Written>, TaskError> {
        let read = snapshot.read(|record| {
            // Nothing can be put in the place of an entry that nothing tells apart.
            if record.id.is_empty() {
                return Err(Stop::Damaged);
            }
            let record = match self.entries.remove(&record.id) {
                Some(entry) if entry.dn.as_bytes() == record.dn => Record::of(&entry, source, marks),
                Some(_) => return Err(Stop::Damaged),
                None if self.deleted.contains(&record.id) => return Err(Stop::Damaged),
                None if self.present.as_ref().is_some_and(|present| !present.contains(&record.id)) => return Err(Stop::Damaged),
                None => record,
            };
            output.take(&record)?;
            Ok(context.tick(output.records(), None)?)
        });
        match read {
            Ok(()) => {}
            Err(Stop::Damaged) => return Ok(None),
            Err(Stop::Failed(error)) => return Err(error),
        }
        for entry in self.entries.values() {
            output.take(&Record::of(entry, source, marks))?;
        }
        output.finish().map(Some)
    }
}

/// What tells a domain controller, and the state that it was restored to, from others.
fn copy(client: &mut LdapClient, service: &str) -> String {
    // A login that may not read it does without: the name of the controller is known to everybody.
    let known = client.read(service, &["invocationId"]).ok().flatten();
    let invocation = known.and_then(|entry| entry.values("invocationId").first().map(|id| hex(id))).unwrap_or_default();
    format!("{service} {invocation}")
}

/// Enough of a digest to tell texts apart.
fn digest(bytes: &[u8]) -> [u8; 16] {
    let digest = Sha256::digest(bytes);
    std::array::from_fn(|index| digest[index])
}

/// A filter of the entries of `filter` that `id` tells to be one of these.
fn one_of(filter: &str, id: &str, ids: &[Vec<u8>]) -> String {
    let mut text = format!("(&{filter}(|");
    for value in ids {
        let _ = write!(text, "({id}=");
        for byte in value {
            if byte.is_ascii_alphanumeric() || *byte == b'-' {
                text.push(char::from(*byte));
            } else {
                let _ = write!(text, "\\{byte:02x}");
            }
        }
        text.push(')');
    }
    text.push_str("))");
    text
}
