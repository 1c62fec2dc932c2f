//! Bad data, foreign stores, unreadable files: told with file and row, and nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use rusqlite::Connection;

use crate::support::{Project, task};

const COMPLETE: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Complete"];
const PEOPLE: &str = "examples/demo/data/people.csv";

/// A demo that has been loaded, in which a failed export stops the job.
fn loaded() -> Project {
    let project = Project::by_hand();
    project.replace("examples/demo/Common/Jobs.xml", " ContinueOnError=\"true\"", "");
    let outcome = project.run(&COMPLETE);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    project
}

/// Runs with spoiled data; gives back what the failed task said. The store must be as it was.
fn errored(name: &str, spoil: impl Fn(&Project)) -> String {
    let project = loaded();
    let (before, identities) = (project.content(), project.identities());
    spoil(&project);
    let outcome = project.run(&COMPLETE);
    assert_eq!(outcome.code, Some(10), "{outcome}");
    assert!(project.identities() == identities, "the store is as before");
    let shown = project.show(2);
    let failed = task(&shown, name);
    assert_eq!((failed["state"].as_str(), shown["state"].as_str()), (Some("errored"), Some("errored")), "{shown}");
    let message = failed["message"].as_str().unwrap().to_owned();
    assert!(outcome.stderr.contains(&message), "told while it runs: {outcome}");
    for line in shown["tasks"].as_array().unwrap().iter().filter(|task| task["state"] == "not-started") {
        assert!(line["reason"].as_str().unwrap().contains(name), "{line}");
    }
    // Corrected, the job comes to its end.
    let repaired = Project::by_hand();
    for file in ["people.csv", "sites.csv"] {
        let target = project.path(&format!("examples/demo/data/{file}"));
        fs::copy(repaired.path(&format!("examples/demo/data/{file}")), target).unwrap();
    }
    let again = project.run(&["run", "--resume"]);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(project.content(), before);
    message
}

#[test]
fn a_missing_file_ends_its_task_in_error() {
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRPeople", |project| {
        fs::remove_file(project.path(PEOPLE)).unwrap();
    }), @"examples/demo/data/people.csv: the file that connection HRPeople reads does not exist (check Path and the data folder)");
}

#[test]
fn the_wrong_delimiter_is_recognized() {
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRPeople", |project| {
        project.replace(PEOPLE, ";", ",");
    }), @r#"examples/demo/data/people.csv, row 1: read with the separator ";", the header is one column, and the mapped columns display_name, employee, first_name, last_name, mail, organization, site, start, title are missing (the header holds ',': set Separator to "," for this connection)"#);
}

#[test]
fn a_ragged_row_is_named() {
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRPeople", |project| {
        project.replace(PEOPLE, "\nE0004;", "\nE0004;;");
    }), @"examples/demo/data/people.csv, row 5: 10 values where the header has 9 columns");
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRSites", |project| {
        let text = project.read("examples/demo/data/sites.csv");
        fs::write(project.path("examples/demo/data/sites.csv"), format!("{text}ST99\n")).unwrap();
    }), @"examples/demo/data/sites.csv, row 12: 1 value where the header has 3 columns");
}

#[test]
fn an_open_quote_is_named() {
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRPeople", |project| {
        project.replace(PEOPLE, "\nE0004;", "\nE0004;\"");
    }), @"examples/demo/data/people.csv, row 5: a quotation mark in this row is not closed, so that all that follows would be one value");
}

#[test]
fn a_key_used_twice_is_named_with_both_rows() {
    insta::assert_snapshot!(errored("Demo_Complete_Prepare_HR", |project| {
        project.replace(PEOPLE, "\nE0004;", "\nE0009;");
    }), @"examples/demo/data/people.csv, row 10: the key E0009 of entity type HR_Person is used twice: here and in row 5 (a key names one resource; remove one row or correct its key)");
}

#[test]
fn bytes_in_another_encoding_are_named() {
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRPeople", |project| {
        let mut bytes = fs::read(project.path(PEOPLE)).unwrap();
        bytes.extend(b"E0999;J\xf6rg;x;x;x;20200101000000;SK;ST01;T01\n");
        fs::write(project.path(PEOPLE), bytes).unwrap();
    }), @"examples/demo/data/people.csv, row 302: bytes that are not valid UTF-8; is Encoding set for this file?");
}

#[test]
fn an_empty_file_is_no_reason_to_delete_everybody() {
    insta::assert_snapshot!(errored("Demo_Complete_Export_HRPeople", |project| fs::write(project.path(PEOPLE), "").unwrap()), @"examples/demo/data/people.csv, row 1: there is no header line");
}

#[test]
fn a_tolerated_error_is_a_warning() {
    let project = Project::by_hand();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let before = project.content();
    fs::remove_file(project.path(PEOPLE)).unwrap();
    let outcome = project.run(&[&COMPLETE[..], &["--fail-on", "warning"]].concat());
    assert_eq!(outcome.code, Some(11), "{outcome}");
    assert!(outcome.stdout.contains("completed with warnings"), "{outcome}");
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    assert_eq!(project.content(), before);
}

/// The program must refuse the file as a store, whatever it is asked, and leave it as it is.
fn refuses(project: &Project, store: &str, words: &str) {
    let before = fs::read(project.path(store)).unwrap();
    for arguments in [&COMPLETE[..], &["runs"], &["show", "1"], &["run", "--resume"]] {
        let outcome = project.run(&[arguments, &["--store", store]].concat());
        assert_eq!(outcome.code, Some(6), "{arguments:?}: {outcome}");
        let text = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(text.contains(words) && text.contains("help: "), "{arguments:?}: {outcome}");
    }
    assert!(fs::read(project.path(store)).unwrap() == before, "{store} was touched");
}

#[test]
fn a_foreign_store_is_refused_and_untouched() {
    let project = Project::by_hand();
    let foreign = Connection::open(project.path("foreign.db")).unwrap();
    foreign.execute_batch("CREATE TABLE resource(id INTEGER); INSERT INTO resource VALUES (1)").unwrap();
    foreign.close().unwrap();
    refuses(&project, "foreign.db", "is not a jobwright store");

    fs::write(project.path("garbage.db"), "no database, but long enough to be one. ".repeat(100)).unwrap();
    refuses(&project, "garbage.db", "it is no SQLite database");
    fs::write(project.path("short.db"), "short").unwrap();
    refuses(&project, "short.db", "it is no SQLite database");
    for rest in ["foreign-runs.db", "garbage-runs.db", "short-runs.db", "foreign-work"] {
        assert!(!project.path(rest).exists(), "{rest} was left behind");
    }
    assert_eq!(project.run(&["runs", "--store", "examples"]).code, Some(6), "a folder is no store");
    let inside = project.run(&[&COMPLETE[..], &["--store", "garbage.db/store.db"]].concat());
    assert_eq!(inside.code, Some(6), "{inside}");
}

#[test]
fn a_store_of_a_later_version_is_refused_and_untouched() {
    let project = Project::by_hand();
    assert_eq!(project.run(&[&COMPLETE[..], &["--store", "s.db"]].concat()).code, Some(0));
    let store = Connection::open(project.path("s.db")).unwrap();
    store.pragma_update(None, "user_version", 99).unwrap();
    store.close().unwrap();
    refuses(&project, "s.db", "is a store of version 99");
}

#[test]
fn a_damaged_store_is_an_operational_error() {
    let project = Project::by_hand();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let file = project.path(".jobwright/store.db");
    let mut bytes = fs::read(&file).unwrap();
    let length = bytes.len();
    bytes[100..length / 2].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let outcome = project.run(&COMPLETE);
    assert!(matches!(outcome.code, Some(6 | 10)), "{outcome}");
    assert!(!outcome.stderr.contains("panicked"), "{outcome}");
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_an_operational_error() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::by_hand();
    fs::create_dir(project.path("closed")).unwrap();
    fs::set_permissions(project.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    // Some users may write everywhere.
    if fs::write(project.path("closed/probe"), "").is_err() {
        let outcome = project.run(&[&COMPLETE[..], &["--store", "closed/store.db"]].concat());
        assert_eq!(outcome.code, Some(6), "{outcome}");
    }
    fs::set_permissions(project.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn an_unreadable_configuration_file_is_a_finding() {
    let project = Project::by_hand();
    std::os::unix::fs::symlink("nowhere.xml", project.path("examples/demo/Dangling.xml")).unwrap();
    fs::write(project.path("examples/demo/Latin.xml"), b"<ConfigurationFile>\xff\xfe\xfa</ConfigurationFile>").unwrap();
    let outcome = project.run(&["check", "examples/demo", "--format", "json"]);
    assert_eq!(outcome.code, Some(1), "{outcome}");
    let findings = outcome.findings();
    for file in ["Dangling.xml", "Latin.xml"] {
        let start = format!("examples/demo/{file}:");
        assert!(findings.iter().any(|finding| finding.starts_with(&start) && finding.contains("error[")), "{findings:?}");
    }
    // The rest is checked all the same.
    assert!(outcome.json()["summary"]["elements"].as_u64().unwrap() > 150, "{outcome}");
}

#[cfg(unix)]
#[test]
fn nobody_has_to_read_to_the_end() {
    let project = Project::by_hand();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    for arguments in [
        &["plan", "examples/demo"][..],
        &["expand", "examples/demo"],
        &["check", "examples/demo", "--format", "json"],
        &["rules"],
        &["show", "1"],
        &["runs"],
        &COMPLETE,
    ] {
        let mut child = project.command(arguments).spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn settings_that_cannot_be_read_are_told_before_a_run_is_made() {
    let project = Project::by_hand().file("broken.json", "{ \"Connections\": ").file("list.json", "[1]");
    for file in ["broken.json", "list.json"] {
        let outcome = project.run(&[&COMPLETE[..], &["--appsettings", file]].concat());
        assert_eq!(outcome.code, Some(6), "{outcome}");
        assert!(outcome.stderr.contains(file), "{outcome}");
    }
    assert_eq!(project.run(&[&COMPLETE[..], &["--appsettings", "absent.json"]].concat()).code, Some(2));
    assert_eq!(project.run(&[&COMPLETE[..], &["--data", "absent"]].concat()).code, Some(2));
    assert!(!project.path(".jobwright").exists());
}
