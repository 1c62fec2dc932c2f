//! `CreateInitializationJob`: the first load of an agent.
//!
//! No task of it depends on another: the order is that of the levels. Choices where nothing is published: without
//! `PrincipalDataConnector` the internal connectors hold the data; where there is none either, nothing is provisioned and
//! the closing computation is number 1. `CompleteJob` and `IncrementalJob` of connectors do not count here.

use std::collections::BTreeSet;

use crate::grammar::{kinds, names};
use crate::ir::{Connector, Id, ResourceType, Scaffolding, Symbol};

use super::arguments::Arguments;
use super::computation::{Computation, INTERNAL_ROUNDS, Provisioned};
use super::facts::{ConnectorFacts, Facts};
use super::job::{NewJob, NewTask};
use super::problem::{ScaffoldProblem, ScaffoldProblemKind};
use super::{Expansion, Mode, agent, synchronization};

pub(super) fn expand(facts: &Facts<'_>, id: Id<Scaffolding>, arguments: &Arguments) -> Expansion {
    let (agent, connectors) = agent::connectors(facts, id, arguments)?;
    let excluded = |connector: &ConnectorFacts, set: &BTreeSet<Symbol>| {
        let symbol = Symbol::new(&connector.name);
        arguments.not_used.contains(&symbol) || set.contains(&symbol)
    };
    let synchronized: Vec<&ConnectorFacts> = connectors
        .iter()
        .copied()
        .filter(|connector| !connector.exports.is_empty() && !excluded(connector, &arguments.no_connector_synchronization))
        .collect();
    let principal = principal(facts, arguments, &connectors);
    let provisions =
        |connector: &ConnectorFacts| !connector.deactivated && !excluded(connector, &arguments.no_connector_provisioning);
    let provisioned_connectors: Vec<&ConnectorFacts> =
        principal.iter().copied().filter(|connector| provisions(connector)).collect();
    if synchronized.is_empty() && provisioned_connectors.is_empty() {
        let subject = format!("agent `{agent}`");
        return Err(ScaffoldProblem::of(id, ScaffoldProblemKind::NoEffect { subject, complete: Vec::new() }));
    }

    let identifier = arguments.job_identifier.clone().unwrap_or_else(|| "InitializationJob".to_owned());
    let mut job = NewJob::new(&identifier, Some(agent.clone()), arguments.client());
    job.attributes = arguments.head(&identifier, None);
    job.attributes.push((names::AGENT, agent.clone()));
    job.attributes.extend(arguments.schedule());
    job.attributes.push((names::IS_INITIALIZATION_JOB, "true".to_owned()));
    job.attributes.push((names::USER_START_DENIED, "true".to_owned()));
    job.reason = format!("first load of all connectors of agent `{agent}`");

    let views = NewTask::new(&identifier, kinds::CREATE_DATABASE_VIEWS_TASK, "CreateDatabaseViews", "CreateDatabaseViews");
    job.single(views.on_agent().because("the views must exist before anything is loaded"));
    synchronization::phases(&mut job, &synchronized, Mode::Initialization);
    let computation = Computation { facts, mode: Mode::Initialization, flag: None, with_provisioning: true };
    compute(&mut job, &computation, arguments, &synchronized, &principal, &provisioned_connectors);
    close(&mut job, &computation, &synchronized);
    Ok(vec![job])
}

/// The connectors that hold the data by which external systems are fulfilled.
fn principal<'f>(facts: &'f Facts<'_>, arguments: &Arguments, connectors: &[&'f ConnectorFacts]) -> Vec<&'f ConnectorFacts> {
    match arguments.principal_connector {
        // An unknown connector is reported where it is written.
        Some((symbol, _, _)) => {
            facts.program.index.find::<Connector>(symbol).and_then(|id| facts.connector(id)).into_iter().collect()
        }
        None => connectors.iter().copied().filter(|connector| connector.internal).collect(),
    }
}

fn compute(
    job: &mut NewJob,
    computation: &Computation<'_, '_>,
    arguments: &Arguments,
    synchronized: &[&ConnectorFacts],
    principal: &[&ConnectorFacts],
    provisioned_connectors: &[&ConnectorFacts],
) {
    let facts = computation.facts;
    let provisioned = Provisioned::of(facts, provisioned_connectors);
    let linked = facts.queried(&provisioned.set());
    let principal_types: BTreeSet<_> = principal.iter().flat_map(|connector| &connector.entity_types).copied().collect();
    let mut loaded: BTreeSet<_> = synchronized.iter().flat_map(|connector| &connector.entity_types).copied().collect();
    loaded.extend(&principal_types);
    let mut written: BTreeSet<_> = provisioned.targets.clone();
    written.extend(&linked);
    let mut keyed = written.clone();
    keyed.extend(&provisioned.sources);

    let rounds = if provisioned.resource_types.is_empty() { 0 } else { INTERNAL_ROUNDS };
    for number in 1..=rounds {
        if number == 1 {
            computation.expressions(
                job,
                number,
                loaded.iter().copied(),
                "entity types loaded, and those of the principal connector",
            );
        } else {
            computation.expressions(job, number, written.iter().copied(), "what the round before wrote, and what it links to");
        }
        computation.keys(job, number, keyed.iter().copied());
        computation.role_model(job, number, provisioned.sources.iter().copied(), false);
        computation.orders(job, number, &provisioned);
    }

    let last = rounds + 1;
    computation.expressions(job, last, loaded.iter().copied(), "entity types loaded, and those of the principal connector");
    if let Some(directory) = &arguments.configuration {
        let base = "DeployConfiguration";
        let task = NewTask::new(&job.identifier, kinds::DEPLOY_CONFIGURATION_TASK, base, base)
            .with(names::CONFIGURATION_DIRECTORY, directory.clone())
            .because("the scaffolding names a configuration folder");
        job.single(task);
    }
    let external: BTreeSet<Id<ResourceType>> =
        synchronized.iter().flat_map(|connector| &connector.resource_types).copied().collect();
    let mut all_keys = keyed;
    all_keys.extend(external.iter().filter_map(|&id| facts.target(id)));
    all_keys.extend(facts.queried(&external));
    computation.keys(job, last, all_keys);
    let mut owners = principal_types;
    owners.extend(&provisioned.sources);
    computation.role_model(job, last, owners, true);
    computation.risk_scores(job, provisioned.sources.iter().copied());
}

fn close(job: &mut NewJob, computation: &Computation<'_, '_>, synchronized: &[&ConnectorFacts]) {
    computation.classification(job, synchronized);
    let mut types: Vec<_> = synchronized.iter().flat_map(|connector| &connector.resource_types).copied().collect();
    types.sort_by(|a, b| computation.facts.resource_type(*a).cmp(computation.facts.resource_type(*b)));
    computation.profiles(job, &types);
    Computation::plain(job, kinds::RESET_VALID_FROM_TASK, "history begins with the first load");
    Computation::plain(job, kinds::UPDATE_PARAMETERS_CONTEXT_DISPLAY_NAMES_TASK, "closes every complete job");
    let base = "SavePreExistingAccessRights";
    job.single(
        NewTask::new(&job.identifier, kinds::SAVE_PRE_EXISTING_ACCESS_RIGHTS_TASK, base, base)
            .because("rights found at the first load are kept as pre-existing"),
    );
    let indexes = NewTask::new(&job.identifier, kinds::MAINTAIN_INDEXES_TASK, "MaintainIndexes", "MaintainIndexes");
    job.single(indexes.with(names::ALL_INDEXES, "true").with(names::OFFLINE, "true").because("closes every complete job"));
}
