//! What the configuration says about connectors, connections and resource types, computed once for all scaffoldings.
//!
//! Choices where nothing is published: a connection of a package that the catalogue does not have neither exports nor
//! fulfils, since nothing tells what it can do (the rule `invalid-value` reports the package, once, where it is written, and
//! what a scaffolding lacks for its sake is not reported); a display name that is empty counts as absent; the product's
//! labels in language 2 are written where no language is declared, or one of that number.

use std::collections::{BTreeMap, BTreeSet};

use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{
    Agent, Connection, Connector, Declaration, EntityType, Id, JobIntegration, Origin, Program, ResourceType, SynchronizationType,
};

/// A connection that exports or fulfils.
pub(super) struct ConnectionFacts {
    pub(super) name: String,
    pub(super) incremental: bool,
    pub(super) package: &'static str,
}

/// A connector with what hangs on it.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each asked for by name")]
pub(super) struct ConnectorFacts {
    pub(super) id: Id<Connector>,
    pub(super) name: String,
    pub(super) label1: String,
    pub(super) label2: String,
    pub(super) agent: Option<Id<Agent>>,
    pub(super) agent_name: Option<String>,
    pub(super) complete: JobIntegration,
    pub(super) incremental: JobIntegration,
    /// Connections that export, ordinal.
    pub(super) exports: Vec<ConnectionFacts>,
    /// The packages of all its connections, in document order.
    pub(super) packages: Vec<&'static str>,
    /// Whether some connection is of a package that nobody knows, so that it may do anything.
    pub(super) unknown: bool,
    /// Whether some connection fulfils.
    pub(super) fulfils: bool,
    /// Connections that fulfil, ordinal.
    pub(super) fulfilling: Vec<String>,
    /// Whether it is fulfilled into the product's own database.
    pub(super) internal: bool,
    /// Whether it is switched off as a whole.
    pub(super) deactivated: bool,
    /// Whether its exports are Active Directory's.
    active_directory: bool,
    /// Entity types, ordinal.
    pub(super) entity_types: Vec<Id<EntityType>>,
    /// Resource types that it fulfils, ordinal.
    pub(super) resource_types: Vec<Id<ResourceType>>,
}

impl ConnectorFacts {
    /// Whether it has an export that takes changes only.
    pub(super) fn is_incremental(&self) -> bool {
        self.exports.iter().any(|connection| connection.incremental)
    }

    /// Whether it has connections at all.
    pub(super) fn has_connections(&self) -> bool {
        self.unknown || !self.packages.is_empty()
    }

    /// Variant of its prepare and synchronize tasks in a job of that mode.
    pub(super) fn variant(&self, incremental: bool) -> SynchronizationType {
        if self.active_directory {
            SynchronizationType::ActiveDirectory
        } else if incremental {
            SynchronizationType::Changes
        } else {
            SynchronizationType::None
        }
    }
}

/// Facts about the whole configuration.
pub(super) struct Facts<'p> {
    pub(super) program: &'p Program,
    /// Ordinal by identifier.
    pub(super) connectors: Vec<ConnectorFacts>,
    connector_numbers: Vec<Option<u32>>,
    entity_types: Vec<String>,
    resource_types: Vec<String>,
    connector_of: Vec<Option<Id<Connector>>>,
    /// Entity types that have a classification rule.
    classified: BTreeMap<Id<EntityType>, BTreeSet<Id<ResourceType>>>,
    /// Resource types that have a context of profile rules.
    profiled: BTreeSet<Id<ResourceType>>,
    /// Where the query rules of each resource type point to.
    queries: BTreeMap<Id<ResourceType>, Vec<Id<EntityType>>>,
    /// Owners of resource types outside the internal connectors.
    pub(super) notified: Vec<Id<EntityType>>,
    /// Agents, ordinal by identifier.
    pub(super) agents: Vec<(Id<Agent>, String)>,
    /// Whether the configuration has languages, and none of number 2.
    pub(super) one_language: bool,
}

impl<'p> Facts<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        use rayon::prelude::*;
        let items = &program.items;
        let text = |origin| program.identifier(origin).trim().to_owned();
        let entity_types: Vec<String> = items.entity_types.as_slice().par_iter().map(|item| text(item.origin)).collect();
        let resource_types: Vec<String> = items.resource_types.as_slice().par_iter().map(|item| text(item.origin)).collect();
        let connector_of = connector_of_entity_types(program);
        let switched_off = switched_off_resource_types(program);

        let one = |(number, item)| connector(program, Id::new(number as u32), item);
        let mut connectors: Vec<ConnectorFacts> = items.connectors.as_slice().par_iter().enumerate().map(one).collect();
        for (id, owner) in connector_of.iter().enumerate() {
            if let Some(owner) = owner {
                connectors[owner.index()].entity_types.push(Id::new(id as u32));
            }
        }
        for (id, item) in items.resource_types.iter() {
            let target = item.target.and_then(|target| target.value.target);
            let Some(owner) = target.and_then(|target| connector_of[target.index()]) else { continue };
            if !switched_off.contains(&id) {
                connectors[owner.index()].resource_types.push(id);
            }
        }
        for connection in items.connections.values() {
            connections(program, &mut connectors, connection);
        }
        for facts in &mut connectors {
            if facts.deactivated {
                facts.exports.clear();
                facts.fulfils = false;
            }
            facts.fulfilling.sort();
            facts.exports.sort_by(|a, b| a.name.cmp(&b.name));
            facts.entity_types.sort_by(|a, b| entity_types[a.index()].cmp(&entity_types[b.index()]));
            facts.resource_types.sort_by(|a, b| resource_types[a.index()].cmp(&resource_types[b.index()]));
        }
        connectors.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        let mut connector_numbers = vec![None; items.connectors.len()];
        for (number, facts) in connectors.iter().enumerate() {
            connector_numbers[facts.id.index()] = Some(number as u32);
        }
        let mut classified: BTreeMap<Id<EntityType>, BTreeSet<Id<ResourceType>>> = BTreeMap::new();
        for rule in items.resource_classification_rules.values() {
            let Some(resource_type) = rule.resource_type.and_then(|named| named.value.target) else { continue };
            if let Some(target) = items.resource_types[resource_type].target.and_then(|target| target.value.target) {
                classified.entry(target).or_default().insert(resource_type);
            }
        }
        let profiled = items.profile_rule_contexts.values().filter_map(|context| context.resource_type?.value.target).collect();
        let mut agents: Vec<_> = items.agents.iter().map(|(id, item)| (id, text(item.origin))).collect();
        agents.sort_by(|a, b| a.1.cmp(&b.1));
        let mut facts = Self {
            program,
            connectors,
            connector_numbers,
            entity_types,
            resource_types,
            connector_of,
            classified,
            profiled,
            queries: queries(program),
            notified: Vec::new(),
            agents,
            one_language: one_language(program),
        };
        facts.notified = facts.owners_to_notify();
        facts
    }

    fn owners_to_notify(&self) -> Vec<Id<EntityType>> {
        let mut owners = BTreeSet::new();
        for item in self.program.items.resource_types.values() {
            let target = item.target.and_then(|target| target.value.target);
            let internal = target
                .and_then(|target| self.connector_of[target.index()])
                .and_then(|connector| self.connector(connector))
                .is_some_and(|connector| connector.internal);
            if let (false, Some(source)) = (internal, item.source.and_then(|source| source.value.target)) {
                owners.insert(source);
            }
        }
        self.sorted(owners)
    }

    pub(super) fn connector(&self, id: Id<Connector>) -> Option<&ConnectorFacts> {
        self.connector_numbers[id.index()].map(|number| &self.connectors[number as usize])
    }

    pub(super) fn entity_type(&self, id: Id<EntityType>) -> &str {
        &self.entity_types[id.index()]
    }

    pub(super) fn resource_type(&self, id: Id<ResourceType>) -> &str {
        &self.resource_types[id.index()]
    }

    /// Connector whose mapping fills an entity type.
    pub(super) fn connector_of(&self, id: Id<EntityType>) -> Option<Id<Connector>> {
        self.connector_of[id.index()]
    }

    pub(super) fn source(&self, id: Id<ResourceType>) -> Option<Id<EntityType>> {
        self.program.items.resource_types[id].source?.value.target
    }

    pub(super) fn target(&self, id: Id<ResourceType>) -> Option<Id<EntityType>> {
        self.program.items.resource_types[id].target?.value.target
    }

    pub(super) fn is_classified(&self, id: Id<EntityType>) -> bool {
        self.classified.contains_key(&id)
    }

    /// The resource types by whose rules an entity type is classified, ordinal.
    pub(super) fn classifying(&self, id: Id<EntityType>) -> Vec<&str> {
        let mut names: Vec<&str> = self.classified.get(&id).into_iter().flatten().map(|&id| self.resource_type(id)).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn has_profile_rules(&self, id: Id<ResourceType>) -> bool {
        self.profiled.contains(&id)
    }

    /// The ids in ordinal order of their identifiers.
    pub(super) fn sorted(&self, ids: impl IntoIterator<Item = Id<EntityType>>) -> Vec<Id<EntityType>> {
        let mut list: Vec<_> = ids.into_iter().collect();
        list.sort_by(|a, b| self.entity_type(*a).cmp(self.entity_type(*b)).then(a.cmp(b)));
        list.dedup();
        list
    }

    /// Entity types that the query rules of the resource types point to: their keys are needed to find what is linked.
    pub(super) fn queried(&self, resource_types: &BTreeSet<Id<ResourceType>>) -> BTreeSet<Id<EntityType>> {
        resource_types.iter().flat_map(|id| self.queries.get(id).into_iter().flatten()).copied().collect()
    }
}

/// Whether languages are declared, with numbers that can be read, and none of them is the second.
fn one_language(program: &Program) -> bool {
    let number = |one: &Declaration| {
        let number = program.value(Origin::written(one.file, one.element), names::INDICATOR_NUMBER)?;
        number.trim().parse::<u32>().ok()
    };
    let mut numbers = program.declarations.of_kind(ItemKind::Language).map(number).peekable();
    numbers.peek().is_some() && numbers.all(|number| number.is_some_and(|number| number != 2))
}

fn queries(program: &Program) -> BTreeMap<Id<ResourceType>, Vec<Id<EntityType>>> {
    let items = &program.items;
    let mut found: BTreeMap<Id<ResourceType>, Vec<Id<EntityType>>> = BTreeMap::new();
    for rule in items.resource_rules.values().filter(|rule| rule.kind == kinds::QUERY_RULE) {
        let (Some(resource_type), Some(property)) = (rule.resource_type, rule.property) else { continue };
        let Some(target) = items.resource_types[resource_type].target.and_then(|target| target.value.target) else { continue };
        found.entry(resource_type).or_default().extend(program.navigates_to(target, property.value));
    }
    found
}

fn connector(program: &Program, id: Id<Connector>, item: &Connector) -> ConnectorFacts {
    let name = program.identifier(item.origin).trim().to_owned();
    let label = |label: std::borrow::Cow<'_, str>| Some(label.trim().to_owned()).filter(|label| !label.is_empty());
    let label1 = program.value(item.origin, names::DISPLAY_NAME_L1).and_then(label).unwrap_or_else(|| name.clone());
    let label2 = program.family_value(item.origin, "DisplayName_L2").and_then(label).unwrap_or_else(|| label1.clone());
    let agent = item.agent.and_then(|agent| agent.value.target);
    ConnectorFacts {
        id,
        label1,
        label2,
        agent,
        agent_name: agent.map(|agent| program.identifier(program.items.agents[agent].origin).trim().to_owned()),
        complete: item.complete_job.map_or(JobIntegration::Used, |field| field.value),
        incremental: item.incremental_job.map_or(JobIntegration::Used, |field| field.value),
        exports: Vec::new(),
        packages: Vec::new(),
        unknown: false,
        fulfils: false,
        fulfilling: Vec::new(),
        internal: false,
        deactivated: item.is_deactivated.is_some_and(|field| field.value),
        active_directory: false,
        entity_types: Vec::new(),
        resource_types: Vec::new(),
        name,
    }
}

fn connections(program: &Program, connectors: &mut [ConnectorFacts], connection: &Connection) {
    let Some(owner) = connection.connector.and_then(|connector| connector.value.target) else { return };
    let facts = &mut connectors[owner.index()];
    let Some(package) = connection.package() else {
        facts.unknown = true;
        return;
    };
    facts.packages.push(package.id);
    if connection.exports() {
        facts.active_directory |= package.prepare_type_always;
        facts.exports.push(ConnectionFacts {
            name: program.identifier(connection.origin).trim().to_owned(),
            incremental: package.incremental,
            package: package.id,
        });
    }
    if connection.fulfils() {
        facts.fulfils = true;
        facts.fulfilling.push(program.identifier(connection.origin).trim().to_owned());
        facts.internal |= package.id == "Usercube.FulfillDatabase@0000001";
    }
}

/// The connector of each entity type, through its mapping; the first mapping counts.
fn connector_of_entity_types(program: &Program) -> Vec<Option<Id<Connector>>> {
    let mut of = vec![None; program.items.entity_types.len()];
    for mapping in program.items.entity_type_mappings.values() {
        let (Some(entity_type), Some(connector)) = (mapping.entity_type, mapping.connector) else { continue };
        if let (Some(entity_type), Some(connector)) = (entity_type.value.target, connector.value.target) {
            of[entity_type.index()].get_or_insert(connector);
        }
    }
    of
}

/// Resource types whose mapping names a connection that does not fulfil: they are provisioned by nobody.
fn switched_off_resource_types(program: &Program) -> BTreeSet<Id<ResourceType>> {
    program
        .items
        .resource_type_mappings
        .values()
        .filter_map(|mapping| {
            let connection = &program.items.connections[mapping.connection?.value.target?];
            (connection.package().is_some() && !connection.fulfils()).then_some(mapping.resource_type?.value.target?)
        })
        .collect()
}
