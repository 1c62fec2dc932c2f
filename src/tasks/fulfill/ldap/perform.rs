//! The operations of an order, carried out so that doing them again changes nothing.
//!
//! An answer that says no is held against what the directory shows: where the wanted end state is there, whoever made
//! it, the step is done. Nothing is written that is there already, so an order that comes again after a kill writes
//! only what the first time left undone.

use super::dn::Dn;
use super::form::with_bit;
use super::password::Policy;
use super::steps::{Bit, Membership, Reference, Step, Values, Wanted, Work, number};
use crate::connectors::ldap::{Change, Entry, LdapFailure, code};
use crate::tasks::fulfill::Stop;

/// Answers that say nothing against an end state, in this directory or that: no such attribute, value exists, no such
/// object, unwilling (Active Directory, for a member that is none), entry exists (Active Directory, for one that is).
const MOOT: [u32; 5] = [code::NO_SUCH_ATTRIBUTE, code::VALUE_EXISTS, code::NO_SUCH_OBJECT, UNWILLING, code::ENTRY_EXISTS];
const UNWILLING: u32 = 53;
const UNDEFINED_ATTRIBUTE: u32 = 17;
/// Answers by which the server refuses everybody, or this login, whatever the order: no order is to blame.
const CLOSED: [u32; 5] = [7, 8, 13, 48, 49];
/// Entries below one that is deleted without the server's help, or whose references follow it.
const BELOW: usize = 10_000;

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

/// How new accounts get their password.
pub(super) struct Passwords<'a> {
    pub(super) policy: &'a Policy,
    /// `unicodePwd` of Active Directory instead of `userPassword`.
    pub(super) windows: bool,
}

/// Carries out the operations of one order.
pub(super) struct Performer<'d> {
    pub(super) directory: &'d mut dyn Directory,
    pub(super) permissive: bool,
    pub(super) passwords: Option<Passwords<'d>>,
    /// Passwords that were set.
    pub(super) set: u64,
}

impl Performer<'_> {
    pub(super) fn perform(&mut self, work: &Work) -> Result<(), Stop> {
        let mut at = None;
        if !matches!(work.steps.first(), Some(Step::Create { .. })) {
            let wanted = work.steps.iter().find_map(|step| if let Step::Move(wanted) = step { Some(wanted) } else { None });
            at = self.locate(work, wanted)?;
            let deletes = matches!(work.steps.first(), Some(Step::Delete { .. }));
            if at.is_none() && !deletes {
                let known = work.known.as_ref().map(Dn::to_string).unwrap_or_default();
                return Err(Stop::Refused(format!(
                    "the entry {known} does not exist any more; the next synchronization takes note of it"
                )));
            }
        }
        let before: Vec<Dn> = [work.known.clone(), at.clone()].into_iter().flatten().collect();
        for step in &work.steps {
            match step {
                Step::Create { dn, values } => {
                    self.create(dn, values)?;
                    at = Some(dn.clone());
                }
                Step::Move(wanted) => at = Some(self.rename(&entry(at)?, wanted)?),
                Step::Set { values, bits } => self.set_values(&entry(at.clone())?.to_string(), values, bits)?,
                Step::Link(membership) => self.link(&entry(at.clone())?, membership)?,
                Step::Only { attribute, name, holder } => {
                    self.only(&entry(at.clone())?, attribute, name.as_deref(), holder.as_ref())?;
                }
                Step::Delete { tree } => {
                    if let Some(dn) = at.take() {
                        self.delete(&dn, *tree)?;
                    }
                }
                Step::Follow(references) => self.follow(references, &before, at.as_ref())?,
            }
        }
        Ok(())
    }

    /// Where the entry is: where it was, where it is to be, or wherever its key is found.
    fn locate(&mut self, work: &Work, wanted: Option<&Wanted>) -> Result<Option<Dn>, Stop> {
        let target = match (wanted, &work.known) {
            (Some(wanted), known) => wanted.name(known.as_ref()).ok(),
            (None, _) => None,
        };
        let asked = work.key.as_ref().map_or("1.1", |(attribute, _)| attribute);
        for dn in work.known.iter().chain(&target) {
            let name = dn.to_string();
            let found = self.directory.read(&name, &[asked]).map_err(|failure| stop(&name, &failure))?;
            let Some(found) = found else { continue };
            let is = work.key.as_ref().is_none_or(|(attribute, key)| {
                let values = found.values(attribute);
                // What cannot be read cannot tell it from others.
                values.is_empty() || values.contains(key)
            });
            if is {
                return Ok(Some(Dn::parse(&found.dn).unwrap_or_else(|_| dn.clone())));
            }
        }
        let Some((attribute, key)) = &work.key else { return Ok(None) };
        let found = self.directory.having(attribute, key).map_err(|failure| stop(attribute, &failure))?;
        match found.as_slice() {
            [] => Ok(None),
            [only] => Dn::parse(only).map(Some).map_err(Stop::Refused),
            _ => Err(Stop::Refused(format!("{} entries have the {attribute} of the order's", found.len()))),
        }
    }

    fn create(&mut self, dn: &Dn, values: &[Values]) -> Result<(), Stop> {
        let name = dn.to_string();
        let mut all = values.to_vec();
        let secret = match &self.passwords {
            Some(passwords) => {
                let secret = passwords.policy.next().map_err(Stop::Refused)?;
                let (attribute, value) = if passwords.windows {
                    let quoted = format!("\"{}\"", secret.expose());
                    ("unicodePwd", quoted.encode_utf16().flat_map(u16::to_le_bytes).collect())
                } else {
                    ("userPassword", secret.expose().as_bytes().to_vec())
                };
                all.retain(|(known, _)| !known.eq_ignore_ascii_case(attribute));
                all.push((attribute.to_owned(), vec![value]));
                if passwords.policy.must_change {
                    let (attribute, value) = if passwords.windows { ("pwdLastSet", "0") } else { ("pwdReset", "TRUE") };
                    all.push((attribute.to_owned(), vec![value.as_bytes().to_vec()]));
                }
                Some(secret)
            }
            None => None,
        };
        let failure = match self.directory.add(&name, &all) {
            Ok(()) => {
                self.set += u64::from(secret.is_some());
                return Ok(());
            }
            Err(failure) => failure,
        };
        match failure.code() {
            Some(code::ENTRY_EXISTS) => self.compare(&name, values),
            Some(code::NO_SUCH_OBJECT) => {
                let parent = dn.parent().map(|parent| parent.to_string()).unwrap_or_default();
                Err(Stop::Later(format!("{name} cannot be added: the entry {parent} does not exist")))
            }
            Some(UNDEFINED_ATTRIBUTE) if self.passwords.as_ref().is_some_and(|passwords| passwords.policy.must_change) => {
                let stopped = stop(&name, &failure);
                Err(stopped.and("if it means pwdReset: MustChange needs a directory with a password policy"))
            }
            // Whatever the server repeats of what it was given, the password is not told on.
            _ => Err(stop(&name, &failure).without(secret.as_ref().map_or("", |secret| secret.expose()))),
        }
    }

    /// An entry to add is there: whether it is the wanted one.
    fn compare(&mut self, name: &str, values: &[Values]) -> Result<(), Stop> {
        let asked: Vec<&str> = values.iter().map(|(attribute, _)| attribute.as_str()).collect();
        let found = self.directory.read(name, &asked).map_err(|failure| stop(name, &failure))?;
        let found = found.ok_or_else(|| Stop::Refused(format!("{name} is there already, and this login may not read it")))?;
        for (attribute, wanted) in values {
            let shown = found.values(attribute);
            let fits = if attribute.eq_ignore_ascii_case("objectClass") {
                wanted.iter().all(|class| shown.iter().any(|known| known.eq_ignore_ascii_case(class)))
            } else {
                wanted.iter().all(|value| shown.iter().any(|known| same(known, value)))
            };
            if !fits {
                return Err(Stop::Refused(format!(
                    "{name} is there already, with another value of {attribute}; if it belongs to this owner, the next \
                     synchronization and a correlation rule bring them together, else one of them needs another name"
                )));
            }
        }
        Ok(())
    }

    fn rename(&mut self, at: &Dn, wanted: &Wanted) -> Result<Dn, Stop> {
        let target = wanted.name(Some(at)).map_err(Stop::Refused)?;
        if target.is(at) {
            return Ok(at.clone());
        }
        let name = at.to_string();
        let parent = target.parent().map(|parent| parent.to_string()).unwrap_or_default();
        let moves = target.parent().is_some_and(|above| !at.parent().is_some_and(|now| now.is(&above)));
        match self.directory.rename(&name, target.rdn(), moves.then_some(parent.as_str())) {
            Ok(()) => Ok(target),
            Err(failure) => Err(match failure.code() {
                Some(code::ENTRY_EXISTS) => Stop::Refused(format!("{name} cannot become {target}: another entry has that name")),
                Some(code::NO_SUCH_OBJECT) => {
                    Stop::Later(format!("{name} cannot become {target}: the entry {parent} does not exist"))
                }
                _ => stop(&name, &failure),
            }),
        }
    }

    /// Writes what the entry does not show yet, in one request.
    fn set_values(&mut self, name: &str, values: &[Values], bits: &[Bit]) -> Result<(), Stop> {
        let mut asked: Vec<&str> = values.iter().map(|(attribute, _)| attribute.as_str()).collect();
        asked.extend(bits.iter().map(|bit| bit.attribute.as_str()));
        let found = self.directory.read(name, &asked).map_err(|failure| stop(name, &failure))?;
        let found = found.ok_or_else(|| Stop::Refused(format!("the entry {name} does not exist any more")))?;
        let mut wanted = values.to_vec();
        for bit in bits {
            let place = wanted.iter().position(|(attribute, _)| *attribute == bit.attribute);
            let now = place.map_or_else(|| found.values(&bit.attribute), |place| &wanted[place].1).first();
            let now = now.map_or(Some(0), |value| number(value));
            let now = now.ok_or_else(|| Stop::Refused(format!("{} of {name} is no number", bit.attribute)))?;
            let value = vec![with_bit(now, bit.mask, bit.on).to_string().into_bytes()];
            match place {
                Some(place) => wanted[place].1 = value,
                None => wanted.push((bit.attribute.clone(), value)),
            }
        }
        let differs = |(attribute, wanted): &Values| {
            let shown = found.values(attribute);
            wanted.len() != shown.len() || !wanted.iter().all(|value| shown.contains(value))
        };
        let changes: Vec<Change> =
            wanted.into_iter().filter(differs).map(|(attribute, values)| Change::Replace(attribute, values)).collect();
        if changes.is_empty() {
            return Ok(());
        }
        self.modify(name, &changes)
    }

    fn modify(&mut self, name: &str, changes: &[Change]) -> Result<(), Stop> {
        let mut result = self.directory.modify(name, changes, self.permissive);
        // The control spares answers that are not asked for here; a server without it does the same.
        if self.permissive && result.as_ref().err().and_then(LdapFailure::code) == Some(code::UNKNOWN_CONTROL) {
            self.permissive = false;
            result = self.directory.modify(name, changes, false);
        }
        result.map_err(|failure| stop(name, &failure))
    }

    fn link(&mut self, at: &Dn, membership: &Membership) -> Result<(), Stop> {
        let holder = membership.holder.as_ref().unwrap_or(at).to_string();
        let value = membership.value.clone().unwrap_or_else(|| at.to_string().into_bytes());
        self.member(&holder, &membership.attribute, &value, membership.there)
    }

    /// Adds or removes one value of an attribute of an entry.
    fn member(&mut self, holder: &str, attribute: &str, value: &[u8], there: bool) -> Result<(), Stop> {
        let values = vec![value.to_vec()];
        let change = if there { Change::Add } else { Change::Delete }(attribute.to_owned(), values);
        let Err(failure) = self.directory.modify(holder, &[change], false) else { return Ok(()) };
        if !failure.code().is_some_and(|code| MOOT.contains(&code)) {
            let stopped = stop(holder, &failure);
            return Err(if there { stopped } else { stopped.and("a group may need at least one member") });
        }
        match self.directory.holds(holder, attribute, value).map_err(|failure| stop(holder, &failure))? {
            Some(holds) if holds == there => Ok(()),
            None if !there => Ok(()),
            None => Err(Stop::Later(format!("the entry {holder}, which is to have a {attribute} more, does not exist"))),
            Some(_) => Err(stop(holder, &failure)),
        }
    }

    fn only(&mut self, at: &Dn, attribute: &str, name: Option<&[u8]>, holder: Option<&Dn>) -> Result<(), Stop> {
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

    fn delete(&mut self, dn: &Dn, tree: bool) -> Result<(), Stop> {
        let name = dn.to_string();
        let code = |result: &Result<(), LdapFailure>| result.as_ref().err().and_then(LdapFailure::code);
        let mut result = self.directory.delete(&name, false);
        if code(&result) == Some(code::NOT_LEAF) && tree {
            result = self.directory.delete(&name, true);
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
    fn follow(&mut self, references: &[Reference], before: &[Dn], now: Option<&Dn>) -> Result<(), Stop> {
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
        for reference in references {
            match &reference.value {
                Some((old, new)) => self.replace(&reference.attribute, old, new.as_deref())?,
                None => {
                    for (old, new) in &names {
                        let new = new.as_ref().map(|new| new.to_string().into_bytes());
                        self.replace(&reference.attribute, old.to_string().as_bytes(), new.as_deref())?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Wherever an attribute has a value it gets another one, or none. A server may do the same by itself meanwhile.
    fn replace(&mut self, attribute: &str, old: &[u8], new: Option<&[u8]>) -> Result<(), Stop> {
        let holders = self.directory.having(attribute, old).map_err(|failure| stop(attribute, &failure))?;
        for holder in holders {
            // The new one first: a group may need at least one member.
            if let Some(new) = new {
                self.member(&holder, attribute, new, true)?;
            }
            let gone = self.member(&holder, attribute, old, false);
            gone.map_err(|stopped| stopped.and(&format!("{holder} still names an entry that is not there any more")))?;
        }
        Ok(())
    }
}

fn entry(at: Option<Dn>) -> Result<Dn, Stop> {
    at.ok_or_else(|| Stop::Refused("the entry was deleted, and there is more to do on it".to_owned()))
}

/// Whether two values are the same: names of entries in any spelling, dates with or without fractions of seconds.
fn same(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (Ok(a), Ok(b)) = (std::str::from_utf8(a), std::str::from_utf8(b)) else { return false };
    let whole = |text: &str| text.strip_suffix('Z').map(|text| text.split('.').next().unwrap_or_default().to_owned());
    if let (Some(a), Some(b)) = (whole(a), whole(b))
        && a.len() == 14
        && a.bytes().all(|sign| sign.is_ascii_digit())
    {
        return a == b;
    }
    matches!((Dn::parse(a), Dn::parse(b)), (Ok(a), Ok(b)) if a.is(&b))
}

/// What a failure means for the order that was put.
fn stop(entry: &str, failure: &LdapFailure) -> Stop {
    let help = failure.help().map(|help| format!(" ({help})")).unwrap_or_default();
    let closed = failure.code().is_some_and(|code| CLOSED.contains(&code));
    if failure.code().is_none() || failure.is_unreachable() || closed {
        return Stop::Lost(format!("{failure}{help}"));
    }
    Stop::Refused(format!("{entry}: {failure}{help}"))
}

#[cfg(test)]
mod tests;
