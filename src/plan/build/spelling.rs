//! References in the spelling of what they name.
//!
//! Identifiers compare without case, so a reference may be written otherwise than the item. Where several elements declare
//! one item (an entity type that is opened again), the ordinal first spelling counts, whatever the order of files.

use rustc_hash::FxHashMap;

use crate::grammar::{Holder, ItemKind, Reference, ResourceTypeEnd, TypeSource, names};
use crate::ir::{Declaration, EntityType, Origin, Program, ResourceType, Symbol};

use super::attributes::Written;

type Key = (ItemKind, Option<Symbol>, Symbol);

/// How the items of a program are spelled.
pub(super) struct Spelling<'p> {
    program: &'p Program,
    repeated: FxHashMap<Key, String>,
}

impl<'p> Spelling<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut repeated: FxHashMap<Key, String> = FxHashMap::default();
        for (first, again) in program.declarations.repeated() {
            let key = (first.kind, first.scope, first.symbol);
            let other = declared(program, again);
            let least = repeated.entry(key).or_insert_with(|| declared(program, first));
            if other < *least {
                *least = other;
            }
        }
        Self { program, repeated }
    }

    fn find(&self, kind: ItemKind, scope: Option<Symbol>, text: &str) -> Option<String> {
        let symbol = Symbol::new(text);
        if let Some(spelled) = self.repeated.get(&(kind, scope, symbol)) {
            return Some(spelled.clone());
        }
        self.program.declarations.find(kind, scope, symbol).map(|declaration| declared(self.program, declaration))
    }

    /// An item's identifier as it is declared; as written where nothing declares it.
    pub(super) fn item(&self, kind: ItemKind, text: &str) -> String {
        let text = text.trim();
        self.find(kind, None, text).unwrap_or_else(|| {
            let known = kind.def().predeclared.iter().find(|known| known.eq_ignore_ascii_case(text));
            (*known.unwrap_or(&text)).to_owned()
        })
    }

    /// A property of an entity type.
    pub(super) fn property(&self, entity_type: &str, property: &str) -> String {
        let property = property.trim();
        let found = self.find(ItemKind::Property, Some(Symbol::new(entity_type)), property);
        found.unwrap_or_else(|| property.to_owned())
    }

    /// `EntityType:Property` in its two halves; the first is empty where there is no colon.
    pub(super) fn qualified(&self, text: &str) -> (String, String) {
        match text.split_once(':') {
            Some((entity_type, property)) => {
                let property = self.property(entity_type, property);
                (self.item(ItemKind::EntityType, entity_type), property)
            }
            None => (String::new(), text.trim().to_owned()),
        }
    }

    /// The data that a mapping reads: a declared table, else a file named for its connection.
    pub(super) fn table(&self, text: &str) -> String {
        let text = text.trim();
        if let Some(table) = self.find(ItemKind::ConnectionTable, None, text) {
            return table;
        }
        let ends = std::iter::once(text.len()).chain(text.rmatch_indices('_').map(|(at, _)| at));
        for end in ends {
            if let Some(connection) = self.find(ItemKind::Connection, None, &text[..end]) {
                return connection + &text[end..];
            }
        }
        text.to_owned()
    }

    /// A path of properties from an entity type, which may be written before a colon.
    fn binding(&self, implied: Option<&str>, text: &str) -> String {
        let (written, path) = match text.split_once(':') {
            Some((entity_type, path)) => (Some(self.item(ItemKind::EntityType, entity_type)), path),
            None => (None, text),
        };
        let Some(start) = written.as_deref().or(implied) else { return text.to_owned() };
        let mut at = self.program.index.find::<EntityType>(Symbol::new(start));
        let mut name = start.to_owned();
        let mut segments = Vec::new();
        for segment in path.split('.') {
            segments.push(match at {
                Some(_) => self.property(&name, segment),
                None => segment.to_owned(),
            });
            at = at.and_then(|entity_type| self.program.navigates_to(entity_type, Symbol::new(segment)));
            if let Some(entity_type) = at {
                name = self.program.identifier(self.program.items.entity_types[entity_type].origin).into_owned();
            }
        }
        let path = segments.join(".");
        written.map_or(path.clone(), |entity_type| format!("{entity_type}:{path}"))
    }

    /// The entity type that a bare property or path of an element belongs to.
    fn implied_type(&self, source: TypeSource, own: &Written<'_>, parent: Option<&Written<'_>>) -> Option<String> {
        let TypeSource::Attribute { holder, attribute, through } = source else { return None };
        let name = crate::grammar::name_text(attribute)?;
        let value = match holder {
            Holder::Element => own.get(name)?,
            Holder::Parent => parent?.get(name)?,
        };
        let Some(end) = through else { return Some(value.to_owned()) };
        let id = self.program.index.find::<ResourceType>(Symbol::new(value))?;
        let resource_type = &self.program.items.resource_types[id];
        let name = match end {
            ResourceTypeEnd::Source => names::SOURCE_ENTITY_TYPE,
            ResourceTypeEnd::Target => names::TARGET_ENTITY_TYPE,
        };
        self.program.value(resource_type.origin, name).map(|value| value.trim().to_owned())
    }

    /// The value of an attribute that names something.
    pub(super) fn reference(
        &self,
        reference: Reference,
        value: &str,
        own: &Written<'_>,
        parent: Option<&Written<'_>>,
    ) -> Option<String> {
        Some(match reference {
            Reference::Item(kind) => self.item(kind, value),
            Reference::Property(source) => self.property(&self.implied_type(source, own, parent)?, value),
            Reference::QualifiedProperty => match self.qualified(value) {
                (entity_type, property) if entity_type.is_empty() => property,
                (entity_type, property) => format!("{entity_type}:{property}"),
            },
            Reference::Binding(source) => self.binding(self.implied_type(source, own, parent).as_deref(), value),
            Reference::DataSource => self.table(value),
            _ => return None,
        })
    }
}

/// The identifier as the declaring element writes it.
fn declared(program: &Program, declaration: &Declaration) -> String {
    let origin = Origin { file: declaration.file, element: declaration.element, generated: declaration.generated };
    program.identifier(origin).trim().to_owned()
}
