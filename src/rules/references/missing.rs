//! References that lead nowhere, by what is missing: near names are looked for once for each, and what is listed tells
//! of it once.

use rustc_hash::FxHashMap;

use crate::grammar::ItemKind;
use crate::ir::Symbol;

use super::certainty::Certainty;
use super::judge::{Broken, Instead};

/// What is missing.
pub(super) struct Cause {
    /// Every reference that misses it, in the order of files and places.
    pub(super) broken: Vec<Broken>,
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
            Some(cause) => cause.broken.push(one),
            None => causes.push(Cause { broken: vec![one], whole_kind }),
        }
    }
    causes
}
