//! `CreateConnectorSynchroComplete` and `CreateConnectorSynchroIncremental`: one job for one connector.
//!
//! Choices where nothing is published: the scaffolding names its connector, so `NotUsed` on the connector does not keep it
//! out (the rule `scaffold-overrules-connector` says so), while `OnlySynchronization` and `OnlyProvisioning` hold, for they
//! contradict nothing that is written here. `OnlySynchronization` leaves the role model out with the provisioning;
//! `NoProvisioning` keeps it, as it does in the vendor's tutorials; the closing tasks are those of every complete job in
//! either case, notifications included: they are about all owners of the configuration. Without synchronization an
//! incremental job has no flag task, and so no dirty computation. A job identifier that is not written is
//! `<connector>_Synchronize_Complete` or `<connector>_Synchronize_Incremental`.

use crate::grammar::{kinds, names};
use crate::ir::{Id, JobIntegration, Scaffolding};

use super::arguments::Arguments;
use super::computation::{Computation, Provisioned};
use super::facts::{ConnectorFacts, Facts};
use super::job::NewJob;
use super::problem::{ScaffoldProblem, ScaffoldProblemKind};
use super::{Expansion, Mode, synchronization};

pub(super) fn expand(facts: &Facts<'_>, id: Id<Scaffolding>, arguments: &Arguments, mode: Mode) -> Expansion {
    let item = &facts.program.items.scaffoldings[id];
    // A connector that is missing or unknown is reported where it is written.
    let Some(connector) = item.connector.and_then(|connector| connector.value.target).and_then(|id| facts.connector(id)) else {
        return Ok(Vec::new());
    };
    of_connector(facts, id, connector, arguments, mode)
}

/// The job of a connector, whether a scaffolding is written for it or not.
pub(super) fn of_connector(
    facts: &Facts<'_>,
    id: Id<Scaffolding>,
    connector: &ConnectorFacts,
    arguments: &Arguments,
    mode: Mode,
) -> Expansion {
    let part = if mode == Mode::Complete { connector.complete } else { connector.incremental };
    let asked = part != JobIntegration::OnlyProvisioning && !arguments.no_synchronization;
    if mode == Mode::Incremental && asked && !connector.is_incremental() && !connector.deactivated && connector.has_connections()
    {
        return incremental_unsupported(id, connector);
    }
    let synchronizes = !connector.exports.is_empty() && part != JobIntegration::OnlyProvisioning;
    let provisions = connector.fulfils && part != JobIntegration::OnlySynchronization;
    if !synchronizes && !provisions {
        // The connection of which nobody knows what it can do is reported.
        if connector.unknown {
            return Ok(Vec::new());
        }
        let subject = format!("connector `{}`", connector.name);
        return Err(ScaffoldProblem::of(id, ScaffoldProblemKind::NoEffect { subject, complete: Vec::new() }));
    }
    let synchronizes = synchronizes && !arguments.no_synchronization;
    Ok(vec![job(facts, arguments, connector, mode, synchronizes, provisions)])
}

/// The problem of a connector that exports no changes; none where a connection may export anything.
fn incremental_unsupported(id: Id<Scaffolding>, connector: &ConnectorFacts) -> Expansion {
    if connector.unknown {
        return Ok(Vec::new());
    }
    let exports = !connector.exports.is_empty();
    let mut packages: Vec<String> = if exports {
        connector.exports.iter().map(|connection| connection.package.to_owned()).collect()
    } else {
        connector.packages.iter().map(|&package| package.to_owned()).collect()
    };
    packages.dedup();
    let kind = ScaffoldProblemKind::IncrementalUnsupported { connector: connector.name.clone(), exports, packages };
    Err(ScaffoldProblem::of(id, kind))
}

fn job(
    facts: &Facts<'_>,
    arguments: &Arguments,
    connector: &ConnectorFacts,
    mode: Mode,
    synchronizes: bool,
    provisions: bool,
) -> NewJob {
    let word = if mode == Mode::Complete { "Complete" } else { "Incremental" };
    let identifier = arguments.job_identifier.clone().unwrap_or_else(|| format!("{}_Synchronize_{word}", connector.name));
    let agent = arguments.agent_or(connector.agent_name.as_deref(), facts);
    let mut job = NewJob::new(&identifier, Some(agent.clone()), arguments.client());
    job.attributes = arguments.head(&identifier, None);
    job.attributes.push((names::AGENT, agent));
    job.attributes.extend(arguments.schedule());
    if mode == Mode::Incremental {
        job.attributes.push((names::IS_INCREMENTAL, "true".to_owned()));
    }
    job.reason = format!("{} synchronization and provisioning of connector `{}`", word.to_lowercase(), connector.name);

    let own = [connector];
    let flag = if synchronizes { synchronization::phases(&mut job, &own, mode) } else { None };
    let with_provisioning = !arguments.no_provisioning;
    let computation = Computation { facts, mode, flag, with_provisioning };
    let provisioned_connectors: &[&ConnectorFacts] = if provisions { &own } else { &[] };
    let provisioned = Provisioned::of(facts, provisioned_connectors);
    let mut first: std::collections::BTreeSet<_> = connector.entity_types.iter().copied().collect();
    first.extend(&provisioned.sources);
    computation.groups(&mut job, provisioned_connectors, first);
    if mode == Mode::Complete {
        computation.classification(&mut job, &own);
        computation.profiles(&mut job, &provisioned.resource_types);
        Computation::plain(&mut job, kinds::UPDATE_PARAMETERS_CONTEXT_DISPLAY_NAMES_TASK, "closes every complete job");
        computation.notifications(&mut job);
        Computation::plain(&mut job, kinds::MAINTAIN_INDEXES_TASK, "closes every complete job");
    }
    job
}
