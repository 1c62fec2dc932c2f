//! References that lead nowhere, by what is missing: one cause is one finding, however many places name it.

use rustc_hash::FxHashMap;

use crate::grammar::ItemKind;
use crate::ir::Symbol;
use crate::source::Location;

use super::certainty::Certainty;
use super::judge::{Broken, Instead};

/// How many further places a finding shows.
pub(super) const SHOWN: usize = 8;

/// What is missing, and every reference that misses it.
pub(super) struct Cause {
    /// The first reference.
    pub(super) first: Broken,
    /// The places of the others, in the order of files and places.
    pub(super) others: Vec<Location>,
    /// The configuration declares nothing of the kind at all: the others may bear other names.
    pub(super) whole_kind: bool,
}

/// The causes, in the order of their first references.
pub(super) fn causes(certainty: &Certainty<'_>, broken: Vec<Broken>) -> Vec<Cause> {
    type Key = (Option<Instead>, ItemKind, Option<Symbol>, Option<Symbol>);
    let mut numbers: FxHashMap<Key, usize> = FxHashMap::default();
    let mut causes: Vec<Cause> = Vec::new();
    for one in broken {
        let whole_kind = one.instead.is_none() && one.scope.is_none() && !certainty.declares(one.wanted);
        let name = (!whole_kind).then(|| Symbol::new(&one.name));
        let number = *numbers.entry((one.instead, one.wanted, one.scope, name)).or_insert(causes.len());
        match causes.get_mut(number) {
            Some(cause) => cause.others.push(one.place),
            None => causes.push(Cause { first: one, others: Vec::new(), whole_kind }),
        }
    }
    causes
}
