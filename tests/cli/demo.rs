//! The demo, from the first load to an approved change.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Project, content, task};

const COMPLETE: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Complete"];
const CHANGES: [&str; 6] =
    ["run", "examples/demo", "--job", "Demo_Incremental", "--appsettings", "examples/demo/appsettings.changes.json"];

/// The counters of a task that are not zero.
fn counters(shown: &Value, name: &str) -> Value {
    let mut counters = task(shown, name)["counters"].clone();
    counters.as_object_mut().unwrap().retain(|_, number| *number != 0);
    counters
}

#[test]
fn the_first_run_loads_and_the_second_changes_nothing() {
    let project = Project::demo();
    let first = project.run(&COMPLETE);
    assert_eq!(first.code, Some(0), "{first}");
    assert!(first.stdout.contains("Run 1 of Demo_Complete: completed in "), "{first}");
    let shown = project.show(1);
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_HR"), json!({ "inserted": 349, "links_inserted": 949 }));
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_Directory"), json!({ "inserted": 339, "links_inserted": 812 }));

    let store = Connection::open(project.path(".jobwright/store.db")).unwrap();
    let mut statement = store
        .prepare("SELECT t.name, count(*) FROM resource r JOIN entity_type t ON t.id = r.type GROUP BY 1 ORDER BY 1")
        .unwrap();
    let loaded: Vec<(String, i64)> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let loaded: Vec<(&str, i64)> = loaded.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    let data = [("Directory_Account", 299), ("Directory_Group", 40), ("HR_Organization", 25), ("HR_Person", 300)];
    assert_eq!(loaded[..4], data);
    assert_eq!(loaded[4..], [("HR_Site", 10), ("HR_Title", 14)]);

    // Four people have no account yet, and one has moved: five orders, executed in the directory.
    assert_eq!(counters(&shown, "Demo_Complete_GenerateProvisioningOrders1"), json!({ "added": 4, "modified": 1 }));
    assert_eq!(counters(&shown, "Demo_Complete_Fulfill1"), json!({ "executed": 5 }));
    assert!(project.read("examples/demo/data/accounts.csv").contains("\nfjalla.tidewarden,"));

    // The next run sees what became of them, and the one after it nothing new.
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    assert_eq!(task(&project.show(2), "Demo_Complete_ComputeRoleModel1")["counters"]["verified"], 5);
    assert_eq!(task(&project.show(2), "Demo_Complete_Fulfill1")["state"], "not-launched");
    let before = project.content();
    let third = project.run(&COMPLETE);
    assert_eq!(third.code, Some(0), "{third}");
    assert_eq!(project.content(), before);
    let shown = project.show(3);
    let names = ["Synchronize_HR", "Synchronize_Directory", "UpdateEntityPropertyExpressions1", "ComputeRoleModel1"];
    for name in names.map(|name| format!("Demo_Complete_{name}")) {
        assert_eq!(task(&shown, &name)["state"], "unchanged", "{name}");
    }
    assert_eq!(counters(&shown, "Demo_Complete_Synchronize_HR"), json!({}));
}

#[test]
fn the_incremental_run_touches_what_changed_and_nothing_else() {
    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let changes = project.run(&CHANGES);
    assert_eq!(changes.code, Some(0), "{changes}");
    let shown = project.show(3);
    // Five people came, three left, one has another name and four another organization; one organization was renamed.
    assert_eq!(
        counters(&shown, "Demo_Incremental_SynchronizeChanges_HR_DoNotDeleteChanges"),
        json!({ "inserted": 5, "deleted": 3, "updated": 2, "links_inserted": 19, "links_deleted": 13 })
    );
    // Nobody has touched the directory.
    let directory = "Demo_Incremental_SynchronizeChanges_Directory_DoNotDeleteChanges";
    assert_eq!(task(&shown, directory)["state"], "not-launched");
    let orders = "Demo_Incremental_GenerateProvisioningOrders1";
    assert_eq!(counters(&shown, orders), json!({ "added": 5, "deleted": 3, "modified": 20 }));
    let accounts = project.read("examples/demo/data/accounts.csv");
    assert!(accounts.contains("\nliora.stormhemlumiere,") && !accounts.contains("\nliora.stormhem,"), "one was renamed");
    assert!(project.read("examples/demo/data/memberships.csv").contains("org-ya3,liora.stormhemlumiere"));

    // The next run sees in the directory what it had done to it; the one after it finds nothing, and so starts nothing.
    let again = project.run(&CHANGES);
    assert_eq!(again.code, Some(0), "{again}");
    let shown = project.show(4);
    assert_eq!(counters(&shown, directory)["updated"], 19, "{shown}");
    assert_eq!(task(&shown, orders)["state"], "unchanged", "{shown}");
    assert_eq!(project.run(&CHANGES).code, Some(0));
    let shown = project.show(5);
    assert_eq!(task(&shown, "Demo_Incremental_SetRecentlyModifiedFlag")["state"], "not-launched", "{shown}");
    let expressions = "Demo_Incremental_UpdateEntityPropertyExpressions1_WithDirty";
    assert_eq!(task(&shown, expressions)["state"], "unchanged");

    // The complete job agrees that nothing is left to do.
    let complete = project.run(&[&COMPLETE[..], &CHANGES[4..]].concat());
    assert_eq!(complete.code, Some(0), "{complete}");
    let shown = project.show(6);
    for name in ["Synchronize_HR", "Synchronize_Directory", "ComputeRoleModel1", "GenerateProvisioningOrders1"] {
        assert_eq!(task(&shown, &format!("Demo_Complete_{name}"))["state"], "unchanged", "{name}");
    }
}

#[test]
fn what_was_decided_and_what_is_due_reaches_an_incremental_run_without_changes() {
    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let incremental = ["run", "examples/demo", "--job", "Demo_Incremental"];
    let name = |task: &str| format!("Demo_Incremental_{task}");
    let state = |run: u32, what: &str| task(&project.show(run), &name(what))["state"].as_str().unwrap().to_owned();
    assert_eq!(project.run(&incremental).code, Some(0));
    assert_eq!(state(3, "SetRecentlyModifiedFlag"), "not-launched");
    assert_eq!(state(3, "ComputeRoleModel1_WithDirty"), "not-launched");

    let decide = ["decide", "give", "HR_Person", "E0010", "--role", "Payroll", "--until", "2098-01-01", "--reason", "a month"];
    assert_eq!(project.run(&decide).code, Some(0));
    let run = project.run(&incremental);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stderr.contains("(SetRecentlyModifiedFlagTask): launched because somebody decided on 1 owner"), "{run}");
    let shown = project.show(4);
    let flag = task(&shown, &name("SetRecentlyModifiedFlag"));
    assert_eq!((flag["state"].as_str(), flag["message"].as_str()), (Some("completed"), Some("somebody decided on 1 owner")));
    assert_eq!(flag["reason"], "launched because somebody decided on 1 owner");
    assert_eq!(counters(&shown, &name("Fulfill1")), json!({ "executed": 1 }));
    let payroll = "app-payroll,liora.stormhem";
    assert!(project.read("examples/demo/data/memberships.csv").contains(payroll));
    let verified = project.run(&incremental);
    assert_eq!(verified.code, Some(0), "{verified}");
    assert_eq!(counters(&project.show(5), &name("ComputeRoleModel1_WithDirty"))["verified"], 1);

    // Nobody touches anything until the day comes.
    assert_eq!(project.run(&incremental).code, Some(0));
    assert_eq!(state(6, "SetRecentlyModifiedFlag"), "not-launched");
    let days = 365 * 72 * 86_400_000_i64;
    let mut later = project.command(&incremental);
    let output = later.env("JOBWRIGHT_CLOCK_OFFSET", days.to_string()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = project.show(7);
    assert_eq!(task(&shown, &name("SetRecentlyModifiedFlag"))["message"], "a date has come for 1 owner");
    assert_eq!(counters(&shown, &name("Fulfill1")), json!({ "executed": 1 }));
    assert!(!project.read("examples/demo/data/memberships.csv").contains(payroll));
}

#[test]
fn one_edited_person_makes_one_order_and_a_mass_change_waits_for_somebody() {
    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let person = "corentin.quaybright@skerrylight.example;20230914000000;";
    project.replace("examples/demo/data/people.csv", &format!("{person}FE3"), &format!("{person}LI1"));
    let incremental = ["run", "examples/demo", "--job", "Demo_Incremental"];
    assert_eq!(project.run(&incremental).code, Some(0));
    assert_eq!(counters(&project.show(3), "Demo_Incremental_GenerateProvisioningOrders1"), json!({ "modified": 1 }));
    let memberships = project.read("examples/demo/data/memberships.csv");
    assert!(memberships.contains("org-li1,corentin.quaybright") && !memberships.contains("org-fe3,corentin.quaybright"));

    // Two lines become one: forty people, more than the 25 that may change at once.
    for line in ["FE1", "FE2"] {
        project.replace("examples/demo/data/people.csv", &format!(";{line};"), ";FE4;");
    }
    let blocked = project.run(&incremental);
    assert_eq!(blocked.code, Some(12), "{blocked}");
    let orders = "Demo_Incremental_GenerateProvisioningOrders1";
    let message = task(&project.show(4), orders)["message"].as_str().unwrap().to_owned();
    assert!(message.contains("40 resources updated, more than the 25 of resource type Directory_Account_Standard"), "{message}");
    assert_eq!(project.run(&["approve", "4", orders, "--reason", "two lines become one"]).code, Some(0));
    let resumed = project.run(&["run", "--resume", "4"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    assert_eq!(counters(&project.show(4), "Demo_Incremental_Fulfill1"), json!({ "executed": 40 }));
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
    assert!(
        show.stdout.contains("\nUpdateEntityPropertyExpressions1 ") && show.stdout.contains("Run 1 of Demo_Complete"),
        "{show}"
    );
    assert_eq!(project.run(&[&["show", "7"][..], &store].concat()).code, Some(2));
    assert_eq!(project.run(&[&["show", "last"][..], &store].concat()).code, Some(2));

    let logs = project.run(&[&["logs", "1", "demo_complete_synchronize_hr"][..], &store].concat());
    let events: Vec<Value> = logs.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.iter().map(|event| &event["event"]).collect::<Vec<_>>(), ["task-started", "task-ended"]);
    let unknown = project.run(&[&["logs", "1", "Demo_Complete_Synchronise_HR"][..], &store].concat());
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("did you mean Demo_Complete_Synchronize_HR?"), "{unknown}");
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
    assert_eq!(task(&shown, "Demo_Complete_UpdateEntityPropertyExpressions1")["state"], "not-started");
    let next = ["jobwright approve 1 Demo_Complete_Synchronize_HR --reason \"…\"", "jobwright run --resume 1"];
    assert_eq!(shown["next"], json!(next));

    let counted = &shown["change_lists"][0];
    assert_eq!((&counted["task"], &counted["list"]["list"]), (&held["task"], &json!("HR-2")));
    assert_eq!(counted["list"]["counts"]["HR_Person"], json!({ "inserted": 300, "updated": 0, "deleted": 0 }));
    let text = project.run(&["show", "1"]).stdout;
    assert!(text.contains("\n  HR_Person                300 inserted\n"), "{text}");
    assert!(text.contains("\nEach change: jobwright show 1 --changes\n"), "{text}");
    assert!(project.run(&["show", "1", "--changes"]).stdout.contains("\n+ HR_Person E0001\n"));

    let early = project.run(&["run", "--resume"]);
    assert_eq!(early.code, Some(12), "{early}");
    assert!(early.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(next[0]), "{early}");
    let wrong = project.run(&["approve", "1", "Demo_Complete_PrepareSynchronization_HR_Complete", "--reason", "first load"]);
    assert_eq!(wrong.code, Some(2), "{wrong}");

    // Another file in the meantime makes no difference: what was shown is what is applied.
    project.replace("examples/demo/data/people.csv", "Rochegrise, Astrée", "Somebody Else");
    let approved = project.run(&["approve", "1", "Demo_Complete_Synchronize_HR", "--reason", "first load"]);
    assert_eq!(approved.code, Some(0), "{approved}");
    assert_eq!(approved.stderr, "approved; apply the changes:\njobwright run --resume 1\n");
    let resumed = project.run(&["run", "--resume", "1"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    assert_eq!(project.content(), unbroken.content());
    let shown = project.show(1);
    assert_eq!((&shown["approvals"][0]["reason"], &shown["next"]), (&json!("first load"), &json!([])));
}

#[test]
fn a_list_that_another_took_the_place_of_is_refused_and_read_anew() {
    let project = Project::demo();
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    assert_eq!(project.run(&COMPLETE).code, Some(12));
    let approve = |run| project.run(&["approve", run, "Demo_Complete_Synchronize_HR", "--reason", "first load"]).code;
    assert_eq!(approve("1"), Some(0));
    project.replace("examples/demo/data/sites.csv", "ST02;", "ST02bis;");
    assert_eq!(project.run(&COMPLETE).code, Some(12));
    let stale = project.run(&["run", "--resume", "1"]);
    assert_eq!(stale.code, Some(10), "{stale}");
    let said = task(&project.show(1), "Demo_Complete_Synchronize_HR")["message"].as_str().unwrap().to_owned();
    assert!(said.contains("list HR-2 of connector HR no longer waits") && said.contains("list HR-4 took its place"), "{said}");
    // Nobody has consented to what is read now.
    let anew = project.run(&["run", "--resume", "1"]);
    assert_eq!(anew.code, Some(12), "{anew}");
    assert_eq!(project.run(&["run", "--resume", "1"]).code, Some(12));
    assert_eq!(approve("1"), Some(0));
    let applied = project.run(&["run", "--resume", "1"]);
    assert_eq!(applied.code, Some(0), "{applied}");
    assert_eq!(project.run(&COMPLETE).code, Some(0));
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
    project.replace(
        "examples/demo/Directory/Jobs.xml",
        "</ConfigurationFile>",
        "<Job Identifier=\"Mining\" DisplayName_L1=\"Mining\">\
           <MaintainIndexesTask Identifier=\"Statistics\" DisplayName_L1=\"Statistics\" Level=\"0\" />\
           <BuildRoleModelTask Identifier=\"Roles\" DisplayName_L1=\"Roles\" Level=\"1\" />\
         </Job></ConfigurationFile>",
    );
    let refused = project.run(&["run", "examples/demo", "--job", "Mining"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("1 task has no embedded form: Roles (BuildRoleModelTask)"), "{refused}");
    assert!(!project.path(".jobwright").exists(), "no store is made for it");
    let dry = project.run(&["run", "examples/demo", "--job", "Mining", "--dry-run"]);
    assert_eq!((dry.code, dry.stderr), (Some(2), refused.stderr), "a dry run says the same");

    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let store = fs::read(project.path(".jobwright/store.db")).unwrap();
    assert_eq!(project.run(&["run", "examples/demo", "--job", "Mining"]).code, Some(2));
    assert_eq!(fs::read(project.path(".jobwright/store.db")).unwrap(), store);
    assert_eq!(project.run(&["runs", "--format", "json"]).json()["runs"].as_array().unwrap().len(), 1);

    // The part that can be executed may be asked for.
    let part = project.run(&["run", "examples/demo", "--job", "Mining", "--to", "Statistics"]);
    assert_eq!(part.code, Some(0), "{part}");
}

#[test]
fn a_dry_run_and_a_simulation_touch_nothing() {
    let project = Project::demo().file("outcomes.json", r#"{ "Demo_Complete_Export_HR_Complete_HRSites": "warning" }"#);
    let dry = project.run(&[&COMPLETE[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(0), "{dry}");
    assert!(dry.stdout.ends_with("Demo_Complete: completed\n"), "{dry}");
    let simulated = project.run(&["simulate", "examples/demo", "--job", "Demo_Complete", "--outcomes", "outcomes.json"]);
    assert_eq!(simulated.code, Some(0), "{simulated}");
    let line = simulated.stdout.lines().find(|line| line.contains("Demo_Complete_Synchronize_HR")).unwrap();
    assert!(line.contains("Demo_Complete_PrepareSynchronization_HR_Complete was not launched"), "{line}");
    assert!(!project.path(".jobwright").exists());
}

#[test]
fn an_incremental_job_leaves_out_what_waits_and_a_dry_run_says_so() {
    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"1\"");
    let blocked = project.run(&CHANGES);
    assert_eq!(blocked.code, Some(12), "{blocked}");
    let text = project.run(&["show", "2", "--changes"]).stdout;
    let changed = text.lines().find(|line| line.starts_with("~ HR_Person ")).unwrap();
    assert!(changed.contains(" → ") && changed.split(": ").next().unwrap().ends_with(')'), "with a name: {changed}");

    let files = |project: &Project| {
        let mut files: Vec<_> = fs::read_dir(project.path(".jobwright")).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let bytes: Vec<_> = files.iter().map(|file| fs::read(file).unwrap_or_default()).collect();
        (files, bytes)
    };
    let before = files(&project);
    let dry = project.run(&[&CHANGES[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, Some(0), "{dry}");
    let line = |name: &str| dry.stdout.lines().find(|line| line.contains(name)).unwrap().to_owned();
    let reason = "not-launched  connector HR is blocked until its changes of run 2 are approved or a complete job replaces them";
    for task in ["Export_HR_Incremental_HRPeople", "PrepareSynchronizationChanges_HR", "SynchronizeChanges_HR"] {
        assert!(line(task).contains(reason), "{dry}");
    }
    assert!(line("SynchronizeChanges_Directory").ends_with("completed"), "{dry}");
    assert!(files(&project) == before, "a dry run touches nothing");

    let next = project.run(&CHANGES);
    assert_eq!(next.code, Some(0), "{next}");
    assert_eq!(task(&project.show(3), "Demo_Incremental_PrepareSynchronizationChanges_HR_Incremental")["state"], "not-launched");
    assert_eq!(
        project.run(&["approve", "2", "Demo_Incremental_SynchronizeChanges_HR_DoNotDeleteChanges", "--reason", "seen"]).code,
        Some(0)
    );
    assert_eq!(project.run(&["run", "--resume", "2"]).code, Some(0));
    assert!(project.run(&[&CHANGES[..], &["--dry-run"]].concat()).stdout.ends_with("Demo_Incremental: completed\n"));
}

#[test]
fn what_somebody_is_told_to_type_is_whole() {
    let project = Project::demo();
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    let store = ["--store", "a store of another name, in a folder of the same length/s.db"];
    assert_eq!(project.run(&[&COMPLETE[..], &store].concat()).code, Some(12));
    insta::assert_snapshot!(project.run(&[&["run", "--resume"][..], &store].concat()), @r#"
    exit 12
    --- stderr
      × run 1 waits for approval of Demo_Complete_Synchronize_HR
      help: look at its changes, approve them, then continue:
            jobwright show 1 --store 'a store of another name, in a folder of the same length/s.db'
            jobwright approve 1 Demo_Complete_Synchronize_HR --reason "…" --store 'a store of another name, in a folder of the same length/s.db'
            jobwright run --resume 1 --store 'a store of another name, in a folder of the same length/s.db'
    "#);
    insta::assert_snapshot!(project.run(&[&["show", "9"][..], &store].concat()), @"
    exit 2
    --- stderr
      × the store has no run 9
      help: see them:
            jobwright runs --store 'a store of another name, in a folder of the same length/s.db'
    ");
    insta::assert_snapshot!(project.run(&[&["cancel", "1"][..], &store].concat()), @"
    exit 2
    --- stderr
      × run 1 cannot be cancelled: it is blocked, and no process works on it
      help: see how it stands:
            jobwright show 1 --store 'a store of another name, in a folder of the same length/s.db'
    ");
}

#[cfg(unix)]
#[test]
fn an_interrupt_lets_the_running_task_finish_and_a_second_one_ends_it() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Command;

    for interrupts in [1, 2] {
        let project = Project::demo();
        let people = project.path("examples/demo/data/people.csv");
        let text = fs::read(&people).unwrap();
        fs::remove_file(&people).unwrap();
        assert!(Command::new("mkfifo").arg(&people).status().unwrap().success());
        let mut running = project.command(&COMPLETE).spawn().unwrap();
        let mut lines = BufReader::new(running.stderr.take().unwrap()).lines();
        let interrupt = || {
            assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
        };
        // A pipe can be opened once the task reads it, so the task runs; it waits for what is written.
        let mut pipe = fs::File::options().write(true).open(&people).unwrap();
        interrupt();
        assert!(lines.by_ref().any(|line| line.unwrap().contains("cancelling: running tasks finish")));
        let mut rest = text.clone();
        if interrupts == 2 {
            interrupt();
            // There is enough to read for the signal to have arrived before its end.
            let rows = &text[text.iter().position(|byte| *byte == b'\n').unwrap() + 1..];
            rest.extend(rows.repeat(400));
        }
        // Whoever gives up hangs up.
        let written = pipe.write_all(&rest);
        assert!(written.is_ok() || interrupts == 2, "{written:?}");
        drop(pipe);
        fs::remove_file(&people).unwrap();
        lines.for_each(drop);
        assert_eq!(running.wait().unwrap().code(), Some(13));
        let shown = project.show(1);
        let export = task(&shown, "Demo_Complete_Export_HR_Complete_HRPeople");
        let expected = if interrupts == 1 { "completed" } else { "cancelled" };
        assert_eq!((&shown["state"], &export["state"]), (&json!("cancelled"), &json!(expected)), "{shown}");
        assert_eq!(task(&shown, "Demo_Complete_UpdateEntityPropertyExpressions1")["state"], "not-started");
        fs::write(&people, &text).unwrap();
        let resumed = project.run(&["run", "--resume", "1"]);
        assert_eq!(resumed.code, Some(0), "{resumed}");
    }
}

#[test]
fn a_store_of_two_names_is_the_same_store() {
    let (one, other) = (Project::demo(), Project::demo());
    assert_eq!(one.run(&[&COMPLETE[..], &["--store", "a.db"]].concat()).code, Some(0));
    assert_eq!(other.run(&[&COMPLETE[..], &["--store", "./b.db"]].concat()).code, Some(0));
    assert_eq!(content(&one.path("a.db")), content(&other.path("b.db")));
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
