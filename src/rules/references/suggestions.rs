//! Near names for references that lead nowhere, within a budget.

use rustc_hash::FxHashMap;

use crate::grammar::{ItemKind, names};
use crate::ir::{Declaration, Generated, Program, Symbol};
use crate::rules::suggest::nearest;

use super::certainty::is_scoped;

/// Searches of one run.
const SEARCHES: usize = 200;
/// Names compared in one run.
const COMPARISONS: usize = 500_000;

/// The names of the configuration, read where they are asked for.
pub(super) struct Suggestions<'p> {
    program: &'p Program,
    searches: usize,
    comparisons: usize,
    names: FxHashMap<ItemKind, Vec<String>>,
    scoped: FxHashMap<ItemKind, FxHashMap<Symbol, Vec<String>>>,
}

impl<'p> Suggestions<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self { program, searches: SEARCHES, comparisons: COMPARISONS, names: FxHashMap::default(), scoped: FxHashMap::default() }
    }

    /// The nearest name among the items of the kind, or among those within one item.
    pub(super) fn nearest(&mut self, kind: ItemKind, scope: Option<Symbol>, wrong: &str) -> Option<String> {
        if self.searches == 0 {
            return None;
        }
        self.searches -= 1;
        let program = self.program;
        let names = match scope {
            Some(scope) => self.scoped.entry(kind).or_insert_with(|| within(program, kind)).get(&scope)?,
            None => self.names.entry(kind).or_insert_with(|| of_kind(program, kind)),
        };
        if names.len() > self.comparisons {
            return None;
        }
        self.comparisons -= names.len();
        nearest(wrong, names.iter().map(String::as_str)).map(str::to_owned)
    }
}

fn of_kind(program: &Program, kind: ItemKind) -> Vec<String> {
    program
        .declarations
        .of_kind(kind)
        .filter(|one| one.scope.is_none() || is_scoped(kind))
        .map(|one| written_name(program, one))
        .chain(kind.def().predeclared.iter().map(|&name| name.to_owned()))
        .collect()
}

fn within(program: &Program, kind: ItemKind) -> FxHashMap<Symbol, Vec<String>> {
    let mut map: FxHashMap<Symbol, Vec<String>> = FxHashMap::default();
    for one in program.declarations.of_kind(kind) {
        if let Some(scope) = one.scope {
            map.entry(scope).or_default().push(written_name(program, one));
        }
    }
    map
}

/// The identifier of a declared item as written.
pub(super) fn written_name(program: &Program, declaration: &Declaration) -> String {
    if let Some(Generated(number)) = declaration.generated {
        return program.generated[number as usize].value(names::IDENTIFIER).unwrap_or_default().to_owned();
    }
    declaration.key(program).map(|one| program.attribute_value(declaration.file, one).trim().to_owned()).unwrap_or_default()
}
