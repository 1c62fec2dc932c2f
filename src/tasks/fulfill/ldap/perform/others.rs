//! What an order does to other entries: memberships, what lies below, what names the order's own.

use super::{Performer, UNWILLING, kept, same, stop, unnamed};
use crate::config::PLACEHOLDER;
use crate::connectors::ldap::{Change, Dn, LdapFailure, code};
use crate::finding::with_article;
use crate::tasks::fulfill::Stop;
use crate::tasks::fulfill::ldap::steps::{Membership, Reference, Values};

/// Answers that say nothing against an end state, in this directory or that: no such attribute, value exists, no such
/// object, unwilling (Active Directory, for a member that is none), entry exists (Active Directory, for one that is).
const MOOT: [u32; 5] = [code::NO_SUCH_ATTRIBUTE, code::VALUE_EXISTS, code::NO_SUCH_OBJECT, UNWILLING, code::ENTRY_EXISTS];
/// How often a server is asked to delete one tree.
const TREES: usize = 100;
/// Entries below one that is deleted without the server's help, or whose references follow it.
const BELOW: usize = 10_000;

impl Performer<'_> {
    pub(super) fn link(&mut self, at: &Dn, membership: &Membership) -> Result<(), Stop> {
        let holder = membership.holder.as_ref().unwrap_or(at).to_string();
        let value = membership.value.clone().unwrap_or_else(|| at.to_string().into_bytes());
        self.member(&holder, &membership.attribute, &value, membership.there)
    }

    /// Adds or removes one value of an attribute of an entry.
    fn member(&mut self, holder: &str, attribute: &str, value: &[u8], there: bool) -> Result<(), Stop> {
        let to =
            |value: &[u8], there| if there { Change::Add } else { Change::Delete }(attribute.to_owned(), vec![value.to_vec()]);
        let mut changes = vec![to(value, there)];
        let placeholder = self.placeholder.map(|placeholder| placeholder.to_string().into_bytes());
        let placeholder = placeholder.filter(|placeholder| !same(placeholder, value));
        if let Some(placeholder) = placeholder.as_deref().filter(|_| there) {
            let has = self.directory.holds(holder, attribute, placeholder).map_err(|failure| stop(holder, &failure))?;
            changes.extend((has == Some(true)).then(|| to(placeholder, false)));
        }
        let mut result = self.directory.modify(holder, &changes, false);
        if !there && result.as_ref().err().and_then(LdapFailure::code) == Some(code::CLASS_VIOLATION) {
            let Some(placeholder) = placeholder else {
                return Err(Stop::Refused(format!(
                    "{holder} would have no {attribute} left, and must have one: {}",
                    self.wants_member()
                )));
            };
            result = self.directory.modify(holder, &[to(&placeholder, true), to(value, false)], false);
        }
        let Err(failure) = result else { return Ok(()) };
        if !failure.code().is_some_and(|code| MOOT.contains(&code)) {
            return Err(stop(holder, &failure));
        }
        match self.directory.holds(holder, attribute, value).map_err(|failure| stop(holder, &failure))? {
            Some(holds) if holds == there => Ok(()),
            None if !there => Ok(()),
            None => {
                Err(Stop::Later(format!("the entry {holder}, which is to have {} more, does not exist", with_article(attribute))))
            }
            Some(_) if there && failure.code() == Some(code::NO_SUCH_OBJECT) => Err(unnamed(holder, &failure)),
            Some(_) => Err(stop(holder, &failure)),
        }
    }

    /// With what a group that must have members is tried to be added, one after the other: the members of the order, then
    /// what stands for nobody in one attribute and in another. Which of them must have a value, only the directory knows.
    pub(super) fn first_members(&self, members: &[Values]) -> Vec<Vec<Values>> {
        let (own, empty): (Vec<Values>, Vec<Values>) = members.iter().cloned().partition(|(_, values)| !values.is_empty());
        let nobody = self.placeholder.map(|placeholder| placeholder.to_string().into_bytes());
        let mut tries = if own.is_empty() { Vec::new() } else { vec![own.clone()] };
        for ((attribute, _), nobody) in empty.into_iter().zip(nobody.iter().cycle()) {
            tries.push(own.iter().cloned().chain([(attribute, vec![nobody.clone()])]).collect());
        }
        tries
    }

    /// What to do about a group that must have a member.
    pub(super) fn wants_member(&self) -> String {
        format!(
            "give it another member first, or name in jobwright.toml an entry that stands for nobody: \
             [fulfilment] {} = {{ {PLACEHOLDER} = \"cn=…\" }}",
            self.connection
        )
    }

    pub(super) fn only(&mut self, at: &Dn, attribute: &str, name: Option<&[u8]>, holder: Option<&Dn>) -> Result<(), Stop> {
        let value = name.map_or_else(|| at.to_string().into_bytes(), <[u8]>::to_vec);
        let found = self.directory.having(attribute, &value).map_err(|failure| stop(attribute, &failure))?;
        if let Some(holder) = holder {
            let has = found.iter().any(|found| Dn::parse(found).is_ok_and(|found| found.is(holder)));
            if !has {
                self.member(&holder.to_string(), attribute, &value, true)?;
            }
        }
        for other in found {
            if !holder.is_some_and(|holder| Dn::parse(&other).is_ok_and(|other| other.is(holder))) {
                self.member(&other, attribute, &value, false)?;
            }
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, dn: &Dn, tree: bool) -> Result<(), Stop> {
        let name = dn.to_string();
        let code = |result: &Result<(), LdapFailure>| result.as_ref().err().and_then(LdapFailure::code);
        let mut result = self.directory.delete(&name, false);
        if code(&result) == Some(code::NOT_LEAF) && tree {
            // Active Directory deletes many thousands at once, and says so where some are left.
            for _ in 0..TREES {
                result = self.directory.delete(&name, true);
                if code(&result) != Some(code::ADMIN_LIMIT) {
                    break;
                }
            }
            if code(&result) == Some(code::UNKNOWN_CONTROL) {
                return self.delete_below(&name);
            }
        }
        match code(&result) {
            None if result.is_ok() => Ok(()),
            Some(code::NO_SUCH_OBJECT) => Ok(()),
            Some(code::NOT_LEAF) => Err(Stop::Later(format!(
                "{name} has entries below it; UseTreeDelete=\"true\" of the LdapResourceTypeMapping deletes them too"
            ))),
            _ => result.map_err(|failure| stop(&name, &failure)),
        }
    }

    /// Deletes an entry and all below it, the deepest first, on a server that does not do it itself.
    fn delete_below(&mut self, name: &str) -> Result<(), Stop> {
        for (_, entry) in self.deepest_first(name)? {
            match self.directory.delete(&entry, false) {
                Err(failure) if failure.code() != Some(code::NO_SUCH_OBJECT) => return Err(stop(&entry, &failure)),
                _ => {}
            }
        }
        Ok(())
    }

    fn deepest_first(&mut self, name: &str) -> Result<Vec<(Dn, String)>, Stop> {
        let names = self.directory.below(name).map_err(|failure| stop(name, &failure))?;
        if names.len() > BELOW {
            return Err(Stop::Refused(format!("{} entries lie below {name}, more than the {BELOW} taken with it", names.len())));
        }
        let mut entries = Vec::with_capacity(names.len());
        for name in names {
            entries.push((Dn::parse(&name).map_err(Stop::Refused)?, name));
        }
        entries.sort_by(|a, b| b.0.depth().cmp(&a.0.depth()).then_with(|| a.1.cmp(&b.1)));
        Ok(entries)
    }

    /// Lets other entries name this one as it is called now.
    pub(super) fn follow(&mut self, references: &[Reference], before: &[Dn], now: Option<&Dn>) -> Result<(), Stop> {
        let mut names: Vec<(Dn, Option<Dn>)> = Vec::new();
        for old in before.iter().filter(|old| !now.is_some_and(|now| now.is(old))) {
            if names.iter().any(|(known, _)| known.is(old)) {
                continue;
            }
            names.push((old.clone(), now.cloned()));
            // What lies below was moved along, and is named by others too.
            if let Some(now) = now {
                let below: Vec<Dn> = self.deepest_first(&now.to_string())?.into_iter().map(|(dn, _)| dn).collect();
                let moved = below.into_iter().filter(|dn| !dn.is(now));
                names.extend(moved.filter_map(|dn| Some((dn.moved(now, old)?, Some(dn)))));
            }
        }
        let mut refused = None;
        for reference in references {
            match &reference.value {
                Some((old, new)) => self.replace(&reference.attribute, old, new.as_deref(), &mut refused)?,
                None => {
                    for (old, new) in &names {
                        let new = new.as_ref().map(|new| new.to_string().into_bytes());
                        self.replace(&reference.attribute, old.to_string().as_bytes(), new.as_deref(), &mut refused)?;
                    }
                }
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// Wherever an attribute has a value it gets another one, or none. A server may do the same by itself meanwhile.
    fn replace(&mut self, attribute: &str, old: &[u8], new: Option<&[u8]>, refused: &mut Option<Stop>) -> Result<(), Stop> {
        let holders = self.directory.having(attribute, old).map_err(|failure| stop(attribute, &failure))?;
        for holder in holders {
            // The new one first: a group may need at least one member.
            let come = new.map_or(Ok(()), |new| self.member(&holder, attribute, new, true));
            let gone = come.and_then(|()| {
                let gone = self.member(&holder, attribute, old, false);
                gone.map_err(|stopped| stopped.and(&format!("{holder} still names an entry that is not there any more")))
            });
            kept(refused, gone)?;
        }
        Ok(())
    }
}
