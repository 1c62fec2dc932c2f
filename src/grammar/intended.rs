//! What the writer of an attribute meant that the element does not have.

use crate::finding::nearest;

use super::{ElementDef, Family, Required};

/// What a writer of an unknown name meant.
#[derive(Debug)]
pub(crate) enum Intended {
    /// Certainly: a known misspelling, or a difference of case only.
    Certain(String),
    /// Probably.
    Near(&'static str),
}

/// What `name` was meant to be. Without `search`, only what is certain.
pub(crate) fn intended(def: &'static ElementDef, name: &str, search: bool) -> Option<Intended> {
    if let Some(right) = def.misspelling(name) {
        return Some(Intended::Certain(right.to_owned()));
    }
    for attribute in def.attributes {
        if attribute.name.eq_ignore_ascii_case(name) {
            return Some(Intended::Certain(attribute.name.to_owned()));
        }
        if let Some(number) = attribute.family.and_then(|family| same_but_for_case(family, name)) {
            return Some(Intended::Certain(number));
        }
    }
    if !search || family_of(def, name).is_some() {
        return None;
    }
    nearest(name, def.attributes.iter().map(|attribute| attribute.name)).or_else(|| lacking(def, name)).map(Intended::Near)
}

/// The one required attribute whose name begins or ends as `name` does, or the other way round: `Connector` for
/// `ConnectorIdentifier`.
fn lacking(def: &'static ElementDef, name: &str) -> Option<&'static str> {
    /// Shorter names are part of too many others.
    const SHORTEST: usize = 2;
    let part = |part: &str, whole: &str| {
        let (part, whole) = (part.as_bytes(), whole.as_bytes());
        let rest = whole.len().checked_sub(part.len()).filter(|_| part.len() >= SHORTEST);
        rest.is_some_and(|rest| part.eq_ignore_ascii_case(&whole[..part.len()]) || part.eq_ignore_ascii_case(&whole[rest..]))
    };
    let required = def.attributes.iter().filter(|one| one.required == Required::Yes).map(|one| one.name);
    let mut found = required.filter(|own| part(name, own) || part(own, name));
    found.next().filter(|_| found.next().is_none())
}

/// The member of the family that `name` is but for its case.
fn same_but_for_case(family: Family, name: &str) -> Option<String> {
    let digits = number(family, name)?;
    let right = format!("{}{}{}", family.prefix, digits.to_ascii_uppercase(), family.suffix);
    family.number(&right).map(|_| right)
}

/// The family that `name` would belong to if its number were one.
pub(crate) fn family_of(def: &ElementDef, name: &str) -> Option<Family> {
    def.attributes.iter().filter_map(|attribute| attribute.family).find(|&family| {
        number(family, name).is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

fn number(family: Family, name: &str) -> Option<&str> {
    let rest = name.get(family.prefix.len()..).filter(|_| name[..family.prefix.len()].eq_ignore_ascii_case(family.prefix))?;
    let end = rest.len().checked_sub(family.suffix.len())?;
    let suffix = rest.get(end..)?;
    suffix.eq_ignore_ascii_case(family.suffix).then(|| &rest[..end])
}
