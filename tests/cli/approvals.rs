//! Consent to changes that are held back: to those that wait, with a reason, and what it leads to.

use crate::support::Project;

const RUN: [&str; 5] = ["run", "examples/demo", "--job", "Demo_Complete", "-q"];
const HR: &str = "Demo_Complete_Synchronize_HR";

/// The demo, whose HR is held back at its first synchronization.
fn held_back() -> Project {
    let project = Project::demo();
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    assert_eq!(project.run(&RUN).code, Some(12));
    project
}

#[test]
fn a_list_that_another_run_has_replaced_is_not_offered_and_not_approved() {
    let project = held_back();
    assert_eq!(project.run(&RUN).code, Some(12));
    assert_eq!(project.show(1)["next"], serde_json::json!(["jobwright run --resume 1"]));
    insta::assert_snapshot!(project.run(&["approve", "1", HR, "--reason", "the first load"]), @"
    exit 2
    --- stderr
      × the changes of list HR-2 of task Demo_Complete_Synchronize_HR of run 1 wait no longer: others took their place, or
      │ what they are about was brought in since
      help: continue the run, which computes them anew:
            jobwright run --resume 1
    ");
    assert_eq!(project.show(1)["state"], "blocked", "nothing has changed");
    // Going on reads the data anew, and holds it back anew: now it is the other run whose list is gone.
    assert_eq!(project.run(&["run", "--resume", "1", "-q"]).code, Some(12));
    assert_eq!(project.show(2)["next"], serde_json::json!(["jobwright run --resume 2"]));
    assert_eq!(project.run(&["approve", "1", HR, "--reason", "the first load"]).code, Some(0));
    assert_eq!(project.run(&["run", "--resume", "1", "-q"]).code, Some(0));
    // What the other one wanted is there by now.
    assert_eq!(project.run(&["run", "--resume", "2", "-q"]).code, Some(0));
    assert_eq!(project.show(2)["state"], "completed");
}

#[test]
fn a_consent_without_a_reason_is_none() {
    let project = held_back();
    for reason in ["", "  "] {
        let refused = project.run(&["approve", "1", HR, "--reason", reason]);
        assert_eq!(refused.code, Some(2), "{refused}");
    }
    assert_eq!(project.show(1)["approvals"], serde_json::json!([]));
}

#[test]
fn what_to_type_after_one_of_two_consents_is_the_other() {
    let project = Project::demo();
    for file in ["examples/demo/HR/Connector.xml", "examples/demo/Directory/Connector.xml"] {
        project.replace(file, "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    }
    assert_eq!(project.run(&[&RUN[..], &["--jobs", "2"]].concat()).code, Some(12));
    insta::assert_snapshot!(project.run(&["approve", "1", HR, "--reason", "the first load"]).stderr, @r#"
    approved; the run goes on after:
    jobwright approve 1 Demo_Complete_Synchronize_Directory --reason "…"
    jobwright run --resume 1
    "#);
}

#[test]
fn a_run_whose_changes_wait_is_not_forgotten() {
    let project = held_back();
    assert_eq!(
        project.run(&["run", "examples/demo", "--job", "Demo_Complete", "--only", "Demo_Complete_MaintainIndexes", "-q"]).code,
        Some(0)
    );
    let outcome = project.run(&["runs", "prune", "--keep", "0"]);
    assert_eq!(outcome.stderr, "forgot 0 runs; 2 runs left\n", "{outcome}");
    assert_eq!(project.run(&["approve", "1", HR, "--reason", "the first load"]).code, Some(0));
    assert_eq!(project.run(&["run", "--resume", "1", "-q"]).code, Some(0));
    assert_eq!(project.run(&["runs", "prune", "--keep", "0"]).stderr, "forgot 1 run; 1 run left\n");
}
