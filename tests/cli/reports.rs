//! Reports of runs: when they are written, and that they agree.

use std::fs;

use crate::support::{Project, task};

const COMPLETE: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Complete"];

#[test]
fn a_run_writes_its_reports_and_a_past_run_the_same() {
    let project = Project::demo();
    project.replace("examples/demo/HR/Connector.xml", "MaximumInsertedLines=\"1000\"", "MaximumInsertedLines=\"100\"");
    let files = ["run.html", "run.md", "run.json", "run.junit"];
    let named: Vec<&str> = files.iter().flat_map(|file| ["--report", *file]).collect();
    let outcome = project.run(&[&COMPLETE[..], &named].concat());
    assert_eq!(outcome.code, Some(12), "{outcome}");

    let json: serde_json::Value = serde_json::from_str(&project.read("run.json")).unwrap();
    assert_eq!((json["version"].as_i64(), json["state"].as_str()), (Some(1), Some("blocked")));
    assert_eq!(json["tool"]["name"], "jobwright");
    let message = task(&json, "Demo_Complete_Synchronize_HR")["message"].as_str().unwrap();
    assert!(message.contains("more than the 100 of connector HR"), "{message}");
    for file in files {
        let text = project.read(file);
        assert!(text.contains(message), "{file}: {text}");
        let again = project.run(&["show", "1", "--report", &format!("again-{file}")]);
        assert_eq!((again.code, again.stdout.as_str()), (Some(0), ""), "{again}");
        assert_eq!(project.read(&format!("again-{file}")), text);
    }
    // `show` tells also which changes wait.
    let shown = project.run(&["show", "1", "--format", "json"]).stdout.replace("[version]", env!("CARGO_PKG_VERSION"));
    let mut shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert!(shown.as_object_mut().unwrap().remove("change_lists").is_some());
    assert_eq!(shown, serde_json::from_str::<serde_json::Value>(&project.read("run.json")).unwrap());
    assert!(project.read("run.junit").contains("failures=\"1\""));
    assert!(project.read("run.md").contains("jobwright run --resume 1"));
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_run_begins() {
    let project = Project::demo();
    fs::create_dir_all(project.path("taken.html/inside")).unwrap();
    for wrong in ["report", "report.txt", "absent/report.html", "taken.html"] {
        let outcome = project.run(&[&COMPLETE[..], &["--report", wrong]].concat());
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains("help: "), "{outcome}");
    }
    assert!(!project.path(".jobwright").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_nobody_can_write_ends_a_run_that_has_ended_well() {
    let project = Project::demo();
    // A folder in which nothing can be made, which only shows when it is tried.
    let outcome = project.run(&[&COMPLETE[..], &["--report", "/proc/run.html"]].concat());
    assert_eq!(outcome.code, Some(6), "{outcome}");
    assert!(outcome.stderr.contains("/proc/run.html") && outcome.stdout.contains("completed"), "{outcome}");
    assert_eq!(project.show(1)["state"], "completed");
    let left: Vec<_> = fs::read_dir(project.path(".")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{left:?}");
}

#[test]
fn schemas_are_printed_and_the_event_log_is_named_in_them() {
    let project = Project::new();
    for (name, title) in [("events", "Events"), ("report", "Report"), ("findings", "Findings")] {
        let schema = project.run(&["schema", name]).json();
        assert!(schema["title"].as_str().unwrap().starts_with(title), "{name}");
    }
}
