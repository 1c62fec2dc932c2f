//! The symbol table: which item declares which identifier, for every kind of item of the dialect.

use std::collections::hash_map::Entry;
use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::grammar::{ItemKind, names};
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId};

use super::{Generated, Program, Symbol};

/// One element that declares an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// What it is.
    pub kind: ItemKind,
    /// The item it is unique within; `None`: within the configuration.
    pub scope: Option<Symbol>,
    /// The identifier.
    pub symbol: Symbol,
    /// Where it stands.
    pub file: FileId,
    /// The element; for a generated item, that of the scaffolding.
    pub element: ElementId,
    /// The generated element, where it was not written.
    pub generated: Option<Generated>,
    /// Whether it says how it is brought together with another item of its identifier.
    pub consolidated: bool,
}

impl Declaration {
    fn is(&self, kind: ItemKind, scope: Option<Symbol>, symbol: Symbol) -> bool {
        self.symbol == symbol && self.scope == scope && self.kind == kind
    }

    /// The attribute that carries the identifier; none for what was generated.
    pub fn key(&self, program: &Program) -> Option<AttributeId> {
        if self.generated.is_some() {
            return None;
        }
        let key = program.kind(self.file, self.element).and_then(|kind| kind.def().key).unwrap_or(names::IDENTIFIER);
        program.document(self.file).find(self.element, key)
    }
}

fn hash(kind: ItemKind, scope: Option<Symbol>, symbol: Symbol) -> u64 {
    FxBuildHasher.hash_one((kind, scope, symbol))
}

/// Number of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclarationId(u32);

/// All declarations, in the order of files and places.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    all: Vec<Declaration>,
    /// The first declaration of each kind, scope and identifier by their hash; where two hashes are the same, the later
    /// one by the next number that is free.
    first: FxHashMap<u64, DeclarationId>,
    repeated: Vec<(DeclarationId, DeclarationId)>,
    of_symbol: std::sync::OnceLock<FxHashMap<Symbol, Vec<DeclarationId>>>,
}

impl Declarations {
    /// The table of those declarations, with room for `more`.
    pub fn new(all: Vec<Declaration>, more: usize) -> Self {
        let first = FxHashMap::with_capacity_and_hasher(all.len() + more, FxBuildHasher);
        let mut table = Self { first, ..Self::default() };
        table.all = all;
        for number in 0..table.all.len() {
            table.enter(DeclarationId(number as u32));
        }
        table
    }

    /// Makes room for more declarations.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.all.reserve(more);
        self.first.reserve(more);
    }

    /// Adds a declaration after the others.
    pub fn add(&mut self, declaration: Declaration) {
        self.all.push(declaration);
        self.enter(DeclarationId(self.all.len() as u32 - 1));
        self.of_symbol.take();
    }

    fn enter(&mut self, id: DeclarationId) {
        let d = self.all[id.0 as usize];
        let mut number = hash(d.kind, d.scope, d.symbol);
        loop {
            match self.first.entry(number) {
                Entry::Vacant(entry) => {
                    entry.insert(id);
                    return;
                }
                Entry::Occupied(entry) => {
                    if self.all[entry.get().0 as usize].is(d.kind, d.scope, d.symbol) {
                        self.repeated.push((*entry.get(), id));
                        return;
                    }
                }
            }
            number = number.wrapping_add(1);
        }
    }

    /// The declaration of that number.
    pub fn get(&self, id: DeclarationId) -> &Declaration {
        &self.all[id.0 as usize]
    }

    /// The first item of that kind, scope and identifier.
    pub fn find(&self, kind: ItemKind, scope: Option<Symbol>, symbol: Symbol) -> Option<&Declaration> {
        let mut number = hash(kind, scope, symbol);
        loop {
            let one = self.get(*self.first.get(&number)?);
            if one.is(kind, scope, symbol) {
                return Some(one);
            }
            number = number.wrapping_add(1);
        }
    }

    /// Items that repeat the kind, scope and identifier of an earlier one, with that earlier one.
    pub fn repeated(&self) -> impl ExactSizeIterator<Item = (&Declaration, &Declaration)> {
        self.repeated.iter().map(|&(first, again)| (self.get(first), self.get(again)))
    }

    /// All declarations of one kind, in order.
    pub fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = &Declaration> {
        self.all.iter().filter(move |d| d.kind == kind)
    }

    /// Everything that bears an identifier, whatever its kind.
    pub fn named(&self, symbol: Symbol) -> impl Iterator<Item = &Declaration> {
        let map = self.of_symbol.get_or_init(|| {
            let mut map: FxHashMap<Symbol, Vec<DeclarationId>> = FxHashMap::default();
            for (number, declaration) in self.all.iter().enumerate() {
                map.entry(declaration.symbol).or_default().push(DeclarationId(number as u32));
            }
            map
        });
        map.get(&symbol).into_iter().flatten().map(|&id| self.get(id))
    }

    /// All declarations, in order.
    pub fn all(&self) -> &[Declaration] {
        &self.all
    }
}
