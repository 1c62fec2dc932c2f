//! What a name that no file declares proves: nothing, where something else than a file may declare it.

use crate::grammar::{self, ElementKind, ItemKind, ScaffoldingKind, names};
use crate::ir::{Program, Symbol};

/// Facts of the whole configuration.
pub(in crate::rules) struct Certainty<'p> {
    program: &'p Program,
    /// Scaffoldings that make other things than jobs stand in it.
    others: bool,
    /// A job scaffolding was not expanded, so tasks and jobs are missing.
    unexpanded: bool,
}

/// Properties that every entity type has without declaring them: its own, those it inherits from `Resource`, and the
/// navigations to what is assigned to a resource.
const OWNED: [&str; 10] = [
    "Id",
    "InternalDisplayName",
    "Type",
    "Dirty",
    "WhenCreated",
    "WhenChanged",
    "ValidFrom",
    "ValidTo",
    "Workflows",
    "ResourceFiles",
];
/// How the names of navigations begin that every entity type has.
const OWNED_PREFIXES: [&str; 3] = ["Assigned", "Owned", "InternalDisplayName_L"];
/// How the names of properties begin that a scaffolding adds for fast display tables.
const OPTIMIZED_PREFIX: &str = "Op_";

impl<'p> Certainty<'p> {
    pub(in crate::rules) fn new(program: &'p Program) -> Self {
        let is_other: Vec<bool> =
            grammar::elements().map(|kind| kind.def().scaffolding == Some(ScaffoldingKind::Other)).collect();
        let is_other = |kind: &ElementKind| is_other.get(usize::from(kind.0)).copied().unwrap_or(false);
        let mut expanded = vec![false; program.items.scaffoldings.len()];
        for job in &program.generated_jobs {
            expanded[job.scaffolding.index()] = true;
        }
        Self { program, others: program.kinds.iter().flatten().flatten().any(is_other), unexpanded: expanded.contains(&false) }
    }

    /// Whether scaffoldings may make items of the kind that no file declares.
    pub(super) fn may_be_generated(&self, kind: ItemKind) -> bool {
        kind.def().generated && self.others
    }

    /// Whether an item exists. `None`: nobody can tell.
    pub(in crate::rules) fn exists(&self, kind: ItemKind, name: &str) -> Option<bool> {
        let def = kind.def();
        let symbol = Symbol::new(name);
        let declarations = &self.program.declarations;
        if declarations.find(kind, None, symbol).is_some() {
            return Some(true);
        }
        // Items that are unique within another are named from inside it.
        if is_scoped(kind) && declarations.named(symbol).any(|one| one.kind == kind) {
            return Some(true);
        }
        if kind.is_predeclared(name) {
            return Some(true);
        }
        let generated = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let doubtful = !def.declared
            || self.may_be_generated(kind)
            || (self.others && def.generated_prefix.is_some_and(generated))
            || (self.unexpanded && matches!(kind, ItemKind::Task | ItemKind::Job))
            || is_keyed_otherwise(kind);
        if doubtful { None } else { Some(false) }
    }

    /// Whether an entity type has a property. `None`: nobody can tell.
    pub(in crate::rules) fn has_property(&self, entity_type: Symbol, property: &str) -> Option<bool> {
        let declarations = &self.program.declarations;
        if declarations.find(ItemKind::Property, Some(entity_type), Symbol::new(property)).is_some() {
            return Some(true);
        }
        let declared = declarations.find(ItemKind::EntityType, None, entity_type)?;
        let begins = |prefix: &str| property.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        let inherited = || {
            let resource = grammar::kinds_named(names::RESOURCE).iter();
            resource.into_iter().any(|kind| kind.def().attribute_named(property).is_some())
        };
        if OWNED.iter().any(|one| one.eq_ignore_ascii_case(property)) || OWNED_PREFIXES.into_iter().any(begins) || inherited() {
            return Some(true);
        }
        let document = self.program.document(declared.file);
        // An item that is consolidated has properties that are generated.
        if document.find(declared.element, names::CONSOLIDATION_MODE).is_some() || (self.others && begins(OPTIMIZED_PREFIX)) {
            return None;
        }
        let name = document.find(declared.element, names::IDENTIFIER)?;
        let name = self.program.attribute_value(declared.file, name);
        if ItemKind::EntityType.is_predeclared(name.trim()) { None } else { Some(false) }
    }
}

/// Whether items of the kind are unique within another item only.
pub(super) fn is_scoped(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Activity | ItemKind::ConnectionColumn | ItemKind::EntityInstance | ItemKind::Property)
}

/// Whether the items are named by another attribute than `Identifier`, which the symbol table does not hold.
fn is_keyed_otherwise(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Language | ItemKind::ProfileContext)
}
