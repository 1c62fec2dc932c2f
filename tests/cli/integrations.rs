//! What other tools take of this one: completions, manual pages, the schema, the hook of pre-commit.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

use std::process::Command;

use crate::support::{Project, git};

/// Runs a program in the folder of a project; `None` where it is not installed.
fn tool(project: &Project, program: &str, arguments: &[&str]) -> Option<(bool, String)> {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_jobwright")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path))).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(project.path("")).env("PATH", paths);
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    let Ok(output) = command.output() else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[test]
fn completions_name_the_commands() {
    let project = Project::new();
    for (shell, check) in [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish"), ("powershell", "pwsh")] {
        let script = project.run(&["completions", shell]).stdout;
        assert!(script.contains("baseline") && script.contains("changed-since"), "{shell}");
        let file = if shell == "powershell" { "powershell.ps1" } else { shell };
        std::fs::write(project.path(file), script).unwrap();
        // PowerShell has no flag that only reads: it loads the script, which registers and does no more.
        let read = if check == "pwsh" { "-File" } else { "-n" };
        if let Some((good, text)) = tool(&project, check, &[read, file]) {
            assert!(good, "{shell} reads its completions: {text}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let project = Project::new();
    assert!(project.run(&["man"]).stdout.contains(".TH jobwright 1"));
    assert_eq!(project.run(&["man", "--output", "pages"]).code, Some(0));
    for page in ["jobwright.1", "jobwright-check.1", "jobwright-baseline-write.1"] {
        assert!(project.read(&format!("pages/{page}")).contains(".SH SYNOPSIS"), "{page}");
    }
    for page in std::fs::read_dir(project.path("pages")).unwrap() {
        let page = page.unwrap().path();
        // An unknown macro or a broken line is an error; style is not judged.
        let Some((good, text)) = tool(&project, "mandoc", &["-T", "lint", "-W", "error", page.to_str().unwrap()]) else { return };
        assert!(good, "{text}");
    }
}

#[test]
fn the_hook_of_pre_commit_stops_a_commit() {
    let hooks = include_str!("../../.pre-commit-hooks.yaml");
    let entry = "entry: jobwright check --staged";
    assert_eq!(hooks.matches(entry).count(), 2);
    let config = format!(
        "repos:\n- repo: local\n  hooks:\n  - id: jobwright\n    name: jobwright\n    {entry}\n    language: system\n    \
         files: (\\.xml|jobwright\\.toml)$\n    pass_filenames: false\n"
    );
    let wrong = "<Nonsense/>";
    let project = Project::new().file(".pre-commit-config.yaml", config).configuration("conf/a.xml", wrong);
    for arguments in [&["init", "-q"][..], &["add", "."]] {
        let Some((true, _)) = tool(&project, "git", arguments) else { return };
    }
    let run = ["run", "--all-files", "--color", "never"];
    let Some((passed, text)) = tool(&project, "pre-commit", &run) else { return };
    assert!(!passed && text.contains("unknown-element"), "{text}");
    let project = project.configuration("conf/a.xml", "");
    tool(&project, "git", &["add", "."]);
    let (passed, text) = tool(&project, "pre-commit", &run).unwrap();
    assert!(passed, "{text}");
}

/// Findings with fixes, related places, suppressions and odd file names, without any error of the schema in question.
fn findings_of_all_shapes() -> Project {
    let step = "<Job Identifier=\"J\" DisplayName_L1=\"J\"><Step Identifier=\"T\"/><Nonsense/></Job>";
    let task = "<Connector Identifier='C' DisplayName_L1='é漢'/><Connector Identifier='C' identifer='x'/>";
    let project = Project::demo().configuration("a b/Jöb.xml", step).configuration("tasks.xml", task).file("bad.xml", "<a b=");
    project.replace("examples/demo/HR/Jobs.xml", " DoNotDeleteChanges=\"true\"", "");
    project
}

#[test]
fn what_is_written_is_valid_by_the_schemas_that_others_hold_it_against() {
    let project = findings_of_all_shapes();
    let valid = |schema: &str, file: &str| Some(tool(&project, "check-jsonschema", &["--schemafile", schema, file])?.0);
    std::fs::write(project.path("schema.json"), project.run(&["schema", "findings"]).stdout).unwrap();
    let Some((sound, text)) = tool(&project, "check-jsonschema", &["--check-metaschema", "schema.json"]) else { return };
    assert!(sound, "{text}");
    for (name, arguments) in [("some", &["check"][..]), ("counted", &["check", "--statistics"]), ("error", &["check", "nowhere"])]
    {
        let output = project.run(&[arguments, &["--format", "json"]].concat()).stdout;
        assert!(output.contains("\"version\""), "{name}: {output}");
        std::fs::write(project.path(name), output).unwrap();
        assert_eq!(valid("schema.json", name), Some(true), "{name}");
    }
    let Some(schema) = std::env::var_os("SARIF_SCHEMA") else {
        eprintln!("skipped: SARIF_SCHEMA does not name the official schema");
        return;
    };
    let schema = schema.to_str().unwrap();
    let sarif = project.run(&["check", "--format", "sarif"]).stdout;
    for member in ["\"fixes\"", "\"relatedLocations\"", "\"partialFingerprints\""] {
        assert!(sarif.contains(member), "{member}");
    }
    for (file, text, good) in [("good.sarif", sarif.clone(), true), ("bad.sarif", sarif.replace("\"ruleId\"", "\"rule\""), false)]
    {
        std::fs::write(project.path(file), text).unwrap();
        assert_eq!(valid(schema, file), Some(good), "{file}");
    }
    std::fs::write(
        project.path("none.sarif"),
        project.run(&["check", "examples/demo", "--select", "xml-syntax", "--format", "sarif"]).stdout,
    )
    .unwrap();
    assert_eq!(valid(schema, "none.sarif"), Some(true));
}

/// The step `name` of action.yml: what it runs.
fn step(name: &str) -> String {
    let action = include_str!("../../action.yml");
    let step = action.split("    - name: ").find(|step| step.starts_with(&format!("{name}\n"))).unwrap();
    let (_, run) = step.split_once("      run: ").unwrap();
    let lines = run.strip_prefix("|\n").unwrap_or(run).lines();
    lines.map(|line| line.strip_prefix("        ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_steps_of_the_github_action_run() {
    let project = Project::new().configuration("my conf/a.xml", "<Nonsense/>").configuration("my conf/b.xml", "");
    // As the runner calls it: a script under `-e -o pipefail`, inputs in the environment.
    let run = |name: &str, inputs: &[(&str, &str)]| {
        std::fs::write(project.path("step.sh"), step(name)).unwrap();
        let mut assignments: Vec<String> = ["CHECKED", "ARGUMENTS", "CHANGED_ONLY", "SARIF", "BASE", "ACTION"]
            .map(|name| format!("{name}={}", inputs.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)))
            .to_vec();
        assignments.extend(["bash", "--noprofile", "--norc", "-eo", "pipefail", "step.sh"].map(str::to_owned));
        tool(&project, "env", &assignments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let Some((installed, text)) = run("Install", &[("ACTION", "nowhere")]) else { return };
    assert!(installed, "the program on the PATH is taken: {text}");
    let (passed, text) = run("Check", &[("CHECKED", "my conf"), ("CHANGED_ONLY", "false")]).unwrap();
    assert!(!passed && text.contains("file=my conf/a.xml,line=3"), "{text}");
    let more = [("CHECKED", "my conf"), ("ARGUMENTS", "--ignore unknown-element --fail-on error"), ("SARIF", "out.sarif")];
    let (passed, text) = run("Check", &more).unwrap();
    assert!(passed && project.read("out.sarif").contains("\"2.1.0\""), "{text}");

    if tool(&project, "git", &["--version"]).is_none() {
        return;
    }
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-q", "-m", "first"]] {
        git(&project, arguments);
    }
    let changed = [("CHECKED", "my conf"), ("CHANGED_ONLY", "true"), ("BASE", "HEAD")];
    let (passed, text) = run("Check", &changed).unwrap();
    assert!(passed, "nothing is changed: {text}");
    let rubbish = project.read("my conf/a.xml").replace("Nonsense", "Rubbish");
    std::fs::write(project.path("my conf/b.xml"), rubbish).unwrap();
    let (passed, text) = run("Check", &changed).unwrap();
    assert!(!passed && text.contains("b.xml") && !text.contains("a.xml"), "{text}");
}

#[test]
fn the_gitlab_script_writes_what_its_artifacts_name() {
    let page = include_str!("../../docs/gitlab-ci.md");
    let (_, script) = page.split_once("script:\n    - jobwright").unwrap();
    let (script, rest) = script.split_once("  artifacts:").unwrap();
    let words = script.split_whitespace().collect::<Vec<_>>().join(" ");
    let project = Project::new().configuration("a.xml", "<Nonsense/>").file("script.sh", format!("jobwright {words}\n"));
    let Some((passed, text)) = tool(&project, "sh", &["script.sh"]) else { return };
    assert!(!passed && text.contains("unknown-element"), "{text}");
    for file in ["jobwright.html", "gl-code-quality-report.json", "jobwright-junit.xml"] {
        assert!(rest.contains(file) && project.read(file).contains("unknown-element"), "{file}");
    }
}
