//! What the rules give to an owner: dimension values, roles, resource types, and when.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::index::Index;
use super::rules::{Chain, Criteria, Role, Rules};
use super::window::{Clock, Offset, Window};

/// One context: when it holds, and the values by dimension, each with when it holds.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) window: Window,
    pub(super) values: Vec<(usize, Chain, Window)>,
}

/// A role of an owner: when it is held, by which rules, and whether a person gave it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Held {
    pub(super) windows: Vec<Window>,
    pub(super) rules: Vec<i64>,
    pub(super) manual: bool,
}

/// An owner as the rules see it.
#[derive(Debug, Default)]
pub(super) struct Owner {
    /// Whether contexts begin or end: a rule without criterion holds as long as one of them does.
    pub(super) dated: bool,
    pub(super) contexts: Vec<Context>,
    pub(super) composite: FxHashMap<Role, Held>,
    pub(super) single: FxHashMap<Role, Held>,
}

/// A resource type that rules give: by which, when, and how that is moved.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) number: usize,
    pub(super) rules: Vec<i64>,
    pub(super) windows: Vec<Window>,
    pub(super) offset: Offset,
}

/// What people decided of the roles of an owner.
#[derive(Debug, Default)]
pub(super) struct ByHand {
    pub(super) given: Vec<(Role, Window)>,
    pub(super) denied: BTreeSet<Role>,
}

/// A rule's say on one role: its priority, whether it denies, when, and its number.
type Say = (i64, bool, Window, i64);

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

impl Owner {
    /// Dimension values with those above them.
    pub(super) fn values(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        let values = self.contexts.iter().flat_map(|context| &context.values);
        values.flat_map(|(dimension, chain, _)| chain.iter().map(move |value| (*dimension, *value)))
    }

    /// When a criterion holds, given the roles that it may ask for.
    pub(super) fn windows(&self, criteria: &Criteria, roles: &FxHashMap<Role, Held>) -> Vec<Window> {
        if criteria.nobody {
            return Vec::new();
        }
        let base = match criteria.role.map(|role| roles.get(&role)) {
            Some(None) => return Vec::new(),
            Some(Some(held)) => held.windows.as_slice(),
            None => &[Window::ALWAYS],
        };
        let mut found = Vec::new();
        if criteria.dimensions.is_empty() {
            if criteria.role.is_some() || !self.dated {
                return base.to_vec();
            }
            for context in &self.contexts {
                add(&mut found, context.window);
            }
            return found;
        }
        for context in &self.contexts {
            let within = criteria.dimensions.iter().try_fold(vec![context.window], |within, &(dimension, value, below)| {
                let own = context.values.iter().filter(|(number, ..)| *number == dimension);
                let fitting = own.filter(|(_, chain, _)| chain[0] == value || (below && chain.contains(&value)));
                let both: Vec<Window> =
                    fitting.flat_map(|(.., window)| within.iter().filter_map(|known| known.meet(*window))).collect();
                (!both.is_empty()).then_some(both)
            });
            for window in within.into_iter().flatten() {
                for window in base.iter().filter_map(|base| base.meet(window)) {
                    add(&mut found, window);
                }
            }
        }
        found
    }

    /// Composite roles, then single roles. What a person gave stays, what a person denied is never given.
    pub(super) fn roles(&mut self, rules: &Rules<'_>, source: &str, by_hand: &ByHand) {
        for composite in [true, false] {
            let kind = if composite { &rules.composite } else { &rules.single };
            let given = || by_hand.given.iter().filter(|(role, _)| rules.names[*role as usize].0 == composite);
            let mut held = FxHashMap::default();
            for (role, window) in given() {
                held.insert(*role, Held { windows: vec![*window], rules: Vec::new(), manual: true });
            }
            // A composite role may ask for another one: at most as many rounds as there are rules.
            for _ in 0..=kind.grants.len() {
                let needed = if composite { &held } else { &self.composite };
                let (candidates, of_roles) = kind.index.candidates(self, needed.keys().copied());
                let mut said: BTreeMap<Role, Vec<Say>> = BTreeMap::new();
                for grant in candidates.into_iter().map(|place| &kind.grants[place as usize]) {
                    if rules.holders.get(&grant.role).is_some_and(|holder| !holder.is_empty() && holder != source) {
                        continue;
                    }
                    for window in self.windows(&grant.criteria, needed) {
                        said.entry(grant.role).or_default().push((grant.priority, grant.denied, window, grant.rule));
                    }
                }
                let mut next: FxHashMap<Role, Held> = FxHashMap::default();
                for (role, says) in said {
                    if let Some(found) = resolved(&says).filter(|_| !by_hand.denied.contains(&role)) {
                        next.insert(role, found);
                    }
                }
                for (role, window) in given() {
                    let held = next.entry(*role).or_default();
                    held.manual = true;
                    add(&mut held.windows, *window);
                }
                let settled = next == held;
                held = next;
                // Only a rule that asks for a role of its own kind can give more in another round.
                if settled || !composite || (!of_roles && held.keys().all(|role| !kind.index.asks_for(*role))) {
                    break;
                }
            }
            *(if composite { &mut self.composite } else { &mut self.single }) = held;
        }
        self.bestow(rules);
    }

    /// Dimension values that come with roles: for the rules of resource types.
    fn bestow(&mut self, rules: &Rules<'_>) {
        if rules.bestowed.is_empty() {
            return;
        }
        let mut roles: Vec<(&Role, &Held)> = self.single.iter().collect();
        roles.sort_by_key(|(role, _)| **role);
        let mut values = Vec::new();
        for (role, held) in roles {
            for (dimension, chain) in rules.bestowed.get(role).into_iter().flatten() {
                values.extend(held.windows.iter().map(|window| (*dimension, chain.clone(), *window)));
            }
        }
        if !values.is_empty() && self.contexts.is_empty() {
            self.contexts.push(Context { window: Window::ALWAYS, values: Vec::new() });
        }
        for context in &mut self.contexts {
            context.values.extend(values.iter().cloned());
        }
    }

    /// The resource types that the rules give now, by number.
    pub(super) fn types(&self, rules: &Rules<'_>, grants: &TypeGrants, clock: &Clock) -> Vec<Given> {
        let (candidates, _) = grants.index.candidates(self, self.single.keys().copied());
        let mut found: Vec<Given> = Vec::new();
        let mut denied = FxHashSet::default();
        for (number, place) in candidates.into_iter().map(|place| grants.places[place as usize]) {
            let grant = &rules.types[number].grants[place];
            let windows = self.windows(&grant.criteria, &self.single);
            if windows.is_empty() || !clock.holds_any(&windows, grant.offset) {
                continue;
            }
            if grant.denied {
                denied.insert(number);
            } else if let Some(known) = found.last_mut().filter(|known| known.number == number) {
                known.rules.push(grant.rule);
                for window in windows {
                    add(&mut known.windows, window);
                }
            } else {
                found.push(Given { number, rules: vec![grant.rule], windows, offset: grant.offset });
            }
        }
        found.retain(|given| !denied.contains(&given.number));
        found
    }
}

/// What several rules say of one role. A denial takes what it overlaps, unless a grant comes before it.
fn resolved(says: &[Say]) -> Option<Held> {
    let mut held = Held::default();
    for &(priority, denied, window, rule) in says {
        let beaten = |&(other, denies, when, _): &Say| denies && other <= priority && when.meet(window).is_some();
        if !denied && !says.iter().any(beaten) {
            add(&mut held.windows, window);
            add(&mut held.rules, rule);
        }
    }
    held.rules.sort_unstable();
    (!held.windows.is_empty()).then_some(held)
}

/// The rules that give the resource types of an entity type of owners, by type.
pub(super) struct TypeGrants {
    /// Number of the resource type, and place among its rules.
    places: Vec<(usize, usize)>,
    index: Index,
}

impl TypeGrants {
    pub(super) fn of(rules: &Rules<'_>, source: &str) -> Self {
        let own = rules.types.iter().enumerate().filter(|(_, found)| found.source == source);
        let places: Vec<(usize, usize)> =
            own.flat_map(|(number, found)| (0..found.grants.len()).map(move |place| (number, place))).collect();
        let criteria = |(number, place): &(usize, usize)| &rules.types[*number].grants[*place].criteria;
        let index = Index::of(places.iter().map(criteria).enumerate());
        Self { places, index }
    }
}
