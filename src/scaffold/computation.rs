//! The tasks after synchronization: computed properties, correlation keys, role model, orders, fulfilment, closing tasks.
//!
//! A *group* is computed properties, correlation keys, role model, orders and fulfilment, numbered `n`. Choices where
//! nothing is published:
//!
//! - Internal connectors (fulfilled into the product's own database) come first and repeat their group three times:
//!   the first run creates resources, the second links, the third checks. Connectors fed by another provisioned connector
//!   come in a later group; connectors that feed each other in a ring share one.
//! - A later group computes the properties and keys of what the groups before it wrote: targets and what query rules point
//!   to, with the owners where the group is a new one.
//! - Risk scores are computed once, after the last role model.
//! - Without provisioning there is one group of everything: nothing is written that a later group could take up.
//! - A task that would cover no entity type or resource type is left out.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::grammar::{kinds, names};
use crate::ir::{Connector, EntityType, Id, ResourceType};

use super::facts::{ConnectorFacts, Facts};
use super::job::{NewJob, NewTask};
use super::{Mode, labels};

/// How often the group of an internal connector runs: create, link, check.
pub(super) const INTERNAL_ROUNDS: u32 = 3;

/// The resource types of some connectors, with their owners' and resources' entity types.
#[derive(Default)]
pub(super) struct Provisioned {
    pub(super) resource_types: Vec<Id<ResourceType>>,
    pub(super) sources: BTreeSet<Id<EntityType>>,
    pub(super) targets: BTreeSet<Id<EntityType>>,
    pub(super) names1: String,
    pub(super) names2: String,
    /// Connectors with the connections that fulfil them, for a person.
    pub(super) through: String,
}

/// How many names a reason lists.
const LISTED: usize = 8;

/// Names for a person: the first ones, and how many more.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > LISTED { format!("{shown} and {} more", names.len() - LISTED) } else { shown }
}

impl Provisioned {
    pub(super) fn of(facts: &Facts<'_>, connectors: &[&ConnectorFacts]) -> Self {
        let mut out = Self::default();
        let mut labels = Vec::new();
        let mut through = Vec::new();
        for connector in connectors.iter().filter(|connector| !connector.resource_types.is_empty()) {
            through.push(match connector.fulfilling.as_slice() {
                [] => format!("`{}`", connector.name),
                connections => format!("`{}` (through {})", connector.name, listed(connections)),
            });
            labels.push((connector.label1.as_str(), connector.label2.as_str()));
            for &resource_type in &connector.resource_types {
                out.resource_types.push(resource_type);
                out.sources.extend(facts.source(resource_type));
                out.targets.extend(facts.target(resource_type));
            }
        }
        out.resource_types.sort_by(|a, b| facts.resource_type(*a).cmp(facts.resource_type(*b)));
        out.through = listed(&through);
        out.names1 = labels.iter().map(|label| label.0).collect::<Vec<_>>().join(", ");
        out.names2 = labels.iter().map(|label| label.1).collect::<Vec<_>>().join(", ");
        out
    }

    pub(super) fn set(&self) -> BTreeSet<Id<ResourceType>> {
        self.resource_types.iter().copied().collect()
    }

    pub(super) fn names(&self, facts: &Facts<'_>) -> Vec<String> {
        self.resource_types.iter().map(|&id| facts.resource_type(id).to_owned()).collect()
    }
}

/// What all tasks of the family need.
pub(super) struct Computation<'f, 'p> {
    pub(super) facts: &'f Facts<'p>,
    pub(super) mode: Mode,
    /// The flag task of an incremental job: dirty tasks wait for it.
    pub(super) flag: Option<String>,
    pub(super) with_provisioning: bool,
}

impl Computation<'_, '_> {
    fn types(&self, ids: impl IntoIterator<Item = Id<EntityType>>) -> Vec<String> {
        self.facts.sorted(ids).into_iter().map(|id| self.facts.entity_type(id).to_owned()).collect()
    }

    fn dirty(&self, task: NewTask, linked: bool) -> NewTask {
        match &self.flag {
            None => task,
            Some(flag) => {
                let task = task.with(names::DIRTY, "true");
                if linked { task.depends_on([flag.clone()]) } else { task }
            }
        }
    }

    fn stem(&self, base: &str, number: u32, middle: &str) -> String {
        let suffix = if self.flag.is_some() { "_WithDirty" } else { "" };
        format!("{base}{number}{middle}{suffix}")
    }

    pub(super) fn expressions(
        &self,
        job: &mut NewJob,
        number: u32,
        types: impl IntoIterator<Item = Id<EntityType>>,
        reason: &str,
    ) {
        let types = self.types(types);
        if types.is_empty() {
            return;
        }
        let base = "UpdateEntityPropertyExpressions";
        let kind = kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK;
        let task = NewTask::new(&job.identifier, kind, self.stem(base, number, ""), base);
        let mut task = self.dirty(task, false).because(reason);
        task.entity_types = types;
        job.single(task);
    }

    pub(super) fn keys(&self, job: &mut NewJob, number: u32, types: impl IntoIterator<Item = Id<EntityType>>) {
        let types = self.types(types);
        if types.is_empty() {
            return;
        }
        let base = "ComputeCorrelationKeys";
        let task =
            NewTask::new(&job.identifier, kinds::COMPUTE_CORRELATION_KEYS_TASK, self.stem(base, number, "_AllEntities"), base);
        let mut task = self.dirty(task, true).because("the role model matches owners and resources by these keys");
        task.entity_types = types;
        job.single(task);
    }

    pub(super) fn role_model(&self, job: &mut NewJob, number: u32, types: impl IntoIterator<Item = Id<EntityType>>, last: bool) {
        let types = self.types(types);
        if types.is_empty() {
            return;
        }
        let base = "ComputeRoleModel";
        let task = NewTask::new(&job.identifier, kinds::COMPUTE_ROLE_MODEL_TASK, self.stem(base, number, ""), base);
        let first = self.mode == Mode::Initialization;
        let task = task
            .with_if(first && last, names::BLOCK_ALL_RESOURCE_TYPE_PROVISIONING, "true")
            .with_if(first, names::BLOCK_PROVISIONING, "false")
            .with_if(first, names::IGNORE_HISTORIZATION, "true");
        let mut task = self.dirty(task, true).because("owners of the resource types that the job provisions");
        task.entity_types = types;
        job.single(task);
    }

    pub(super) fn risk_scores(&self, job: &mut NewJob, types: impl IntoIterator<Item = Id<EntityType>>) {
        let types = self.types(types);
        if self.mode == Mode::Incremental || types.is_empty() {
            return;
        }
        let mut task = NewTask::new(&job.identifier, kinds::COMPUTE_RISK_SCORES_TASK, "ComputeRiskScores1", "ComputeRiskScores")
            .because("scores of the owners after the role model");
        task.entity_types = types;
        job.single(task);
    }

    pub(super) fn orders(&self, job: &mut NewJob, number: u32, provisioned: &Provisioned) {
        if !self.with_provisioning || provisioned.resource_types.is_empty() {
            return;
        }
        let first = self.mode == Mode::Initialization;
        let resource_types = provisioned.names(self.facts);
        let stem = |base: &str, suffix: &str| format!("{base}{number}{}", if first { suffix } else { "" });
        let base = "GenerateProvisioningOrders";
        let kind = kinds::GENERATE_PROVISIONING_ORDERS_TASK;
        let mut orders = NewTask::new(&job.identifier, kind, stem(base, "_ForceProvisioning"), base)
            .for_names(&provisioned.names1, &provisioned.names2)
            .with_if(first, names::FORCE_PROVISIONING, "true")
            .because(format!("resource types whose targets belong to {}", provisioned.through));
        orders.resource_types.clone_from(&resource_types);
        let dirty = if self.mode == Mode::Incremental { "true" } else { "false" };
        let mut fulfill = NewTask::new(&job.identifier, kinds::FULFILL_TASK, stem("Fulfill", "_IgnoreHistorization"), "Fulfill")
            .for_names(&provisioned.names1, &provisioned.names2)
            .on_agent()
            .with(names::DIRTY, dirty)
            .with(names::CONTINUE_ON_ERROR, "true")
            .with_if(first, names::IGNORE_HISTORIZATION, "true")
            .because("carries out the orders generated just before");
        if !first {
            fulfill = fulfill.depends_on([orders.identifier.clone()]);
        }
        fulfill.resource_types = resource_types;
        job.single(orders);
        job.single(fulfill);
    }

    /// All groups of a job that is not the first load.
    pub(super) fn groups(&self, job: &mut NewJob, connectors: &[&ConnectorFacts], first: BTreeSet<Id<EntityType>>) {
        let mut strata = strata(self.facts, connectors);
        if !self.with_provisioning {
            strata = Some(strata.concat()).filter(|all| !all.is_empty()).into_iter().collect();
        }
        let all = Provisioned::of(self.facts, connectors);
        if strata.is_empty() {
            self.expressions(job, 1, first, "entity types of the job's connectors");
            return;
        }
        let rounds: Vec<(usize, u32)> = strata
            .iter()
            .enumerate()
            .flat_map(|(stratum, members)| {
                let internal = members.iter().any(|connector| connector.internal);
                let rounds = if internal && self.with_provisioning { INTERNAL_ROUNDS } else { 1 };
                (0..rounds).map(move |round| (stratum, round))
            })
            .collect();
        for (index, &(stratum, round)) in rounds.iter().enumerate() {
            let number = index as u32 + 1;
            let provisioned = Provisioned::of(self.facts, &strata[stratum]);
            if number == 1 {
                let reason = "entity types of the connectors and owners of what is provisioned";
                self.expressions(job, number, first.iter().copied(), reason);
            } else {
                let mut types = provisioned.targets.clone();
                types.extend(self.facts.queried(&provisioned.set()));
                if round == 0 {
                    types.extend(&provisioned.sources);
                }
                self.expressions(job, number, types, "what the group before may have changed");
            }
            self.keys(job, number, provisioned.sources.union(&provisioned.targets).copied());
            self.role_model(job, number, provisioned.sources.iter().copied(), false);
            if index + 1 == rounds.len() {
                self.risk_scores(job, all.sources.iter().copied());
            }
            self.orders(job, number, &provisioned);
        }
    }

    pub(super) fn classification(&self, job: &mut NewJob, connectors: &[&ConnectorFacts]) {
        let types = connectors.iter().flat_map(|connector| &connector.entity_types).copied();
        let ids = self.facts.sorted(types.filter(|&id| self.facts.is_classified(id)));
        let types = self.types(ids.iter().copied());
        if types.is_empty() {
            return;
        }
        let by = |&id: &Id<EntityType>| {
            let rules = self.facts.classifying(id).into_iter().map(str::to_owned).collect::<Vec<_>>();
            format!("`{}` by the rules of {}", self.facts.entity_type(id), listed(&rules))
        };
        let base = "UpdateClassification";
        let mut task = NewTask::new(&job.identifier, kinds::UPDATE_CLASSIFICATION_TASK, base, base)
            .because(format!("classified are {}", listed(&ids.iter().map(by).collect::<Vec<_>>())));
        task.entity_types = types;
        job.single(task);
    }

    pub(super) fn profiles(&self, job: &mut NewJob, resource_types: &[Id<ResourceType>]) {
        let profiled = resource_types.iter().filter(|&&id| self.facts.has_profile_rules(id));
        for (index, &resource_type) in profiled.enumerate() {
            let base = "SetInternalUserProfiles";
            let name = self.facts.resource_type(resource_type);
            let mut task =
                NewTask::new(&job.identifier, kinds::SET_INTERNAL_USER_PROFILES_TASK, format!("{base}{}", index + 1), base)
                    .because(format!("resource type `{name}` has profile rules"));
            task.entity_types = self.types(self.facts.target(resource_type));
            task.resource_types = vec![name.to_owned()];
            job.single(task);
        }
    }

    pub(super) fn notifications(&self, job: &mut NewJob) {
        let types = self.types(self.facts.notified.iter().copied());
        if types.is_empty() {
            return;
        }
        let base = "SendRoleModelNotifications";
        let mut task = NewTask::new(&job.identifier, kinds::SEND_ROLE_MODEL_NOTIFICATIONS_TASK, base, base)
            .because("owners of all resource types but those of internal connectors");
        task.entity_types = types;
        job.single(task);
    }

    /// A closing task without arguments.
    pub(super) fn plain(job: &mut NewJob, kind: crate::grammar::ElementKind, reason: &str) {
        let base = kind.def().name.trim_end_matches("Task");
        debug_assert!(!labels::of(kind).0.is_empty(), "every generated task has a label");
        job.single(NewTask::new(&job.identifier, kind, base, base).because(reason));
    }
}

/// The provisioned connectors in the order in which one feeds the next; connectors of one list are provisioned together.
/// Internal connectors come before all others; what external connectors feed back into them does not count.
fn strata<'f>(facts: &'f Facts<'_>, connectors: &[&'f ConnectorFacts]) -> Vec<Vec<&'f ConnectorFacts>> {
    let with_types: Vec<&ConnectorFacts> =
        connectors.iter().copied().filter(|connector| !connector.resource_types.is_empty()).collect();
    let (internal, external): (Vec<_>, Vec<_>) = with_types.into_iter().partition(|connector| connector.internal);
    let mut strata = layers(facts, &internal);
    strata.extend(layers(facts, &external));
    strata
}

fn layers<'f>(facts: &'f Facts<'_>, connectors: &[&'f ConnectorFacts]) -> Vec<Vec<&'f ConnectorFacts>> {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: BTreeMap<Id<Connector>, NodeIndex> =
        connectors.iter().enumerate().map(|(index, connector)| (connector.id, graph.add_node(index))).collect();
    for connector in connectors {
        for &resource_type in &connector.resource_types {
            let feeder = facts.source(resource_type).and_then(|source| facts.connector_of(source));
            let feeder = feeder.and_then(|feeder| nodes.get(&feeder)).copied();
            if let Some(feeder) = feeder.filter(|&feeder| feeder != nodes[&connector.id]) {
                graph.update_edge(feeder, nodes[&connector.id], ());
            }
        }
    }
    // Components come in reverse topological order, so every feeder's depth is known when read from the back.
    let components = tarjan_scc(&graph);
    let mut depth = vec![0_usize; connectors.len()];
    let mut deepest = 0;
    for component in components.iter().rev() {
        let own = component
            .iter()
            .flat_map(|&node| graph.neighbors_directed(node, petgraph::Direction::Incoming))
            .filter(|feeder| !component.contains(feeder))
            .map(|feeder| depth[feeder.index()] + 1)
            .max()
            .unwrap_or(0);
        deepest = deepest.max(own);
        for &node in component {
            depth[node.index()] = own;
        }
    }
    let mut layers = vec![Vec::new(); if connectors.is_empty() { 0 } else { deepest + 1 }];
    for (index, connector) in connectors.iter().enumerate() {
        layers[depth[index]].push(*connector);
    }
    layers
}
