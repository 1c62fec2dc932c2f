//! `check --staged`: the commit to be is judged, not the working tree.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

use std::fs;

use crate::support::{Project, git, try_git};

const GOOD: &str = "<Job Identifier=\"J\" DisplayName_L1=\"J\"><Step Identifier=\"T\"/></Job>";
const TASK: &str = "<InvokeSqlCommandTask Identifier=\"T\" DisplayName_L1=\"T\" SQLCommand=\"x\"/>";
const CHECK: [&str; 6] = ["check", "conf", "--staged", "--format", "json", "--ignore=unused-task"];

/// A committed configuration of a job and its task, in two files; `None` where git is not installed.
fn repository() -> Option<Project> {
    if std::process::Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return None;
    }
    let project = Project::new().configuration("conf/job.xml", GOOD).configuration("conf/task.xml", TASK);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    Some(project)
}

#[test]
fn what_is_staged_is_judged_whatever_the_working_tree_holds() {
    let Some(project) = repository() else { return };
    // Wrong in the index, corrected on disk only: the commit would be wrong.
    let project = project.configuration("conf/job.xml", &GOOD.replace("/></Job>", "/><Nonsense/></Job>"));
    git(&project, &["add", "."]);
    let project = project.configuration("conf/job.xml", GOOD);
    let outcome = project.run(&CHECK);
    assert_eq!(outcome.findings(), ["conf/job.xml:3 error[unknown-element]"], "{outcome}");
    // The drawing shows the staged line.
    assert!(project.run(&["check", "conf", "--staged"]).stdout.contains("<Nonsense/>"));
    // Wrong on disk only: the commit is right.
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "--allow-empty", "-m", "second"]);
    let project = project.configuration("conf/job.xml", &format!("{GOOD}<!-- more -->"));
    git(&project, &["add", "."]);
    let project = project.configuration("conf/job.xml", "<Nonsense/>").configuration("conf/task.xml", "<Nonsense/>");
    let outcome = project.run(&CHECK);
    assert_eq!((outcome.code, outcome.findings().len()), (Some(0), 0), "{outcome}");
}

#[test]
fn the_rest_of_the_configuration_is_as_staged_too() {
    let Some(project) = repository() else { return };
    let touched = GOOD.replace("J\">", "Jay\">");
    // The task is gone from disk but not from the commit.
    let project = project.configuration("conf/job.xml", &touched);
    fs::remove_file(project.path("conf/task.xml")).unwrap();
    git(&project, &["add", "conf/job.xml"]);
    assert_eq!(project.run(&CHECK).findings(), [""; 0]);
    // And now from the commit, though on disk again; the job's step dangles.
    git(&project, &["rm", "-q", "--cached", "conf/task.xml"]);
    let project = project.configuration("conf/task.xml", TASK);
    let outcome = project.run(&CHECK);
    assert_eq!(outcome.findings(), ["conf/job.xml:3 error[unresolved-reference]"], "{outcome}");
    // A new file that git does not know yet, or only by name, is not of the commit either.
    git(&project, &["add", "--intent-to-add", "conf/task.xml"]);
    assert_eq!(project.run(&CHECK).findings(), ["conf/job.xml:3 error[unresolved-reference]"]);
    git(&project, &["add", "conf/task.xml"]);
    assert_eq!(project.run(&CHECK).findings(), [""; 0]);
}

#[test]
fn jobwrights_own_files_are_as_staged() {
    let Some(project) = repository() else { return };
    let wrong = GOOD.replace("/></Job>", " Colour=\"x\"/></Job>");
    let settings = "[check]\nbaseline = \"known.jsonl\"\n";
    let known = "{\"jobwright_baseline\":1}\n{\"file\":\"conf/job.xml\",\"rule\":\"unknown-attribute\",\"place\":\"Job[J]/Step[T]/@Colour\"}\n";
    let project = project.configuration("conf/job.xml", &wrong).file("jobwright.toml", settings).file("known.jsonl", known);
    git(&project, &["add", "."]);
    let outcome = project.run(&CHECK);
    assert_eq!((outcome.code, &outcome.json()["summary"]["baseline"]), (Some(0), &1.into()), "{outcome}");
    // Neither an emptied baseline on disk nor another configuration there counts.
    let project = project.file("known.jsonl", "{\"jobwright_baseline\":1}\n");
    assert_eq!(project.run(&CHECK).code, Some(0));
    let project = project.file("jobwright.toml", "[check]\nignore = [\"schema\"]\n");
    git(&project, &["add", "known.jsonl"]);
    assert_eq!(project.run(&CHECK).findings(), ["conf/job.xml:3 error[unknown-attribute]"]);
}

#[test]
fn the_same_files_are_taken_as_on_disk() {
    let Some(project) = repository() else { return };
    let broken = "<Nonsense/>";
    let project = project
        .configuration("conf/Runtime/Workforce/copy.xml", broken)
        .configuration("conf/.hidden/x.xml", broken)
        .configuration("conf/old/x.xml", broken)
        .configuration("elsewhere/x.xml", broken)
        .file("jobwright.toml", "[files]\nexclude = [\"conf/old\"]\n");
    git(&project, &["add", "."]);
    let outcome = project.run(&CHECK);
    assert_eq!((outcome.code, outcome.stderr.contains("no file of the configuration is staged")), (Some(0), true), "{outcome}");
    // From another folder, by another way to name it.
    let place = project.path("elsewhere").display().to_string();
    for path in ["elsewhere", "elsewhere/x.xml", "conf/../elsewhere", place.as_str()] {
        let outcome = project.run(&["check", path, "--staged", "--format", "json"]);
        assert_eq!(outcome.findings(), ["elsewhere/x.xml:3 error[unknown-element]"], "{path}: {outcome}");
    }
    assert_eq!(project.run(&["check", "nowhere", "--staged"]).code, Some(2));
    assert_eq!(project.run_with(&["check", "-", "--stdin-filename", "x.xml", "--staged"], b"<a/>").code, Some(2));
}

#[test]
fn files_are_read_in_the_form_of_the_working_tree() {
    let Some(project) = repository() else { return };
    let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?>\r\n<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\r\n<Nonsense/></ConfigurationFile>";
    let bytes: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let project = project.file(".gitattributes", "wide.xml working-tree-encoding=UTF-16 eol=crlf\n").file("conf/wide.xml", bytes);
    git(&project, &["add", "."]);
    assert_eq!(project.run(&CHECK).findings(), ["conf/wide.xml:3 error[unknown-element]"]);
}

#[test]
fn fixing_touches_only_files_that_are_staged_as_they_are() {
    let Some(project) = repository() else { return };
    let project = project.configuration("conf/job.xml", &GOOD.replace("Identifier=\"J\"", "identifier=\"J\""));
    git(&project, &["add", "."]);
    assert_eq!(project.run(&["fix", "conf", "--staged", "-q"]).code, Some(0));
    assert!(project.read("conf/job.xml").contains("Identifier=\"J\""));
    // Still staged as it was, and the working tree is another text now.
    let refused = project.run(&["fix", "conf", "--staged"]);
    assert!(refused.code == Some(6) && refused.stderr.contains("staged in another form"), "{refused}");
}

#[test]
fn a_conflict_is_no_commit_to_judge() {
    let Some(project) = repository() else { return };
    git(&project, &["checkout", "-q", "-b", "other"]);
    let project = project.configuration("conf/job.xml", &GOOD.replace("Identifier=\"J\"", "Identifier=\"One\""));
    git(&project, &["commit", "-q", "-a", "-m", "one"]);
    git(&project, &["checkout", "-q", "main"]);
    let project = project.configuration("conf/job.xml", &GOOD.replace("Identifier=\"J\"", "Identifier=\"Two\""));
    git(&project, &["commit", "-q", "-a", "-m", "two"]);
    try_git(&project, &["merge", "-q", "other"]);
    insta::assert_snapshot!(project.run(&["check", "conf", "--staged"]), @r#"
    exit 2
    --- stderr
      × `conf/job.xml` is not merged
      help: resolve the conflict and `git add` the file
    "#);
}
