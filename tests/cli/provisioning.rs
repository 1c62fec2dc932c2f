//! The whole way: people in, role model computed, accounts made in a directory of CSV files, and verified by the next run.

use crate::support::{AGENT, POLICY, Project, task};

const CONFIGURATION: &str = r#"
  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Local" MaximumInsertedLines="1000" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" />
  <Connection Identifier="HRPeople" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person">
    <Property Identifier="Number" DisplayName_L1="Number" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="Name" DisplayName_L1="Name" TargetColumnIndex="5" Type="String" />
    <Property Identifier="Office" DisplayName_L1="Office" TargetColumnIndex="6" Type="String" />
  </EntityType>
  <EntityTypeMapping Identifier="Person" Connector="HR" ConnectionTable="HRPeople">
    <Property Identifier="Number" ConnectionColumn="id" IsPrimaryKey="true" />
    <Property Identifier="Name" ConnectionColumn="name" />
    <Property Identifier="Office" ConnectionColumn="office" />
  </EntityTypeMapping>
  <Connector Identifier="Dir" DisplayName_L1="Directory" Agent="Local" MaximumInsertedLines="1000" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" />
  <Connection Identifier="DirAccounts" DisplayName_L1="Accounts" Connector="Dir" Package="Usercube.CSV@0000001" />
  <Connection Identifier="DirFulfil" DisplayName_L1="Fulfil" Connector="Dir" Package="Usercube.FulfillToFile@0000001" />
  <EntityType Identifier="Account" DisplayName_L1="Account">
    <Property Identifier="login" DisplayName_L1="login" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="display" DisplayName_L1="display" TargetColumnIndex="5" Type="String" />
    <Property Identifier="site" DisplayName_L1="site" TargetColumnIndex="6" Type="String" />
  </EntityType>
  <EntityTypeMapping Identifier="Account" Connector="Dir" ConnectionTable="DirAccounts">
    <Property Identifier="login" ConnectionColumn="login" IsPrimaryKey="true" />
    <Property Identifier="display" ConnectionColumn="display" />
    <Property Identifier="site" ConnectionColumn="site" />
  </EntityTypeMapping>
  <ResourceType Identifier="Account_Standard" DisplayName_L1="Standard" Policy="Default" Category="Accounts" SourceEntityType="Person" TargetEntityType="Account" BlockProvisioning="false" MaximumInsertPercent="0" MaximumDeletePercent="0" MaximumUpdatePercent="0">
    <TypeRule Policy="Default" />
    <ScalarRule Policy="Default" Property="login" Binding="Number" />
    <ScalarRule Policy="Default" Property="display" Expression="C#:person:return person.Name + &quot; (&quot; + person.Office + &quot;)&quot;;" />
    <ScalarRule Policy="Default" Property="site" Binding="Office" />
  </ResourceType>
  <ResourceCorrelationRule Policy="Default" ResourceType="Account_Standard" SourceBinding="Number" TargetBinding="login" SourceMatchedConfidenceLevel="100" />
  <Job Identifier="Night" DisplayName_L1="Night" Agent="Local">
    <ExportTask Identifier="E1" DisplayName_L1="e" Agent="Local" Connection="HRPeople" OpenIdClient="Job" ContinueOnError="true" IgnoreCookieFile="true" />
    <ExportTask Identifier="E2" DisplayName_L1="e" Agent="Local" Connection="DirAccounts" OpenIdClient="Job" ContinueOnError="true" IgnoreCookieFile="true" />
    <PrepareSynchronizationTask Identifier="P1" DisplayName_L1="p" Agent="Local" Connector="HR" OpenIdClient="Job" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="E1" /></PrepareSynchronizationTask>
    <PrepareSynchronizationTask Identifier="P2" DisplayName_L1="p" Agent="Local" Connector="Dir" OpenIdClient="Job" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="E2" /></PrepareSynchronizationTask>
    <SynchronizeTask Identifier="S1" DisplayName_L1="s" Connector="HR"><TaskDependsOnTask ParentTask="P1" /></SynchronizeTask>
    <SynchronizeTask Identifier="S2" DisplayName_L1="s" Connector="Dir"><TaskDependsOnTask ParentTask="P2" /></SynchronizeTask>
    <ComputeCorrelationKeysTask Identifier="Keys" DisplayName_L1="k"><TaskEntityType EntityType="Person" /><TaskEntityType EntityType="Account" /></ComputeCorrelationKeysTask>
    <ComputeRoleModelTask Identifier="Model" DisplayName_L1="r"><TaskEntityType EntityType="Person" /></ComputeRoleModelTask>
    <GenerateProvisioningOrdersTask Identifier="Orders" DisplayName_L1="o"><TaskResourceType ResourceType="Account_Standard" /></GenerateProvisioningOrdersTask>
    <FulfillTask Identifier="Fulfil" DisplayName_L1="f" Agent="Local" OpenIdClient="Job" ContinueOnError="true"><TaskDependsOnTask ParentTask="Orders" /><TaskResourceType ResourceType="Account_Standard" /></FulfillTask>
  </Job>
"#;

const SETTINGS: &str = r#"{
  "SourcesRootPaths": ["../data"],
  "Connections": {
    "HRPeople": { "Path": "../data/people.csv", "Separator": "," },
    "DirAccounts": { "Path": "../data/accounts.csv", "Separator": "," }
  }
}"#;

pub(crate) fn project() -> Project {
    Project::new()
        .configuration("conf/All.xml", &format!("{AGENT}{POLICY}{CONFIGURATION}"))
        .file("conf/appsettings.agent.json", SETTINGS)
        .file("jobwright.toml", "[fulfilment]\nDirFulfil = \"sources\"\n")
        .file("data/people.csv", "id,name,office\n1,Ana,Nord\n2,Bo,Sud\n3,Cy,Nord\n")
        .file("data/accounts.csv", "login,display,site\n9,Old,Nord\n")
}

/// Runs the job; how its last four tasks ended.
pub(crate) fn night(project: &Project, number: u32) -> String {
    let run = project.run(&["run", "conf", "--job", "Night", "-q"]);
    assert_eq!(run.code, Some(0), "{run}");
    let shown = project.show(number);
    ["Keys", "Model", "Orders", "Fulfil"]
        .map(|name| task(&shown, name)["state"].as_str().unwrap_or_default().to_owned())
        .join(" ")
}

fn accounts(project: &Project) -> String {
    project.read("data/accounts.csv").lines().skip(1).collect::<Vec<_>>().join(" ")
}

#[test]
fn accounts_follow_people_and_are_verified_by_the_next_run() {
    let project = project();
    assert_eq!(night(&project, 1), "completed completed completed completed");
    assert_eq!(accounts(&project), "9,Old,Nord 1,Ana (Nord),Nord 2,Bo (Sud),Sud 3,Cy (Nord),Nord");

    assert_eq!(night(&project, 2), "completed completed unchanged not-launched", "the accounts come back and are verified");
    assert_eq!(task(&project.show(2), "Model")["counters"]["verified"], 3);
    assert_eq!(night(&project, 3), "unchanged unchanged unchanged not-launched", "nothing is left to do");

    // One moves, one leaves, one joins.
    let project = project.file("data/people.csv", "id,name,office\n1,Ana,Sud\n3,Cy,Nord\n4,Di,Est\n");
    assert_eq!(night(&project, 4), "completed completed completed completed");
    let orders = task(&project.show(4), "Orders")["counters"].clone();
    assert_eq!(orders, serde_json::json!({ "added": 1, "deleted": 1, "modified": 1 }));
    assert_eq!(accounts(&project), "9,Old,Nord 1,Ana (Sud),Sud 3,Cy (Nord),Nord 4,Di (Est),Est");
    assert_eq!(night(&project, 5), "completed completed unchanged not-launched");
    assert_eq!(night(&project, 6), "unchanged unchanged unchanged not-launched");
}

#[test]
fn a_value_changed_by_hand_is_told_and_not_overwritten() {
    let project = project();
    night(&project, 1);
    night(&project, 2);
    project.replace("data/accounts.csv", "Cy (Nord)", "By hand");
    assert_eq!(night(&project, 3), "unchanged completed unchanged not-launched");
    assert_eq!(task(&project.show(3), "Model")["counters"]["nonconforming"], 1);
    assert!(accounts(&project).contains("3,By hand,Nord"));
}
