//! Which words of expressions name a property: what renaming it changes beside the references.

use std::cell::Cell;
use std::ops::Range;

use crate::expr::Expression;
use crate::expr::check::{Context, check};
use crate::expr::csharp::{self, Parsed};
use crate::expr::schema::{EntityId, Member, Schema};
use crate::expr::types::Type;
use crate::ir::{Program, Symbol};
use crate::source::{Location, Span};

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

/// Whether a word of an expression names a property of `owner`.
fn names(model: &Model<'_>, site: Site, owner: Symbol, word: Span) -> bool {
    let value = model.program.document(site.file).value_span(site.attribute);
    let raw = value.of(model.program.text(site.file));
    let at: Range<usize> = (word.start - value.start) as usize..(word.end - value.start) as usize;
    let raw = format!("{}{STAND_IN}{}", &raw[..at.start], &raw[at.end..]);
    let text = crate::syntax::code(&raw);
    let text = text.trim();
    let Ok(Expression::CSharp { parameter, code }) = Expression::parse(text) else { return false };
    let Parsed::Code(parsed) = csharp::parse(&text[code]) else { return false };
    let watching = Watching { model, owner, asked: Cell::new(false) };
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

/// The entity model, which notes whether the stand-in is looked for in the entity type.
struct Watching<'m, 'p> {
    model: &'m Model<'p>,
    owner: Symbol,
    asked: Cell<bool>,
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
        if self.model.symbol(entity).is_some_and(|(_, symbol)| symbol == self.owner) {
            self.asked.set(true);
        }
        Member::Unknown
    }
}
