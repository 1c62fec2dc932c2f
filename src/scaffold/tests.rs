//! What the scaffoldings generate from a small configuration, and laws of expansion.

mod consolidation;
mod difference;
mod scale;
mod shapes;

use proptest::prelude::*;

use super::{expand, print};
use crate::grammar::{Dialect, names};
use crate::ir::{GeneratedEntry, Program};
use crate::source::{SourceFile, Sources};

/// Two connectors, one of which exports changes and is fulfilled, with people who own accounts.
const MODEL: &[&str] = &[
    r#"<Agent Identifier="Local" DisplayName_L1="Local" />"#,
    r#"<OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" Profile="Administrator" />"#,
    r#"<Profile Identifier="Administrator" DisplayName_L1="Administrator" />"#,
    r#"<Policy Identifier="Default" DisplayName_L1="Default" />"#,
    r#"<Connector Identifier="Staff" DisplayName_L1="Staff" Agent="Local" />"#,
    r#"<Connection Identifier="StaffFiles" DisplayName_L1="Files" Connector="Staff" Package="Usercube.CSV@0000001" />"#,
    r#"<EntityType Identifier="Person" DisplayName_L1="Person"><Property Identifier="Code" DisplayName_L1="Code" IsKey="true" /></EntityType>"#,
    r#"<EntityTypeMapping Identifier="Person" Connector="Staff" ConnectionTable="StaffFiles"><Property Identifier="Code" ConnectionColumn="Code" IsPrimaryKey="true" /></EntityTypeMapping>"#,
    r#"<Connector Identifier="Doors" DisplayName_L1="Doors" Agent="Local" />"#,
    r#"<Connection Identifier="DoorsAd" DisplayName_L1="AD" Connector="Doors" Package="Usercube.AD@0000001" />"#,
    r#"<EntityType Identifier="Badge" DisplayName_L1="Badge"><Property Identifier="Number" DisplayName_L1="Number" IsKey="true" /></EntityType>"#,
    r#"<EntityTypeMapping Identifier="Badge" Connector="Doors" ConnectionTable="DoorsAd"><Property Identifier="Number" ConnectionColumn="dn" IsPrimaryKey="true" /></EntityTypeMapping>"#,
    r#"<ResourceType Identifier="BadgeOfPerson" DisplayName_L1="Badge" Policy="Default" SourceEntityType="Person" TargetEntityType="Badge"><ScalarRule Property="Number" Binding="Code" /></ResourceType>"#,
    r#"<LDAPResourceTypeMapping Identifier="BadgeOfPerson" Connection="DoorsAd" DefaultObjectClass="badge" />"#,
    r#"<ResourceClassificationRule Policy="Default" ResourceType="BadgeOfPerson" TargetExpression="C#:badge:return true;" />"#,
];

fn program_of(files: &[String]) -> Program {
    let file = |(number, content): (usize, &String)| {
        let root = "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">";
        SourceFile::new(format!("{number}.xml"), format!("{root}\n{content}\n</ConfigurationFile>\n"))
    };
    let sources = Sources::new(files.iter().enumerate().map(file).collect());
    let mut program = Program::build(sources, Dialect::Saas);
    let problems = expand(&mut program);
    assert!(problems.is_empty(), "{problems:?}");
    program
}

fn with(scaffolding: &str) -> Program {
    program_of(&[MODEL.join("\n"), scaffolding.to_owned()])
}

/// Job, then level and identifier of what it runs.
fn outline(scaffolding: &str) -> String {
    let program = with(scaffolding);
    let mut lines = Vec::new();
    for job in &program.generated_jobs {
        lines.push(print_job(&program, job));
        for entry in &job.entries {
            let number = match *entry {
                GeneratedEntry::Task(number, _) | GeneratedEntry::Step(number) => number,
                GeneratedEntry::Written(origin) => {
                    lines.push(format!("  by hand {}", program.identifier(origin)));
                    continue;
                }
            };
            let element = &program.generated[number.0 as usize];
            let identifier = element.value(names::IDENTIFIER).unwrap_or_default();
            lines.push(format!("  {} {identifier}", element.value(names::LEVEL).unwrap_or("-")));
        }
    }
    lines.join("\n")
}

/// The problems that keep scaffoldings from being expanded.
pub(super) fn problems_of(scaffolding: &str) -> String {
    let sources = Sources::new(vec![SourceFile::new("1.xml", whole(&format!("{}{scaffolding}", MODEL.concat())))]);
    let problems = expand(&mut Program::build(sources, Dialect::Saas));
    problems.iter().map(|problem| format!("{:?}", problem.kind)).collect::<Vec<_>>().join("\n")
}

/// The entity types of the generated tasks whose identifier has that part.
fn outline_of(scaffolding: &str, part: &str) -> String {
    let program = with(scaffolding);
    let tasks = program.generated.iter().filter(|element| element.value(names::IDENTIFIER).is_some_and(|id| id.contains(part)));
    let types =
        |element: &crate::ir::GeneratedElement| element.children.iter().map(|child| child.value.to_string()).collect::<Vec<_>>();
    tasks.map(|element| types(element).join(", ")).collect::<Vec<_>>().join("\n")
}

fn whole(content: &str) -> String {
    format!("<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n{content}\n</ConfigurationFile>\n")
}

/// What is inside the root element.
fn body(text: &str) -> String {
    let from = text.find("<ConfigurationFile").and_then(|at| Some(at + text[at..].find('>')? + 1)).unwrap();
    text[from..text.rfind("</ConfigurationFile>").unwrap()].to_owned()
}

fn print_job(program: &Program, job: &crate::ir::GeneratedJob) -> String {
    let identifier = job.job.and_then(|(number, _)| program.generated[number.0 as usize].value(names::IDENTIFIER));
    identifier.unwrap_or("at top level").to_owned()
}

#[test]
fn a_complete_job_of_a_connector() {
    insta::assert_snapshot!(outline(r#"<CreateConnectorSynchroComplete Connector="Doors" JobIdentifier="Doors_Complete" DisplayName_L1="Doors" />"#), @"
    Doors_Complete
      0 Doors_Complete_Export_Doors_Complete_DoorsAd
      1 Doors_Complete_PrepareSynchronizationActiveDirectory_Doors_Complete
      2 Doors_Complete_SynchronizeActiveDirectory_Doors
      3 Doors_Complete_UpdateEntityPropertyExpressions1
      4 Doors_Complete_ComputeCorrelationKeys1_AllEntities
      5 Doors_Complete_ComputeRoleModel1
      6 Doors_Complete_ComputeRiskScores1
      7 Doors_Complete_GenerateProvisioningOrders1
      8 Doors_Complete_Fulfill1
      9 Doors_Complete_UpdateClassification
      10 Doors_Complete_UpdateParametersContextDisplayNames
      11 Doors_Complete_SendRoleModelNotifications
      12 Doors_Complete_MaintainIndexes
    ");
}

#[test]
fn an_incremental_job_of_a_connector() {
    insta::assert_snapshot!(outline(r#"<CreateConnectorSynchroIncremental Connector="Doors" JobIdentifier="Doors_Incremental" DisplayName_L1="Doors" />"#), @"
    Doors_Incremental
      0 Doors_Incremental_Export_Doors_Incremental_DoorsAd
      1 Doors_Incremental_PrepareSynchronizationActiveDirectory_Doors_Incremental
      2 Doors_Incremental_SynchronizeActiveDirectory_Doors_DoNotDeleteChanges
      3 Doors_Incremental_SetRecentlyModifiedFlag
      4 Doors_Incremental_UpdateEntityPropertyExpressions1_WithDirty
      5 Doors_Incremental_ComputeCorrelationKeys1_AllEntities_WithDirty
      6 Doors_Incremental_ComputeRoleModel1_WithDirty
      7 Doors_Incremental_GenerateProvisioningOrders1
      8 Doors_Incremental_Fulfill1
    ");
}

#[test]
fn a_complete_job_of_an_agent() {
    insta::assert_snapshot!(outline(r#"<CreateAgentSynchroComplete Agent="Local" JobIdentifier="Night" DisplayName_L1="Night" />"#), @"
    Night
      0 Night_Export_Doors_Complete_DoorsAd
      0 Night_Export_Staff_Complete_StaffFiles
      1 Night_PrepareSynchronizationActiveDirectory_Doors_Complete
      1 Night_PrepareSynchronization_Staff_Complete
      2 Night_SynchronizeActiveDirectory_Doors
      2 Night_Synchronize_Staff
      3 Night_UpdateEntityPropertyExpressions1
      4 Night_ComputeCorrelationKeys1_AllEntities
      5 Night_ComputeRoleModel1
      6 Night_ComputeRiskScores1
      7 Night_GenerateProvisioningOrders1
      8 Night_Fulfill1
      9 Night_UpdateClassification
      10 Night_UpdateParametersContextDisplayNames
      11 Night_SendRoleModelNotifications
      12 Night_ManageConfigurationIndexes
      13 Night_MaintainIndexes
    ");
}

#[test]
fn an_incremental_job_of_an_agent() {
    insta::assert_snapshot!(outline(r#"<CreateAgentSynchroIncremental Agent="Local" JobIdentifier="Hour" DisplayName_L1="Hour" />"#), @"
    Hour
      0 Hour_Export_Doors_Incremental_DoorsAd
      0 Hour_Export_Staff_Incremental_StaffFiles
      1 Hour_PrepareSynchronizationActiveDirectory_Doors_Incremental
      1 Hour_PrepareSynchronizationChanges_Staff_Incremental
      2 Hour_SynchronizeActiveDirectory_Doors_DoNotDeleteChanges
      2 Hour_SynchronizeChanges_Staff_DoNotDeleteChanges
      3 Hour_SetRecentlyModifiedFlag
      4 Hour_UpdateEntityPropertyExpressions1_WithDirty
      5 Hour_ComputeCorrelationKeys1_AllEntities_WithDirty
      6 Hour_ComputeRoleModel1_WithDirty
      7 Hour_GenerateProvisioningOrders1
      8 Hour_Fulfill1
    ");
}

#[test]
fn an_initialization_job() {
    insta::assert_snapshot!(outline(r#"<CreateInitializationJob Agent="Local" JobIdentifier="First" DisplayName_L1="First" />"#), @"
    First
      0 First_CreateDatabaseViews
      1 First_Export_Doors_Complete_DoorsAd
      1 First_Export_Staff_Complete_StaffFiles
      2 First_PrepareSynchronizationActiveDirectory_Doors_Initial
      2 First_PrepareSynchronization_Staff_Initial
      3 First_SynchronizeActiveDirectory_Doors_ForceSynchronization
      3 First_Synchronize_Staff_ForceSynchronization
      4 First_UpdateEntityPropertyExpressions1
      5 First_ComputeCorrelationKeys1_AllEntities
      6 First_UpdateClassification
      7 First_ResetValidFrom
      8 First_UpdateParametersContextDisplayNames
      9 First_SavePreExistingAccessRights
      10 First_MaintainIndexes
    ");
}

#[test]
fn an_access_certification_job() {
    insta::assert_snapshot!(outline(r#"<CreateAccessCertificationJob JobIdentifier="Reviews" DisplayName_L1="Reviews" />"#), @"
    Reviews
      0 Reviews_UpdateAccessCertificationCampaign
      1 Reviews_SetAccessCertificationReviewer
      2 Reviews_SendAccessCertificationNotification
      3 Reviews_ProcessAccessCertificationItems
    ");
}

#[test]
fn jobs_of_connectors_pages() {
    insta::assert_snapshot!(outline("<CreateConnectorsJobs />"), @"
    Doors_VirtualJob
      - Doors_ConnectorExport
      - Doors_ConnectorPrepareSynchronization
      - Doors_ConnectorSynchronization
      - Doors_ConnectorExpression
      - Doors_ConnectorCorrelation
      - Doors_ConnectorPolicy
      - Doors_ConnectorGenerateOrders
      - Doors_ConnectorFulfillment
      - Doors_ConnectorClassification
      - Doors_ConnectorBuildRoleModel
      - Doors_ConnectorRefreshSchema
    Staff_VirtualJob
      - Staff_ConnectorExport
      - Staff_ConnectorPrepareSynchronization
      - Staff_ConnectorSynchronization
      - Staff_ConnectorExpression
      - Staff_ConnectorCorrelation
      - Staff_ConnectorPolicy
      - Staff_ConnectorGenerateOrders
      - Staff_ConnectorFulfillment
      - Staff_ConnectorClassification
      - Staff_ConnectorBuildRoleModel
      - Staff_ConnectorRefreshSchema
    at top level
      - Doors_ConnectorBuildRoleModel
      - Doors_ConnectorClassification
      - Doors_ConnectorCorrelation
      - Doors_ConnectorExport
      - Doors_ConnectorExpression
      - Doors_ConnectorFulfillment
      - Doors_ConnectorGenerateOrders
      - Doors_ConnectorPolicy
      - Doors_ConnectorPrepareSynchronization
      - Doors_ConnectorRefreshSchema
      - Doors_ConnectorSynchronization
    at top level
      - Staff_ConnectorBuildRoleModel
      - Staff_ConnectorClassification
      - Staff_ConnectorCorrelation
      - Staff_ConnectorExport
      - Staff_ConnectorExpression
      - Staff_ConnectorFulfillment
      - Staff_ConnectorGenerateOrders
      - Staff_ConnectorPolicy
      - Staff_ConnectorPrepareSynchronization
      - Staff_ConnectorRefreshSchema
      - Staff_ConnectorSynchronization
    ");
}

#[test]
fn a_job_that_cleans_the_database() {
    insta::assert_snapshot!(outline("<CleanDatabaseJob />"), @"
    CleanDatabase
      0 CleanDatabase_CleanDataBase
    ");
}

#[test]
fn tasks_without_a_job() {
    let scaffolding = r#"<CreateConnectorSynchroComplete Connector="Staff" JobIdentifier="S" DisplayName_L1="S"><DoNotCreateJob /></CreateConnectorSynchroComplete>"#;
    insta::assert_snapshot!(outline(scaffolding), @"
    at top level
      - S_Export_Staff_Complete_StaffFiles
      - S_PrepareSynchronization_Staff_Complete
      - S_Synchronize_Staff
      - S_UpdateEntityPropertyExpressions1
      - S_UpdateParametersContextDisplayNames
      - S_SendRoleModelNotifications
      - S_MaintainIndexes
    ");
}

#[test]
fn tasks_are_added_and_linked() {
    let scaffolding = r#"<InvokeExpressionTask Identifier="Tell" DisplayName_L1="Tell" Agent="Local" OpenIdClient="Job" InputPath="tell.ps1" />
        <CreateConnectorSynchroComplete Connector="Staff" JobIdentifier="S" DisplayName_L1="S">
          <AddTask Task="Tell" TaskToCompareWith="Synchronize_Staff" After="true" />
        </CreateConnectorSynchroComplete>"#;
    insta::assert_snapshot!(outline(scaffolding), @"
    S
      0 S_Export_Staff_Complete_StaffFiles
      1 S_PrepareSynchronization_Staff_Complete
      2 S_Synchronize_Staff
      3 Tell
      4 S_UpdateEntityPropertyExpressions1
      5 S_UpdateParametersContextDisplayNames
      6 S_SendRoleModelNotifications
      7 S_MaintainIndexes
    ");
}

#[test]
fn an_occurrence_that_is_named_twice_is_one_place() {
    let added = |occurrences: &str| {
        outline(&format!(
            r#"<InvokeExpressionTask Identifier="Tell" DisplayName_L1="Tell" Agent="Local" OpenIdClient="Job" InputPath="tell.ps1" />
            <CreateAgentSynchroComplete Agent="Local" JobIdentifier="N" DisplayName_L1="N">
              <AddTask Task="Tell" TaskToCompareWith="MaintainIndexes" After="true"{occurrences} />
            </CreateAgentSynchroComplete>"#
        ))
    };
    assert_eq!(added("").matches("Tell").count(), 1);
    for same in [r#" CopyOccurence="1""#, r#" Occurence="1" CopyOccurence="1""#, r#" Occurence="0" CopyOccurence="1""#] {
        assert_eq!(added(same), added(""), "{same}");
    }
}

/// All scaffoldings, each with a job of its own.
const ALL: &[&str] = &[
    r#"<CreateConnectorSynchroComplete Connector="Doors" JobIdentifier="Doors_Complete" DisplayName_L1="Doors" />"#,
    r#"<CreateConnectorSynchroIncremental Connector="Doors" JobIdentifier="Doors_Incremental" DisplayName_L1="Doors" />"#,
    r#"<CreateAgentSynchroComplete Agent="Local" JobIdentifier="Night" DisplayName_L1="Night &amp; &quot;day&quot;" />"#,
    r#"<CreateAgentSynchroIncremental Agent="Local" JobIdentifier="Hour" DisplayName_L1="Hour" />"#,
    r#"<CreateInitializationJob Agent="Local" JobIdentifier="First" DisplayName_L1="First" />"#,
    r#"<CreateAccessCertificationJob JobIdentifier="Reviews" DisplayName_L1="Reviews" />"#,
    "<CreateConnectorsJobs />",
    "<CleanDatabaseJob />",
];

fn xml(program: &Program, only: Option<&str>) -> String {
    let mut out = Vec::new();
    print::xml(program, only, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn everything() -> Vec<&'static str> {
    [MODEL, ALL].concat()
}

/// The generated jobs of a configuration, each as it is printed, by identifier.
fn jobs(files: &[String]) -> Vec<String> {
    let program = program_of(files);
    print::job_identifiers(&program).iter().map(|job| xml(&program, Some(job))).collect()
}

#[test]
fn what_is_expanded_stays_as_it_is() {
    let program = program_of(&[everything().join("\n")]);
    let printed = xml(&program, None);
    let sources = Sources::new(vec![SourceFile::new("all.xml", printed.clone())]);
    let mut again = Program::build(sources, Dialect::Saas);
    assert!(again.documents[0].errors().is_empty(), "{:?}", again.documents[0].errors());
    assert!(again.items.scaffoldings.is_empty());
    assert!(expand(&mut again).is_empty());
    assert_eq!(xml(&again, None), printed);
}

#[test]
fn namespaces_text_and_special_characters_survive() {
    let text = "<?xml version=\"1.0\"?><!-- c --><c:ConfigurationFile xmlns:c='urn:schemas-usercube-com:configuration' \
        xmlns:x='urn:x'><c:Agent Identifier='A' DisplayName_L1='say \"a&lt;b\"&#10;' x:note='1'/>\
        <c:Connector Identifier='C'> some &amp; <x:y/> text </c:Connector></c:ConfigurationFile>";
    let program = Program::build(Sources::new(vec![SourceFile::new("a.xml", text)]), Dialect::Saas);
    insta::assert_snapshot!(xml(&program, None), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
      <c:Agent xmlns:c="urn:schemas-usercube-com:configuration" xmlns:x="urn:x" Identifier="A" DisplayName_L1="say &quot;a&lt;b&quot;&#10;" x:note="1" />
      <c:Connector xmlns:c="urn:schemas-usercube-com:configuration" xmlns:x="urn:x" Identifier="C">
        <x:y />
        some &amp;
        text
      </c:Connector>
    </ConfigurationFile>
    "#);
    let printed = xml(&program, None);
    let again = Program::build(Sources::new(vec![SourceFile::new("a.xml", printed.clone())]), Dialect::Saas);
    assert!(again.documents[0].errors().is_empty(), "{:?}", again.documents[0].errors());
    assert_eq!(xml(&again, None), printed);
}

#[test]
fn deep_documents_are_printed() {
    let depth = 50_000;
    let text = format!(
        "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">{}{}</ConfigurationFile>",
        "<a>".repeat(depth),
        "</a>".repeat(depth)
    );
    let program = Program::build(Sources::new(vec![SourceFile::new("a.xml", text)]), Dialect::Saas);
    let mut counted = std::io::sink();
    print::xml(&program, None, &mut counted).unwrap();
}

#[test]
fn a_job_is_explained() {
    let program = with(ALL[1]);
    let mut out = Vec::new();
    assert!(print::explain(&program, "doors_incremental", &mut out).unwrap());
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @"
    Doors_Incremental: incremental synchronization and provisioning of connector `Doors`
    generated by CreateConnectorSynchroIncremental at 1.xml:2

    level 0
      ExportTask Doors_Incremental_Export_Doors_Incremental_DoorsAd
        why: connection `DoorsAd` of connector `Doors` exports (Usercube.AD@0000001)

    level 1
      PrepareSynchronizationTask Doors_Incremental_PrepareSynchronizationActiveDirectory_Doors_Incremental
        why: sorts and cleans what connector `Doors` exported
        after: Doors_Incremental_Export_Doors_Incremental_DoorsAd

    level 2
      SynchronizeTask Doors_Incremental_SynchronizeActiveDirectory_Doors_DoNotDeleteChanges
        why: writes the changes of connector `Doors` to the database
        after: Doors_Incremental_PrepareSynchronizationActiveDirectory_Doors_Incremental

    level 3
      SetRecentlyModifiedFlagTask Doors_Incremental_SetRecentlyModifiedFlag
        why: tags what the synchronizations changed, for the dirty tasks that follow
        after: Doors_Incremental_SynchronizeActiveDirectory_Doors_DoNotDeleteChanges

    level 4
      UpdateEntityPropertyExpressionsTask Doors_Incremental_UpdateEntityPropertyExpressions1_WithDirty
        why: entity types of the connectors and owners of what is provisioned
        entity types: Badge, Person

    level 5
      ComputeCorrelationKeysTask Doors_Incremental_ComputeCorrelationKeys1_AllEntities_WithDirty
        why: the role model matches owners and resources by these keys
        after: Doors_Incremental_SetRecentlyModifiedFlag
        entity types: Badge, Person

    level 6
      ComputeRoleModelTask Doors_Incremental_ComputeRoleModel1_WithDirty
        why: owners of the resource types that the job provisions
        after: Doors_Incremental_SetRecentlyModifiedFlag
        entity types: Person

    level 7
      GenerateProvisioningOrdersTask Doors_Incremental_GenerateProvisioningOrders1
        why: resource types whose targets belong to `Doors` (through DoorsAd)
        resource types: BadgeOfPerson

    level 8
      FulfillTask Doors_Incremental_Fulfill1
        why: carries out the orders generated just before
        after: Doors_Incremental_GenerateProvisioningOrders1
        resource types: BadgeOfPerson
    ");
    assert!(!print::explain(&program, "Doors", &mut Vec::new()).unwrap());
}

#[test]
fn a_job_is_printed_as_data() {
    let program = with(ALL[5]);
    let mut out = Vec::new();
    print::json(&program, None, &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap().lines().take(30).collect::<Vec<_>>().join("\n"), @r#"
    {
      "version": 1,
      "jobs": [
        {
          "attributes": {
            "Identifier": "Reviews",
            "DisplayName_L1": "Reviews"
          },
          "origin": {
            "file": "1.xml",
            "line": 2,
            "scaffolding": "CreateAccessCertificationJob"
          },
          "reason": "drives the access certification campaigns",
          "tasks": [
            {
              "element": "UpdateAccessCertificationCampaignTask",
              "attributes": {
                "Identifier": "Reviews_UpdateAccessCertificationCampaign",
                "DisplayName_L1": "Update Access Certification Campaign",
                "DisplayName_L2": "Mise à jour des campagnes de certifications",
                "Level": "0"
              },
              "depends_on": [],
              "entity_types": [],
              "resource_types": [],
              "origin": {
                "file": "1.xml",
                "line": 2,
                "scaffolding": "CreateAccessCertificationJob"
    "#);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_and_split_of_files_make_no_difference(
        order in Just((0..everything().len()).collect::<Vec<_>>()).prop_shuffle(),
        cuts in proptest::collection::vec(0..everything().len(), 0..4),
    ) {
        let all = everything();
        let mut files = vec![String::new()];
        for (number, index) in order.iter().enumerate() {
            if cuts.contains(&number) {
                files.push(String::new());
            }
            let last = files.len() - 1;
            files[last] += all[*index];
        }
        prop_assert_eq!(jobs(&files), jobs(&[all.join("\n")]));
    }

    #[test]
    fn another_connector_changes_no_other_connectors_job(name in "[A-Z][a-z]{1,8}", package in 0..3_usize) {
        prop_assume!(!matches!(name.as_str(), "Doors" | "Staff" | "Badge" | "Person" | "Default" | "Local" | "Job"));
        let package = ["Usercube.CSV@0000001", "Usercube.LDAP@0000001", "Usercube.Manual@0000001"][package];
        let other = format!(
            "<Connector Identifier=\"{name}\" DisplayName_L1=\"o\" Agent=\"Local\" />
             <Connection Identifier=\"{name}File\" DisplayName_L1=\"o\" Connector=\"{name}\" Package=\"{package}\" />
             <EntityType Identifier=\"{name}_Thing\" DisplayName_L1=\"o\"><Property Identifier=\"K\" DisplayName_L1=\"K\" IsKey=\"true\" /></EntityType>
             <EntityTypeMapping Identifier=\"{name}_Thing\" Connector=\"{name}\" ConnectionTable=\"{name}File\" />"
        );
        let all = [MODEL, &ALL[..2]].concat().join("\n");
        prop_assert_eq!(jobs(&[all.clone(), other]), jobs(&[all]));
    }
}
