//! From the typed model to the plan.
//!
//! Scaffoldings are expanded before; what has errors is not compiled by the commands, but gives a plan here all the same.

mod attributes;
mod connectors;
mod inventory;
mod items;
mod jobs;
mod levels;
mod metadata;
mod origins;
mod provisioning;
mod spelling;

use super::digest;
use super::model::{Model, PLAN_VERSION, Plan};
use crate::ir::Program;
use spelling::Spelling;

pub use inventory::inventory;

/// Compiles a configuration whose scaffoldings are expanded.
pub fn build(program: &Program) -> Plan {
    let spelling = Spelling::new(program);
    let (jobs, model) = rayon::join(|| jobs::jobs(program, &spelling), || model(program, &spelling));
    let mut origins = origins::of_sources(program);
    let jobs = jobs
        .into_iter()
        .map(|(job, places)| {
            origins.items.extend(places);
            job
        })
        .collect::<Vec<_>>();
    let dialect = program.dialect.as_str().to_owned();
    let digest = digest::of_parts(&dialect, &jobs, &model, PLAN_VERSION);
    let generator = concat!("jobwright ", env!("CARGO_PKG_VERSION")).to_owned();
    Plan { version: PLAN_VERSION, generator, dialect, digest, jobs, model, origins }
}

fn model(program: &Program, spelling: &Spelling<'_>) -> Model {
    Model {
        agents: connectors::agents(program),
        connectors: connectors::connectors(program, spelling),
        connections: connectors::connections(program, spelling),
        entity_types: metadata::entity_types(program),
        associations: metadata::associations(program, spelling),
        entity_type_mappings: connectors::entity_type_mappings(program, spelling),
        association_mappings: connectors::association_mappings(program, spelling),
        property_expressions: metadata::property_expressions(program, spelling),
        resource_types: provisioning::resource_types(program, spelling),
        correlation_rules: provisioning::correlation_rules(program, spelling),
        classification_rules: provisioning::classification_rules(program, spelling),
        items: items::items(program, spelling),
    }
}
