//! What the rules give to an owner: dimension values, roles, resource types.

use rusqlite::Connection;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::tasks::TaskError;

use super::rules::{Contexts, Criteria, Grant, Rules};

/// Steps up a hierarchy that are taken; a ring in the data ends there.
const HEIGHT: usize = 64;

/// One context: the values by dimension, each with those above it.
type Context = Vec<(usize, Vec<i64>)>;

/// An owner as the rules see it.
#[derive(Default)]
pub(super) struct Owner {
    contexts: Vec<Context>,
    pub(super) composite: FxHashSet<String>,
    pub(super) single: FxHashSet<String>,
}

/// Rules by what they ask for first, so that an owner meets only those that may apply.
#[derive(Default)]
pub(super) struct Index {
    everyone: Vec<(usize, usize)>,
    by_role: FxHashMap<String, Vec<(usize, usize)>>,
    by_value: FxHashMap<(usize, i64), Vec<(usize, usize)>>,
}

impl Index {
    /// Of the rules that give the resource types of an owner's entity type.
    pub(super) fn of(rules: &Rules<'_>, source: &str) -> Self {
        let mut index = Self::default();
        for (number, resource_type) in rules.types.iter().enumerate().filter(|(_, found)| found.source == source) {
            for (place, grant) in resource_type.grants.iter().enumerate() {
                let entry = (number, place);
                if let Some(role) = &grant.criteria.role {
                    index.by_role.entry(role.clone()).or_default().push(entry);
                } else if let Some(&(dimension, value, _)) = grant.criteria.dimensions.first() {
                    index.by_value.entry((dimension, value)).or_default().push(entry);
                } else {
                    index.everyone.push(entry);
                }
            }
        }
        index
    }
}

impl Owner {
    /// Reads the contexts of an owner.
    pub(super) fn read(store: &Connection, rules: &Rules<'_>, contexts: Option<&Contexts>, id: i64) -> Result<Self, TaskError> {
        let mut owner = Self::default();
        let Some(contexts) = contexts else { return Ok(owner) };
        let records = match &contexts.records {
            Some(walk) => walk.from(store, id)?,
            None => vec![id],
        };
        for record in records {
            let mut context = Context::new();
            for (dimension, walk) in &contexts.values {
                for value in walk.from(store, record)? {
                    let mut chain = vec![value];
                    while let Some(parent) = &rules.dimensions[*dimension].parent
                        && chain.len() < HEIGHT
                    {
                        let Some(above) = parent.from(store, chain[chain.len() - 1])?.first().copied() else { break };
                        if chain.contains(&above) {
                            break;
                        }
                        chain.push(above);
                    }
                    context.push((*dimension, chain));
                }
            }
            owner.contexts.push(context);
        }
        Ok(owner)
    }

    fn matches(&self, criteria: &Criteria, roles: &FxHashSet<String>) -> bool {
        let held = criteria.role.as_ref().is_none_or(|role| roles.contains(role));
        let values = |context: &Context| {
            criteria.dimensions.iter().all(|&(dimension, value, below)| {
                let mut own = context.iter().filter(|(number, _)| *number == dimension);
                own.any(|(_, chain)| chain[0] == value || (below && chain.contains(&value)))
            })
        };
        !criteria.nobody && held && (criteria.dimensions.is_empty() || self.contexts.iter().any(values))
    }

    /// Whether a criterion on single roles and dimensions holds.
    pub(super) fn meets(&self, criteria: &Criteria) -> bool {
        self.matches(criteria, &self.single)
    }

    /// Composite roles, then single roles. What a person gave stays, what a person denied is never given.
    pub(super) fn roles(&mut self, rules: &Rules<'_>, source: &str, by_hand: &[(String, String, String)]) {
        for (kind, grants) in [("CompositeRole", &rules.composite), ("SingleRole", &rules.single)] {
            let of = |origin: &str| -> FxHashSet<String> {
                let found = by_hand.iter().filter(|(known, _, how)| known == kind && how == origin);
                found.map(|(_, role, _)| role.clone()).collect()
            };
            let (manual, denied) = (of("manual"), of("denied"));
            let holds = |role: &str| {
                rules.holders.get(&(kind, role.to_owned())).is_none_or(|holder| holder.is_empty() || holder == source)
            };
            let mut held = manual.clone();
            // A role may ask for another one: at most as many rounds as there are rules.
            for _ in 0..=grants.len() {
                let needed = if kind == "CompositeRole" { held.clone() } else { self.composite.clone() };
                let mut best: FxHashMap<&str, (i64, bool)> = FxHashMap::default();
                for grant in grants.iter().filter(|grant| holds(&grant.role) && self.matches(&grant.criteria, &needed)) {
                    let verdict = (grant.priority, !grant.denied);
                    let known = best.entry(&grant.role).or_insert(verdict);
                    *known = verdict.min(*known);
                }
                let given = best.into_iter().filter(|(role, (_, given))| *given && !denied.contains(*role));
                let next: FxHashSet<String> = given.map(|(role, _)| role.to_owned()).chain(manual.iter().cloned()).collect();
                if next == held {
                    break;
                }
                held = next;
            }
            *(if kind == "CompositeRole" { &mut self.composite } else { &mut self.single }) = held;
        }
    }

    /// Numbers of the resource types that the rules give, in order.
    pub(super) fn types(&self, rules: &Rules<'_>, index: &Index) -> Vec<usize> {
        let mut candidates = index.everyone.clone();
        candidates.extend(self.single.iter().filter_map(|role| index.by_role.get(role)).flatten());
        let values = self.contexts.iter().flatten();
        let values = values.flat_map(|(dimension, chain)| chain.iter().map(move |value| (*dimension, *value)));
        candidates.extend(values.filter_map(|value| index.by_value.get(&value)).flatten());
        let mut given: FxHashMap<usize, bool> = FxHashMap::default();
        for (number, place) in candidates {
            let grant: &Grant = &rules.types[number].grants[place];
            if self.meets(&grant.criteria) {
                let verdict = given.entry(number).or_insert(true);
                *verdict = *verdict && !grant.denied;
            }
        }
        // A type that only a denial speaks of is given by nothing.
        let mut types: Vec<usize> = given.into_iter().filter(|(_, given)| *given).map(|(number, _)| number).collect();
        types.sort_unstable();
        types
    }
}
