//! What `expand`, `plan` and `run` do with scaffoldings that generate nothing, and with what is written beside them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::{AGENT, Project};

/// A connector that exports and fulfils, and one that does neither.
const CONNECTORS: &str = r#"
  <Connector Identifier="AD" DisplayName_L1="AD" Agent="Local" />
  <Connection Identifier="ADExport" DisplayName_L1="AD" Connector="AD" Package="Usercube.AD@0000001" />
  <Connector Identifier="Idle" DisplayName_L1="Idle" Agent="Local" />
  <MaintainIndexesTask Identifier="Tidy" DisplayName_L1="Tidy" />"#;
const SCAFFOLDING: &str = r#"<CreateConnectorSynchroComplete Connector="AD" JobIdentifier="J" DisplayName_L1="J">
    <OpenIdIdentifier Identifier="Job" /></CreateConnectorSynchroComplete>"#;

fn project(written: &str) -> Project {
    Project::new().configuration("jobs.xml", &format!("{AGENT}{CONNECTORS}\n{written}"))
}

fn with_argument(argument: &str) -> String {
    SCAFFOLDING.replace("</Create", &format!("{argument}</Create"))
}

#[test]
fn a_scaffolding_with_an_error_of_its_own_is_not_expanded() {
    let add = |attributes: &str| with_argument(&format!("<AddTask {attributes} />"));
    let faulty = [
        (SCAFFOLDING.replace("\"AD\"", "\"Nope\""), "unresolved-reference"),
        (SCAFFOLDING.replace("\"AD\"", "\"\""), "missing-attribute"),
        (SCAFFOLDING.replace("Connector=\"AD\" ", ""), "missing-attribute"),
        (SCAFFOLDING.replace("Connector", "Agent").replace("\"AD\"", "\"Nope\""), "unresolved-reference"),
        (add("TaskToCompareWith=\"MaintainIndexes\" After=\"true\""), "missing-attribute"),
        (add("Task=\"Tidy\" TaskToCompareWith=\"\" After=\"true\""), "missing-attribute"),
        (add("Task=\"Tidy\" TaskToCompareWith=\"MaintainIndexes\" After=\"TRUE\""), "invalid-value"),
        (add("Task=\"Nope\" TaskToCompareWith=\"MaintainIndexes\" After=\"true\""), "unresolved-reference"),
        (add("Task=\"Tidy\" TaskToCompareWith=\"Nope\" After=\"true\""), "scaffold-target-not-found"),
    ];
    for (scaffolding, rule) in &faulty {
        let project = project(scaffolding);
        let commands: [&[&str]; 4] =
            [&["expand"], &["expand", "--format", "json"], &["expand", "--only", "J"], &["expand", "--explain", "J"]];
        for command in commands {
            let outcome = project.run(command);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{command:?} {scaffolding}: {outcome}");
            assert!(outcome.stderr.contains(&format!("error[{rule}]")), "{command:?} {scaffolding}: {outcome}");
        }
    }
    let project = project(&add("Task=\"Tidy\" TaskToCompareWith=\"MaintainIndexes\" After=\"true\""));
    let outcome = project.run(&["expand"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
    assert!(outcome.stdout.contains("<Step Identifier=\"Tidy\""), "{outcome}");
}

#[test]
fn errors_elsewhere_do_not_keep_a_configuration_from_being_expanded() {
    let project = project(&format!("{SCAFFOLDING}<Job Identifier=\"Own\" Agent=\"Nope\" />"));
    assert_eq!(project.run(&["check"]).code, Some(1));
    let outcome = project.run(&["expand"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome}");
}

#[test]
fn a_mode_that_is_none_keeps_a_configuration_from_being_expanded() {
    for mode in ["merge", "Nope"] {
        for written in ["<Job Identifier=\"J\"", "<MaintainIndexesTask Identifier=\"J_MaintainIndexes\""] {
            let project = project(&format!("{SCAFFOLDING}{written} DisplayName_L1=\"J\" ConsolidationMode=\"{mode}\" />"));
            let outcome = project.run(&["expand"]);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{outcome}");
            assert!(outcome.stderr.contains("error[invalid-value]"), "{outcome}");
        }
    }
}

#[test]
fn a_job_that_its_scaffolding_does_not_generate_is_told_by_the_scaffolding() {
    let idle = SCAFFOLDING.replace("\"AD\"", "\"Idle\"");
    let incremental = SCAFFOLDING.replace("Complete", "Incremental");
    for (written, told) in [
        (SCAFFOLDING.replace("\"AD\"", "\"Nope\""), "error[unresolved-reference]"),
        (
            with_argument("<AddTask Task=\"Tidy\" TaskToCompareWith=\"Nope\" After=\"true\" />"),
            "error[scaffold-target-not-found]",
        ),
        (incremental.replace("\"AD\"", "\"Files\""), "error[scaffold-incremental-unsupported]"),
        (idle, "warning[scaffold-no-effect]"),
    ] {
        let files = r#"<Connector Identifier="Files" DisplayName_L1="Files" Agent="Local" />
            <Connection Identifier="FilesExport" DisplayName_L1="Files" Connector="Files" Package="Usercube.LDAP@0000001" />"#;
        let project = project(&format!("{files}{written}"));
        let commands: [&[&str]; 5] = [
            &["plan", "--job", "j"],
            &["run", "--job", "J"],
            &["run", "--job", "J", "--dry-run"],
            &["expand", "--only", "J"],
            &["expand", "--explain", "J"],
        ];
        for command in commands {
            let outcome = project.run(command);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{command:?} {written}: {outcome}");
            assert!(outcome.stderr.contains(told), "{command:?} {written}: {outcome}");
        }
        // Of any other job nothing is said of it.
        assert_eq!(project.run(&["plan", "--job", "K"]).code, Some(2), "{written}");
    }
    // What was to be merged into the job is not the job.
    let faulty = SCAFFOLDING.replace("\"AD\"", "\"Nope\"");
    let project =
        project(&format!("{faulty}<Job Identifier=\"J\" ConsolidationMode=\"Merge\" CronTabExpression=\"0 2 * * *\" />"));
    let plan = project.run(&["plan", "--job", "J"]);
    assert_eq!((plan.code, plan.stdout.as_str()), (Some(1), ""), "{plan}");
}

#[test]
fn scaffoldings_that_generate_nothing_go_and_others_stay() {
    let idle = SCAFFOLDING.replace("\"AD\"", "\"Idle\"");
    let other = "<JobViewAccessControlRules Profile=\"Administrator\" />";
    let project = project(&format!("{idle}\n{other}{other}<ManageAccounts Profile=\"Administrator\" />"));
    let outcome = project.run(&["expand"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(!outcome.stdout.contains("Synchro"), "{outcome}");
    insta::assert_snapshot!(outcome.stderr, @"
    jobs.xml:11: CreateConnectorSynchroComplete generates nothing and is left out
    3 scaffoldings stay as they are: 2 JobViewAccessControlRules, ManageAccounts
    ");
    assert_eq!(project.run(&["expand", "-q"]).stderr, "");
    let help = project.run(&["expand", "--help"]).stdout;
    assert!(help.contains("\n  CreateConnectorsJobs\n") && help.contains("All others"), "{help}");
}

#[test]
fn code_keeps_its_lines_and_written_items_their_comments() {
    let rule = "<EntityType Identifier=\"Crew\" DisplayName_L1=\"Crew\">\n\
        <!-- before -->\n<Property Identifier=\"Code\" DisplayName_L1=\"Code\" IsKey=\"true\" Type=\"String\" TargetColumnIndex=\"0\" />\n<!-- last --></EntityType>\n\
        <!-- above --><EntityPropertyExpression Identifier=\"X\" EntityType=\"Crew\" Property=\"Code\" Expression=\"C#:crew:// all\n return crew.Code;\" />";
    let project = project(&format!("{rule}<!-- of a scaffolding -->{SCAFFOLDING}"));
    let expanded = project.run(&["expand", "-q"]).stdout;
    assert!(expanded.contains("\"C#:crew:// all&#10; return crew.Code;\""), "{expanded}");
    let at = |text: &str| expanded.find(text).unwrap();
    assert!(at("<!-- before -->") < at("<Property") && at("<Property") < at("<!-- last -->"), "{expanded}");
    assert!(at("<!-- last -->") < at("</EntityType>") && at("<!-- above -->") < at("<EntityPropertyExpression"), "{expanded}");
    assert!(!expanded.contains("of a scaffolding"), "{expanded}");
    // It means the same, and expands to itself.
    let again = Project::new().file("all.xml", &expanded);
    assert_eq!(again.run(&["expand", "-q"]).stdout, expanded);
    let rules = |project: &Project| project.run(&["check", "--format", "json"]).findings().join("\n");
    assert!(rules(&project).contains("line-comment") && !rules(&again).contains("line-comment"));
}

#[test]
fn two_jobs_of_one_identifier_are_never_planned() {
    let job = |mode: &str, more: &str| format!("<Job Identifier=\"J\" ConsolidationMode=\"{mode}\" {more}/>");
    let two = format!("{}{}", job("Merge", "UserStartDenied=\"true\" "), job("Merge", "CronTabExpression=\"0 2 * * *\" "));
    for written in [format!("{SCAFFOLDING}{two}"), two.clone()] {
        let project = project(&written);
        for command in [&["plan"][..], &["run", "--job", "J", "--dry-run"]] {
            let outcome = project.run(command);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""), "{command:?} {written}: {outcome}");
            assert!(outcome.stderr.contains("error[duplicate-identifier]"), "{command:?} {written}: {outcome}");
        }
        let lenient =
            project.file("jobwright.toml", "[check.severity]\nduplicate-identifier = \"note\"\nmissing-attribute = \"note\"\n");
        let plan = lenient.run(&["plan"]);
        assert_eq!(plan.code, Some(0), "{plan}");
        assert_eq!(plan.json()["jobs"].as_array().unwrap().len(), 1, "{plan}");
    }
}

#[test]
fn what_deletes_nothing_does_not_run() {
    let written = "<Job Identifier=\"Z\" ConsolidationMode=\"Delete\" />\n\
        <Job Identifier=\"W\" DisplayName_L1=\"W\"><MaintainIndexesTask Identifier=\"Q\" ConsolidationMode=\"Delete\" /></Job>";
    for text in [written.to_owned(), format!("{SCAFFOLDING}{written}")] {
        let project = project(&text);
        let plan = project.run(&["plan"]).json();
        let jobs: Vec<_> = plan["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap()).collect();
        assert!(!jobs.contains(&"Z") && jobs.contains(&"W"), "{jobs:?}");
        let empty = plan["jobs"].as_array().unwrap().iter().find(|job| job["id"] == "W").unwrap();
        assert_eq!(empty["tasks"].as_array().unwrap().len(), 0);
        let found = project.run(&["check", "--format", "json"]).findings();
        assert_eq!(found.iter().filter(|finding| finding.ends_with("warning[nothing-to-consolidate]")).count(), 2, "{found:?}");
        assert!(!project.run(&["expand", "-q"]).stdout.contains("Delete"));
    }
}

#[test]
fn a_path_behind_the_jobs_is_told_from_a_job() {
    let project = Project::new().configuration("Ferries/jobs.xml", &format!("{AGENT}{CONNECTORS}{SCAFFOLDING}"));
    for command in [&["plan", "--job", "J", "Ferries"][..], &["plan", "--job", "J", "Ferries/jobs.xml"]] {
        let outcome = project.run(command);
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains("is taken for a job") && outcome.stderr.contains("jobwright plan Ferries"), "{outcome}");
    }
    // A path that is wrong is what is told.
    let outcome = project.run(&["plan", "missing", "--job", "Ferries", "Night"]);
    assert!(outcome.stderr.contains("`missing` does not exist"), "{outcome}");
    // Several jobs are named in one go, also one that is called as a folder is.
    let two = SCAFFOLDING.replace("\"J\"", "\"Ferries\"");
    let project = project.configuration("Ferries/more.xml", &two);
    let outcome = project.run(&["plan", "--job", "J", "Ferries"]);
    assert_eq!(outcome.json()["jobs"].as_array().unwrap().len(), 2, "{outcome}");
}
