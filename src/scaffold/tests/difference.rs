//! What a change of the configuration does to the generated jobs.

use super::with;
use crate::scaffold::{compare, print};

const JOB: &str = r#"<CreateConnectorSynchroComplete Connector="Doors" JobIdentifier="D" DisplayName_L1="D" />"#;

fn difference(old: &str, new: &str) -> String {
    let (old, new) = (with(old), with(new));
    let mut out = Vec::new();
    print::difference(&compare::compare(&old, &new, None), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn nothing_changes() {
    assert_eq!(difference(JOB, JOB), "the generated jobs stay as they are\n");
}

#[test]
fn a_connection_and_a_resource_type_join_the_job() {
    let more = r#"<Connection Identifier="DoorsMore" DisplayName_L1="m" Connector="Doors" Package="Usercube.AD@0000001" />
        <ResourceType Identifier="BadgeOfGuest" DisplayName_L1="g" Policy="Default" SourceEntityType="Badge" TargetEntityType="Badge" />"#;
    insta::assert_snapshot!(difference(JOB, &format!("{JOB}{more}")), @"
    ~ job D (CreateConnectorSynchroComplete)
      + ExportTask D_Export_Doors_Complete_DoorsMore (level 0)
      ~ PrepareSynchronizationTask D_PrepareSynchronizationActiveDirectory_Doors_Complete
          after: +D_Export_Doors_Complete_DoorsMore
      ~ ComputeRoleModelTask D_ComputeRoleModel1
          entity types: +Badge
      ~ ComputeRiskScoresTask D_ComputeRiskScores1
          entity types: +Badge
      ~ GenerateProvisioningOrdersTask D_GenerateProvisioningOrders1
          resource types: +BadgeOfGuest
      ~ FulfillTask D_Fulfill1
          resource types: +BadgeOfGuest
      ~ SendRoleModelNotificationsTask D_SendRoleModelNotifications
          entity types: +Badge
    ");
}

#[test]
fn arguments_add_remove_and_move_tasks() {
    let link = |step: &str, rest: &str| {
        format!(
            "<CreateConnectorSynchroComplete Connector=\"Doors\" JobIdentifier=\"D\" DisplayName_L1=\"D\"><AddTask Task=\"Tell\" TaskToCompareWith=\"{step}\" After=\"true\" />{rest}</CreateConnectorSynchroComplete>"
        )
    };
    let new = link(
        "MaintainIndexes",
        "<LinkDependTask Task=\"Fulfill\" DependOn=\"ComputeRoleModel\" /><CronTabExpression CronTab=\"0 2 * * *\" />",
    );
    insta::assert_snapshot!(difference(&link("SynchronizeActiveDirectory_Doors", ""), &new), @r#"
    ~ job D (CreateConnectorSynchroComplete)
      CronTabExpression: none → "0 2 * * *"
      ~ FulfillTask D_Fulfill1
          after: +D_ComputeRoleModel1
      ~ Step Tell moved (level 3 → 13)
    "#);
    insta::assert_snapshot!(difference(&link("Fulfill", ""), ""), @"
    - job D (CreateConnectorSynchroComplete)
      - ExportTask D_Export_Doors_Complete_DoorsAd (level 0)
      - PrepareSynchronizationTask D_PrepareSynchronizationActiveDirectory_Doors_Complete (level 1)
      - SynchronizeTask D_SynchronizeActiveDirectory_Doors (level 2)
      - UpdateEntityPropertyExpressionsTask D_UpdateEntityPropertyExpressions1 (level 3)
      - ComputeCorrelationKeysTask D_ComputeCorrelationKeys1_AllEntities (level 4)
      - ComputeRoleModelTask D_ComputeRoleModel1 (level 5)
      - ComputeRiskScoresTask D_ComputeRiskScores1 (level 6)
      - GenerateProvisioningOrdersTask D_GenerateProvisioningOrders1 (level 7)
      - FulfillTask D_Fulfill1 (level 8)
      - Step Tell (level 9)
      - UpdateClassificationTask D_UpdateClassification (level 10)
      - UpdateParametersContextDisplayNamesTask D_UpdateParametersContextDisplayNames (level 11)
      - SendRoleModelNotificationsTask D_SendRoleModelNotifications (level 12)
      - MaintainIndexesTask D_MaintainIndexes (level 13)
    ");
}
