//! Who names what, with every place: what an editor asks for definitions, references and renaming.
//!
//! Made once, when first asked for: checking a configuration needs none of it.

use std::ops::ControlFlow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::grammar::{ElementKind, ItemKind, Reference, ValueType, names};
use crate::source::{FileId, Location, Span};
use crate::syntax::{AttributeId, ElementId, Namespace, raw_offset};

use super::super::{Declaration, Generated, Origin, Program, Symbol};
use super::{Part, Site, each, in_element, parts, starts};

/// An item as it is named: what two occurrences have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// What it is.
    pub kind: ItemKind,
    /// The item it is unique within; `None`: within the configuration.
    pub scope: Option<Symbol>,
    /// Its identifier.
    pub symbol: Symbol,
}

/// What a name does where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It declares the item.
    Declaration,
    /// It names the item.
    Reference,
}

/// A place where an item is named.
#[derive(Clone, Copy, Debug)]
pub struct Occurrence {
    /// The item.
    pub target: Target,
    /// What the name does.
    pub role: Role,
    /// The name, and nothing around it; for a generated element, the name of the scaffolding.
    pub place: Location,
    /// The element it stands in; for a generated one, the scaffolding.
    pub element: ElementId,
    /// The generated element, where it was not written.
    pub generated: Option<Generated>,
}

/// What renaming an item changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    /// The places to write the new name into, escaped for an attribute; in the order of files and places.
    pub places: Vec<Location>,
    /// Other places where the old name stands as a word, in expressions, queries and permissions: nobody can tell
    /// whether they mean the item.
    pub mentions: Vec<Location>,
}

/// Why an item cannot be renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRenamed {
    /// Nothing declares it: the product has it, or it does not exist.
    #[error("the configuration does not declare it")]
    Undeclared,
    /// A scaffolding generates it, under a name of the product's making.
    #[error("a scaffolding generates it")]
    Generated,
}

/// All occurrences of a configuration.
#[derive(Debug)]
pub struct Occurrences {
    /// In the order of files and places; generated ones last.
    all: Vec<Occurrence>,
    /// How many of them are written.
    written: usize,
    of_target: FxHashMap<Target, Vec<u32>>,
}

impl Occurrences {
    pub(in crate::ir) fn of(program: &Program) -> Self {
        let files: Vec<FileId> = program.sources.iter().map(|(id, _)| id).collect();
        let mut all: Vec<Occurrence> = files
            .par_iter()
            .flat_map_iter(|&file| {
                let mut found = Vec::new();
                each(program, file, |site| reference(program, &site, &mut found));
                found
            })
            .collect();
        all.extend(program.declarations.all().iter().map(|one| declaration(program, one)));
        generated(program, &mut all);
        all.sort_by_key(|one| (one.generated, one.place.file, one.place.span.start, one.place.span.end));
        let written = all.partition_point(|one| one.generated.is_none());
        let mut of_target: FxHashMap<Target, Vec<u32>> = FxHashMap::default();
        for (number, one) in all.iter().enumerate() {
            of_target.entry(one.target).or_default().push(number as u32);
        }
        Self { all, written, of_target }
    }

    /// The name at a place of a file, its end included.
    pub fn at(&self, file: FileId, offset: u32) -> Option<&Occurrence> {
        let written = &self.all[..self.written];
        let behind = written.partition_point(|one| (one.place.file, one.place.span.start) <= (file, offset));
        let one = written[..behind].last()?;
        (one.place.file == file && offset <= one.place.span.end).then_some(one)
    }

    /// The names written in a file, in the order of their places.
    pub fn written_in(&self, file: FileId) -> &[Occurrence] {
        let written = &self.all[..self.written];
        let start = written.partition_point(|one| one.place.file < file);
        &written[start..written.partition_point(|one| one.place.file <= file)]
    }

    /// Where an item is named, its declarations among it: in the order of files and places, generated ones last.
    pub fn named(&self, target: Target) -> impl Iterator<Item = &Occurrence> {
        self.of_target.get(&target).into_iter().flatten().map(|&number| &self.all[number as usize])
    }

    /// Where an item is declared. Entity types may be declared in several places.
    pub fn declarations(&self, target: Target) -> impl Iterator<Item = &Occurrence> {
        self.named(target).filter(|one| one.role == Role::Declaration)
    }

    /// What changes when an item is given another identifier.
    ///
    /// # Errors
    /// Where the configuration does not itself declare the item.
    pub fn rename(&self, program: &Program, target: Target) -> Result<Renaming, NotRenamed> {
        let mut declared = self.declarations(target);
        let first = declared.next().ok_or(NotRenamed::Undeclared)?;
        if first.generated.is_some() {
            return Err(NotRenamed::Generated);
        }
        let places: Vec<Location> = self.named(target).filter(|one| one.generated.is_none()).map(|one| one.place).collect();
        Ok(Renaming { mentions: mentions(program, program.sources.slice(first.place), &places), places })
    }
}

/// The name at a place of an element, its end included: what [`Occurrences::at`] says, read from the element alone.
pub fn named_at(program: &Program, file: FileId, element: ElementId, offset: u32) -> Option<Occurrence> {
    let mut found = Vec::new();
    named_by(program, file, element, &mut found);
    let before = found.into_iter().filter(|one| one.place.span.start <= offset);
    before.max_by_key(|one| (one.place.span.start, one.place.span.end)).filter(|one| offset <= one.place.span.end)
}

/// The names written in a file, in the order of their places: what [`Occurrences::written_in`] says, read from the file
/// alone.
pub fn named_in(program: &Program, file: FileId) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for element in program.document(file).elements() {
        named_by(program, file, element, &mut found);
    }
    found.sort_by_key(|one| (one.place.span.start, one.place.span.end));
    found
}

/// Where an item is declared first, in the order of files and places, generated ones last.
pub fn declared(program: &Program, target: Target) -> Option<Occurrence> {
    let found = program.declarations.find(target.kind, target.scope, target.symbol)?;
    Some(declaration(program, found))
}

/// What an element names and declares.
fn named_by(program: &Program, file: FileId, element: ElementId, found: &mut Vec<Occurrence>) {
    in_element(program, file, element, &mut |site| reference(program, &site, found));
    let declared = program.kind(file, element).and_then(|kind| declares(program, file, element, kind));
    found.extend(declared.map(|one| declaration(program, &one)));
}

/// The declaration that an element is.
fn declares(program: &Program, file: FileId, element: ElementId, kind: ElementKind) -> Option<Declaration> {
    let symbol = |element, kind: ElementKind| {
        let key = program.document(file).find(element, kind.def().key.unwrap_or(names::IDENTIFIER))?;
        let value = program.attribute_value(file, key);
        (!value.trim().is_empty()).then(|| Symbol::new(&value))
    };
    // An item that left the program for a generated one is none of its own.
    let declares = kind.def().declares.filter(|_| !program.taken.contains(&(file, element)))?;
    let mut around = std::iter::successors(program.document(file).parent(element), |&one| program.document(file).parent(one));
    let outer = |one: ElementId| {
        let kind = program.kind(file, one).filter(|kind| kind.def().declares.is_some() && !kind.def().scoped)?;
        symbol(one, kind)
    };
    let scope = if kind.def().scoped { around.find_map(outer) } else { None };
    let consolidated = program.document(file).find(element, names::CONSOLIDATION_MODE).is_some();
    let symbol = symbol(element, kind)?;
    Some(Declaration { kind: declares, scope, symbol, file, element, generated: None, consolidated })
}

/// What an attribute names.
fn reference(program: &Program, site: &Site, found: &mut Vec<Occurrence>) {
    let value = program.attribute_value(site.file, site.attribute);
    let kept = found.len();
    let mut first = Vec::new();
    // Where a path may start at several types, that one counts from which every step of it is declared.
    for start in starts(program, site).iter() {
        found.truncate(kept);
        let mut complete = true;
        let _ = parts(program, site, start, &value, |part| {
            let target = target(program, &part);
            complete &= program.declarations.find(target.kind, target.scope, target.symbol).is_some();
            found.push(Occurrence {
                target,
                role: Role::Reference,
                place: place(program, site, &part),
                element: site.element,
                generated: None,
            });
            ControlFlow::Continue(())
        });
        if complete {
            return;
        }
        if first.is_empty() {
            first = found.split_off(kept);
        }
    }
    found.truncate(kept);
    found.append(&mut first);
}

fn target(program: &Program, part: &Part<'_>) -> Target {
    let symbol = Symbol::new(part.name);
    let scope = part.scope.or_else(|| {
        // What is unique within another item may be named without it, where one item only bears the name.
        let mut named = program.declarations.named(symbol).filter(|one| one.kind == part.kind);
        let only = named.next()?;
        named.next().is_none().then_some(only.scope).flatten()
    });
    Target { kind: part.kind, scope, symbol }
}

/// The place of a part in the text.
pub fn place(program: &Program, site: &Site, part: &Part<'_>) -> Location {
    let span = program.document(site.file).value_span(site.attribute);
    let raw = span.of(program.text(site.file));
    let (start, end) = (raw_offset(raw, part.start), raw_offset(raw, part.start + part.name.len()));
    Location::new(site.file, Span::new(span.start + start as u32, span.start + end as u32))
}

fn declaration(program: &Program, declared: &Declaration) -> Occurrence {
    let target = Target { kind: declared.kind, scope: declared.scope, symbol: declared.symbol };
    let document = program.document(declared.file);
    let key = declared.generated.is_none().then(|| declared.key(program)).flatten();
    let place = match key {
        Some(attribute) => trimmed(program, declared.file, attribute),
        None => document.name_location(declared.element),
    };
    Occurrence { target, role: Role::Declaration, place, element: declared.element, generated: declared.generated }
}

/// The place of an attribute's value without the blanks around it.
pub fn trimmed(program: &Program, file: FileId, attribute: AttributeId) -> Location {
    let span = program.document(file).value_span(attribute);
    let raw = span.of(program.text(file));
    let start = span.start + (raw.len() - raw.trim_start().len()) as u32;
    Location::new(file, Span::new(start, start.max(span.start + raw.trim_end().len() as u32)))
}

/// What generated elements name.
fn generated(program: &Program, all: &mut Vec<Occurrence>) {
    for (number, element) in program.generated.iter().enumerate() {
        let origin: Origin = program.items.scaffoldings[element.scaffolding].origin;
        let mut add = |kind: ElementKind, name, value: &str| {
            let reference = kind.def().attribute(name, "").and_then(|def| def.reference);
            let Some(Reference::Item(kind)) = reference else { return };
            all.push(Occurrence {
                target: Target { kind, scope: None, symbol: Symbol::new(value) },
                role: Role::Reference,
                place: program.place(origin),
                element: origin.element,
                generated: Some(Generated(number as u32)),
            });
        };
        for (name, value) in &element.attributes {
            add(element.kind, *name, value);
        }
        for child in &element.children {
            add(child.kind, child.name, &child.value);
        }
    }
}

/// Where a name stands as a word of a longer text that may mean the item.
fn mentions(program: &Program, name: &str, places: &[Location]) -> Vec<Location> {
    let all = program.sources.iter().flat_map(|(file, _)| mentions_in(program, file, name));
    all.filter(|one| !places.contains(one)).collect()
}

/// Where a name stands in a file as a word of a longer text: of an expression, a query, a permission, a path.
pub fn mentions_in(program: &Program, file: FileId, name: &str) -> Vec<Location> {
    let mut found = Vec::new();
    let (document, text) = (program.document(file), program.text(file));
    for element in document.elements() {
        let Some(kind) = program.kind(file, element) else { continue };
        for attribute in document.attributes(element) {
            let written = document.attribute_name(attribute);
            let def = kind.def().attribute(written, document.names().text(written));
            let Some(def) = def.filter(|_| document.attribute_namespace(attribute) == Namespace::Dialect) else { continue };
            let says = matches!(def.reference, Some(Reference::Permission | Reference::GeneratedTask | Reference::Binding(_)))
                || def.value == ValueType::Expression
                || written == names::QUERY;
            if says {
                let span = document.value_span(attribute);
                let words = words(span.of(text), name).map(|at| Span::new(span.start + at, span.start + at + name.len() as u32));
                found.extend(words.map(|span| Location::new(file, span)));
            }
        }
    }
    found
}

/// Where a name stands in a text with no letter, digit or underscore beside it. Case does not count.
fn words(text: &str, name: &str) -> impl Iterator<Item = u32> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let starts = text.char_indices().map(|(at, _)| at);
    starts.filter_map(move |at| {
        let found = text.get(at..at + name.len()).is_some_and(|part| part.eq_ignore_ascii_case(name));
        let apart = || {
            !text[..at].chars().next_back().is_some_and(is_word) && !text[at + name.len()..].chars().next().is_some_and(is_word)
        };
        (found && apart()).then_some(at as u32)
    })
}

#[cfg(test)]
mod tests;
