//! The demo, from the first load to an approved change.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Project, content, task};

const COMPLETE: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Complete"];
const CHANGES: [&str; 6] = ["run", "examples/demo", "--job", "Demo_Incremental", "--data", "examples/demo/changes"];

/// The counters of a task that are not zero.
fn counters(shown: &Value, name: &str) -> Value {
    let mut counters = task(shown, name)["counters"].clone();
    counters.as_object_mut().unwrap().retain(|_, number| *number != 0);
    counters
}

fn all_completed(shown: &Value) -> bool {
    shown["tasks"].as_array().unwrap().iter().all(|task| task["state"] == "completed")
}

#[test]
fn the_first_run_loads_and_the_second_changes_nothing() {
    let project = Project::demo();
    let first = project.run(&COMPLETE);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.stdout.contains("Run 1 of Demo_Complete: completed in "), "{first}");
    let shown = project.show(1);
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_HR"), json!({ "inserted": 349, "links_inserted": 949 }));
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_Directory"), json!({ "inserted": 343, "links_inserted": 732 }));

    let store = Connection::open(project.path(".jobwright/store.db")).unwrap();
    let mut statement = store
        .prepare("SELECT t.name, count(*) FROM resource r JOIN entity_type t ON t.id = r.type GROUP BY 1 ORDER BY 1")
        .unwrap();
    let loaded: Vec<(String, i64)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let loaded: Vec<(&str, i64)> = loaded.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let data = [("Directory_Account", 303), ("Directory_Group", 40), ("HR_Organization", 25), ("HR_Person", 300)];
    assert_eq!(loaded[..4], data);
    assert_eq!(loaded[4..], [("HR_Site", 10), ("HR_Title", 14)]);

    let before = project.content();
    let second = project.run(&COMPLETE);
    assert_eq!(second.code, Some(0), "{second}");
    assert!(second.stdout.contains("(9 completed, 3 unchanged)"), "{second}");
    assert_eq!(project.content(), before);
    let shown = project.show(2);
    for name in ["Demo_Complete_Synchronize_HR", "Demo_Complete_Synchronize_Directory", "Demo_Complete_Expressions"] {
        assert_eq!(task(&shown, name)["state"], "unchanged");
    }
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_HR"), json!({}));
}

#[test]
fn the_incremental_run_touches_what_changed_and_nothing_else() {
    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let changes = project.run(&CHANGES);
    assert_eq!(changes.code, Some(0), "{changes}");
    let shown = project.show(2);
    // Five people came, three left, one has another name and four another organization; one organization was renamed.
    assert_eq!(
        counters(&shown, "Demo_Incremental_Synchronize_HR"),
        json!({ "inserted": 5, "deleted": 3, "updated": 2, "links_inserted": 19, "links_deleted": 13 })
    );
    // Three accounts were disabled; groups of four people follow their organization.
    assert_eq!(
        counters(&shown, "Demo_Incremental_Synchronize_Directory"),
        json!({ "updated": 3, "links_inserted": 4, "links_deleted": 11 })
    );
    assert!(all_completed(&shown), "{shown}");

    // Once more finds nothing, and so starts nothing that only concerns changes.
    let again = project.run(&CHANGES);
    assert_eq!(again.code, Some(0), "{again}");
    let shown = project.show(3);
    assert_eq!(task(&shown, "Demo_Incremental_Flag")["state"], "not-launched", "{shown}");
    assert_eq!(task(&shown, "Demo_Incremental_Expressions")["state"], "not-launched");

    // The complete job agrees that nothing is left to do.
    let complete = project.run(&[&COMPLETE[..], &CHANGES[4..]].concat());
    assert_eq!(complete.code, Some(0), "{complete}");
    let shown = project.show(4);
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_HR"), json!({}));
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_Directory"), json!({}));
}

#[test]
fn runs_show_and_logs_tell_what_happened() {
    let project = Project::demo();
    insta::assert_snapshot!(project.run(&["runs"]), @r"
    exit 6
    --- stderr
      × there is no store at .jobwright/store.db
      help: name another one with --store, or start a run to create it
    ");
    let store = ["--store", "stores/other.db"];
    assert_eq!(project.run(&[&COMPLETE[..], &store].concat()).code, Some(0));
    assert!(!project.path(".jobwright").exists());
    assert!(project.path("stores/other-work").is_dir(), "work files lie beside the store");

    let runs = project.run(&[&["runs", "--format", "json"][..], &store].concat()).json();
    assert_eq!(runs.as_object().unwrap().keys().collect::<Vec<_>>(), ["runs"]);
    let run = &runs["runs"][0];
    assert_eq!((&run["id"], &run["job"], &run["state"]), (&json!(1), &json!("Demo_Complete"), &json!("completed")));
    let text = project.run(&[&["runs"][..], &store].concat());
    assert!(text.stdout.lines().nth(1).unwrap().contains("Demo_Complete  completed"), "{text}");

    let show = project.run(&[&["show", "1"][..], &store].concat());
    assert!(show.stdout.contains("Demo_Complete_Expressions") && show.stdout.contains("Run 1 of Demo_Complete"), "{show}");
    assert_eq!(project.run(&[&["show", "7"][..], &store].concat()).code, Some(2));
    assert_eq!(project.run(&[&["show", "last"][..], &store].concat()).code, Some(2));

    let logs = project.run(&[&["logs", "1", "demo_complete_synchronize_hr"][..], &store].concat());
    let events: Vec<Value> = logs.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.iter().map(|event| &event["event"]).collect::<Vec<_>>(), ["task-started", "task-ended"]);
    let unknown = project.run(&[&["logs", "1", "Demo_Complete_Synchronise_HR"][..], &store].concat());
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean `Demo_Complete_Synchronize_HR`?"), "{unknown}");
}

#[test]
fn a_threshold_blocks_until_somebody_approves_exactly_that_list() {
    let unbroken = Project::demo();
    assert_eq!(unbroken.run(&COMPLETE).code, Some(0));

    let project = Project::demo();
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    let blocked = project.run(&COMPLETE);
    assert_eq!(blocked.code, Some(12), "{blocked}");
    let shown = project.show(1);
    let held = task(&shown, "Demo_Complete_Synchronize_HR");
    assert_eq!(held["state"], "blocked");
    let message = held["message"].as_str().unwrap();
    assert!(message.contains("349 resources inserted, more than the 100 of connector HR"), "{message}");
    assert_eq!(task(&shown, "Demo_Complete_Expressions")["state"], "not-started");
    let next = ["jobwright approve 1 Demo_Complete_Synchronize_HR --reason \"…\"", "jobwright run --resume 1"];
    assert_eq!(shown["next"], json!(next));

    let early = project.run(&["run", "--resume"]);
    assert_eq!(early.code, Some(12), "{early}");
    assert!(early.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(next[0]), "{early}");
    let wrong = project.run(&["approve", "1", "Demo_Complete_Prepare_HR", "--reason", "first load"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");

    // Another file in the meantime makes no difference: what was shown is what is applied.
    project.replace("examples/demo/data/people.csv", "Rochegrise, Astrée", "Somebody Else");
    let approved = project.run(&["approve", "1", "Demo_Complete_Synchronize_HR", "--reason", "first load"]);
    assert_eq!(approved.code, Some(0), "{approved}");
    assert!(approved.stderr.contains("jobwright run --resume 1"), "{approved}");
    let resumed = project.run(&["run", "--resume", "1"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    assert_eq!(project.content(), unbroken.content());
    let shown = project.show(1);
    assert_eq!((&shown["approvals"][0]["reason"], &shown["next"]), (&json!("first load"), &json!([])));
}

#[test]
fn the_next_commands_name_the_store() {
    let project = Project::demo();
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    let store = ["--store", "my stores/s.db"];
    let blocked = project.run(&[&COMPLETE[..], &store].concat());
    assert!(blocked.stdout.ends_with("then: jobwright run --resume 1 --store 'my stores/s.db'\n"), "{blocked}");
}

#[test]
fn a_job_that_cannot_be_executed_is_refused_before_anything_starts() {
    let project = Project::demo();
    let refused = project.run(&["run", "examples/demo", "--job", "Directory_Complete"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    for name in ["Directory_Complete_Fulfill1", "ComputeRoleModelTask", "MaintainIndexesTask"] {
        assert!(refused.stderr.contains(name), "{name} in {refused}");
    }
    assert!(!project.path(".jobwright").exists(), "no store is made for it");

    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let store = fs::read(project.path(".jobwright/store.db")).unwrap();
    assert_eq!(project.run(&["run", "examples/demo", "--job", "Directory_Complete"]).code, Some(2));
    assert_eq!(fs::read(project.path(".jobwright/store.db")).unwrap(), store);
    assert_eq!(project.run(&["runs", "--format", "json"]).json()["runs"].as_array().unwrap().len(), 1);

    // The part that can be executed may be asked for.
    let part = ["--to", "Directory_Complete_UpdateEntityPropertyExpressions1"];
    let part = project.run(&[&["run", "examples/demo", "--job", "Directory_Complete"][..], &part].concat());
    assert_eq!(part.code, Some(0), "{part}");
}

#[test]
fn a_dry_run_and_a_simulation_touch_nothing() {
    let project = Project::demo().file("outcomes.json", r#"{ "Demo_Complete_Export_HRSites": "warning" }"#);
    let dry = project.run(&[&COMPLETE[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(0), "{dry}");
    assert!(dry.stdout.ends_with("Demo_Complete: completed\n"), "{dry}");
    let simulated = project.run(&["simulate", "examples/demo", "--job", "Demo_Complete", "--outcomes", "outcomes.json"]);
    assert_eq!(simulated.code, Some(0), "{simulated}");
    let line = simulated.stdout.lines().find(|line| line.contains("Demo_Complete_Synchronize_HR")).unwrap();
    assert!(line.contains("Demo_Complete_Prepare_HR was not launched"), "{line}");
    assert!(!project.path(".jobwright").exists());
}

#[test]
fn a_store_of_two_names_is_the_same_store() {
    let project = Project::demo();
    assert_eq!(project.run(&[&COMPLETE[..], &["--store", "a.db"]].concat()).code, Some(0));
    assert_eq!(project.run(&[&COMPLETE[..], &["--store", "./b.db"]].concat()).code, Some(0));
    assert_eq!(content(&project.path("a.db")), content(&project.path("b.db")));
}

#[cfg(unix)]
#[test]
fn a_running_job_is_not_started_twice_and_can_be_cancelled() {
    use std::io::Write;
    use std::process::Command;

    use crate::support::until_line;

    let project = Project::demo();
    let people = project.path("examples/demo/data/people.csv");
    let text = fs::read(&people).unwrap();
    fs::remove_file(&people).unwrap();
    // Whoever reads a pipe waits until somebody writes to it.
    assert!(Command::new("mkfifo").arg(&people).status().unwrap().success());
    let mut running = project.command(&COMPLETE).spawn().unwrap();
    let rest = until_line(&mut running, |line| line.contains("HRPeople started"));

    assert_eq!(project.run(&["runs", "--format", "json"]).json()["runs"][0]["state"], "running");
    let second = project.run(&COMPLETE);
    assert_eq!(second.code, Some(12), "{second}");
    assert!(second.stderr.contains("already running") && second.stderr.contains("jobwright cancel 1"), "{second}");
    assert_eq!(project.run(&["run", "--resume", "1"]).code, Some(12));
    assert_eq!(project.run(&["cancel", "1"]).code, Some(0));
    // An export reads its file twice; the second time it finds an ordinary one.
    let mut pipe = fs::File::options().write(true).open(&people).unwrap();
    fs::remove_file(&people).unwrap();
    fs::write(&people, &text).unwrap();
    pipe.write_all(&text).unwrap();
    drop(pipe);
    assert_eq!(running.wait().unwrap().code(), Some(13));
    drop(rest);

    assert_eq!(project.show(1)["state"], "cancelled");
    assert_eq!(project.run(&["cancel", "1"]).code, Some(2));
    let resumed = project.run(&["run", "--resume", "1"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
}
