//! Written items that meet generated ones of the same identifier.

use super::{outline, program_of, with, xml};
use crate::rules::testing::findings;
use crate::scaffold::tests::MODEL;

const JOB: &str = r#"<CreateConnectorSynchroComplete Connector="Staff" JobIdentifier="S" DisplayName_L1="S" />"#;

fn outline_with(written: &str) -> String {
    outline(&format!("{JOB}{written}"))
}

/// What is printed of the job, from one of its tasks on.
fn printed(written: &str, from: &str) -> String {
    let text = xml(&with(&format!("{JOB}{written}")), Some("S"));
    let at = text.find(from).unwrap_or_default();
    text[at..].lines().take(4).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_written_job_takes_the_place_of_the_generated_one() {
    let program = with(&format!("{JOB}<Job Identifier=\"s\" DisplayName_L1=\"Own\"><Step Identifier=\"X\" /></Job>"));
    assert_eq!(program.items.jobs.len(), 1);
    assert!(program.items.tasks.is_empty());
    insta::assert_snapshot!(xml(&program, Some("S")), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
      <Job Identifier="s" DisplayName_L1="Own">
        <Step Identifier="X" />
      </Job>
    </ConfigurationFile>
    "#);
}

#[test]
fn a_written_job_merges_into_the_generated_one() {
    let written = r#"<Job Identifier="S" ConsolidationMode="Merge" CronTabExpression="0 2 * * *" DisplayName_L1="Own">
        <InvokeExpressionTask Identifier="Tell" DisplayName_L1="Tell" Level="9" Agent="Local" OpenIdClient="Job" InputPath="tell.ps1" /></Job>"#;
    insta::assert_snapshot!(outline_with(written), @"
    S
      0 S_Export_Staff_Complete_StaffFiles
      1 S_PrepareSynchronization_Staff_Complete
      2 S_Synchronize_Staff
      3 S_UpdateEntityPropertyExpressions1
      4 S_UpdateParametersContextDisplayNames
      5 S_SendRoleModelNotifications
      6 S_MaintainIndexes
      by hand Tell
    ");
    insta::assert_snapshot!(printed(written, "<Job"), @r#"
    <Job Identifier="S" DisplayName_L1="Own" Agent="Local" CronTabExpression="0 2 * * *">
        <ExportTask Identifier="S_Export_Staff_Complete_StaffFiles" DisplayName_L1="Staff - Extract Changes" DisplayName_L2="Staff - Extraction des modifications" Agent="Local" Connector="Staff" Level="0" OpenIdClient="Job" Connection="StaffFiles" ContinueOnError="true" IgnoreCookieFile="true" />
        <PrepareSynchronizationTask Identifier="S_PrepareSynchronization_Staff_Complete" DisplayName_L1="Staff - Synchronization (agent side)" DisplayName_L2="Staff - Synchronisation (côté agent)" Agent="Local" Connector="Staff" Level="1" OpenIdClient="Job" SynchronizationMode="Complete">
          <TaskDependsOnTask ParentTask="S_Export_Staff_Complete_StaffFiles" />
    "#);
    let program = with(&format!("{JOB}{written}"));
    assert_eq!(program.items.jobs.len(), 1);
    let (id, _) = program.items.jobs.iter().next().unwrap();
    assert_eq!(program.job_tasks(id).len(), 8);
    let again = program_of(&[super::body(&xml(&program, None))]);
    assert_eq!(xml(&again, None), xml(&program, None), "what is expanded stays");
}

#[test]
fn an_update_replaces_attributes_and_a_deletion_the_job() {
    let written = r#"<Job Identifier="S" ConsolidationMode="Update" DisplayName_L1="Own"><Step Identifier="X" /></Job>"#;
    assert!(printed(written, "<Job").starts_with("<Job Identifier=\"S\" DisplayName_L1=\"Own\">\n"));
    assert_eq!(outline_with(written), outline(JOB));
    let program = with(&format!("{JOB}<Job Identifier=\"S\" ConsolidationMode=\"Delete\" />"));
    assert!(program.items.jobs.is_empty() && program.items.tasks.is_empty());
    assert!(!xml(&program, None).contains("<Job"));
}

#[test]
fn a_written_task_merges_updates_or_is_deleted() {
    let task = "S_PrepareSynchronization_Staff_Complete";
    let merge = format!(
        "<PrepareSynchronizationTask Identifier=\"{task}\" ConsolidationMode=\"Merge\" ContinueOnError=\"true\"><TaskDependsOnTask ParentTask=\"S_MaintainIndexes\" /></PrepareSynchronizationTask>"
    );
    insta::assert_snapshot!(printed(&merge, "<PrepareSynchronizationTask"), @r#"
    <PrepareSynchronizationTask Identifier="S_PrepareSynchronization_Staff_Complete" DisplayName_L1="Staff - Synchronization (agent side)" DisplayName_L2="Staff - Synchronisation (côté agent)" Agent="Local" Connector="Staff" Level="1" OpenIdClient="Job" SynchronizationMode="Complete" ContinueOnError="true">
          <TaskDependsOnTask ParentTask="S_Export_Staff_Complete_StaffFiles" />
          <TaskDependsOnTask ParentTask="S_MaintainIndexes" />
        </PrepareSynchronizationTask>
    "#);
    assert_eq!(outline_with(&merge), outline(JOB));
    let update =
        format!("<PrepareSynchronizationTask Identifier=\"{task}\" ConsolidationMode=\"Update\" DisplayName_L1=\"P\" />");
    insta::assert_snapshot!(printed(&update, "<PrepareSynchronizationTask").lines().take(2).collect::<Vec<_>>().join("\n"), @r#"
    <PrepareSynchronizationTask Identifier="S_PrepareSynchronization_Staff_Complete" Level="1" DisplayName_L1="P">
          <TaskDependsOnTask ParentTask="S_Export_Staff_Complete_StaffFiles" />
    "#);
    let delete = format!("<PrepareSynchronizationTask Identifier=\"{task}\" ConsolidationMode=\"Delete\" />");
    insta::assert_snapshot!(outline_with(&delete), @"
    S
      0 S_Export_Staff_Complete_StaffFiles
      2 S_Synchronize_Staff
      3 S_UpdateEntityPropertyExpressions1
      4 S_UpdateParametersContextDisplayNames
      5 S_SendRoleModelNotifications
      6 S_MaintainIndexes
    ");
    assert!(!xml(&with(&format!("{JOB}{delete}")), None).contains("PrepareSynchronization"));
}

#[test]
fn a_written_task_is_run_by_a_step() {
    let written = "<MaintainIndexesTask Identifier=\"S_MaintainIndexes\" DisplayName_L1=\"Own\" AllIndexes=\"true\" />";
    let program = with(&format!("{JOB}{written}"));
    let (id, _) = program.items.jobs.iter().next().unwrap();
    let last = *program.job_tasks(id).last().unwrap();
    assert_eq!((last.level, program.task_name(last.task).as_ref()), (Some(6), "S_MaintainIndexes"));
    assert!(program.items.tasks[last.task].origin.generated.is_none());
    assert!(xml(&program, Some("S")).contains("<Step Identifier=\"S_MaintainIndexes\" Level=\"6\" />"));
}

#[test]
fn nothing_is_declared_twice_and_other_modes_do_nothing() {
    let text = format!(
        "{}{JOB}<Job Identifier=\"S\" ConsolidationMode=\"Merge\"/><FulfillTask Identifier=\"S_MaintainIndexes\" ConsolidationMode=\"Merge\"/>",
        MODEL.join("")
    );
    assert!(findings(&text, "duplicate-identifier").1.is_empty());
    assert_eq!(outline_with("<Job Identifier=\"Other\" ConsolidationMode=\"Delete\" />"), outline(JOB));
    // A value that is no mode is a finding of its own: nothing is lost for its sake.
    let job = |mode: &str| outline_with(&format!("<Job Identifier=\"S\" ConsolidationMode=\"{mode}\" />"));
    assert_eq!(job("merge"), job("Merge"));
    assert_eq!(job("Add"), job("Merge"));
    assert_eq!(job(""), job("Merge"));
    let deleted = with(&format!("{JOB}<Job Identifier=\"S\" ConsolidationMode=\"delete\" />"));
    assert!(deleted.items.jobs.is_empty());
}
