//! An order as operations on a directory, as data: what is to be done, in which order, on which entries.
//!
//! Names first, then attributes, then what other entries say, then memberships. Every step tells an end state, so doing
//! it again finds it there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::form::{Form, flag, with_bit};
use super::shape::{Link, Name, Shape};
use crate::connectors::ldap::{Dn, Part};
use crate::tasks::fulfill::Order;

/// The number of a user account in Active Directory whose bits say nothing else.
const NORMAL_ACCOUNT: i64 = 512;

/// An attribute and its values.
pub(super) type Values = (String, Vec<Vec<u8>>);

/// What an order does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Work {
    /// What the entry was called when the order was made.
    pub(super) known: Option<Dn>,
    /// Attribute and value that tell the entry from all others.
    pub(super) key: Option<(String, Vec<u8>)>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// There is an entry with these values; a password is made with it where the resource type asks for one.
    ///
    /// `members` are for a server that takes no group without: the attributes of its memberships and their first values,
    /// which the steps that follow bring as well.
    Create { dn: Dn, values: Vec<Values>, members: Vec<Values> },
    /// The entry is called so.
    Move(Wanted),
    /// The entry has exactly these values, and these bits of numbers.
    Set { values: Vec<Values>, bits: Vec<Bit> },
    /// The entry has, or has not, a link.
    Link(Membership),
    /// Of all entries only this one names the entry.
    Only { attribute: String, name: Option<Vec<u8>>, holder: Option<Dn> },
    /// The entry is gone; with `tree`, all below it too.
    Delete { tree: bool },
    /// What named the entry before names it as it is called now, or no more.
    Follow(Vec<Reference>),
}

/// What an entry is to be called; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    dn: Option<Dn>,
    rdn: Option<(String, String)>,
    parent: Option<Dn>,
}

/// A bit of a number that stands in an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bit {
    pub(super) attribute: String,
    pub(super) mask: i64,
    pub(super) on: bool,
}

/// A link that is to be there or not.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Membership {
    pub(super) attribute: String,
    /// The entry that has it; none: the order's own.
    pub(super) holder: Option<Dn>,
    /// What it holds; none: the name of the order's own entry.
    pub(super) value: Option<Vec<u8>>,
    pub(super) there: bool,
}

/// An attribute by which others name the entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    pub(super) attribute: String,
    /// What it held and is to hold; none: the names of the entry.
    pub(super) value: Option<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Wanted {
    /// The name of an entry that is called `now`, or is new.
    pub(super) fn name(&self, now: Option<&Dn>) -> Result<Dn, String> {
        if let Some(dn) = &self.dn {
            self.agrees(dn)?;
            return Ok(dn.clone());
        }
        let part = match (&self.rdn, now) {
            (Some((attribute, value)), Some(now)) => match now.first().value(attribute) {
                // It is named by something else.
                None => now.first().clone(),
                Some(known) if known == value.as_bytes() => now.first().clone(),
                Some(_) => Part::new(attribute, value),
            },
            (Some((attribute, value)), None) => Part::new(attribute, value),
            (None, Some(now)) => now.first().clone(),
            (None, None) => return Err("the order has no value that the entry could be named by".to_owned()),
        };
        let parent = self.parent.clone().or_else(|| now.and_then(Dn::parent));
        let parent = parent.ok_or("the order does not say below which entry the new one stands")?;
        Ok(Dn::under(part, &parent))
    }

    fn agrees(&self, dn: &Dn) -> Result<(), String> {
        if let Some((attribute, value)) = &self.rdn
            && let Some(named) = dn.first().value(attribute)
            && String::from_utf8_lossy(named).to_lowercase() != value.to_lowercase()
        {
            let named = String::from_utf8_lossy(named);
            return Err(format!(
                "the rules disagree: {dn} is named by {attribute} {named:?}, and {attribute} is to be {value:?}"
            ));
        }
        match (&self.parent, dn.parent()) {
            (Some(parent), Some(above)) if !above.is(parent) => {
                Err(format!("the rules disagree: {dn} does not stand below {parent}"))
            }
            _ => Ok(()),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The changes of an order, told apart.
#[derive(Default)]
struct Changes {
    wanted: Wanted,
    values: BTreeMap<String, Vec<Vec<u8>>>,
    bits: Vec<Bit>,
    links: Vec<Step>,
}

impl Shape {
    /// The operations of an order; the text says why there are none for it.
    pub(super) fn work(&self, order: &Order) -> Result<Work, String> {
        let known = self.dn_property.as_deref().and_then(|property| order.known(property)).map(Dn::parse).transpose()?;
        let key = match &self.key {
            Some((property, attribute)) => match order.known(property) {
                Some(value) => attribute.form.values(value)?.pop().map(|value| (attribute.name.clone(), value)),
                None => None,
            },
            None => None,
        };
        let mut work = Work { known, key, steps: Vec::new() };
        if order.command != "Added" && work.known.is_none() && work.key.is_none() {
            let property = self.dn_property.as_deref().unwrap_or("dn");
            return Err(format!("the order does not say which entry it is about: the store knows no {property} of it"));
        }
        if order.command == "Deleted" {
            work.steps.push(Step::Delete { tree: self.tree });
            work.steps.extend(self.follow(order, true));
            return Ok(work);
        }
        let mut changes = self.changes(order)?;
        let named = !changes.wanted.is_empty();
        if order.command == "Added" {
            work.known = None;
            work.steps.push(self.create(&mut changes)?);
        } else {
            if named {
                work.steps.push(Step::Move(changes.wanted));
            }
            if !changes.values.is_empty() || !changes.bits.is_empty() {
                work.steps.push(Step::Set { values: changes.values.into_iter().collect(), bits: changes.bits });
            }
            // Before memberships: a group that the entry leaves may still know it by its old name.
            work.steps.extend(self.follow(order, named));
        }
        work.steps.extend(changes.links);
        Ok(work)
    }

    fn create(&self, changes: &mut Changes) -> Result<Step, String> {
        let dn = changes.wanted.name(None)?;
        let mut values = std::mem::take(&mut changes.values);
        values.retain(|_, values| !values.is_empty());
        if !values.keys().any(|name| name.eq_ignore_ascii_case("objectClass")) {
            let classes = self.classes.iter().map(|class| class.as_bytes().to_vec()).collect();
            values.insert("objectClass".to_owned(), classes);
        }
        for (name, value) in dn.first().pairs() {
            let known = values.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
            let of_name = values.entry(known.unwrap_or_else(|| name.clone())).or_default();
            let lower = |value: &[u8]| String::from_utf8_lossy(value).to_lowercase();
            if !of_name.iter().any(|known| lower(known) == lower(value)) {
                of_name.push(value.clone());
            }
        }
        for bit in std::mem::take(&mut changes.bits) {
            let control = self.control.as_deref().and_then(|property| self.attribute(property));
            let empty = if control.is_some_and(|control| control.name == bit.attribute) { NORMAL_ACCOUNT } else { 0 };
            let number = match values.get(&bit.attribute).and_then(|values| values.first()) {
                Some(value) => number(value).ok_or_else(|| format!("{} is no number", bit.attribute))?,
                None => empty,
            };
            values.insert(bit.attribute, vec![with_bit(number, bit.mask, bit.on).to_string().into_bytes()]);
        }
        Ok(Step::Create { dn, values: values.into_iter().collect(), members: self.members(&changes.links) })
    }

    /// The attributes of a new entry that hold many links, with those that the order gives it.
    fn members(&self, links: &[Step]) -> Vec<Values> {
        let own = self.links.values().filter(|link| link.many && link.far.is_none());
        let mut members: Vec<Values> = own.map(|link| (link.attribute.clone(), Vec::new())).collect();
        members.sort();
        members.dedup();
        for (attribute, values) in &mut members {
            for step in links {
                if let Step::Link(Membership { attribute: of, holder: None, value: Some(value), there: true }) = step
                    && of == attribute
                {
                    values.push(value.clone());
                }
            }
        }
        members
    }

    fn changes(&self, order: &Order) -> Result<Changes, String> {
        let mut changes = Changes::default();
        for (property, value) in order.changes() {
            let is = |role: &Option<String>| role.as_deref() == Some(property);
            if is(&self.dn_property) || is(&self.parent_property) {
                let text = text(value)?;
                if text.is_empty() {
                    return Err(format!("{property} is to be emptied, and the entry has to stand somewhere"));
                }
                let dn = Dn::parse(&text).map_err(|reason| format!("{property}: {reason}"))?;
                *(if is(&self.dn_property) { &mut changes.wanted.dn } else { &mut changes.wanted.parent }) = Some(dn);
                continue;
            }
            if is(&self.rdn_property) {
                let text = text(value)?;
                if text.is_empty() {
                    return Err(format!("{property} is to be emptied, and the entry is named by it"));
                }
                changes.wanted.rdn = Some((self.rdn.clone(), text));
            }
            if self.link(order, property, value, &mut changes)? {
                continue;
            }
            let attribute = self.attribute(property).ok_or_else(|| format!("{property} is not mapped onto an attribute"))?;
            let told = |reason: String| format!("{property}: {reason}");
            if let Form::Bit { property: whole, mask } = &attribute.form {
                let whole = self.attribute(whole).ok_or_else(|| told(format!("{whole} is not mapped onto an attribute")))?;
                let on = match text(value)?.as_str() {
                    "" => false,
                    text => flag(text).ok_or_else(|| told(format!("{text:?} is no Boolean")))?,
                };
                changes.bits.push(Bit { attribute: whole.name.clone(), mask: *mask, on });
            } else {
                changes.values.insert(attribute.name.clone(), attribute.form.values(&text(value)?).map_err(told)?);
            }
        }
        Ok(changes)
    }

    /// Takes a change of a navigation property; tells whether it is one.
    fn link(&self, order: &Order, property: &str, value: &Value, changes: &mut Changes) -> Result<bool, String> {
        if let Some(link) = self.links.get(property) {
            let text = text(value)?;
            match &link.far {
                None => {
                    let values = if text.is_empty() { Vec::new() } else { vec![text.into_bytes()] };
                    changes.values.insert(link.attribute.clone(), values);
                }
                Some(name) => {
                    let holder = if text.is_empty() { None } else { Some(far(property, &text)?) };
                    let name = own(order, name)?;
                    changes.links.push(Step::Only { attribute: link.attribute.clone(), name, holder });
                }
            }
            return Ok(true);
        }
        // The order lists what comes before what goes, so a group of one may change its member.
        let many = [("_remove", false), ("_add", true)];
        let found = many.into_iter().find_map(|(ending, there)| Some((self.links.get(property.strip_suffix(ending)?)?, there)));
        let Some((link, there)) = found else { return Ok(false) };
        for value in value.as_array().into_iter().flatten() {
            let membership = membership(order, property, link, text(value)?, there)?;
            changes.links.push(Step::Link(membership));
        }
        Ok(true)
    }

    /// What others say of the entry, where its name or what they name it by changes.
    fn follow(&self, order: &Order, named: bool) -> Option<Step> {
        let mut references = Vec::new();
        for (attribute, name) in &self.referring {
            let value = match name {
                Name::Dn if named => None,
                Name::Dn => continue,
                Name::Property(property) => {
                    let Some(old) = order.known(property).filter(|old| !old.is_empty()) else { continue };
                    let change = order.changes().find(|(known, _)| known == property).map(|(_, value)| value.as_str());
                    let new = match change {
                        None if order.command != "Deleted" => continue,
                        Some(Some(new)) if new == old => continue,
                        new => new.flatten().filter(|new| !new.is_empty()),
                    };
                    Some((old.as_bytes().to_vec(), new.map(|new| new.as_bytes().to_vec())))
                }
            };
            references.push(Reference { attribute: attribute.clone(), value });
        }
        (!references.is_empty()).then_some(Step::Follow(references))
    }
}

/// One link of a property that holds many.
fn membership(order: &Order, property: &str, link: &Link, named: String, there: bool) -> Result<Membership, String> {
    if named.is_empty() {
        return Err(format!("{property} names an entry by a value that it does not have"));
    }
    let attribute = link.attribute.clone();
    Ok(match &link.far {
        None => Membership { attribute, holder: None, value: Some(named.into_bytes()), there },
        Some(name) => Membership { attribute, holder: Some(far(property, &named)?), value: own(order, name)?, there },
    })
}

/// What names the order's own entry; none: what it is called.
fn own(order: &Order, name: &Name) -> Result<Option<Vec<u8>>, String> {
    let Name::Property(property) = name else { return Ok(None) };
    let new = order.changes().find(|(known, _)| known == property).map(|(_, value)| text(value)).transpose()?;
    let value = new.or_else(|| order.known(property).map(str::to_owned)).filter(|value| !value.is_empty());
    let value = value.ok_or_else(|| format!("other entries name this one by {property}, which has no value"))?;
    Ok(Some(value.into_bytes()))
}

/// The entry at the other end of a link whose attribute stands there.
fn far(property: &str, named: &str) -> Result<Dn, String> {
    Dn::parse(named).map_err(|reason| {
        format!("{property} changes the entry at its other end, which has to be named by its distinguished name: {reason}")
    })
}

fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err("a value is neither a text nor a number".to_owned()),
    }
}

/// The number that an attribute holds.
pub(super) fn number(value: &[u8]) -> Option<i64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
