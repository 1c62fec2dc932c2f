//! Items that a mistake may have cost their identifiers: nobody can tell that they are missing.

use rustc_hash::FxHashSet;

use crate::grammar::{ItemKind, Required, names};
use crate::ir::{Program, Symbol};
use crate::syntax::{Document, ElementId};

/// What a configuration may declare without saying it.
pub(super) struct Damage {
    /// By kind: whether the identifier of some item of it is missing or damaged, which is a finding of its own: it may be
    /// the one that is asked for.
    kinds: Vec<bool>,
    /// Identifiers of elements that the dialect does not have where they stand: what they were meant to declare is not
    /// known, and they are findings of their own.
    strangers: FxHashSet<Symbol>,
}

impl Damage {
    /// Reads it from the trees.
    pub(super) fn of(program: &Program) -> Self {
        Self { kinds: damaged(program), strangers: strangers(program) }
    }

    /// Whether an item may be declared by what is damaged.
    pub(super) fn may_have(&self, kind: ItemKind, name: Symbol) -> bool {
        self.kinds[kind as usize] || self.strangers.contains(&name)
    }
}

fn damaged(program: &Program) -> Vec<bool> {
    let mut found = vec![false; ItemKind::all().len()];
    for (file, _) in program.sources.iter() {
        let (document, kinds) = (program.document(file), program.kinds(file));
        let errors =
            document.errors().iter().filter_map(|error| with_damaged_identifier(document, kinds.len(), error.span.start));
        for number in errors {
            if let Some(kind) = kinds[number].and_then(|kind| kind.def().declares) {
                found[kind as usize] = true;
            }
        }
        for (number, def) in kinds.iter().enumerate().filter_map(|(number, kind)| Some((number, kind.as_ref()?.def()))) {
            let Some(kind) = def.declares.filter(|&kind| !found[kind as usize]) else { continue };
            let identifier = document.find(ElementId(number as u32), names::IDENTIFIER);
            let missing = identifier.is_none_or(|identifier| program.attribute_value(file, identifier).trim().is_empty());
            found[kind as usize] =
                missing && def.attribute(names::IDENTIFIER, "Identifier").is_some_and(|row| row.required == Required::Yes);
        }
    }
    found
}

/// The element in whose start tag an error of syntax lies, if it may have cost the element its identifier.
fn with_damaged_identifier(document: &Document, elements: usize, at: u32) -> Option<usize> {
    let (mut low, mut high) = (0, elements);
    while low < high {
        let middle = usize::midpoint(low, high);
        if document.tag_span(ElementId(middle as u32)).start <= at {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let number = low.checked_sub(1)?;
    let element = ElementId(number as u32);
    let costs = match document.find(element, names::IDENTIFIER) {
        Some(identifier) => {
            let value = document.value_location(identifier).span;
            // A quote too many ends the value just before the error.
            (document.attribute_name_span(identifier).start..=value.end + 1).contains(&at)
        }
        None => at > document.name_span(element).end,
    };
    (costs && at < document.tag_span(element).end).then_some(number)
}

fn strangers(program: &Program) -> FxHashSet<Symbol> {
    let mut found = FxHashSet::default();
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        for (number, _) in program.kinds(file).iter().enumerate().filter(|(_, kind)| kind.is_none()) {
            if let Some(identifier) = document.find(ElementId(number as u32), names::IDENTIFIER) {
                found.insert(Symbol::new(&program.attribute_value(file, identifier)));
            }
        }
    }
    found
}
