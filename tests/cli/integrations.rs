//! What other tools take of this one: completions, manual pages, the schema, the hook of pre-commit.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

use std::process::Command;

use crate::support::Project;

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
    for (shell, check) in [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish"), ("powershell", "")] {
        let script = project.run(&["completions", shell]).stdout;
        assert!(script.contains("baseline") && script.contains("changed-since"), "{shell}");
        std::fs::write(project.path(shell), script).unwrap();
        if !check.is_empty() {
            assert!(tool(&project, check, &["-n", shell]).is_none_or(|(good, _)| good), "{shell} reads its completions");
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
