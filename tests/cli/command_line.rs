//! Arguments, exit codes, and errors that come before any work.

use crate::support::Project;

#[test]
fn a_folder_without_xml_is_an_outcome_of_its_own() {
    insta::assert_snapshot!(Project::new().file("a.txt", "").run(&["check"]), @"
    exit 3
    --- stderr
      × no XML file under `.`
      help: name the folder that holds the configuration; hidden folders and the product's own copies are skipped
    ");
}

#[test]
fn a_path_that_does_not_exist_is_wrong_usage() {
    insta::assert_snapshot!(Project::new().run(&["check", "nothing"]), @"
    exit 2
    --- stderr
      × `nothing` does not exist
      help: name a file or folder that exists
    ");
}

#[test]
fn early_errors_obey_the_format() {
    let project = Project::new();
    insta::assert_snapshot!(project.run(&["check", "--format", "json", "nothing"]), @r#"
    exit 2
    --- stdout
    {
      "version": 1,
      "tool": {
        "name": "jobwright",
        "version": "[version]"
      },
      "error": {
        "code": 2,
        "message": "`nothing` does not exist",
        "help": "name a file or folder that exists"
      }
    }
    "#);
    let flag = project.run(&["check", "--format=json", "--nonsense"]);
    assert_eq!((flag.code, flag.stderr.as_str()), (Some(2), ""));
    assert_eq!(flag.json()["error"]["message"], "unexpected argument '--nonsense' found");
}

#[test]
fn a_broken_configuration_file_is_shown_where_it_is_broken() {
    let project = Project::new().configuration("conf/a.xml", "").file("jobwright.toml", "[check]\nselekt = [\"schema\"]\n");
    insta::assert_snapshot!(project.run(&["check", "conf"]), @r#"
    exit 2
    --- stderr
    error[configuration]: unknown key `selekt` in [check]
      ┌─ jobwright.toml:2:1
      │
    2 │ selekt = ["schema"]
      │ ^^^^^^ not a key of this table
      │
      = help: did you mean `select`?

    1 error in 1 file (0 elements)
    "#);
    let json = project.run(&["check", "conf", "--format", "json"]);
    assert_eq!((json.code, json.findings()), (Some(2), vec!["jobwright.toml:2 error[configuration]".to_owned()]));
}

#[test]
fn standard_input_stands_for_a_file() {
    let project = Project::new().configuration("a.xml", "").configuration("b.xml", "");
    insta::assert_snapshot!(project.run(&["check", "-"]), @"
    exit 2
    --- stderr
      × `-` without --stdin-filename
      help: name the file that standard input stands for
    ");
    let outcome = project.run_with(&["check", ".", "-", "--stdin-filename", "a.xml", "--format", "json"], b"<ConfigurationFile");
    assert_eq!(outcome.json()["summary"]["files"], 2, "{outcome}");
}

#[test]
fn an_unknown_rule_is_wrong_usage() {
    let project = Project::new().configuration("a.xml", "");
    insta::assert_snapshot!(project.run(&["check", "--select", "shema"]), @"
    exit 2
    --- stderr
      × `shema` is neither a rule nor a category
      help: did you mean `schema`?
    ");
    assert_eq!(project.run(&["explain", "no-such-rule-at-all"]).code, Some(2));
}

#[test]
fn help_names_every_exit_code_and_goes_to_standard_output() {
    let help = Project::new().run(&["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for code in ["0", "1", "2", "3", "4", "5", "6", "10", "11", "12", "13"] {
        assert!(help.stdout.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))), "{code}: {help}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::Stdio;
    let project = Project::new().configuration("a.xml", "");
    let mut child = project.command(&["check", "--format", "sarif"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
