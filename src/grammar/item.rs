//! Kinds of items: what an identifier can name.

use std::fmt;

use super::tables::{self, ItemKind};

/// What is known about a kind of item.
#[derive(Debug)]
pub struct ItemDef {
    /// The kind.
    pub kind: ItemKind,
    /// In words, in the singular: `entity type`.
    pub name: &'static str,
    /// In words, in the plural.
    pub plural: &'static str,
    /// Identifiers that exist without being declared.
    pub predeclared: &'static [&'static str],
    /// Other scaffoldings than those of jobs make items of this kind: where one stands in the configuration, a name
    /// that no file declares proves nothing.
    pub generated: bool,
    /// Names beginning so may be generated, though the kind is not otherwise.
    pub generated_prefix: Option<&'static str>,
    /// Such scaffoldings make items of this kind that are named like an item of that one.
    pub generated_like: Option<ItemKind>,
    /// The product has items of this kind of its own: a name proves something only where the configuration declares others.
    pub implicit: bool,
    /// Some element declares items of this kind.
    pub declared: bool,
}

impl ItemKind {
    /// What is known about the kind.
    pub fn def(self) -> &'static ItemDef {
        tables::item(self)
    }

    /// Every kind.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        tables::items().iter().map(|item| item.kind)
    }

    /// In words, in the plural.
    pub fn plural(self) -> &'static str {
        self.def().plural
    }

    /// Whether an item of that name exists without being declared. Identifiers compare without case.
    pub fn is_predeclared(self, identifier: &str) -> bool {
        self.def().predeclared.iter().any(|one| one.eq_ignore_ascii_case(identifier))
    }
}

impl fmt::Display for ItemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.def().name)
    }
}
