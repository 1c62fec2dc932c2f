//! Old configurations full of findings: fixes, baselines, changed files, and what is listed of them.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

use std::process::Command;

use crate::support::{Outcome, Project, git};

const DAMAGED: &str = "<Job identifier=\"Night\" DisplayName_L1=\"N\" >\r\n  <!-- jobwright: ignore[dirty-not-linked] long gone -->\r\n  \
    <InvokeSqlCommandTask Identifier='Sql' DisplayName_L1='S' SQLCommand=\"x\"/>\r\n</Job>";
/// A job with one error that no fix removes.
const WRONG: &str = "<Job Identifier=\"Wrong\" DisplayName_L1=\"W\"><InvokeSqlCommandTask Identifier=\"S2\" DisplayName_L1=\"S\" Colour=\"x\" SQLCommand=\"x\"/></Job>";

#[test]
fn fixing_changes_the_text_where_it_is_wrong_and_nowhere_else() {
    let project = Project::new().configuration("a.xml", DAMAGED).configuration("b.xml", WRONG);
    let before = project.read("a.xml");
    let diff = project.run(&["check", "--fix", "--diff"]);
    insta::assert_snapshot!(diff.to_string().replace('\r', "␍"), @r#"
    exit 1
    --- stdout
    --- a/a.xml
    +++ b/a.xml
    @@ -1,7 +1,6 @@
     <?xml version="1.0" encoding="utf-8"?>
     <ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
    -<Job identifier="Night" DisplayName_L1="N" >␍
    -  <!-- jobwright: ignore[dirty-not-linked] long gone -->␍
    +<Job Identifier="Night" DisplayName_L1="N" >␍
       <InvokeSqlCommandTask Identifier='Sql' DisplayName_L1='S' SQLCommand="x"/>␍
     </Job>
     </ConfigurationFile>
    --- stderr
    would fix 2 findings in 1 file:
      a.xml: 1 unknown-attribute, 1 unused-suppression
    "#);
    assert_eq!(project.read("a.xml"), before);
    insta::assert_snapshot!(project.run(&["fix", "-q", "--format", "concise"]), @r#"
    exit 1
    --- stdout
    b.xml:3:101: error[unknown-attribute] `InvokeSqlCommandTask` has no attribute `Colour`
    "#);
    let after = before.replace("identifier=", "Identifier=");
    let after = after.replace("  <!-- jobwright: ignore[dirty-not-linked] long gone -->\r\n", "");
    assert_eq!(project.read("a.xml"), after);
    let again = project.run(&["fix"]);
    assert!(again.stderr.contains("nothing to fix"), "{again}");
    assert_eq!(project.read("a.xml"), after);
}

#[test]
fn flags_that_only_mean_something_with_fix() {
    let project = Project::new().configuration("a.xml", "");
    for flag in ["--diff", "--unsafe-fixes"] {
        let outcome = project.run(&["check", flag]);
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains("without --fix"), "{outcome}");
    }
    let standard = project.run_with(&["fix", "-", "--stdin-filename", "a.xml"], DAMAGED_FILE.as_bytes());
    assert_eq!(standard.code, Some(6), "{standard}");
}

const DAMAGED_FILE: &str =
    "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\"><Job identifier=\"J\"/></ConfigurationFile>";

#[cfg(unix)]
#[test]
fn a_fixed_file_keeps_its_permissions_and_links() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new().configuration("real/a.xml", DAMAGED);
    std::fs::set_permissions(project.path("real/a.xml"), std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(project.path("real/a.xml"), project.path("link.xml")).unwrap();
    project.run(&["fix", "link.xml"]);
    assert!(project.read("real/a.xml").contains("Identifier=\"Night\""));
    assert!(std::fs::symlink_metadata(project.path("link.xml")).unwrap().is_symlink());
    let mode = std::fs::metadata(project.path("real/a.xml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

fn summary(outcome: &Outcome, name: &str) -> u64 {
    outcome.json()["summary"][name].as_u64().unwrap()
}

#[test]
fn a_baseline_knows_what_was_there_wherever_it_moves() {
    let project = Project::new().configuration("conf/a.xml", WRONG);
    let written = project.run(&["baseline", "write", "conf"]);
    insta::assert_snapshot!(written, @r#"
    exit 0
    --- stderr
    wrote 1 finding to `jobwright-baseline.jsonl`
    "#);
    insta::assert_snapshot!(project.read("jobwright-baseline.jsonl"), @r#"
    {"jobwright_baseline":1}
    {"file":"conf/a.xml","rule":"unknown-attribute","place":"Job[Wrong]/InvokeSqlCommandTask[S2]/@Colour"}
    "#);
    let known = ["check", "conf", "--baseline", "jobwright-baseline.jsonl", "--format", "json"];
    let outcome = project.run(&known);
    assert_eq!((outcome.code, outcome.findings().len()), (Some(0), 0), "{outcome}");
    assert!(summary(&outcome, "baseline") > 0);

    // Reformatted, moved within the file, moved with it to another folder; and with a new finding beside.
    let moved = WRONG.replace("><", ">\n\n  <") + &WRONG.replace("Wrong", "Other").replace("S2", "S3");
    std::fs::remove_file(project.path("conf/a.xml")).unwrap();
    let project = project.configuration("conf/new/a.xml", &moved);
    let outcome = project.run(&known);
    let new = outcome.findings();
    assert!(new.contains(&"conf/new/a.xml:7 error[unknown-attribute]".to_owned()), "{new:?}");
    assert!(!outcome.stdout.contains("stale-baseline"), "{outcome}");
}

#[test]
fn what_is_gone_from_a_baseline_is_told_and_pruned() {
    let project = Project::new()
        .configuration("a.xml", WRONG)
        .configuration("b.xml", "")
        .file("jobwright.toml", "[check]\nbaseline = \"known.jsonl\"\n");
    assert_eq!(project.run(&["baseline", "write"]).code, Some(0));
    assert_eq!(project.run(&["check"]).code, Some(0));
    let project = project.configuration("a.xml", &WRONG.replace(" Colour=\"x\"", ""));
    let outcome = project.run(&["check", "--select", "directives,unknown-attribute"]);
    insta::assert_snapshot!(outcome, @r#"
    exit 0
    --- stdout
    warning[stale-baseline]: the finding of `unknown-attribute` in `a.xml` that the baseline knows is gone
      ┌─ known.jsonl:2:1
      │
    2 │ {"file":"a.xml","rule":"unknown-attribute","place":"Job[Wrong]/InvokeSqlCommandTask[S2]/@Colour"}
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ matches nothing
      │
      = note: a new finding at the same place would be taken for the old one and stay unseen
      = help: `jobwright baseline prune --baseline known.jsonl` removes what is gone

    1 warning in 2 files (4 elements)
    "#);
    // Another file alone says nothing about this one.
    assert!(!project.run(&["check", "b.xml"]).stdout.contains("stale"));
    insta::assert_snapshot!(project.run(&["baseline", "show"]), @r#"
    exit 0
    --- stdout
    a.xml
          1  unknown-attribute
    1 finding in 1 file
    "#);
    insta::assert_snapshot!(project.run(&["baseline", "prune"]), @r#"
    exit 0
    --- stderr
    removed 1 finding from `known.jsonl`; 0 left
    "#);
    assert!(!project.run(&["check"]).stdout.contains("stale"));
}

#[test]
fn a_baseline_tells_of_every_finding_that_is_gone_and_of_none_that_was_not_looked_for() {
    let entry = |file: &str, rule: &str, rest: &str| {
        let place = "Job[Wrong]/InvokeSqlCommandTask[S2]/@Colour";
        format!("{{\"file\":\"{file}\",\"rule\":\"{rule}\",\"place\":\"{place}\"{rest}}}\n")
    };
    let project = Project::new().configuration("a.xml", WRONG).configuration("other/b.xml", "");
    let stale = |entries: &[String], arguments: &[&str]| -> Vec<String> {
        let text = format!("{{\"jobwright_baseline\":1}}\n{}", entries.concat());
        std::fs::write(project.path("known.jsonl"), text).unwrap();
        let outcome = project.run(&[&["check", "--baseline", "known.jsonl", "--format", "json"], arguments].concat());
        let stale: Vec<_> = outcome.findings().into_iter().filter(|finding| finding.contains("stale-baseline")).collect();
        stale
    };
    let told = |line: u32| vec![format!("known.jsonl:{line} warning[stale-baseline]")];
    let known = entry("a.xml", "unknown-attribute", "");
    // More of them than there are; one whose file is gone; one of a rule that finds nothing there; one that no rule has.
    assert_eq!(stale(&[entry("a.xml", "unknown-attribute", ",\"count\":3")], &[]), told(2));
    assert_eq!(stale(&[known.clone(), entry("gone.xml", "unknown-attribute", "")], &[]), told(3));
    assert_eq!(stale(&[entry("a.xml", "invalid-value", ""), known.clone()], &[]), told(2));
    assert_eq!(stale(&[entry("a.xml", "no-such-rule", ""), known.clone()], &[]), told(2));
    // It is there; its file was moved; its rule is off; its file is not among those checked.
    assert!(stale(&[known], &[]).is_empty());
    assert!(stale(&[entry("moved.xml", "unknown-attribute", "")], &[]).is_empty());
    assert!(stale(&[entry("a.xml", "invalid-value", "")], &["--ignore", "invalid-value"]).is_empty());
    assert!(stale(&[entry("a.xml", "invalid-value", "")], &["other"]).is_empty());
}

#[test]
fn a_baseline_that_is_none_is_wrong_usage() {
    let project = Project::new().configuration("a.xml", "").file("bad.jsonl", "{\"jobwright_baseline\":1}\n{\"file\":1}\n");
    insta::assert_snapshot!(project.run(&["check", "--baseline", "bad.jsonl"]), @r#"
    exit 2
    --- stderr
      × `bad.jsonl`, line 2: not an entry: invalid type: integer `1`, expected a string at line 1 column 9
      help: restore it, or write it anew: `jobwright baseline write --baseline bad.jsonl`
    "#);
    assert_eq!(project.run(&["check", "--baseline", "none.jsonl"]).code, Some(2));
}

#[test]
fn findings_are_counted_limited_and_files_listed() {
    let project = Project::new().configuration("a.xml", DAMAGED).configuration("b.xml", WRONG);
    insta::assert_snapshot!(project.run(&["check", "--statistics", "--ignore", "references"]), @r#"
    exit 1
    --- stdout
    2  error    unknown-attribute   1 fixable
    1  warning  unused-suppression  1 fixable
    2 errors, 1 warning in 2 files (6 elements)
    "#);
    let json = project.run(&["check", "--statistics", "--format", "json"]).json();
    assert_eq!(json["statistics"][0]["rule"], "unknown-attribute");
    insta::assert_snapshot!(project.run(&["check", "--max-findings", "1", "--format", "concise"]), @r#"
    exit 1
    --- stdout
    a.xml:3:6: error[unknown-attribute] `Job` has no attribute `identifier`
    2 errors, 1 warning in 2 files (6 elements); 2 not shown
    "#);
    insta::assert_snapshot!(project.run(&["check", "--list-files"]), @r#"
    exit 0
    --- stdout
    a.xml
    b.xml
    "#);
    let project = project.file("jobwright.toml", "[check]\nseverity.unused-task = \"off\"\n[files]\nexclude = [\"old/**\"]\n");
    insta::assert_snapshot!(project.run(&["check", "--print-config", "--ignore", "schema"]), @r#"
    exit 0
    --- stdout
    # jobwright.toml
    [check]
    fail-on = "error"
    ignore = ["schema"]

    [check.severity]
    unused-task = "off"

    [files]
    exclude = ["old/**"]
    "#);
}

#[test]
fn only_changed_files_speak_but_all_are_judged() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return;
    }
    let project = Project::new().configuration("conf/a.xml", WRONG).configuration("conf/b é.xml", "");
    let outside = project.run(&["check", "conf", "--staged"]);
    insta::assert_snapshot!(outside, @r#"
    exit 2
    --- stderr
      × the current folder is in no git repository
      help: --changed-since and --staged ask git what changed
    "#);
    git(&project, &["init", "-q", "-b", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-q", "-m", "first"]);
    insta::assert_snapshot!(project.run(&["check", "conf", "--changed-since", "HEAD"]), @r#"
    exit 0
    --- stderr
    no file of the configuration is changed since HEAD
    "#);
    let json = project.run(&["check", "conf", "--staged", "--format", "json"]);
    assert_eq!((json.code, json.findings().len()), (Some(0), 0), "{json}");

    // The step is resolved in the file that did not change.
    let step = "<Job Identifier=\"New\" DisplayName_L1=\"N\"><Step Identifier=\"S2\" /><Nonsense/></Job>";
    let project = project.configuration("conf/b é.xml", step).configuration("conf/untracked.xml", "<Rubbish/>");
    let since = project.run(&["check", "conf", "--changed-since", "main", "--format", "json"]);
    assert_eq!(
        since.findings(),
        ["conf/b é.xml:3 error[unknown-element]", "conf/untracked.xml:3 error[unknown-element]"],
        "{since}"
    );
    git(&project, &["add", "conf/untracked.xml"]);
    let staged = project.run(&["check", "conf", "--staged", "--format", "json"]);
    assert_eq!(staged.findings(), ["conf/untracked.xml:3 error[unknown-element]"]);
    let unknown = project.run(&["check", "conf", "--changed-since", "nowhere"]);
    assert_eq!(unknown.code, Some(2), "{unknown}");
    let option = project.run(&["check", "conf", "--changed-since=--output=x"]);
    assert_eq!(option.code, Some(2), "{option}");
    assert!(!project.path("x").exists());
}
