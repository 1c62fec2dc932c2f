//! Plans: the same for what means the same, refused where they were changed, and never made of errors.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use serde_json::Value;

use crate::support::{Outcome, Project};

const FOLDERS: [&str; 3] = ["examples/demo/Common", "examples/demo/Directory", "examples/demo/HR"];

/// A job with one task, for small outputs.
const SMALL: &str = r#"  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />
  <Agent Identifier="Harbour" DisplayName_L1="Harbour" URI="http://localhost" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" ContextId="Administrator" Profile="Administrator" />
  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Harbour" />
  <Connection Identifier="People" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <Job Identifier="Load" DisplayName_L1="Load" Agent="Harbour">
    <ExportTask Identifier="Export" DisplayName_L1="Export" Agent="Harbour" Connection="People" OpenIdClient="Job" IgnoreCookieFile="true" />
    <PrepareSynchronizationTask Identifier="Prepare" DisplayName_L1="Prepare" Agent="Harbour" Connector="HR" OpenIdClient="Job" SynchronizationMode="Complete">
      <TaskDependsOnTask ParentTask="Export" />
    </PrepareSynchronizationTask>
    <SynchronizeTask Identifier="Synchronize" DisplayName_L1="Synchronize" Connector="HR">
      <TaskDependsOnTask ParentTask="Prepare" />
    </SynchronizeTask>
  </Job>"#;

/// A plan without where it came from.
fn meaning(outcome: &Outcome) -> Value {
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let mut plan = outcome.json();
    plan.as_object_mut().unwrap().remove("origins").unwrap();
    plan
}

#[test]
fn the_order_of_files_makes_no_difference() {
    let project = Project::demo();
    let plan = project.run(&[&["plan"], &FOLDERS[..]].concat());
    let reversed: Vec<&str> = FOLDERS.into_iter().rev().collect();
    let other = project.run(&[&["plan"], &reversed[..]].concat());
    assert_eq!(plan.code, Some(0), "{plan}");
    assert_eq!(plan.stdout, other.stdout);
    assert_eq!(plan.stdout, project.run(&["plan", "examples/demo"]).stdout);
}

#[cfg(unix)]
#[test]
fn an_output_that_is_no_file_is_written_to_and_left_in_place() {
    let project = Project::demo();
    std::os::unix::fs::symlink("/dev/stdout", project.path("open")).unwrap();
    let written = project.run(&["plan", "examples/demo", "-o", "open"]);
    assert_eq!(written.code, Some(0), "{written}");
    assert_eq!(written.stdout, project.run(&["plan", "examples/demo"]).stdout);
    assert_eq!(fs::read_link(project.path("open")).unwrap(), std::path::Path::new("/dev/stdout"));
    // A link to a file stays one as well.
    std::os::unix::fs::symlink("plan.json", project.path("latest")).unwrap();
    fs::write(project.path("plan.json"), "old").unwrap();
    project.run(&["plan", "examples/demo", "-o", "latest"]);
    assert_eq!(project.read("plan.json"), written.stdout);
    assert!(fs::read_link(project.path("latest")).is_ok());
}

#[test]
fn split_spelling_and_attribute_order_make_no_difference() {
    let project = Project::demo();
    let plan = meaning(&project.run(&["plan", "examples/demo"]));
    // Everything in one file, in another order, written otherwise.
    let mut all = String::new();
    let files =
        ["Directory/Jobs", "HR/Jobs", "HR/Connector", "Common/Policy", "Common/Agent", "Common/Jobs", "Directory/Role Model"];
    for file in files.into_iter().chain(["Common/Access", "Directory/Connector", "Common/Languages"]) {
        let text = project.read(&format!("examples/demo/{file}.xml"));
        let start = text.find("urn:schemas-usercube-com:configuration\">").unwrap();
        let start = start + text[start..].find('>').unwrap() + 1;
        all.push_str(&text[start..text.rfind("</ConfigurationFile>").unwrap()]);
    }
    let respelled = all
        .replace("=\"true\"", "=\"1\"")
        .replace("Connector=\"HR\"", "Connector=\"hr\"")
        .replace(
            "Identifier=\"HR_Quick\" DisplayName_L1=\"HR: changes, quickly\"",
            "DisplayName_L1='HR: changes, quickly' Identifier='HR_Quick'",
        )
        .replace("/>", "\n/><!-- a comment -->");
    assert!(respelled.contains("Identifier='HR_Quick'"));
    let other = Project::new().configuration("all.xml", &respelled);
    assert_eq!(meaning(&other.run(&["plan"])), plan);
}

#[test]
fn nothing_the_compiler_writes_depends_on_folder_time_or_threads() {
    for arguments in [
        &["check", "examples/demo", "--format", "json"][..],
        &["check", "examples/demo"],
        &["check", "examples/demo", "--format", "sarif"],
        &["expand", "examples/demo"],
        &["expand", "examples/demo", "--format", "json"],
        &["plan", "examples/demo"],
        &["plan", "examples/demo", "--format", "dot"],
        &["plan", "examples/demo", "--format", "svg"],
        &["plan", "examples/demo", "--format", "html"],
    ] {
        let bytes = ["1", "2"].map(|threads| {
            let project = Project::demo();
            let output = project.command(arguments).env("RAYON_NUM_THREADS", threads).output().unwrap();
            assert_eq!(output.status.code(), Some(0));
            let text = String::from_utf8(output.stdout.clone()).unwrap();
            assert!(!text.contains(project.path("").to_str().unwrap()), "{arguments:?} writes where it ran");
            output.stdout
        });
        assert!(bytes[0] == bytes[1], "{arguments:?}");
        assert!(!bytes[0].is_empty());
    }
}

#[test]
fn a_plan_runs_without_the_configuration() {
    let project = Project::demo();
    assert_eq!(project.run(&["plan", "examples/demo", "-o", "plan.json"]).code, Some(0));
    for folder in FOLDERS {
        fs::remove_dir_all(project.path(folder)).unwrap();
    }
    let settings = ["--appsettings", "examples/demo/appsettings.agent.json"];
    let run = project.run(&[&["run", "plan.json", "--job", "demo_complete"][..], &settings].concat());
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.run(&["simulate", "plan.json", "--job", "Demo_Complete", "--outcomes", "plan.json"]).code, Some(2));
}

#[test]
fn a_plan_that_was_changed_is_refused() {
    let project = Project::demo();
    assert_eq!(project.run(&["plan", "examples/demo", "-o", "plan.json"]).code, Some(0));
    project.replace("plan.json", "30 2 * * *", "31 2 * * *");
    let run = project.run(&["run", "plan.json", "--job", "Demo_Complete"]);
    assert_eq!(run.code, Some(6), "{run}");
    assert!(run.stderr.contains("digest") && run.stderr.contains("it was changed"), "{run}");
    assert!(!project.path(".jobwright").exists());
    for content in ["", "{", "[]", "{\"version\": 1}", "{\"version\": 99}", "\0\u{1}"] {
        let project = Project::new().file("plan.json", content);
        let run = project.run(&["run", "plan.json", "--job", "Demo_Complete"]);
        assert_eq!(run.code, Some(6), "{content:?}: {run}");
        assert!(run.stderr.contains("help: "), "{run}");
    }
}

#[test]
fn errors_count_where_the_job_reaches_them() {
    let project = Project::demo().configuration(
        "examples/demo/Broken.xml",
        r#"  <Job Identifier="Broken" DisplayName_L1="Broken" Agent="Harbour">
    <SynchronizeTask Identifier="Broken_Synchronize" DisplayName_L1="Broken" Connector="Nowhere" />
  </Job>"#,
    );
    let all = project.run(&["plan", "examples/demo", "-o", "plan.json"]);
    assert_eq!((all.code, all.stdout.as_str()), (Some(1), ""), "{all}");
    assert!(all.stderr.contains("error[") && all.stderr.contains("Nowhere"), "{all}");
    assert!(!project.path("plan.json").exists());
    assert_eq!(project.run(&["plan", "examples/demo", "--job", "Demo_Complete"]).code, Some(0));
    assert_eq!(project.run(&["plan", "examples/demo", "--job", "Broken"]).code, Some(1));
    let run = project.run(&["run", "examples/demo", "--job", "Broken"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(!project.path(".jobwright").exists());
    assert_eq!(project.run(&["run", "examples/demo", "--job", "Demo_Complete"]).code, Some(0));
}

#[test]
fn an_unknown_job_is_wrong_usage() {
    let project = Project::demo();
    let run = project.run(&["run", "examples/demo", "--job", "Demo_Komplete"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.stderr.contains("Demo_Complete"), "{run}");
    assert_eq!(project.run(&["plan", "examples/demo", "--job", "Demo_Komplete"]).code, Some(2));
    let task = project.run(&["run", "examples/demo", "--job", "Demo_Complete", "--only", "Nothing"]);
    assert_eq!(task.code, Some(2), "{task}");
    let agent = project.run(&["run", "examples/demo", "--job", "Demo_Complete", "--agent", "Lighthouse"]);
    assert_eq!(agent.code, Some(2), "{agent}");
    assert!(!project.path(".jobwright").exists());
}

#[test]
fn a_plan_can_be_read_and_drawn() {
    let project = Project::new().configuration("conf.xml", SMALL);
    insta::assert_snapshot!(project.run(&["plan", "--format", "summary"]), @r#"
    exit 0
    --- stdout
    Load: complete, on agent Harbour, no schedule, 3 tasks on 3 levels
      level  task         element                     side    works on  waits for
      0      Export       ExportTask                  agent   People
      1      Prepare      PrepareSynchronizationTask  agent   HR        Export
      2      Synchronize  SynchronizeTask             server  HR        Prepare
    "#);
    insta::assert_snapshot!(project.run(&["plan", "--format", "mermaid"]), @r#"
    exit 0
    --- stdout
    flowchart TB
      subgraph j0["Load"]
        subgraph j0_l0["level 0"]
          j0_t0["Export<br/>ExportTask (agent)"]:::agent
        end
        subgraph j0_l1["level 1"]
          j0_t1["Prepare<br/>PrepareSynchronizationTask (agent)"]:::agent
        end
        subgraph j0_l2["level 2"]
          j0_t2["Synchronize<br/>SynchronizeTask"]
        end
        j0_l0 -.-> j0_l1
        j0_l1 -.-> j0_l2
        j0_t0 --> j0_t1
        j0_t1 --> j0_t2
      end
      classDef agent fill:#e3eefa,stroke:#7a9cc6
    "#);
    for (format, start, end) in [("svg", "<svg xmlns=", "</svg>\n"), ("html", "<!DOCTYPE html>", "</html>\n")] {
        let drawn = project.run(&["plan", "--format", format]);
        assert!(drawn.stdout.starts_with(start) && drawn.stdout.ends_with(end), "{drawn}");
        assert!(drawn.stdout.contains("PrepareSynchronizationTask (agent)") || format == "html", "{drawn}");
    }
    let dot = project.run(&["plan", "--format", "dot"]);
    assert!(dot.stdout.starts_with("digraph jobs {\n") && dot.stdout.ends_with("}\n"), "{dot}");
    assert!(dot.stdout.contains("    j0_t0 -> j0_t1;\n    j0_t1 -> j0_t2;\n"), "{dot}");
}
