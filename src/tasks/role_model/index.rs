//! Rules by what they ask for first, so that an owner meets only those that may apply.

use rustc_hash::FxHashMap;

use super::owner::Owner;
use super::rules::{Criteria, Role};

/// Places of rules, by what they ask for first.
#[derive(Debug, Default)]
pub(super) struct Index {
    everyone: Vec<u32>,
    by_role: FxHashMap<Role, Vec<u32>>,
    by_value: FxHashMap<(usize, i64), Vec<u32>>,
}

impl Index {
    /// Of rules with these criteria, by place.
    pub(super) fn of<'c>(criteria: impl Iterator<Item = (usize, &'c Criteria)>) -> Self {
        let mut index = Self::default();
        for (place, criteria) in criteria.filter(|(_, criteria)| !criteria.nobody) {
            let list = if let Some(role) = criteria.role {
                index.by_role.entry(role).or_default()
            } else if let Some(&(dimension, value, _)) = criteria.dimensions.first() {
                index.by_value.entry((dimension, value)).or_default()
            } else {
                &mut index.everyone
            };
            list.push(place as u32);
        }
        index
    }

    /// Whether a rule asks for that role.
    pub(super) fn asks_for(&self, role: Role) -> bool {
        self.by_role.contains_key(&role)
    }

    /// Places of the rules that may apply to an owner with these roles, in order, and whether one of them asks for a role.
    pub(super) fn candidates(&self, owner: &Owner, roles: impl Iterator<Item = Role>) -> (Vec<u32>, bool) {
        let mut found = self.everyone.clone();
        if !self.by_value.is_empty() {
            let values = owner.values().filter_map(|value| self.by_value.get(&value));
            found.extend(values.flatten());
        }
        let others = found.len();
        if !self.by_role.is_empty() {
            found.extend(roles.filter_map(|role| self.by_role.get(&role)).flatten());
        }
        let of_roles = found.len() > others;
        found.sort_unstable();
        found.dedup();
        (found, of_roles)
    }
}
