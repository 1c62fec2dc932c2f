//! `CreateConnectorsJobs`: for every connector a job whose steps are started one by one from the connector's page, and the
//! tasks behind the steps, at top level and without levels. Every connector gets all of them, whatever its connections.

use crate::grammar::{ElementKind, kinds, names};
use crate::ir::{Id, Scaffolding};

use super::Expansion;
use super::facts::{ConnectorFacts, Facts};
use super::job::{NewEntry, NewJob, NewTask};
use super::problem::{ScaffoldProblem, ScaffoldProblemKind};

/// The tasks in the order of the steps: element and the word after `_Connector`.
const STEPS: [(ElementKind, &str); 11] = [
    (kinds::EXPORT_TASK, "Export"),
    (kinds::PREPARE_SYNCHRONIZATION_TASK, "PrepareSynchronization"),
    (kinds::SYNCHRONIZE_TASK, "Synchronization"),
    (kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK, "Expression"),
    (kinds::COMPUTE_CORRELATION_KEYS_TASK, "Correlation"),
    (kinds::COMPUTE_ROLE_MODEL_TASK, "Policy"),
    (kinds::GENERATE_PROVISIONING_ORDERS_TASK, "GenerateOrders"),
    (kinds::FULFILL_TASK, "Fulfillment"),
    (kinds::UPDATE_CLASSIFICATION_TASK, "Classification"),
    (kinds::BUILD_ROLE_MODEL_TASK, "BuildRoleModel"),
    (kinds::REFRESH_SCHEMA_TASK, "RefreshSchema"),
];

pub(super) fn expand(facts: &Facts<'_>, id: Id<Scaffolding>) -> Expansion {
    if facts.connectors.is_empty() {
        return Err(ScaffoldProblem::of(id, ScaffoldProblemKind::NoConnector));
    }
    let mut jobs: Vec<NewJob> = facts.connectors.iter().map(|connector| job(facts, connector)).collect();
    // The tasks come after all the jobs.
    jobs.extend(facts.connectors.iter().map(tasks));
    Ok(jobs)
}

fn job(facts: &Facts<'_>, connector: &ConnectorFacts) -> NewJob {
    let identifier = format!("{}_VirtualJob", connector.name);
    let only = if let [(_, only)] = facts.agents.as_slice() { only.as_str() } else { "Local" };
    let agent = connector.agent_name.as_deref().unwrap_or(only);
    let mut job = NewJob::new(&identifier, Some(agent.to_owned()), "Job");
    job.attributes = vec![
        (names::IDENTIFIER, identifier),
        (names::DISPLAY_NAME_L1, format!("ZZ Connectors/{}", connector.label1)),
        (names::AGENT, agent.to_owned()),
        (names::IS_CONNECTOR_JOB, "true".to_owned()),
        (names::USER_START_DENIED, "true".to_owned()),
    ];
    job.reason = format!("steps of the page of connector `{}`", connector.name);
    for (_, word) in STEPS {
        let identifier = format!("{}_Connector{word}", connector.name);
        let reason = format!("started from the page of connector `{}`", connector.name);
        job.entries.push(NewEntry::Step { identifier, level: None, reason });
    }
    job
}

fn tasks(connector: &ConnectorFacts) -> NewJob {
    let mut job = NewJob::new(&connector.name, None, "Job");
    let mut tasks: Vec<NewTask> = STEPS
        .iter()
        .map(|&(kind, word)| {
            let stem = format!("Connector{word}");
            NewTask::new(&connector.name, kind, stem.clone(), stem)
                .of_connector(&connector.label1, &connector.label2)
                .connector(&connector.name)
                .because(format!("a step of the page of connector `{}`", connector.name))
        })
        .collect();
    tasks.sort_by(|a, b| a.identifier.cmp(&b.identifier));
    job.entries = tasks.into_iter().map(|task| NewEntry::Task(Box::new(task))).collect();
    job
}
