//! Expansion takes time in proportion to what it gives.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::grammar::Dialect;
use crate::ir::Program;
use crate::source::{SourceFile, Sources};

/// Connectors, each exporting, fulfilled, and fed by the people of one connector; all scaffoldings.
fn configuration(connectors: usize) -> Program {
    let mut text = String::from(
        "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\"><Agent Identifier=\"Local\" /><EntityType Identifier=\"Person\" />",
    );
    for n in 0..connectors {
        let internal = if n % 4 == 0 { "Usercube.FulfillDatabase@0000001" } else { "Usercube.AD@0000001" };
        write!(
            text,
            "<Connector Identifier=\"C{n}\" Agent=\"Local\" /><Connection Identifier=\"X{n}\" Connector=\"C{n}\" Package=\"{internal}\" />
            <EntityType Identifier=\"E{n}\" /><EntityTypeMapping Identifier=\"E{n}\" Connector=\"C{n}\" />
            <ResourceType Identifier=\"R{n}\" SourceEntityType=\"Person\" TargetEntityType=\"E{n}\"><QueryRule Property=\"P\" /></ResourceType>
            <CreateConnectorSynchroComplete Connector=\"C{n}\" />"
        )
        .unwrap();
    }
    text += "<CreateAgentSynchroComplete Agent=\"Local\" /><CreateInitializationJob Agent=\"Local\" /><CreateConnectorsJobs /></ConfigurationFile>";
    Program::build(Sources::new(vec![SourceFile::new("a.xml", text)]), Dialect::default())
}

fn expand(connectors: usize) -> (usize, Duration) {
    let mut program = configuration(connectors);
    let start = Instant::now();
    assert!(crate::scaffold::expand(&mut program).is_empty());
    (program.generated.len(), start.elapsed())
}

#[test]
fn what_is_generated_grows_with_the_connectors() {
    let (ten, twenty, thirty) = (expand(40).0, expand(80).0, expand(120).0);
    assert_eq!(thirty - twenty, twenty - ten);
}

#[test]
#[ignore = "measures time"]
fn ten_thousand_connectors_expand_in_time_in_proportion() {
    let _warm = expand(500);
    let (small, short) = expand(1_000);
    let (large, long) = expand(4_000);
    let (huge, longest) = expand(10_000);
    eprintln!("{small} elements in {short:?}, {large} in {long:?}, {huge} in {longest:?}");
    assert!(long < short * 12, "{short:?} {long:?}");
}
