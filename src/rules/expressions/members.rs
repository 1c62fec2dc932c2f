//! Which words of expressions name a property: what leads to it, and what renaming it changes beside the references.

use std::cell::Cell;
use std::ops::Range;

use crate::expr::Expression;
use crate::expr::check::{Context, check};
use crate::expr::csharp::{self, Parsed};
use crate::expr::schema::{EntityId, Member, Schema};
use crate::expr::types::Type;
use crate::ir::{Program, Symbol};
use crate::source::{FileId, Location, Span};
use crate::syntax::{self, ElementId};

use super::input;
use super::model::Model;
use super::site::{self, Site};

/// What is put in the place of a word to see what it is asked of. No configuration has a property of that name.
const STAND_IN: &str = "jobwright__Stand__In__";

/// Of words in attributes, in the order of files and places, those that name a property of `owner` in C#.
pub(crate) fn naming(program: &Program, owner: Symbol, words: &[Location]) -> Vec<Location> {
    let model = Model::new(program);
    let mut found = Vec::new();
    for words in words.chunk_by(|one, next| one.file == next.file) {
        let file = words[0].file;
        let document = program.document(file);
        site::each(program, file, 0..document.len() as u32, |site| {
            let value = document.value_span(site.attribute);
            let first = words.partition_point(|word| word.span.start < value.start);
            let within = words[first..].iter().take_while(|word| word.span.end <= value.end);
            found.extend(within.filter(|word| names(&model, site, owner, word.span)));
        });
    }
    found
}

/// The property that the word at a place of an element names in C#: the entity type that has it, and the word.
pub(crate) fn named_in_code(program: &Program, file: FileId, element: ElementId, offset: u32) -> Option<(Symbol, Location)> {
    let document = program.document(file);
    let mut here = None;
    site::each(program, file, element.0..element.0 + 1, |site| {
        if document.value_span(site.attribute).contains(Span::empty(offset)) {
            here = Some(site);
        }
    });
    let site = here?;
    let value = document.value_span(site.attribute);
    let raw = value.of(program.text(file));
    let text = syntax::code(raw);
    let word = word_at(&text, decoded_offset(raw, &text, (offset - value.start) as usize))?;
    let changed = format!("{}{STAND_IN}{}", &text[..word.start], &text[word.end..]);
    let owner = asked(&Model::new(program), site, &changed)?;
    let at = |decoded| value.start + syntax::raw_offset(raw, decoded) as u32;
    Some((owner, Location::new(file, Span::new(at(word.start), at(word.end)))))
}

/// The place in a decoded text that a place in the raw one comes to: the inverse of [`syntax::raw_offset`].
fn decoded_offset(raw: &str, text: &str, offset: usize) -> usize {
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if syntax::raw_offset(raw, middle) <= offset {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    while !text.is_char_boundary(low) {
        low -= 1;
    }
    low
}

/// The name around a place of code, its ends included.
fn word_at(text: &str, at: usize) -> Option<Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = text[..at].trim_end_matches(is_word).len();
    let end = text.len() - text[at..].trim_start_matches(is_word).len();
    (start < end).then_some(start..end)
}

/// Whether a word of an expression names a property of `owner`.
fn names(model: &Model<'_>, site: Site, owner: Symbol, word: Span) -> bool {
    let value = model.program.document(site.file).value_span(site.attribute);
    let raw = value.of(model.program.text(site.file));
    let at: Range<usize> = (word.start - value.start) as usize..(word.end - value.start) as usize;
    let raw = format!("{}{STAND_IN}{}", &raw[..at.start], &raw[at.end..]);
    asked(model, site, &syntax::code(&raw)) == Some(owner)
}

/// The entity type of which an expression wants the stand-in.
fn asked(model: &Model<'_>, site: Site, text: &str) -> Option<Symbol> {
    let text = text.trim();
    let Ok(Expression::CSharp { parameter, code }) = Expression::parse(text) else { return None };
    let Parsed::Code(parsed) = csharp::parse(&text[code]) else { return None };
    let watching = Watching { model, asked: Cell::new(None) };
    let context = Context {
        schema: &watching,
        element: site.kind.def().name,
        parameter: parameter.as_deref(),
        input: input::input(model, site),
        expected: Type::Unknown,
        strict: false,
    };
    check(&parsed, &context);
    watching.asked.get()
}

/// The entity model, which notes of which entity type the stand-in is wanted.
struct Watching<'m, 'p> {
    model: &'m Model<'p>,
    asked: Cell<Option<Symbol>>,
}

impl Schema for Watching<'_, '_> {
    fn entity(&self, name: &str) -> Option<EntityId> {
        self.model.entity(name)
    }

    fn lacks(&self, name: &str) -> bool {
        self.model.lacks(name)
    }

    fn entity_name(&self, entity: EntityId) -> String {
        self.model.entity_name(entity)
    }

    fn member(&self, entity: EntityId, name: &str) -> Member {
        if name != STAND_IN {
            return self.model.member(entity, name);
        }
        if let Some((_, owner)) = self.model.symbol(entity) {
            self.asked.set(Some(owner));
        }
        Member::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_through_what_its_text_is_written_as() {
        let raw = "a &amp;&#x41;b&lt;é.Nåme&#13;";
        let text = syntax::code(raw);
        assert_eq!(text, "a &Ab<é.Nåme\r");
        let word = |of: &str, shift: usize| {
            word_at(&text, decoded_offset(raw, &text, raw.find(of).unwrap() + shift)).map(|word| &text[word])
        };
        assert_eq!(word("&#x41;b", 0), Some("Ab"));
        assert_eq!(word("&#x41;b", 3), Some("Ab"), "inside the reference");
        assert_eq!(word("b&lt;", 1), Some("Ab"), "behind its last letter");
        assert_eq!(word("Nåme", 2), Some("Nåme"));
        assert_eq!(word("&amp;", 0), None);
        assert_eq!(word("a ", 0), Some("a"));
    }
}
