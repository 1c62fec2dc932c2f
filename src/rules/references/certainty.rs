//! What a name that no file declares proves: nothing, where something else than a file may declare it.

use std::sync::OnceLock;

use crate::grammar::{self, ItemKind, ScaffoldingKind, names};
use crate::ir::{Program, Symbol};

use super::damage::Damage;

/// Contexts of profiles that a configuration declares have this number or a lower one; the others are the product's.
const LAST_OWN_CONTEXT: i64 = -2;

/// Facts of the whole configuration.
pub(in crate::rules) struct Certainty<'p> {
    program: &'p Program,
    /// Scaffoldings that make other things than jobs stand in it.
    others: bool,
    /// A job scaffolding was not expanded, so tasks and jobs are missing.
    unexpanded: bool,
    /// By kind: whether some item of it is declared. Asked for now and then.
    declared: OnceLock<Vec<bool>>,
    /// How the names begin of entity types that come with a scaffolding.
    model_prefixes: Vec<&'static str>,
    /// Asked for only where a name is not found.
    damage: OnceLock<Damage>,
    /// Whether mistakes are taken to have cost nothing.
    unharmed: bool,
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

/// Whether scaffoldings that make other things than jobs stand in a configuration.
pub(in crate::rules) fn has_other_scaffoldings(program: &Program) -> bool {
    program.present_kinds().iter().any(|kind| kind.def().scaffolding == Some(ScaffoldingKind::Other))
}

impl<'p> Certainty<'p> {
    pub(in crate::rules) fn new(program: &'p Program) -> Self {
        let mut expanded = vec![false; program.items.scaffoldings.len()];
        for job in &program.generated_jobs {
            expanded[job.scaffolding.index()] = true;
        }
        let others = has_other_scaffoldings(program);
        let model_prefixes = if others { model_prefixes(program) } else { Vec::new() };
        Self {
            program,
            others,
            unexpanded: expanded.contains(&false),
            declared: OnceLock::new(),
            model_prefixes,
            damage: OnceLock::new(),
            unharmed: false,
        }
    }

    /// The same as if no mistake had cost an item its identifier: what exists by that exists at all.
    pub(super) fn unharmed(program: &'p Program) -> Self {
        Self { unharmed: true, ..Self::new(program) }
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
        let doubtful = !def.declared
            || self.may_be_generated(kind)
            || self.is_generated_name(kind, name)
            || (self.others && def.generated_like.is_some_and(|like| declarations.find(like, None, symbol).is_some()))
            || (self.unexpanded && matches!(kind, ItemKind::Task | ItemKind::Job))
            || (def.implicit && !self.declares(kind))
            || (kind == ItemKind::ProfileContext && name.parse().is_ok_and(|id: i64| id > LAST_OWN_CONTEXT))
            || self.may_be_lost(kind, symbol);
        if doubtful { None } else { Some(false) }
    }

    /// Whether a mistake may have cost an item of that name its identifier.
    fn may_be_lost(&self, kind: ItemKind, name: Symbol) -> bool {
        !self.unharmed && self.damage.get_or_init(|| Damage::of(self.program)).may_have(kind, name)
    }

    /// Whether a name begins as those of items that scaffoldings make.
    fn is_generated_name(&self, kind: ItemKind, name: &str) -> bool {
        let models = matches!(kind, ItemKind::Connector | ItemKind::EntityAssociation | ItemKind::EntityType);
        self.others
            && (kind.def().generated_prefix.is_some_and(|prefix| begins(name, prefix))
                || (models && self.model_prefixes.iter().any(|prefix| begins(name, prefix))))
    }

    /// Whether the configuration declares any item of the kind.
    pub(super) fn declares(&self, kind: ItemKind) -> bool {
        let declared = self.declared.get_or_init(|| {
            let mut declared = vec![false; ItemKind::all().len()];
            for one in self.program.declarations.all() {
                declared[one.kind as usize] = true;
            }
            declared
        });
        declared[kind as usize]
    }

    /// Whether an item that is unique within another exists in that one. `None`: nobody can tell.
    pub(super) fn has(&self, kind: ItemKind, scope: Symbol, name: &str) -> Option<bool> {
        let declarations = &self.program.declarations;
        if declarations.find(kind, Some(scope), Symbol::new(name)).is_some() {
            return Some(true);
        }
        let outer = match kind {
            ItemKind::Activity => ItemKind::Workflow,
            ItemKind::EntityInstance => ItemKind::Universe,
            _ => return None,
        };
        let declared = declarations.find(outer, None, scope).filter(|one| one.generated.is_none())?;
        let consolidated = self.program.document(declared.file).find(declared.element, names::CONSOLIDATION_MODE).is_some();
        (!consolidated && !self.may_be_generated(kind)).then_some(false)
    }

    /// Whether an entity type has a property. `None`: nobody can tell.
    pub(in crate::rules) fn has_property(&self, entity_type: Symbol, property: &str) -> Option<bool> {
        let declarations = &self.program.declarations;
        if declarations.find(ItemKind::Property, Some(entity_type), Symbol::new(property)).is_some() {
            return Some(true);
        }
        let declared = declarations.find(ItemKind::EntityType, None, entity_type)?;
        let inherited = || {
            let resource = grammar::kinds_named(names::RESOURCE).iter();
            resource.into_iter().any(|kind| kind.def().attribute_named(property).is_some())
        };
        if OWNED.iter().any(|one| one.eq_ignore_ascii_case(property))
            || OWNED_PREFIXES.iter().any(|prefix| begins(property, prefix))
            || inherited()
        {
            return Some(true);
        }
        let document = self.program.document(declared.file);
        // An item that is consolidated has properties that are generated.
        if document.find(declared.element, names::CONSOLIDATION_MODE).is_some()
            || (self.others && begins(property, OPTIMIZED_PREFIX))
        {
            return None;
        }
        let name = document.find(declared.element, names::IDENTIFIER)?;
        let name = self.program.attribute_value(declared.file, name);
        // What is declared may only add to an entity type that the product or a scaffolding makes.
        let added_to =
            ItemKind::EntityType.is_predeclared(name.trim()) || self.is_generated_name(ItemKind::EntityType, name.trim());
        let damage = || self.damage.get_or_init(|| Damage::of(self.program));
        let in_doubt = || !self.unharmed && damage().may_have_property(entity_type, Symbol::new(property));
        (!added_to && !in_doubt()).then_some(false)
    }
}

fn begins(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The prefixes of the scaffoldings that stand in the configuration and bring a model of their own.
fn model_prefixes(program: &Program) -> Vec<&'static str> {
    let mut found: Vec<&str> = program.present_kinds().iter().filter_map(|kind| kind.def().model_prefix).collect();
    found.sort_unstable();
    found.dedup();
    found
}

impl Certainty<'_> {
    /// Whether a property certainly holds a value and leads nowhere: no association has it, and neither its type nor its column
    /// is that of a navigation. Whole numbers do not count as values, for keys of other resources are written so.
    pub(super) fn is_scalar(&self, entity_type: Symbol, property: &str) -> bool {
        let (program, name) = (self.program, Symbol::new(property));
        if program.leads_to(entity_type, name).is_some() {
            return false;
        }
        let Some(declared) = program.declarations.find(ItemKind::Property, Some(entity_type), name) else { return false };
        let document = program.document(declared.file);
        let value = |name| document.find(declared.element, name).map(|one| program.attribute_value(declared.file, one));
        let Some(written) = value(names::TYPE) else { return false };
        let def = program.kind(declared.file, declared.element).and_then(|kind| kind.def().attribute(names::TYPE, "Type"));
        let in_column =
            value(names::TARGET_COLUMN_INDEX).and_then(|one| one.trim().parse().ok()).unwrap_or(0) < NAVIGATION_COLUMN;
        def.is_some_and(|def| SCALARS.contains(&def.canonical(&written))) && in_column
    }
}

/// Types of properties that hold a value.
const SCALARS: [&str; 8] = ["String", "Bytes", "DateTime", "Bool", "Guid", "Double", "Binary", "Byte"];
/// The first column that holds a navigation.
const NAVIGATION_COLUMN: i64 = 128;

/// Whether items of the kind are unique within another item only.
pub(super) fn is_scoped(kind: ItemKind) -> bool {
    matches!(kind, ItemKind::Activity | ItemKind::ConnectionColumn | ItemKind::EntityInstance | ItemKind::Property)
}
