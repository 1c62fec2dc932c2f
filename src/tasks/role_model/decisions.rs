//! What people decided: roles and resource types given or denied by hand, between dates.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::expr::date::DateTime;
use crate::tasks::TaskError;

use super::owner::ByHand;
use super::rules::{Role, Rules};
use super::window::{Clock, Window};

#[derive(Clone, Copy, Debug)]
enum What {
    Role(Role),
    /// Number of the resource type.
    Type(usize),
}

#[derive(Clone, Copy, Debug)]
struct Decision {
    what: What,
    denied: bool,
    window: Window,
}

/// The decisions that hold or will hold, by owner.
#[derive(Debug, Default)]
pub(super) struct Decisions(FxHashMap<i64, Vec<Decision>>);

/// Of one owner: roles, and resource types by number with whether they are denied.
#[derive(Debug, Default)]
pub(super) struct OfOwner {
    pub(super) roles: ByHand,
    pub(super) types: BTreeMap<usize, (bool, Window)>,
}

impl Decisions {
    /// All that were not withdrawn. One on a resource type that the plan does not have says nothing.
    pub(super) fn read(store: &Connection, rules: &mut Rules<'_>) -> Result<Self, TaskError> {
        let sql = "SELECT owner, kind, name, verdict, starts, ends FROM decision WHERE withdrawn IS NULL ORDER BY id";
        let mut statement = store.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Self::default();
        while let Some(row) = rows.next()? {
            let (kind, name): (String, String) = (row.get(1)?, row.get(2)?);
            let what = match kind.as_str() {
                "CompositeRole" => What::Role(rules.role(true, &name)),
                "SingleRole" => What::Role(rules.role(false, &name)),
                _ => match rules.by_id.get(name.as_str()) {
                    Some(number) => What::Type(*number),
                    None => continue,
                },
            };
            let date = |at: Option<i64>| at.and_then(DateTime::from_unix);
            let window = Window::between(date(row.get(4)?), date(row.get(5)?));
            let decision = Decision { what, denied: row.get::<_, String>(3)? == "denied", window };
            found.0.entry(row.get(0)?).or_default().push(decision);
        }
        Ok(found)
    }

    /// What holds for an owner.
    pub(super) fn of(&self, owner: i64, clock: &Clock) -> OfOwner {
        let mut of_owner = OfOwner::default();
        for decision in self.0.get(&owner).into_iter().flatten() {
            match decision.what {
                What::Role(role) if decision.denied => {
                    if clock.holds(decision.window) {
                        of_owner.roles.denied.insert(role);
                    }
                }
                // A resource type may come before the role that gives it, so that its dates count, not only now.
                What::Role(role) => of_owner.roles.given.push((role, decision.window)),
                What::Type(number) => {
                    if clock.holds(decision.window) {
                        of_owner.types.insert(number, (decision.denied, decision.window));
                    }
                }
            }
        }
        of_owner
    }
}
