//! Items that a mistake may have cost their identifiers: nobody can tell that they are missing.

use rustc_hash::FxHashSet;

use crate::grammar::{self, AttributeDef, ItemKind, Required, ValueProblem, name_text, names};
use crate::ir::{Program, Symbol};
use crate::source::{FileId, trim};
use crate::syntax::{Document, ElementId, NameId};

/// What a configuration may declare without saying it.
pub(super) struct Damage {
    /// By kind: whether the identifier of some item of it is missing or damaged, or its start tag is lost, which is a finding
    /// of its own: it may be the one that is asked for.
    kinds: Vec<bool>,
    /// Whether a file ends early: anything may be declared in what is missing.
    cut: bool,
    /// Identifiers of elements that the dialect does not have where they stand, of tags that are none for an error in them,
    /// and what malformed identifiers may have been meant to be: what they were meant to declare is not known, and they
    /// are findings of their own.
    strangers: FxHashSet<Symbol>,
    /// Entity types with a property that lacks its identifier.
    open_types: FxHashSet<Symbol>,
}

impl Damage {
    /// Reads it from the trees.
    pub(super) fn of(program: &Program) -> Self {
        let kinds = vec![false; ItemKind::all().len()];
        let mut found = Self { kinds, cut: false, strangers: FxHashSet::default(), open_types: FxHashSet::default() };
        for (file, _) in program.sources.iter() {
            found.add_errors(program, file);
            found.add_elements(program, file);
        }
        found
    }

    /// Whether an item may be declared by what is damaged.
    pub(super) fn may_have(&self, kind: ItemKind, name: Symbol) -> bool {
        self.cut || self.kinds[kind as usize] || self.strangers.contains(&name)
    }

    /// Whether an entity type may have a property by what is damaged.
    pub(super) fn may_have_property(&self, entity_type: Symbol, property: Symbol) -> bool {
        self.open_types.contains(&entity_type) || self.may_have(ItemKind::Property, property)
    }

    /// What errors of syntax may have cost.
    fn add_errors(&mut self, program: &Program, file: FileId) {
        let (document, text, kinds) = (program.document(file), program.text(file), program.kinds(file));
        self.cut |= document.ends_early();
        let lost = document.unmatched_ends().filter_map(|(name, _)| grammar::name_id(name)).flat_map(grammar::kinds_named);
        for declared in lost.filter_map(|kind| kind.def().declares) {
            self.kinds[declared as usize] = true;
        }
        for error in document.errors() {
            let at = error.span.start;
            if let Some(number) = with_damaged_identifier(document, kinds.len(), at)
                && let Some(kind) = kinds[number].and_then(|kind| kind.def().declares)
            {
                self.kinds[kind as usize] = true;
            }
            let tag = element_at(document, document.len(), at).map(|element| document.tag_span(element));
            let lost = match tag.filter(|tag| at < tag.end) {
                Some(tag) => tag.of(text),
                None => lost_tag(text, at as usize),
            };
            self.strangers.extend(identifiers(lost).map(Symbol::new));
        }
    }

    /// What elements may have been meant to declare.
    fn add_elements(&mut self, program: &Program, file: FileId) {
        let document = program.document(file);
        for (number, kind) in program.kinds(file).iter().enumerate() {
            let element = ElementId(number as u32);
            let Some(kind) = kind else {
                let keys = KEYS.iter().filter_map(|&key| document.find(element, key));
                self.strangers.extend(keys.map(|one| Symbol::new(&program.attribute_value(file, one))));
                continue;
            };
            let def = kind.def();
            let Some(declares) = def.declares else { continue };
            let key = def.key.unwrap_or(names::IDENTIFIER);
            let identifier = || document.find(element, key);
            let name = identifier().map(|one| program.attribute_value(file, one)).unwrap_or_default();
            let row = || def.attribute(key, name_text(key).unwrap_or_default());
            if trim(&name).is_empty() {
                // An empty one is told even where none is needed.
                let is_told = identifier().is_some() || row().is_some_and(|row| row.required == Required::Yes);
                match document.parent(element).filter(|_| declares == ItemKind::Property) {
                    Some(parent) if is_told => {
                        let of = document.find(parent, names::IDENTIFIER).map(|one| program.attribute_value(file, one));
                        self.open_types.insert(Symbol::new(&of.unwrap_or_default()));
                    }
                    _ => self.kinds[declares as usize] |= is_told,
                }
            } else if row().is_some_and(|row| is_malformed(row, &name)) {
                // `HR Sites`, where others name `HRSites`.
                let meant = name.replace(|sign: char| !(sign.is_alphanumeric() || sign == '_'), "");
                self.strangers.insert(Symbol::new(&meant));
            }
        }
    }
}

/// What items are called by.
const KEYS: [NameId; 3] = [names::CODE, names::ID, names::IDENTIFIER];

/// The element in whose start tag an error of syntax lies, if it may have cost the element its identifier.
fn with_damaged_identifier(document: &Document, elements: usize, at: u32) -> Option<usize> {
    let element = element_at(document, elements, at)?;
    let costs = match document.find(element, names::IDENTIFIER) {
        Some(identifier) => {
            let value = document.value_location(identifier).span;
            // A quote too many ends the value just before the error.
            (document.attribute_name_span(identifier).start..=value.end + 1).contains(&at)
        }
        None => at > document.name_span(element).end,
    };
    (costs && at < document.tag_span(element).end).then_some(element.0 as usize)
}

/// The last element whose tag begins before a place.
fn element_at(document: &Document, elements: usize, at: u32) -> Option<ElementId> {
    let (mut low, mut high) = (0, elements);
    while low < high {
        let middle = usize::midpoint(low, high);
        if document.tag_span(ElementId(middle as u32)).start <= at {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low.checked_sub(1).map(|number| ElementId(number as u32))
}

fn is_malformed(row: &AttributeDef, name: &str) -> bool {
    row.pattern.is_some() && matches!(row.check(trim(name)), Err(ValueProblem::OffPattern(_)))
}

/// What may have been a tag, from a place in the text on: up to the next one.
fn lost_tag(text: &str, start: usize) -> &str {
    /// Bytes of a tag that are looked at.
    const LONGEST: usize = 4096;
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.char_indices().skip(1).find(|&(at, sign)| sign == '<' || at > LONGEST).map_or(rest.len(), |(at, _)| at);
    &rest[..end]
}

/// What is written behind `Identifier` in a damaged tag, whatever stands before it.
fn identifiers(tag: &str) -> impl Iterator<Item = &str> {
    tag.split("Identifier").skip(1).filter_map(|rest| {
        let value = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split(|sign: char| sign.is_whitespace() || matches!(sign, '/' | '>')).next(),
        }
    })
}
