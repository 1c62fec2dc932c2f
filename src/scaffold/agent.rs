//! `CreateAgentSynchroComplete` and `CreateAgentSynchroIncremental`: one job for all connectors of an agent.
//!
//! Choices where nothing is published: a connector without agent counts for the only agent declared; a job identifier that
//! is not written is `<agent>_Synchronize_Complete` or `<agent>_Synchronize_Incremental`; with several agents the
//! scaffolding must name one.

use std::collections::BTreeSet;

use crate::grammar::{kinds, names};
use crate::ir::{Id, JobIntegration, Scaffolding, Symbol};

use super::arguments::Arguments;
use super::computation::{Computation, Provisioned};
use super::facts::{ConnectorFacts, Facts};
use super::job::NewJob;
use super::problem::{ScaffoldProblem, ScaffoldProblemKind};
use super::{Expansion, Mode, synchronization};

/// The connectors of an agent, with the name of the agent; a problem where no agent is named and several exist.
pub(super) fn connectors<'f>(
    facts: &'f Facts<'_>,
    id: Id<Scaffolding>,
    arguments: &Arguments,
) -> Result<(String, Vec<&'f ConnectorFacts>), ScaffoldProblem> {
    if arguments.agent.is_none() && facts.agents.len() > 1 {
        let list = facts.agents.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let kind = ScaffoldProblemKind::Argument {
            message: format!("the scaffolding names no agent, and there are several: {list}"),
            help: format!("write `Agent=\"{}\"` or the one meant", facts.agents[0].1),
        };
        return Err(ScaffoldProblem::of(id, kind));
    }
    let agent = arguments.agent_or(None, facts);
    let symbol = Symbol::new(&agent);
    let only = facts.agents.len() <= 1;
    let own = facts
        .connectors
        .iter()
        .filter(|connector| match &connector.agent_name {
            Some(name) => Symbol::new(name) == symbol,
            None => only && connector.agent.is_none(),
        })
        .collect();
    Ok((agent, own))
}

pub(super) fn expand(facts: &Facts<'_>, id: Id<Scaffolding>, arguments: &Arguments, mode: Mode) -> Expansion {
    let (agent, connectors) = connectors(facts, id, arguments)?;
    let part = |connector: &ConnectorFacts| if mode == Mode::Complete { connector.complete } else { connector.incremental };
    let uses = |connector: &ConnectorFacts, without: JobIntegration, excluded: &BTreeSet<Symbol>| {
        let symbol = Symbol::new(&connector.name);
        part(connector) != JobIntegration::NotUsed
            && part(connector) != without
            && !arguments.not_used.contains(&symbol)
            && !excluded.contains(&symbol)
    };
    let synchronized: Vec<&ConnectorFacts> = connectors
        .iter()
        .copied()
        .filter(|connector| {
            !connector.exports.is_empty()
                && (mode == Mode::Complete || connector.is_incremental())
                && uses(connector, JobIntegration::OnlyProvisioning, &arguments.no_connector_synchronization)
        })
        .collect();
    let provisioned_connectors: Vec<&ConnectorFacts> = connectors
        .iter()
        .copied()
        .filter(|connector| {
            connector.fulfils && uses(connector, JobIntegration::OnlySynchronization, &arguments.no_connector_provisioning)
        })
        .collect();
    if synchronized.is_empty() && provisioned_connectors.is_empty() {
        // The connection of which nobody knows what it can do is reported.
        if connectors.iter().any(|connector| connector.unknown) {
            return Ok(Vec::new());
        }
        let subject = format!("agent `{agent}`");
        let asked =
            connectors.iter().filter(|one| uses(one, JobIntegration::OnlyProvisioning, &arguments.no_connector_synchronization));
        let exports = asked.flat_map(|connector| &connector.exports);
        let complete: BTreeSet<&str> = exports.map(|connection| connection.package).collect();
        let complete = complete.into_iter().map(str::to_owned).collect();
        return Err(ScaffoldProblem::of(id, ScaffoldProblemKind::NoEffect { subject, complete }));
    }

    let word = if mode == Mode::Complete { "Complete" } else { "Incremental" };
    let identifier = arguments.job_identifier.clone().unwrap_or_else(|| format!("{agent}_Synchronize_{word}"));
    let mut job = NewJob::new(&identifier, Some(agent.clone()), arguments.client());
    job.attributes = arguments.head(&identifier, None);
    job.attributes.push((names::AGENT, agent.clone()));
    job.attributes.extend(arguments.schedule());
    job.reason = format!("{} synchronization and provisioning of all connectors of agent `{agent}`", word.to_lowercase());

    let flag = if arguments.no_synchronization { None } else { synchronization::phases(&mut job, &synchronized, mode) };
    let computation = Computation { facts, mode, flag, with_provisioning: !arguments.no_provisioning };
    let provisioned = Provisioned::of(facts, &provisioned_connectors);
    // Those of all connectors of the configuration, also of those that the job neither synchronizes nor provisions: owners
    // may belong to any of them. An owner's entity type may have no connector at all.
    let mut first: BTreeSet<_> = facts.connectors.iter().flat_map(|connector| &connector.entity_types).copied().collect();
    first.extend(&provisioned.sources);
    computation.groups(&mut job, &provisioned_connectors, first);
    if mode == Mode::Complete {
        let mut covered = synchronized;
        covered.extend(&provisioned_connectors);
        computation.classification(&mut job, &covered);
        computation.profiles(&mut job, &provisioned.resource_types);
        Computation::plain(&mut job, kinds::UPDATE_PARAMETERS_CONTEXT_DISPLAY_NAMES_TASK, "closes every complete job");
        computation.notifications(&mut job);
        Computation::plain(&mut job, kinds::MANAGE_CONFIGURATION_INDEXES_TASK, "closes the complete job of an agent");
        Computation::plain(&mut job, kinds::MAINTAIN_INDEXES_TASK, "closes every complete job");
    }
    Ok(vec![job])
}
