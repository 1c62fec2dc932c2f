//! Roles and resource types given or denied by hand.

use rusqlite::{Connection, params};

use super::{Author, Known, look_again};
use crate::plan::model::Model;
use crate::tasks::inspect::{InspectError, Named, date, entity_type, resource_of};

/// What a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'n> {
    /// A composite role.
    CompositeRole(&'n str),
    /// A single role.
    SingleRole(&'n str),
    /// A resource type.
    ResourceType(&'n str),
}

impl<'n> Subject<'n> {
    fn parts(self) -> (&'static str, &'n str) {
        match self {
            Self::CompositeRole(name) => ("CompositeRole", name),
            Self::SingleRole(name) => ("SingleRole", name),
            Self::ResourceType(name) => ("ResourceType", name),
        }
    }
}

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict<'n> {
    /// Of what.
    pub subject: Subject<'n>,
    /// Whether it is denied.
    pub denied: bool,
    /// From when on, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Until when.
    pub until: Option<i64>,
}

/// Gives or denies something to an owner, in place of what was decided of it before. Gives the owner.
pub fn decide(
    store: &Connection,
    known: Known<'_>,
    owner: (&str, &str),
    verdict: Verdict<'_>,
    author: &Author,
) -> Result<Named, InspectError> {
    if let (Some(from), Some(until)) = (verdict.from, verdict.until)
        && from >= until
    {
        return Err(InspectError::Refused(format!("it would end at {}, before it begins; exchange the dates", date(until))));
    }
    if verdict.until.is_some_and(|until| until <= author.at) {
        return Err(InspectError::Refused("it would have ended already; name a later date with --until".to_owned()));
    }
    let (id, owner, kind, name) = meant(store, known, owner, verdict.subject)?;
    close(store, id, kind, &name, author.at)?;
    let sql = "INSERT INTO decision (owner, kind, name, verdict, starts, ends, who, reason, at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let said = if verdict.denied { "denied" } else { "given" };
    let (from, until) = (verdict.from, verdict.until);
    store.execute(sql, params![id, kind, name, said, from, until, author.who, author.reason, author.at])?;
    look_again(store, id, author.at)?;
    Ok(owner)
}

/// Takes back what was decided, so that the rules alone count. Gives the owner.
pub fn withdraw(
    store: &Connection,
    known: Known<'_>,
    owner: (&str, &str),
    subject: Subject<'_>,
    author: &Author,
) -> Result<Named, InspectError> {
    let (id, owner, kind, name) = meant(store, known, owner, subject)?;
    if close(store, id, kind, &name, author.at)? == 0 {
        let message = format!(
            "nothing was decided of {name} for {}; see what was:\njobwright inspect assignments {} {}",
            owner.key, owner.entity_type, owner.key
        );
        return Err(InspectError::Refused(message));
    }
    look_again(store, id, author.at)?;
    Ok(owner)
}

fn close(store: &Connection, owner: i64, kind: &str, name: &str, at: i64) -> rusqlite::Result<usize> {
    let sql = "UPDATE decision SET withdrawn = ?4 WHERE owner = ?1 AND kind = ?2 AND name = ?3 AND withdrawn IS NULL";
    store.execute(sql, params![owner, kind, name, at])
}

/// The owner and what is decided of, as they are written.
fn meant(
    store: &Connection,
    known: Known<'_>,
    (asked, key): (&str, &str),
    subject: Subject<'_>,
) -> Result<(i64, Named, &'static str, String), InspectError> {
    let entity = entity_type(store, asked)?;
    let found = resource_of(store, &entity, key)?;
    if !found.present {
        return Err(InspectError::Refused(format!("{} {} is gone; nothing can be decided of it", entity.name, found.key)));
    }
    let (kind, asked) = subject.parts();
    let mut name = asked.to_owned();
    // A store whose runs were forgotten knows no names; then what is written is taken.
    if let Some((model, names)) = known.map(|model| (model, names(model, kind))) {
        match names.iter().find(|(name, _)| name.eq_ignore_ascii_case(asked)) {
            None => {
                if let Some(other) = of_another_kind(model, kind, asked) {
                    return Err(InspectError::Refused(other));
                }
                let what = KINDS.into_iter().find(|(known, ..)| *known == kind).map_or(kind, |(_, what, _)| what);
                let near = crate::tasks::inspect::near(asked, names.into_iter().map(|(name, _)| name).collect());
                return Err(InspectError::Unknown { what: what.to_owned(), asked: asked.to_owned(), near });
            }
            Some((_, holders)) if !holders.is_empty() && *holders != entity.name => {
                let message = format!("{asked} is for {holders}, not for {}; name one of those", entity.name);
                return Err(InspectError::Refused(message));
            }
            Some((written, _)) => name.clone_from(written),
        }
    }
    Ok((found.id, Named { entity_type: entity.name, key: found.key, label: None }, kind, name))
}

/// The kinds of what can be decided of, what each is called, and the option that names it.
const KINDS: [(&str, &str, &str); 3] = [
    ("CompositeRole", "composite role", "--composite-role"),
    ("ResourceType", "resource type", "--resource-type"),
    ("SingleRole", "single role", "--role"),
];

/// That a name is one of another kind than was asked for.
fn of_another_kind(model: &Model, kind: &str, asked: &str) -> Option<String> {
    let is_there = |other: &str| names(model, other).into_iter().find(|(name, _)| name.eq_ignore_ascii_case(asked));
    let (what, option, name) = KINDS.into_iter().filter(|(other, ..)| *other != kind).find_map(|(other, what, option)| {
        let (name, _) = is_there(other)?;
        Some((what, option, name))
    })?;
    Some(format!("{name} is a {what}; name it with {option} {name}"))
}

/// What there is of a kind, with the entity type that can have it.
fn names(model: &Model, kind: &str) -> Vec<(String, String)> {
    if kind == "ResourceType" {
        return model.resource_types.iter().map(|found| (found.id.clone(), found.source.clone())).collect();
    }
    let holder = |attributes: &std::collections::BTreeMap<String, crate::plan::model::Value>| {
        crate::tasks::attribute::text(attributes, "EntityType").unwrap_or_default().to_owned()
    };
    let roles = model.items.iter().filter(|item| item.element == kind);
    roles.filter_map(|item| Some((item.id.clone()?, holder(&item.attributes)))).collect()
}
