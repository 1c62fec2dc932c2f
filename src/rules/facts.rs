//! What rules ask of the whole configuration again and again, computed once before they run.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::grammar::{ElementKind, kinds};
use crate::ir::{Connector, EntityType, Id, Job, JobEntry, Origin, Program, ResourceType, Task};

use super::gathered::Gathered;
use super::lost;

/// How jobs come to run a task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Runs {
    /// The first job that runs it and is no connector job, with the entry that names it.
    pub(super) first: Option<(Id<Job>, JobEntry)>,
    /// Whether a connector job runs it.
    pub(super) in_connector_job: bool,
    /// Whether an override changes it somewhere.
    pub(super) overridden: bool,
}

/// Which kinds of rules the configuration has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RuleKinds {
    /// Classification rules.
    pub(super) classification: bool,
    /// Profile rules or contexts.
    pub(super) profiles: bool,
}

/// Facts about the whole configuration.
#[derive(Debug, Default)]
pub struct Facts {
    pub(super) rules: RuleKinds,
    /// By entity type: the connector whose mapping fills it; the first mapping counts.
    connectors: Vec<Option<Id<Connector>>>,
    /// Resource types by the connector of their target, in document order.
    resource_types: FxHashMap<Id<Connector>, Vec<Id<ResourceType>>>,
    /// The mapping elements of each resource type.
    mappings: FxHashMap<Id<ResourceType>, Vec<ElementKind>>,
    /// By task.
    runs: Vec<Runs>,
    /// How many job scaffoldings were expanded.
    pub(super) expanded: usize,
    gathered: Gathered,
    /// Which kinds of rules may be there all the same, where nobody can read them. Asked for where none is.
    unread: OnceLock<RuleKinds>,
    /// Whether connections may be there all the same.
    unread_connections: OnceLock<bool>,
}

impl Facts {
    /// Reads the facts. Costs one pass over the items.
    pub fn new(program: &Program) -> Self {
        let items = &program.items;
        let mut connectors = vec![None; items.entity_types.len()];
        for mapping in items.entity_type_mappings.values() {
            let (Some(entity_type), Some(connector)) = (mapping.entity_type, mapping.connector) else { continue };
            if let (Some(entity_type), Some(connector)) = (entity_type.value.target, connector.value.target) {
                connectors[entity_type.index()].get_or_insert(connector);
            }
        }
        let mut facts = Self { connectors, gathered: Gathered::new(program), ..Self::default() };
        for (id, _) in items.resource_types.iter() {
            if let Some(connector) = facts.connector_of_resource_type(program, id) {
                facts.resource_types.entry(connector).or_default().push(id);
            }
        }
        for mapping in items.resource_type_mappings.values() {
            if let Some(resource_type) = mapping.resource_type.and_then(|field| field.value.target) {
                facts.mappings.entry(resource_type).or_default().push(mapping.kind);
            }
        }
        facts.rules = RuleKinds {
            classification: !items.resource_classification_rules.is_empty(),
            profiles: !items.profile_rule_contexts.is_empty() || !facts.elements(kinds::PROFILE_CONTEXT).is_empty(),
        };
        facts.runs = runs(program);
        let mut expanded: Vec<_> = program.generated_jobs.iter().map(|job| job.scaffolding).collect();
        expanded.dedup();
        facts.expanded = expanded.len();
        facts
    }

    /// Which kinds of rules may be meant to be there by what cannot be read.
    pub(super) fn unread_rules(&self, program: &Program) -> RuleKinds {
        *self.unread.get_or_init(|| RuleKinds {
            classification: lost::may_hold(program, kinds::RESOURCE_CLASSIFICATION_RULE),
            profiles: lost::may_hold(program, kinds::PROFILE_CONTEXT) || lost::may_hold(program, kinds::PROFILE_RULE_CONTEXT),
        })
    }

    /// Whether connectors or connections may be meant to be there by what cannot be read.
    pub(super) fn unread_connections(&self, program: &Program) -> bool {
        *self.unread_connections.get_or_init(|| lost::may_have_connections(program))
    }

    /// The elements of a kind, in document order; of those kinds only that some rule asks for.
    pub(super) fn elements(&self, kind: ElementKind) -> &[Origin] {
        self.gathered.of(kind)
    }

    /// Whether the configuration declares a setting that no rule asks for by its kind.
    pub(super) fn has_settings(&self) -> bool {
        self.gathered.has_settings()
    }

    /// The scaffoldings that make other things than jobs, in document order.
    pub(super) fn other_scaffoldings(&self) -> &[Origin] {
        self.gathered.other_scaffoldings()
    }

    /// The connector whose mapping fills an entity type.
    pub(super) fn connector_of(&self, entity_type: Id<EntityType>) -> Option<Id<Connector>> {
        self.connectors.get(entity_type.index()).copied().flatten()
    }

    /// The connector that a resource type's resources are written to.
    pub(super) fn connector_of_resource_type(&self, program: &Program, id: Id<ResourceType>) -> Option<Id<Connector>> {
        self.connector_of(program.items.resource_types[id].target?.value.target?)
    }

    /// The resource types whose resources a connector holds.
    pub(super) fn resource_types_of(&self, connector: Id<Connector>) -> &[Id<ResourceType>] {
        self.resource_types.get(&connector).map_or(&[], Vec::as_slice)
    }

    /// The mapping elements that a resource type has.
    pub(super) fn mappings_of(&self, resource_type: Id<ResourceType>) -> &[ElementKind] {
        self.mappings.get(&resource_type).map_or(&[], Vec::as_slice)
    }

    /// How jobs run a task.
    pub(super) fn runs_of(&self, task: Id<Task>) -> Runs {
        self.runs.get(task.index()).copied().unwrap_or_default()
    }
}

fn runs(program: &Program) -> Vec<Runs> {
    let mut runs = vec![Runs::default(); program.items.tasks.len()];
    for (id, job) in program.items.jobs.iter() {
        let connector_job = job.is_connector_job.is_some_and(|field| field.value);
        for found in program.job_tasks(id) {
            let run = &mut runs[found.task.index()];
            if connector_job {
                run.in_connector_job = true;
            } else {
                run.first.get_or_insert((id, found.entry));
            }
            if let Some(base) = program.items.tasks[found.task].base {
                runs[base.index()].overridden = true;
            }
        }
    }
    runs
}
