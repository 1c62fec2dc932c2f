//! What scaffoldings generate, written as XML and checked as such: nothing may be found in it that the scaffolding itself
//! is not told.

use std::collections::BTreeSet;

use crate::grammar::Dialect;
use crate::ir::Program;
use crate::rules::{Policy, check};
use crate::scaffold;
use crate::source::{SourceFile, Sources};

const LANGUAGE: &str = "<Language Code=\"en-US\" IndicatorNumber=\"1\"/>";
const FRENCH: &str = "<Language Code=\"fr-FR\" IndicatorNumber=\"2\"/>";
const ACCESS: &str = concat!(
    "<Agent Identifier=\"Harbour\" DisplayName_L1=\"Harbour\" URI=\"http://localhost:1\"/>",
    "<OpenIdClient Identifier=\"Job\" DisplayName_L1=\"Job\" HashedSecret=\"x\" Profile=\"Keeper\"/>",
);
/// Crew lists that are exported completely, doors that export changes and are fulfilled, a register that is fulfilled
/// into the product's own database; with rules of every kind that makes a task.
const MODEL: &str = r#"
<Profile Identifier="Keeper" DisplayName_L1="Keeper"/>
<Policy Identifier="Default" DisplayName_L1="Default"/>
<Connector Identifier="Crew" DisplayName_L1="Crew" Agent="Harbour"/>
<Connection Identifier="CrewFiles" DisplayName_L1="Files" Connector="Crew" Package="Usercube.CSV.Complete@0000001"/>
<EntityType Identifier="Sailor" DisplayName_L1="Sailor"><Property Identifier="Code" DisplayName_L1="Code" IsKey="true" Type="String" TargetColumnIndex="0"/></EntityType>
<EntityTypeMapping Identifier="Sailor" Connector="Crew" ConnectionTable="CrewFiles_Sailors"><Property Identifier="Code" ConnectionColumn="Code" IsPrimaryKey="true"/></EntityTypeMapping>
<Connector Identifier="Doors" DisplayName_L1="Doors" Agent="Harbour"/>
<Connection Identifier="DoorsAd" DisplayName_L1="AD" Connector="Doors" Package="Usercube.AD@0000001"/>
<EntityType Identifier="Badge" DisplayName_L1="Badge"><Property Identifier="Number" DisplayName_L1="Number" IsKey="true" Type="String" TargetColumnIndex="0"/></EntityType>
<EntityTypeMapping Identifier="Badge" Connector="Doors" ConnectionTable="DoorsAd_Badges"><Property Identifier="Number" ConnectionColumn="number" IsPrimaryKey="true"/></EntityTypeMapping>
<Connector Identifier="Register" DisplayName_L1="Register" Agent="Harbour"/>
<Connection Identifier="RegisterRows" DisplayName_L1="Rows" Connector="Register" Package="Usercube.FulfillDatabase@0000001"/>
<EntityType Identifier="Person" DisplayName_L1="Person"><Property Identifier="Key" DisplayName_L1="Key" IsKey="true" Type="String" TargetColumnIndex="0"/></EntityType>
<EntityTypeMapping Identifier="Person" Connector="Register" ConnectionTable="Rows"><Property Identifier="Key" ConnectionColumn="Key" IsPrimaryKey="true"/></EntityTypeMapping>
<Category Identifier="All" DisplayName_L1="All" Policy="Default"/>
<ResourceType Identifier="PersonOfSailor" DisplayName_L1="Person" Policy="Default" Category="All" SourceEntityType="Sailor" TargetEntityType="Person"><ScalarRule Property="Key" Binding="Code"/></ResourceType>
<ResourceType Identifier="BadgeOfPerson" DisplayName_L1="Badge" Policy="Default" Category="All" SourceEntityType="Person" TargetEntityType="Badge"><ScalarRule Property="Number" Binding="Key"/></ResourceType>
<ResourceClassificationRule ResourceType="BadgeOfPerson" SourceMatchedConfidenceLevel="1"/>
<ProfileRuleContext ResourceType="BadgeOfPerson"/>
<LdapResourceTypeMapping Identifier="BadgeOfPerson" Connection="DoorsAd" DefaultObjectClass="badge"/>
"#;

/// Every scaffolding of jobs, with what changes the shape of what it generates.
const SCAFFOLDINGS: &[&str] = &[
    "<CleanDatabaseJob/>",
    "<CreateAccessCertificationJob JobIdentifier=\"C\" DisplayName_L1=\"C\"/>",
    "<CreateAgentSynchroComplete Agent=\"Harbour\"/>",
    "<CreateAgentSynchroComplete Agent=\"Harbour\"><DoNotCreateJob/></CreateAgentSynchroComplete>",
    "<CreateAgentSynchroIncremental Agent=\"Harbour\"/>",
    "<CreateConnectorSynchroComplete Connector=\"Crew\"/>",
    "<CreateConnectorSynchroComplete Connector=\"Doors\"/>",
    "<CreateConnectorSynchroComplete Connector=\"Doors\"><NoProvisioning/></CreateConnectorSynchroComplete>",
    "<CreateConnectorSynchroComplete Connector=\"Register\"><NoSynchronization/></CreateConnectorSynchroComplete>",
    "<CreateConnectorSynchroIncremental Connector=\"Doors\"/>",
    "<CreateConnectorSynchroIncremental Connector=\"Doors\"><NoSynchronization/></CreateConnectorSynchroIncremental>",
    "<CreateConnectorsJobs/>",
    "<CreateInitializationJob Agent=\"Harbour\"><PrincipalDataConnector ConnectorIdentifier=\"Register\"/></CreateInitializationJob>",
    "<MaintainIndexesTask Identifier=\"M\" DisplayName_L1=\"M\"/><CreateAgentSynchroComplete Agent=\"Harbour\">\
     <AddTask Task=\"M\" TaskToCompareWith=\"MaintainIndexes\" Before=\"true\"/>\
     <LinkDependTask Task=\"SetInternalUserProfiles\" DependOn=\"Fulfill1\"/></CreateAgentSynchroComplete>",
];

/// What is found in a whole file, and its scaffoldings expanded.
fn judged(text: String, dialect: Dialect) -> (BTreeSet<(&'static str, String)>, String) {
    let mut sources = Sources::default();
    sources.push(SourceFile::new("test.xml", text));
    let mut program = Program::build(sources, dialect);
    let problems = scaffold::expand(&mut program);
    let found = check(&program, &problems, &Policy::default(), Vec::new()).findings;
    let mut expanded = Vec::new();
    scaffold::print::xml(&program, None, &mut expanded).unwrap();
    (found.into_iter().map(|one| (one.rule.name, one.message)).collect(), String::from_utf8(expanded).unwrap())
}

/// What is found in the expansion beyond what is found in the configuration, but for this: what a scaffolding generates is
/// what a scaffolding would generate.
fn beyond(configuration: &str, dialect: Dialect) -> Vec<(&'static str, String)> {
    let text = format!("<ConfigurationFile xmlns=\"{}\">{configuration}</ConfigurationFile>", crate::grammar::NAMESPACE);
    let (before, expanded) = judged(text, dialect);
    let (after, _) = judged(expanded, dialect);
    after.difference(&before).filter(|(rule, _)| *rule != "hand-written-job").cloned().collect()
}

#[test]
fn nothing_new_is_found_in_what_scaffoldings_generate() {
    for dialect in Dialect::ALL {
        for languages in [String::new(), LANGUAGE.to_owned(), format!("{LANGUAGE}{FRENCH}")] {
            for scaffolding in SCAFFOLDINGS {
                let mut beyond = beyond(&format!("{languages}{ACCESS}{MODEL}{scaffolding}"), dialect);
                // Tasks without a job are told in one finding while they are generated.
                if scaffolding.contains("DoNotCreateJob") {
                    beyond.retain(|(rule, _)| *rule != "unused-task");
                }
                assert!(beyond.is_empty(), "{dialect} {languages} {scaffolding}: {beyond:?}");
            }
        }
    }
}

#[test]
fn what_is_not_declared_is_told_of_the_scaffolding_too() {
    let bare = MODEL.replace(" Agent=\"Harbour\"", "");
    for scaffolding in SCAFFOLDINGS.iter().map(|one| one.replace(" Agent=\"Harbour\"", "")) {
        for dialect in Dialect::ALL {
            let text =
                |xml: &str| format!("<ConfigurationFile xmlns=\"{}\">{xml}</ConfigurationFile>", crate::grammar::NAMESPACE);
            let (before, expanded) = judged(text(&format!("{bare}{scaffolding}")), dialect);
            let (after, _) = judged(expanded, dialect);
            let rules = |found: &BTreeSet<(&'static str, String)>| found.iter().map(|one| one.0).collect::<BTreeSet<_>>();
            let mut new: Vec<_> = rules(&after).difference(&rules(&before)).copied().collect();
            new.retain(|rule| *rule != "hand-written-job");
            assert!(new.is_empty(), "{dialect} {scaffolding}: {new:?}");
        }
    }
}

#[test]
fn labels_are_in_the_languages_that_there_are() {
    let text = |languages: &str| {
        let xml = format!("{languages}{ACCESS}{MODEL}<CreateConnectorsJobs/>");
        let whole = format!("<ConfigurationFile xmlns=\"{}\">{xml}</ConfigurationFile>", crate::grammar::NAMESPACE);
        judged(whole, Dialect::default()).1
    };
    assert!(!text(LANGUAGE).contains("DisplayName_L2"));
    for languages in ["", FRENCH, &format!("{LANGUAGE}{FRENCH}"), "<Language Code=\"fr-FR\" IndicatorNumber=\"two\"/>"] {
        assert!(text(languages).contains("DisplayName_L2"), "{languages}");
    }
}
