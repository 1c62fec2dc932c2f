//! The identifier of the job that a scaffolding stands for, be it expanded or not.

use crate::grammar::{kinds, names};
use crate::ir::{Id, Program, Scaffolding};

/// The identifier, as written or as it is where none is written; none of `CreateConnectorsJobs`, which stands for many.
pub fn job_of(program: &Program, id: Id<Scaffolding>) -> Option<String> {
    let item = &program.items.scaffoldings[id];
    let written = |name| program.value(item.origin, name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let connector = |word| written(names::CONNECTOR).map(|connector| format!("{connector}_Synchronize_{word}"));
    let agent = |word| {
        let only = || {
            let mut agents = program.items.agents.values();
            let only = agents.next().filter(|_| agents.next().is_none());
            only.map(|only| program.identifier(only.origin).trim().to_owned())
        };
        let agent = written(names::AGENT).or_else(only).unwrap_or_else(|| "Local".to_owned());
        Some(format!("{agent}_Synchronize_{word}"))
    };
    match item.kind {
        kinds::CLEAN_DATABASE_JOB => Some("CleanDatabase".to_owned()),
        kinds::CREATE_CONNECTORS_JOBS => None,
        kind => written(names::JOB_IDENTIFIER).or_else(|| match kind {
            kinds::CREATE_ACCESS_CERTIFICATION_JOB => Some("AccessCertification".to_owned()),
            kinds::CREATE_AGENT_SYNCHRO_COMPLETE => agent("Complete"),
            kinds::CREATE_AGENT_SYNCHRO_INCREMENTAL => agent("Incremental"),
            kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE => connector("Complete"),
            kinds::CREATE_CONNECTOR_SYNCHRO_INCREMENTAL => connector("Incremental"),
            kinds::CREATE_INITIALIZATION_JOB => Some("InitializationJob".to_owned()),
            _ => None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::Dialect;
    use crate::source::{SourceFile, Sources};

    #[test]
    fn every_generated_job_has_the_identifier_it_is_said_to_have() {
        let model = "<Agent Identifier=\"Harbour\"/><Connector Identifier=\"AD\" Agent=\"Harbour\"/>\
            <Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>";
        for (element, own) in [
            ("CleanDatabaseJob", ""),
            ("CreateAccessCertificationJob", ""),
            ("CreateAgentSynchroComplete", "Agent=\"Harbour\""),
            ("CreateAgentSynchroIncremental", ""),
            ("CreateConnectorSynchroComplete", "Connector=\"AD\""),
            ("CreateConnectorSynchroIncremental", "Connector=\"AD\""),
            ("CreateInitializationJob", ""),
        ] {
            for identifier in ["", "JobIdentifier=\"Night\""] {
                if element == "CleanDatabaseJob" && !identifier.is_empty() {
                    continue;
                }
                let root = crate::grammar::NAMESPACE;
                let text =
                    format!("<ConfigurationFile xmlns=\"{root}\">{model}<{element} {own} {identifier}/></ConfigurationFile>");
                let mut program = Program::build(Sources::new(vec![SourceFile::new("a.xml", text)]), Dialect::Saas);
                assert!(super::super::expand(&mut program).is_empty(), "{element}");
                let (id, _) = program.items.scaffoldings.iter().next().unwrap();
                let job = program.items.jobs.values().next().unwrap();
                assert_eq!(job_of(&program, id).unwrap(), program.identifier(job.origin), "{element} {identifier}");
            }
        }
    }
}
