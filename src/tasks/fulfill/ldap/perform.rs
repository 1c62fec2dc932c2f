//! The operations of an order, carried out so that doing them again changes nothing.
//!
//! An answer that says no is held against what the directory shows: where the wanted end state is there, whoever made
//! it, the step is done. Nothing is written that is there already, so an order that comes again after a kill writes
//! only what the first time left undone.

mod others;

use super::directory::Directory;
use super::form::with_bit;
use super::password::Policy;
use super::steps::{Bit, Step, Values, Wanted, Work, number};
use crate::connectors::ldap::{Change, Dn, LdapFailure, code};
use crate::tasks::fulfill::Stop;

const UNDEFINED_ATTRIBUTE: u32 = 17;
const UNWILLING: u32 = 53;
/// Answers by which the server refuses everybody, or this login, whatever the order: no order is to blame.
const CLOSED: [u32; 5] = [7, 8, 13, 48, 49];

/// How new accounts get their password.
pub(super) struct Passwords<'a> {
    pub(super) policy: &'a Policy,
    /// `unicodePwd` of Active Directory instead of `userPassword`.
    pub(super) windows: bool,
}

/// Carries out the operations of one order.
pub(super) struct Performer<'d> {
    pub(super) directory: &'d mut dyn Directory,
    /// Identifier of the connection, for messages.
    pub(super) connection: &'d str,
    pub(super) permissive: bool,
    /// The member of groups that would have none and must have one.
    pub(super) placeholder: Option<&'d Dn>,
    pub(super) passwords: Option<Passwords<'d>>,
    /// Passwords that were set.
    pub(super) set: u64,
}

impl Performer<'_> {
    pub(super) fn perform(&mut self, work: &Work) -> Result<(), Stop> {
        let (mut at, mut before, mut refused) = (None, Vec::new(), None);
        if !matches!(work.steps.first(), Some(Step::Create { .. })) {
            let wanted = work.steps.iter().find_map(|step| if let Step::Move(wanted) = step { Some(wanted) } else { None });
            (at, before) = self.locate(work, wanted)?;
            let deletes = matches!(work.steps.first(), Some(Step::Delete { .. }));
            if at.is_none() && !deletes {
                let known = work.known.as_ref().map(Dn::to_string).unwrap_or_default();
                return Err(Stop::Refused(format!(
                    "the entry {known} does not exist any more; the next synchronization takes note of it"
                )));
            }
        }
        for step in &work.steps {
            match step {
                Step::Create { dn, values, members } => {
                    self.create(dn, values, members)?;
                    at = Some(dn.clone());
                }
                Step::Move(wanted) => at = Some(self.rename(&entry(at)?, wanted)?),
                Step::Set { values, bits } => self.set_values(&entry(at.clone())?.to_string(), values, bits)?,
                Step::Link(membership) => kept(&mut refused, self.link(&entry(at.clone())?, membership))?,
                Step::Only { attribute, name, holder } => {
                    self.only(&entry(at.clone())?, attribute, name.as_deref(), holder.as_ref())?;
                }
                Step::Delete { tree } => {
                    if let Some(dn) = at.take() {
                        self.delete(&dn, *tree)?;
                    }
                }
                Step::Follow(references) => kept(&mut refused, self.follow(references, &before, at.as_ref()))?,
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// Where the entry is: where it was, where it is to be, or wherever its key is found. And the names by which others may
    /// know it, without those that another entry has taken.
    fn locate(&mut self, work: &Work, wanted: Option<&Wanted>) -> Result<(Option<Dn>, Vec<Dn>), Stop> {
        let mut names: Vec<Dn> = work.known.iter().cloned().collect();
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
                let at = Dn::parse(&found.dn).unwrap_or_else(|_| dn.clone());
                names.push(at.clone());
                return Ok((Some(at), names));
            }
            names.retain(|name| !name.is(dn));
        }
        let Some((attribute, key)) = &work.key else { return Ok((None, names)) };
        let found = self.directory.having(attribute, key).map_err(|failure| stop(attribute, &failure))?;
        match found.as_slice() {
            [] => Ok((None, names)),
            [only] => {
                let at = Dn::parse(only).map_err(Stop::Refused)?;
                names.push(at.clone());
                Ok((Some(at), names))
            }
            _ => Err(Stop::Refused(format!("{} entries have the {attribute} of the order's", found.len()))),
        }
    }

    fn create(&mut self, dn: &Dn, values: &[Values], members: &[Values]) -> Result<(), Stop> {
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
        let mut result = self.directory.add(&name, &all);
        for members in self.first_members(members) {
            if result.as_ref().err().and_then(LdapFailure::code) != Some(code::CLASS_VIOLATION) {
                break;
            }
            let with: Vec<Values> = all.iter().cloned().chain(members).collect();
            result = self.directory.add(&name, &with);
        }
        let failure = match result {
            Ok(()) => {
                self.set += u64::from(secret.is_some());
                return Ok(());
            }
            Err(failure) => failure,
        };
        match failure.code() {
            Some(code::CLASS_VIOLATION) if !members.is_empty() && self.placeholder.is_none() => {
                Err(stop(&name, &failure).and(&format!("if it is a group, {}", self.wants_member())))
            }
            Some(code::ENTRY_EXISTS) => self.compare(&name, values, &failure),
            Some(code::NO_SUCH_OBJECT) => {
                let parent = dn.parent().map(|parent| parent.to_string()).unwrap_or_default();
                let above = self.directory.read(&parent, &["1.1"]).map_err(|failure| stop(&parent, &failure))?;
                Err(match above {
                    None => Stop::Later(format!("{name} cannot be added: the entry {parent} does not exist")),
                    Some(_) => unnamed(&name, &failure),
                })
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
    fn compare(&mut self, name: &str, values: &[Values], failure: &LdapFailure) -> Result<(), Stop> {
        let asked: Vec<&str> = values.iter().map(|(attribute, _)| attribute.as_str()).collect();
        let found = self.directory.read(name, &asked).map_err(|failure| stop(name, &failure))?;
        // Active Directory says so of names of logins too.
        let found = found.ok_or_else(|| {
            stop(name, failure).and(
                "there is no entry of that name that this login could read: another one may have a value that nobody else \
                 may have, as sAMAccountName or userPrincipalName",
            )
        })?;
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
            return self.respell(at, &target);
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

    /// An entry that is to be called as it is in another spelling. Where the server does not take that for another name,
    /// the value of its attribute can still be written, which Active Directory in turn does not allow.
    fn respell(&mut self, at: &Dn, target: &Dn) -> Result<Dn, Stop> {
        let values = |dn: &Dn| {
            let mut values: Vec<Vec<u8>> = dn.first().pairs().iter().map(|(_, value)| value.clone()).collect();
            values.sort();
            values
        };
        if values(target) == values(at) {
            return Ok(at.clone());
        }
        let name = at.to_string();
        match self.directory.rename(&name, target.rdn(), None) {
            // What lies above keeps its spelling.
            Ok(()) => Ok(at.parent().map_or_else(|| target.clone(), |above| Dn::under(target.first().clone(), &above))),
            Err(failure) if matches!(failure.code(), Some(code::ENTRY_EXISTS | UNWILLING)) => {
                let spelt = self.spell(&name, target);
                spelt.map_err(|stopped| if matches!(stopped, Stop::Lost(_)) { stopped } else { stop(&name, &failure) })?;
                Ok(at.clone())
            }
            Err(failure) => Err(stop(&name, &failure)),
        }
    }

    /// Writes the values that an entry is named by as `target` spells them, where the entry does not show them so.
    fn spell(&mut self, name: &str, target: &Dn) -> Result<(), Stop> {
        let pairs = target.first().pairs().to_vec();
        let asked: Vec<&str> = pairs.iter().map(|(attribute, _)| attribute.as_str()).collect();
        let found = self.directory.read(name, &asked).map_err(|failure| stop(name, &failure))?;
        let found = found.ok_or_else(|| Stop::Refused(format!("the entry {name} does not exist any more")))?;
        let lower = |value: &[u8]| String::from_utf8_lossy(value).to_lowercase();
        let mut changes = Vec::new();
        for (attribute, wanted) in &pairs {
            let shown = found.values(attribute);
            if !shown.contains(wanted) {
                let kept = shown.iter().filter(|value| lower(value) != lower(wanted)).cloned();
                changes.push(Change::Replace(attribute.clone(), kept.chain([wanted.clone()]).collect()));
            }
        }
        if changes.is_empty() { Ok(()) } else { self.modify(name, &changes) }
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
        result.map_err(|failure| match failure.code() {
            Some(code::NO_SUCH_OBJECT) => unnamed(name, &failure),
            _ => stop(name, &failure),
        })
    }
}

/// Active Directory takes no name of an entry that does not exist. Another order may bring it.
fn unnamed(entry: &str, failure: &LdapFailure) -> Stop {
    Stop::Later(format!("{entry}: {failure}; an entry that it is to name does not exist"))
}

/// Other entries that refuse keep nothing else from being done; the first reason is kept. A directory that is lost ends it.
fn kept(first: &mut Option<Stop>, result: Result<(), Stop>) -> Result<(), Stop> {
    match result {
        Err(lost @ Stop::Lost(_)) => return Err(lost),
        Err(stopped) => *first = first.take().or(Some(stopped)),
        Ok(()) => {}
    }
    Ok(())
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
mod fake;
#[cfg(test)]
mod tests;
