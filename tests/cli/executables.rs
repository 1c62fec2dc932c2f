//! The mapping for the product's own executables, and settings that are looked at before a job starts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use crate::support::Project;

#[test]
fn the_mapping_is_written_once_and_tells_what_is_missing() {
    let project = Project::by_hand().file("jobwright.toml", "[check]\nfail-on = \"error\"\n");
    fs::remove_file(project.path("examples/demo/jobwright.toml")).unwrap();
    fs::create_dir(project.path("Runtime")).unwrap();
    let arguments = ["init", "--executables", "Runtime", "-q"];
    let first = project.run(&arguments);
    assert_eq!(first.code, Some(0), "{first}");
    let text = project.read("jobwright.toml");
    assert!(text.starts_with("[check]\nfail-on = \"error\"\n\n# The product's executables"), "{text}");
    let table = text.split("\n\n").find(|part| part.contains("Usercube-Compute-CorrelationKeys")).unwrap();
    insta::assert_snapshot!(table, @r#"
    # Computes the values of correlation keys.
    [executors.ComputeCorrelationKeysTask]
    program = "Runtime/Usercube-Compute-CorrelationKeys"
    args = [
        { when = "task.attribute.AllEntityType", args = ["--all-entityType"] },
        { unless = "task.attribute.AllEntityType", args = ["--entitytype-list", "{task.entity-types}"] },
        { when = "task.attribute.Dirty", args = ["--dirty"] },
        { when = "task.attribute.BatchSize", args = ["--batch-size", "{task.attribute.BatchSize}"] },
    ]
    missing = ["--database-connection-string"]
    "#);
    let stub = text.split("\n\n").find(|part| part.contains("Usercube-Compute-RoleModel")).unwrap();
    insta::assert_snapshot!(stub, @r#"
    # Applies the rules of the role model.
    [executors.ComputeRoleModelTask]
    program = "Runtime/Usercube-Compute-RoleModel"
    # Its options are not documented: fill in `args`.
    missing = ["its options"]
    "#);
    let again = project.run(&arguments);
    assert_eq!(again.code, Some(2), "{again}");
    assert_eq!(project.read("jobwright.toml"), text);
    assert_eq!(project.run(&["init", "--executables", "absent"]).code, Some(2));
    assert_eq!(project.run(&["check", "examples/demo"]).code, Some(0));
    insta::assert_snapshot!(project.run(&["run", "examples/demo", "--job", "Demo_Complete"]), @"
    exit 2
    --- stderr
      × job Demo_Complete was not started: the program ./Runtime/Usercube-Export-Csv of Demo_Complete_Export_HRPeople
      │ (ExportTask) is not there, the command of Demo_Complete_Prepare_Directory (PrepareSynchronizationTask) lacks
      │ --api-client-id, --api-secret, --api-url, the command of Demo_Complete_Synchronize_Directory (SynchronizeTask) lacks
      │ its options, the command of Demo_Complete_Expressions (UpdateEntityPropertyExpressionsTask) lacks
      │ --database-connection-string
      help: correct [executors] in jobwright.toml
    ");
    assert!(!project.path(".jobwright").exists());
}

#[test]
fn settings_are_looked_at_before_a_job_starts() {
    let project = Project::by_hand();
    let old = "\"Path\": \"data/people.csv\", \"Separator\": \";\"";
    project.replace(
        "examples/demo/appsettings.agent.json",
        old,
        "\"Path\": \"data/people.csv\", \"NumberOfLinesToSkip\": \"two\"",
    );
    let run = ["run", "examples/demo", "--job", "Demo_Complete"];
    insta::assert_snapshot!(project.run(&run), @"
    exit 6
    --- stderr
      × job Demo_Complete was not started: examples/demo/appsettings.agent.json:4:69: NumberOfLinesToSkip of connection
      │ HRPeople must be a whole number from 0
      help: correct the settings, then start it again
    ");
    assert!(!project.path(".jobwright").exists());
    let corrected = project.command(&run).env("Connections__HRPeople__NumberOfLinesToSkip", "0").output().unwrap();
    let told = String::from_utf8(corrected.stderr).unwrap();
    assert!(!told.contains("was not started"), "{told}");
}
