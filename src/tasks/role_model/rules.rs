//! The rules of the plan, made ready: names looked up, values compiled.

use std::rc::Rc;

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::expr::schema::EntityId;
use crate::plan::model::Model;
use crate::tasks::TaskError;
use crate::tasks::expressions::{PlanSchema, Records, Valuation};

use super::compile::Compiler;
use super::index::Index;
use super::walk::Walk;
use super::window::Offset;

/// A role by number; composite and single ones are numbered together.
pub(super) type Role = u32;

/// What must hold of an owner for a rule to apply; nothing: of everyone.
#[derive(Debug, Default)]
pub(super) struct Criteria {
    /// The role that must be held.
    pub(super) role: Option<Role>,
    /// Dimension, value, and whether the values below it count too.
    pub(super) dimensions: Vec<(usize, i64, bool)>,
    /// A value names a resource that does not exist: the rule applies to nobody.
    pub(super) nobody: bool,
}

/// A rule that gives a role or a resource type.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) criteria: Criteria,
    /// The role; unused for resource types.
    pub(super) role: Role,
    pub(super) denied: bool,
    pub(super) priority: i64,
    pub(super) offset: Offset,
    /// The rule's number in the store.
    pub(super) rule: i64,
}

/// How a value is compared with what the system shows.
pub(super) type Comparison = fn(&str, &str) -> bool;

pub(super) struct Scalar {
    pub(super) property: String,
    pub(super) role: Option<Role>,
    pub(super) valuation: Valuation,
    pub(super) mapped: bool,
    pub(super) same: Comparison,
    pub(super) offset: Offset,
}

pub(super) struct Navigation {
    pub(super) criteria: Criteria,
    pub(super) property: String,
    pub(super) target: Option<i64>,
    pub(super) denied: bool,
    pub(super) offset: Offset,
}

pub(super) struct Query {
    pub(super) property: String,
    pub(super) source: Valuation,
    pub(super) target: Valuation,
    pub(super) pointed: String,
    pub(super) confidence: i64,
    pub(super) offset: Offset,
}

/// A rule by which resources find their owners.
pub(super) struct Correlation {
    /// Its name among the keys.
    pub(super) key: String,
    pub(super) confidence: i64,
    pub(super) rule: i64,
}

/// A resource type with its rules.
#[allow(clippy::struct_excessive_bools, reason = "each is an attribute of the element")]
pub(super) struct Type<'p> {
    pub(super) id: &'p str,
    pub(super) source: &'p str,
    pub(super) entity: EntityId,
    pub(super) grants: Vec<Grant>,
    /// The last that applies counts.
    pub(super) scalars: Vec<Scalar>,
    pub(super) navigations: Vec<Navigation>,
    /// The first that finds something counts.
    pub(super) queries: Vec<Query>,
    /// By falling confidence.
    pub(super) correlations: Vec<Correlation>,
    pub(super) blocked: bool,
    pub(super) may_add: bool,
    pub(super) may_remove: bool,
    pub(super) discard: bool,
    /// Connector that fills the target entity type.
    pub(super) connector: Option<&'p str>,
    /// The resource type that the same owner must have a resource of first.
    pub(super) depends_on: Option<&'p str>,
    /// The property that the owner must have a value of first.
    pub(super) depends_on_property: Option<&'p str>,
    /// Minutes after which an order that nothing answers is in error; 0 for never.
    pub(super) patience: i64,
}

/// A dimension: its number in rules, and how to go from a value to the one above it.
pub(super) struct Dimension {
    pub(super) number: i64,
    pub(super) entity_type: String,
    pub(super) parent: Option<Walk>,
}

/// A value of a dimension with those above it.
pub(super) type Chain = Rc<[i64]>;

/// The dates of a context, or of what a section of it says.
#[derive(Default)]
pub(super) struct Dates {
    pub(super) start: Option<Valuation>,
    pub(super) end: Option<Valuation>,
}

/// Where the records of an owner are.
pub(super) enum Sources {
    /// The owner is the only one.
    Owner,
    /// Behind links.
    Walk(Walk),
    /// Given by an expression.
    Code(Box<Records>),
}

/// How the dimension values of the owners of an entity type are found.
pub(super) struct Contexts {
    pub(super) records: Sources,
    pub(super) dates: Dates,
    /// Dimension, the way to its values, and the section whose dates hold for them.
    pub(super) values: Vec<(usize, Walk, Option<usize>)>,
    pub(super) sections: Vec<Dates>,
    pub(super) exclude: Option<Valuation>,
}

impl Contexts {
    /// Whether contexts begin or end.
    pub(super) fn dated(&self) -> bool {
        self.dates.start.is_some() || self.dates.end.is_some()
    }
}

/// A kind of role with the rules that give it.
pub(super) struct Roles {
    pub(super) grants: Vec<Grant>,
    pub(super) index: Index,
}

/// Everything, made ready.
pub(super) struct Rules<'p> {
    pub(super) dimensions: Vec<Dimension>,
    pub(super) contexts: FxHashMap<String, Contexts>,
    pub(super) composite: Roles,
    pub(super) single: Roles,
    /// Whether it is composite, and its identifier.
    pub(super) names: Vec<(bool, String)>,
    pub(super) numbers: FxHashMap<(bool, String), Role>,
    /// Entity type of the holders of a role.
    pub(super) holders: FxHashMap<Role, String>,
    /// Dimension values that the holders of a role have.
    pub(super) bestowed: FxHashMap<Role, Vec<(usize, Chain)>>,
    pub(super) types: Vec<Type<'p>>,
    /// Numbers of resource types by identifier, and by the keys of their correlation rules.
    pub(super) by_id: FxHashMap<&'p str, usize>,
    pub(super) by_key: FxHashMap<String, usize>,
}

impl<'p> Rules<'p> {
    pub(super) fn compile(store: &Connection, schema: &PlanSchema<'p>, model: &'p Model) -> Result<Self, TaskError> {
        let mut compiler = Compiler::new(store, schema, model);
        let mut rules = compiler.compile()?;
        (rules.names, rules.numbers) = compiler.into_names();
        Ok(rules)
    }

    /// Without the names of roles.
    pub(super) fn new(dimensions: Vec<Dimension>, composite: Roles, single: Roles, types: Vec<Type<'p>>) -> Self {
        let by_id = types.iter().enumerate().map(|(number, found)| (found.id, number)).collect();
        let keys = types
            .iter()
            .enumerate()
            .flat_map(|(number, found)| found.correlations.iter().map(move |correlation| (correlation.key.clone(), number)));
        let by_key = keys.collect();
        Self {
            dimensions,
            contexts: FxHashMap::default(),
            composite,
            single,
            names: Vec::new(),
            numbers: FxHashMap::default(),
            holders: FxHashMap::default(),
            bestowed: FxHashMap::default(),
            types,
            by_id,
            by_key,
        }
    }

    /// How many resource types an owner must have a resource of before one of this type, each before the next.
    pub(super) fn depth(&self, number: usize) -> usize {
        let first = |number: &usize| self.types[*number].depends_on.and_then(|first| self.by_id.get(first)).copied();
        std::iter::successors(first(&number), first).take(self.types.len()).count()
    }

    /// The number of a role, given on first use: a person can give one that no rule names.
    pub(super) fn role(&mut self, composite: bool, id: &str) -> Role {
        let names = &mut self.names;
        *self.numbers.entry((composite, id.to_owned())).or_insert_with(|| {
            names.push((composite, id.to_owned()));
            names.len() as Role - 1
        })
    }
}
