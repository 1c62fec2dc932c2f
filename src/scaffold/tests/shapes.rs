//! Shapes of configurations beyond the simplest: several agents and connections, internal connectors, added steps.

use super::{outline, outline_of, problems_of};

const ORDERS: &[&str] = &[
    r#"<Connector Identifier="People" DisplayName_L1="People" DisplayName_L2="Gens" />"#,
    r#"<Connection Identifier="PeopleDb" DisplayName_L1="Db" Connector="People" Package="Usercube.FulfillDatabase@0000001" />"#,
    r#"<EntityType Identifier="Worker" DisplayName_L1="Worker" /><EntityTypeMapping Identifier="Worker" Connector="People" />"#,
    r#"<ResourceType Identifier="WorkerOfPerson" DisplayName_L1="w" Policy="Default" SourceEntityType="Person" TargetEntityType="Worker" />"#,
    r#"<ResourceType Identifier="BadgeOfWorker" DisplayName_L1="b" Policy="Default" SourceEntityType="Worker" TargetEntityType="Badge" />"#,
];

fn with_people(scaffolding: &str) -> String {
    outline(&format!("{}{scaffolding}", ORDERS.concat()))
}

#[test]
fn an_internal_connector_runs_three_times_and_before_what_it_feeds() {
    insta::assert_snapshot!(with_people(r#"<CreateConnectorSynchroComplete Connector="People" JobIdentifier="P"><NoSynchronization /></CreateConnectorSynchroComplete>"#), @"
    P
      0 P_UpdateEntityPropertyExpressions1
      1 P_ComputeCorrelationKeys1_AllEntities
      2 P_ComputeRoleModel1
      3 P_GenerateProvisioningOrders1
      4 P_Fulfill1
      5 P_UpdateEntityPropertyExpressions2
      6 P_ComputeCorrelationKeys2_AllEntities
      7 P_ComputeRoleModel2
      8 P_GenerateProvisioningOrders2
      9 P_Fulfill2
      10 P_UpdateEntityPropertyExpressions3
      11 P_ComputeCorrelationKeys3_AllEntities
      12 P_ComputeRoleModel3
      13 P_ComputeRiskScores1
      14 P_GenerateProvisioningOrders3
      15 P_Fulfill3
      16 P_UpdateParametersContextDisplayNames
      17 P_SendRoleModelNotifications
      18 P_MaintainIndexes
    ");
    insta::assert_snapshot!(with_people(r#"<CreateAgentSynchroIncremental JobIdentifier="F"><AddTask Task="Tell" TaskToCompareWith="Fulfill" Occurence="2" After="1" /><LinkDependTask Task="Fulfill" ChildOccurence="4" DependOn="ComputeRoleModel" ParentOccurence="4" /></CreateAgentSynchroIncremental>"#), @"
    F
      0 F_Export_Doors_Incremental_DoorsAd
      0 F_Export_Staff_Incremental_StaffFiles
      1 F_PrepareSynchronizationActiveDirectory_Doors_Incremental
      1 F_PrepareSynchronizationChanges_Staff_Incremental
      2 F_SynchronizeActiveDirectory_Doors_DoNotDeleteChanges
      2 F_SynchronizeChanges_Staff_DoNotDeleteChanges
      3 F_SetRecentlyModifiedFlag
      4 F_UpdateEntityPropertyExpressions1_WithDirty
      5 F_ComputeCorrelationKeys1_AllEntities_WithDirty
      6 F_ComputeRoleModel1_WithDirty
      7 F_GenerateProvisioningOrders1
      8 F_Fulfill1
      9 F_UpdateEntityPropertyExpressions2_WithDirty
      10 F_ComputeCorrelationKeys2_AllEntities_WithDirty
      11 F_ComputeRoleModel2_WithDirty
      12 F_GenerateProvisioningOrders2
      13 F_Fulfill2
      14 Tell
      15 F_UpdateEntityPropertyExpressions3_WithDirty
      16 F_ComputeCorrelationKeys3_AllEntities_WithDirty
      17 F_ComputeRoleModel3_WithDirty
      18 F_GenerateProvisioningOrders3
      19 F_Fulfill3
      20 F_UpdateEntityPropertyExpressions4_WithDirty
      21 F_ComputeCorrelationKeys4_AllEntities_WithDirty
      22 F_ComputeRoleModel4_WithDirty
      23 F_GenerateProvisioningOrders4
      24 F_Fulfill4
    ");
}

#[test]
fn without_provisioning_there_is_one_group() {
    insta::assert_snapshot!(with_people(r#"<CreateConnectorSynchroComplete Connector="People" JobIdentifier="P"><NoProvisioning /></CreateConnectorSynchroComplete>"#), @"
    P
      0 P_UpdateEntityPropertyExpressions1
      1 P_ComputeCorrelationKeys1_AllEntities
      2 P_ComputeRoleModel1
      3 P_ComputeRiskScores1
      4 P_UpdateParametersContextDisplayNames
      5 P_SendRoleModelNotifications
      6 P_MaintainIndexes
    ");
}

#[test]
fn added_steps_keep_their_order_and_may_hang_on_each_other() {
    insta::assert_snapshot!(outline(r#"<CreateConnectorSynchroIncremental Connector="Staff" JobIdentifier="S">
        <AddTask Task="A" TaskToCompareWith="SetRecentlyModifiedFlag" After="true" />
        <AddTask Task="B" TaskToCompareWith="A" After="true" />
        <AddTask Task="C" TaskToCompareWith="SetRecentlyModifiedFlag" After="true" />
        <AddTask Task="D" TaskToCompareWith="Staff_Incremental_StaffFiles" Before="true" />
        <AddTask Task="E" TaskToCompareWith="Export_Staff_Incremental_StaffFiles" Before="true" />
    </CreateConnectorSynchroIncremental>"#), @"
    S
      0 D
      1 E
      2 S_Export_Staff_Incremental_StaffFiles
      3 S_PrepareSynchronizationChanges_Staff_Incremental
      4 S_SynchronizeChanges_Staff_DoNotDeleteChanges
      5 S_SetRecentlyModifiedFlag
      6 A
      7 B
      8 C
      9 S_UpdateEntityPropertyExpressions1_WithDirty
    ");
}

#[test]
fn an_agent_provisions_its_own_connectors_and_computes_properties_for_all() {
    let model = [
        r#"<Agent Identifier="Far" DisplayName_L1="Far" /><Connector Identifier="Gate" DisplayName_L1="Gate" Agent="Far" />"#,
        r#"<Connection Identifier="GateFiles" DisplayName_L1="Files" Connector="Gate" Package="Usercube.LDAP@0000001" />"#,
        r#"<EntityType Identifier="Key" DisplayName_L1="Key" /><EntityTypeMapping Identifier="Key" Connector="Gate" />"#,
        r#"<ResourceType Identifier="KeyOfPerson" DisplayName_L1="k" Policy="Default" SourceEntityType="Person" TargetEntityType="Key" />"#,
    ]
    .concat();
    let job = |agent: &str| format!("{model}<CreateAgentSynchroComplete {agent} JobIdentifier=\"Night\" />");
    insta::assert_snapshot!(outline_of(&job("Agent=\"far\""), "UpdateEntityPropertyExpressions"), @"Badge, Key, Person");
    insta::assert_snapshot!(outline_of(&job("Agent=\"far\""), "ComputeCorrelationKeys"), @"Key, Person");
    insta::assert_snapshot!(problems_of(&job("")), @r#"Argument { message: "the scaffolding names no agent, and there are several: `Far`, `Local`", help: "write `Agent=\"Far\"` or the one meant" }"#);
}

#[test]
fn what_is_switched_off_is_not_provisioned() {
    let off = r#"<Connector Identifier="Old" DisplayName_L1="Old" Agent="Local" IsDeactivated="true" /><Connection Identifier="OldDb" DisplayName_L1="o" Connector="Old" Package="Usercube.FulfillDatabase@0000001" />
        <EntityType Identifier="Card" DisplayName_L1="c" /><EntityTypeMapping Identifier="Card" Connector="Old" /><ResourceType Identifier="CardOfPerson" DisplayName_L1="c" Policy="Default" SourceEntityType="Person" TargetEntityType="Card" />
        <CreateInitializationJob Agent="Local"><PrincipalDataConnector ConnectorIdentifier="Old" /></CreateInitializationJob>"#;
    insta::assert_snapshot!(outline(off), @"
    InitializationJob
      0 InitializationJob_CreateDatabaseViews
      1 InitializationJob_Export_Doors_Complete_DoorsAd
      1 InitializationJob_Export_Staff_Complete_StaffFiles
      2 InitializationJob_PrepareSynchronizationActiveDirectory_Doors_Initial
      2 InitializationJob_PrepareSynchronization_Staff_Initial
      3 InitializationJob_SynchronizeActiveDirectory_Doors_ForceSynchronization
      3 InitializationJob_Synchronize_Staff_ForceSynchronization
      4 InitializationJob_UpdateEntityPropertyExpressions1
      5 InitializationJob_ComputeCorrelationKeys1_AllEntities
      6 InitializationJob_ComputeRoleModel1
      7 InitializationJob_UpdateClassification
      8 InitializationJob_ResetValidFrom
      9 InitializationJob_UpdateParametersContextDisplayNames
      10 InitializationJob_SavePreExistingAccessRights
      11 InitializationJob_MaintainIndexes
    ");
}

#[test]
fn a_connection_of_an_unknown_package_does_nothing_and_is_reported_once() {
    let unknown = r#"<Connection Identifier="StaffOwn" DisplayName_L1="o" Connector="Staff" Package="Acme.Own@0000001" />"#;
    let job = r#"<CreateConnectorSynchroComplete Connector="Staff" JobIdentifier="S" />"#;
    assert_eq!(outline(&format!("{unknown}{job}")), outline(job));
    let text = format!("{}{unknown}{job}", super::MODEL.concat());
    assert_eq!(crate::rules::testing::findings(&text, "invalid-value").1.len(), 1);
}

#[test]
fn problems_name_what_was_asked_for() {
    let job = r#"<CreateConnectorSynchroComplete Connector="Staff" JobIdentifier="S"><AddTask Task="A" TaskToCompareWith="Fulfill" After="true" /></CreateConnectorSynchroComplete>"#;
    assert!(problems_of(job).starts_with("TargetNotFound { name: \"Fulfill\""));
}
