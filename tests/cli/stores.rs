//! The life of a store: history queries, pruning, checking, copying while a run goes on.

use std::fs;
use std::process::Stdio;

use crate::support::{Project, content, task, until_line};

const COMPLETE: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Complete"];
const CHANGES: [&str; 6] =
    ["run", "examples/demo", "--job", "Demo_Incremental", "--appsettings", "examples/demo/appsettings.changes.json"];

/// A demo whose complete job ran twice and whose incremental job ran once, with a warning.
fn three_runs() -> Project {
    let project = Project::demo();
    for arguments in [&COMPLETE[..], &COMPLETE, &CHANGES] {
        if arguments == CHANGES {
            fs::remove_file(project.path("examples/demo/changes/people.csv")).unwrap();
        }
        let outcome = project.run(arguments);
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
    project
}

/// The numbers of the runs that are listed.
fn listed(project: &Project, arguments: &[&str]) -> Vec<i64> {
    let outcome = project.run(&[&["runs", "--format", "json"], arguments].concat());
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.json()["runs"].as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect()
}

#[test]
fn the_history_is_asked_for_jobs_outcomes_and_times() {
    let project = three_runs();
    assert_eq!(listed(&project, &[]), [3, 2, 1]);
    assert_eq!(listed(&project, &["--job", "demo_COMPLETE"]), [2, 1]);
    assert_eq!(listed(&project, &["--outcome", "completed-with-warnings", "errored"]), [3]);
    assert_eq!(listed(&project, &["--limit", "2"]), [3, 2]);
    assert_eq!(listed(&project, &["--job", "Demo_Complete", "--limit", "1", "--since", "1h"]), [2]);
    assert_eq!(listed(&project, &["--since", "2000-01-01"]), [3, 2, 1]);
    assert_eq!(listed(&project, &["--since", "2999-12-31T23:59:59Z"]), [0_i64; 0]);
    let none = project.run(&["runs", "--outcome", "interrupted"]);
    assert_eq!((none.code, none.stdout.as_str()), (Some(0), "no such run\n"));
    for wrong in [&["--since", "soon"][..], &["--outcome", "fine"], &["--limit", "few"]] {
        let outcome = project.run(&[&["runs"], wrong].concat());
        assert_eq!(outcome.code, Some(2), "{outcome}");
    }
}

#[test]
fn pruning_forgets_old_runs_and_no_identities() {
    let project = three_runs();
    let identities = project.identities();
    let outcome = project.run(&["runs", "prune", "--keep", "1"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), "forgot 1 run; 2 runs left\n"), "{outcome}");
    assert_eq!(listed(&project, &[]), [3, 2], "the last run of each job stays");
    assert_eq!(project.run(&["show", "1"]).code, Some(2));
    assert!(!project.path(".jobwright/store-work/runs/1").exists());
    assert_eq!(project.identities(), identities);
    assert_eq!(project.run(&["store", "check"]).code, Some(0));
    assert_eq!(project.run(&["runs", "prune"]).code, Some(2), "how many to keep has to be said");
    // Numbers are not given out again, and what was synchronized is still known.
    let again = project.run(&CHANGES);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(listed(&project, &["--limit", "1"]), [4]);
}

#[test]
fn pruning_forgets_a_run_that_a_crash_ended_too() {
    let project = Project::demo();
    project.command(&COMPLETE).env("JOBWRIGHT_KILL_AT", "40").output().unwrap();
    assert_eq!(project.show(1)["state"], "interrupted");
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let outcome = project.run(&["runs", "prune", "--keep", "1"]);
    assert_eq!(outcome.stderr, "forgot 1 run; 1 run left\n", "{outcome}");
    assert_eq!(listed(&project, &[]), [2]);
    let again = project.run(&["runs", "prune", "--keep", "0"]);
    assert_eq!(again.stderr, "forgot 0 runs; 1 run left\n", "{again}");
}

#[test]
fn a_whole_store_is_told_and_a_damaged_one_is_named() {
    let project = three_runs();
    let whole = project.run(&["store", "check"]);
    assert_eq!(whole.code, Some(0), "{whole}");
    assert!(
        whole.stdout.starts_with(".jobwright/store.db is whole: ") && whole.stdout.contains(" resources, 3 runs, "),
        "{whole}"
    );

    let folder = project.path(".jobwright/store-work/Collect/HR");
    let file = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).find(|file| file.is_file()).unwrap();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
    let torn = project.run(&["store", "check"]);
    assert_eq!(torn.code, Some(6), "{torn}");
    assert!(torn.stderr.contains("not whole") && torn.stderr.contains("run the complete job"), "{torn}");
    fs::remove_file(&file).unwrap();
    assert_eq!(project.run(&["store", "check"]).code, Some(6));
    fs::write(&file, bytes).unwrap();
    assert_eq!(project.run(&["store", "check"]).code, Some(0));

    let file = project.path(".jobwright/store-runs.db");
    let mut bytes = fs::read(&file).unwrap();
    assert!(bytes.len() > 8192);
    bytes[4096..].fill(0xa5);
    fs::write(&file, bytes).unwrap();
    let damaged = project.run(&["store", "check"]);
    assert_eq!(damaged.code, Some(6), "{damaged}");
    assert!(damaged.stderr.contains("store-runs.db is damaged"), "{damaged}");
}

#[test]
fn a_copy_has_the_work_files_whatever_the_store_is_called() {
    let project = Project::demo();
    let store = ["--store", "stores/.tmp.db"];
    assert_eq!(project.run(&[&COMPLETE[..], &store].concat()).code, Some(0));
    let outcome = project.run(&[&["store", "backup", "copies/copy.db"], &store[..]].concat());
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let checked = project.run(&["store", "check", "--store", "copies/copy.db"]);
    assert_eq!(checked.code, Some(0), "{checked}");
}

#[test]
fn a_copy_taken_during_a_run_goes_on_by_itself() {
    let project = three_runs();
    fs::write(project.path("examples/demo/changes/people.csv"), project.read("examples/demo/data/people.csv")).unwrap();
    // The run waits at one of its points until the copy is made.
    let mut child = project.command(&CHANGES).env("JOBWRIGHT_HOLD_AT", "24").stdin(Stdio::piped()).spawn().unwrap();
    let rest = until_line(&mut child, |line| line.starts_with("held after"));
    let outcome = project.run(&["store", "backup", "copies/monday.db"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(listed(&project, &["--outcome", "running"]), [4], "the run was not disturbed");
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    rest.join().unwrap();

    let copy = ["--store", "copies/monday.db"];
    assert_eq!(listed(&project, &[&copy[..], &["--outcome", "interrupted"]].concat()), [4]);
    assert_eq!(project.run(&[&["store", "check"], &copy[..]].concat()).code, Some(0));
    let resumed = project.run(&[&["run", "--resume"], &copy[..]].concat());
    assert_eq!(resumed.code, Some(0), "{resumed}");
    assert_eq!(content(&project.path("copies/monday.db")), project.content());
    let shown = project.run(&[&["show", "4", "--format", "json"], &copy[..]].concat()).json();
    assert_eq!(
        task(&shown, "Demo_Incremental_SynchronizeChanges_HR_DoNotDeleteChanges")["state"],
        task(&project.show(4), "Demo_Incremental_SynchronizeChanges_HR_DoNotDeleteChanges")["state"]
    );

    for taken in ["copies/monday.db", ".jobwright/store.db"] {
        let outcome = project.run(&["store", "backup", taken]);
        assert_eq!(outcome.code, Some(2), "{outcome}");
    }
    let names: Vec<_> = fs::read_dir(project.path("copies")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains(".new-")), "{names:?}");
}

#[test]
fn a_copy_that_cannot_be_made_leaves_nothing() {
    let project = three_runs();
    fs::write(project.path("wall"), "").unwrap();
    let outcome = project.run(&["store", "backup", "wall/copy.db"]);
    assert_eq!(outcome.code, Some(6), "{outcome}");
    let outcome = project.run(&["store", "backup", "copy.db", "--store", "absent.db"]);
    assert_eq!(outcome.code, Some(6), "{outcome}");
    assert!(!project.path("copy.db").exists() && !project.path("absent.db").exists());
}

#[cfg(unix)]
#[test]
fn a_store_is_its_owners_alone_unless_somebody_opens_it() {
    use std::os::unix::fs::PermissionsExt;

    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    let mode = |path: &str| fs::metadata(project.path(path)).unwrap().permissions().mode() & 0o777;
    let folders = [".jobwright", ".jobwright/store-work"];
    let files = [".jobwright/store.db", ".jobwright/store-runs.db"];
    assert_eq!((folders.map(mode), files.map(mode)), ([0o700; 2], [0o600; 2]));
    let backup = project.run(&["store", "backup", "copies/store.db"]);
    assert_eq!(backup.code, Some(0), "{backup}");
    assert_eq!([mode("copies"), mode("copies/store-work")], [0o700; 2]);
    assert_eq!([mode("copies/store.db"), mode("copies/store-runs.db")], [0o600; 2]);
    // A store that is there keeps what somebody decided of it.
    fs::set_permissions(project.path(files[0]), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    assert_eq!(mode(files[0]), 0o640);
}
