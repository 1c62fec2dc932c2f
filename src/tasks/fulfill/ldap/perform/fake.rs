//! A directory of the tests' own, which can break off at any operation.

use std::collections::BTreeMap;

use crate::connectors::ldap::{Change, Dn, Entry, LdapFailure, code};
use crate::tasks::fulfill::ldap::directory::Directory;
use crate::tasks::fulfill::ldap::steps::Values;

/// When a directory breaks off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Break {
    Before(usize),
    After(usize),
}

#[derive(Clone, Default, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing in which servers differ")]
pub(super) struct Fake {
    /// Names and attributes, by name as compared.
    pub(super) entries: BTreeMap<String, Entry>,
    /// Operations that changed something.
    pub(super) written: Vec<String>,
    pub(super) asked: usize,
    pub(super) broken: Option<Break>,
    pub(super) tree_control: bool,
    /// The code by which it refuses to search.
    pub(super) limit: Option<u32>,
    /// Of a tree it deletes one entry, and says that it is not done.
    pub(super) one_at_a_time: bool,
    /// New entries must have a member.
    pub(super) member_wanted: bool,
    /// Names stay as they are spelt.
    pub(super) names_fixed: bool,
    /// How orders are put to it: what stands for nobody, and whether as to Active Directory.
    pub(super) placeholder: Option<&'static str>,
    pub(super) windows: bool,
}

pub(super) fn folded(dn: &str) -> String {
    dn.to_lowercase()
}

fn above(dn: &str) -> String {
    Dn::parse(dn).unwrap().parent().unwrap().to_string()
}

fn no(code: u32) -> LdapFailure {
    LdapFailure::Refused { code, matched: String::new(), text: String::new(), referrals: Vec::new() }
}

impl Fake {
    pub(super) fn of(entries: &[(&str, &[(&str, &str)])]) -> Self {
        let mut fake = Self::default();
        for (dn, values) in entries {
            let mut entry = Entry { dn: (*dn).to_owned(), attributes: Vec::new() };
            for (name, value) in *values {
                put(&mut entry, name, value.as_bytes());
            }
            put(&mut entry, "objectClass", b"top");
            put(&mut entry, "objectClass", b"inetOrgPerson");
            fake.entries.insert(folded(dn), entry);
        }
        fake
    }

    /// One operation; it breaks off where the test says.
    fn ask<T>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T, LdapFailure>) -> Result<T, LdapFailure> {
        let lost = LdapFailure::Unreachable { server: "fake".to_owned(), reason: "gone".to_owned() };
        self.asked += 1;
        if self.broken == Some(Break::Before(self.asked)) {
            return Err(lost);
        }
        let result = operation(self);
        if self.broken == Some(Break::After(self.asked)) { Err(lost) } else { result }
    }

    /// Whether values of a link name entries that do not exist.
    fn dangles(&self, attribute: &str, values: &[Vec<u8>]) -> bool {
        let known = |value: &Vec<u8>| self.entries.contains_key(&folded(&String::from_utf8_lossy(value)));
        ["manager", "member"].contains(&attribute) && !values.iter().all(known)
    }

    fn entry(&mut self, dn: &str) -> Result<&mut Entry, LdapFailure> {
        self.entries.get_mut(&folded(dn)).ok_or_else(|| no(code::NO_SUCH_OBJECT))
    }

    pub(super) fn shown(&self, dn: &str) -> String {
        let entry = &self.entries[&folded(dn)];
        let mut lines: Vec<String> = entry
            .attributes
            .iter()
            .filter(|(name, _)| name != "objectClass")
            .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={}", String::from_utf8_lossy(value))))
            .collect();
        lines.sort();
        lines.join(" ")
    }

    pub(super) fn names(&self) -> Vec<&str> {
        self.entries.values().map(|entry| entry.dn.as_str()).collect()
    }
}

pub(super) fn put(entry: &mut Entry, name: &str, value: &[u8]) {
    match entry.attributes.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, values)) => values.push(value.to_vec()),
        None => entry.attributes.push((name.to_owned(), vec![value.to_vec()])),
    }
}

fn equal(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

impl Directory for Fake {
    fn read(&mut self, dn: &str, _: &[&str]) -> Result<Option<Entry>, LdapFailure> {
        self.ask(|fake| Ok(fake.entries.get(&folded(dn)).cloned()))
    }

    fn holds(&mut self, dn: &str, attribute: &str, value: &[u8]) -> Result<Option<bool>, LdapFailure> {
        self.ask(|fake| {
            Ok(fake.entries.get(&folded(dn)).map(|entry| entry.values(attribute).iter().any(|known| equal(known, value))))
        })
    }

    fn having(&mut self, attribute: &str, value: &[u8]) -> Result<Vec<String>, LdapFailure> {
        self.ask(|fake| {
            if let Some(limit) = fake.limit {
                return Err(no(limit));
            }
            let has = |entry: &&Entry| entry.values(attribute).iter().any(|known| equal(known, value));
            Ok(fake.entries.values().filter(has).map(|entry| entry.dn.clone()).collect())
        })
    }

    fn below(&mut self, dn: &str) -> Result<Vec<String>, LdapFailure> {
        let end = folded(dn);
        self.ask(|fake| Ok(fake.entries.values().filter(|e| folded(&e.dn).ends_with(&end)).map(|e| e.dn.clone()).collect()))
    }

    fn add(&mut self, dn: &str, values: &[Values]) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            if fake.entries.contains_key(&folded(dn)) {
                return Err(no(code::ENTRY_EXISTS));
            }
            if !fake.entries.contains_key(&folded(&above(dn))) {
                return Err(no(code::NO_SUCH_OBJECT));
            }
            if fake.windows && values.iter().any(|(name, values)| fake.dangles(name, values)) {
                return Err(no(code::NO_SUCH_OBJECT));
            }
            if fake.member_wanted && !values.iter().any(|(name, values)| name == "member" && !values.is_empty()) {
                return Err(no(code::CLASS_VIOLATION));
            }
            fake.entries.insert(folded(dn), Entry { dn: dn.to_owned(), attributes: values.to_vec() });
            fake.written.push(format!("add {dn}"));
            Ok(())
        })
    }

    fn modify(&mut self, dn: &str, changes: &[Change], _: bool) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            let mut entry = fake.entry(dn)?.clone();
            for change in changes {
                let (Change::Add(name, values) | Change::Delete(name, values) | Change::Replace(name, values)) = change;
                if fake.windows && !matches!(change, Change::Delete(..)) && fake.dangles(name, values) {
                    return Err(no(code::NO_SUCH_OBJECT));
                }
                let known = entry.values(name).to_vec();
                if fake.names_fixed && name == "cn" {
                    return Err(no(67));
                }
                let has = |value: &Vec<u8>| known.iter().any(|known| equal(known, value));
                let now: Vec<Vec<u8>> = match change {
                    Change::Add(..) if values.iter().any(has) => return Err(no(code::VALUE_EXISTS)),
                    Change::Add(..) => known.iter().chain(values).cloned().collect(),
                    Change::Delete(..) if !values.iter().all(has) => return Err(no(code::NO_SUCH_ATTRIBUTE)),
                    Change::Delete(..) => {
                        known.iter().filter(|known| !values.iter().any(|value| equal(known, value))).cloned().collect()
                    }
                    Change::Replace(..) => values.clone(),
                };
                if now.is_empty() && name == "member" {
                    return Err(no(code::CLASS_VIOLATION));
                }
                entry.attributes.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                if !now.is_empty() {
                    entry.attributes.push((name.clone(), now));
                }
            }
            *fake.entry(dn)? = entry;
            fake.written.push(format!("modify {dn}"));
            Ok(())
        })
    }

    fn rename(&mut self, dn: &str, rdn: &str, parent: Option<&str>) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            if fake.names_fixed {
                return Err(no(53));
            }
            let above = parent.map_or_else(|| above(dn), str::to_owned);
            let target = format!("{rdn},{above}");
            if fake.entries.contains_key(&folded(&target)) && (!fake.windows || folded(&target) != folded(dn)) {
                return Err(no(code::ENTRY_EXISTS));
            }
            if !fake.entries.contains_key(&folded(&above)) {
                return Err(no(code::NO_SUCH_OBJECT));
            }
            fake.entry(dn)?;
            let (old, ends) = (dn.len(), folded(dn));
            let moved: Vec<String> = fake.entries.keys().filter(|key| key.ends_with(&ends)).cloned().collect();
            for key in moved {
                let mut entry = fake.entries.remove(&key).unwrap();
                if entry.dn.len() == old {
                    let (name, value) = rdn.split_once('=').unwrap();
                    entry.attributes.retain(|(known, _)| known != name);
                    put(&mut entry, name, value.as_bytes());
                }
                entry.dn = format!("{}{target}", &entry.dn[..entry.dn.len() - old]);
                fake.entries.insert(folded(&entry.dn), entry);
            }
            fake.written.push(format!("rename {dn}"));
            Ok(())
        })
    }

    fn delete(&mut self, dn: &str, tree: bool) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            if tree && !fake.tree_control {
                return Err(no(code::UNKNOWN_CONTROL));
            }
            fake.entry(dn)?;
            let end = format!(",{}", folded(dn));
            let below = fake.entries.keys().find(|key| key.ends_with(&end)).cloned();
            if let Some(below) = below.filter(|_| tree && fake.one_at_a_time) {
                fake.entries.remove(&below);
                fake.written.push(format!("delete {below}"));
                return Err(no(code::ADMIN_LIMIT));
            }
            if fake.entries.keys().any(|key| key.ends_with(&end)) && !tree {
                return Err(no(code::NOT_LEAF));
            }
            fake.entries.retain(|key, _| *key != folded(dn) && !key.ends_with(&end));
            fake.written.push(format!("delete {dn}"));
            Ok(())
        })
    }
}
