//! `inspect` and `decide` on the company of the provisioning tests: what a person asks at three in the morning.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;

use crate::provisioning::{night, project};
use crate::support::{Project, schema};

const SCHEMA: &str = include_str!("../../schemas/inspect.schema.json");

/// The answer as JSON, held against its schema.
fn asked(project: &Project, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["inspect"].iter().chain(arguments).chain(&["--format", "json"]).copied().collect();
    let run = project.run(&arguments);
    assert_eq!(run.code, Some(0), "{run}");
    let answer = run.json();
    assert_eq!(schema::problems(&serde_json::from_str(SCHEMA).unwrap(), &answer), [""; 0], "{arguments:?}");
    answer
}

/// Text without moments, which differ from run to run.
fn told(project: &Project, arguments: &[&str]) -> String {
    let run = project.run(&["inspect"].iter().chain(arguments).copied().collect::<Vec<_>>());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run}");
    let word = |word: &str| if word.len() >= 19 && word.as_bytes()[10] == b'T' { "[time],".to_owned() } else { word.to_owned() };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ").trim_end().to_owned();
    run.stdout.lines().map(line).fold(String::new(), |text, line| text + &line + "\n")
}

/// Three nights: accounts made, verified, and one changed by hand while another person moved.
fn three_nights() -> Project {
    let project = project();
    night(&project, 1);
    night(&project, 2);
    project.replace("data/accounts.csv", "Cy (Nord)", "By hand");
    project.replace("data/people.csv", "1,Ana,Nord", "1,Ana,Sud");
    night(&project, 3);
    project
}

#[test]
fn every_question_is_answered_as_its_schema_says() {
    let project = three_nights();
    let types = asked(&project, &["types"]);
    assert_eq!(types["types"]["entity_types"][0]["resources"], 4, "{types}");
    assert_eq!(types["types"]["resource_types"][0]["non_conforming"], 1, "{types}");
    let order = asked(&project, &["orders", "--state", "executed", "--limit", "1"]);
    assert_eq!(order["orders"]["total"], 4);
    let id = order["orders"]["orders"][0]["id"].as_str().unwrap();
    let why = asked(&project, &["orders", &id[..8]]);
    assert_eq!(why["order"]["assignment"]["rules"], serde_json::json!(["TypeRule"]));
    let changes = serde_json::json!([
        { "property": "display", "before": "Ana (Nord)", "after": "Ana (Sud)" },
        { "property": "site", "before": "Nord", "after": "Sud" },
    ]);
    assert_eq!(why["order"]["changes"], changes);
    assert_eq!(asked(&project, &["changes", "3"])["changes"]["groups"][0]["of"], "Account");
    assert_eq!(asked(&project, &["resource", "person", "1"])["resource"]["history_total"], 2);
    assert_eq!(asked(&project, &["assignments", "Person", "Cy"])["assignments"]["owner"]["key"], "3", "found by a value");
}

#[test]
fn a_resource_shows_what_happened_to_it() {
    insta::assert_snapshot!(told(&three_nights(), &["resource", "Person", "1"]), @r"
    Person 1
      Name    Ana
      Number  1
      Office  Sud

    History, the latest first
      [time], run 3  changed  Office: Nord → Sud
      [time], run 1  created
    ");
}

#[test]
fn assignments_show_rules_values_and_what_was_changed_by_hand() {
    insta::assert_snapshot!(told(&three_nights(), &["assignments", "Person", "3"]), @r#"
    Person 3

    Resource types
      Account_Standard (Account 3): verified, Added
        by TypeRule
        its resource by a correlation of 100
        last order 1b5a663530
        since [time], run 1
        property  wanted     shown    state            by
        display   Cy (Nord)  By hand  changed by hand  ScalarRule Expression="C#:person:return person.Name + " (" + person.…
        login     3          3        verified         ScalarRule Binding="Number"
        site      Nord       Nord     verified         ScalarRule Binding="Office"
    "#);
}

#[test]
fn a_run_shows_what_it_changed() {
    insta::assert_snapshot!(told(&three_nights(), &["changes", "2", "--limit", "2"]), @r"
    resources Account: 3 created
      Account 1
      Account 2
      … and 1 more; --limit shows them
    ");
}

#[test]
fn a_name_that_is_not_there_is_answered_with_the_nearest() {
    let project = three_nights();
    let store = project.content();
    insta::assert_snapshot!(project.run(&["inspect", "resource", "Persn", "1"]), @r"
    exit 2
    --- stderr
      × the store holds no entity type `Persn`
      help: did you mean Person?
    ");
    insta::assert_snapshot!(project.run(&["inspect", "resource", "Person", "77"]), @r"
    exit 2
    --- stderr
      × the store holds no Person with the key `77`
      help: there are 1, 2, 3
    ");
    insta::assert_snapshot!(project.run(&["inspect", "resource", "Person", "Sud"]), @r"
    exit 2
    --- stderr
      × `Sud` is a value of 2 resources of Person
      help: name one of them: 1, 2
    ");
    insta::assert_snapshot!(project.run(&["inspect", "orders", "--resource-type", "Account_Standart"]), @r"
    exit 2
    --- stderr
      × the store holds no resource type `Account_Standart`
      help: did you mean Account_Standard?
    ");
    assert_eq!(project.run(&["inspect", "orders", "zz"]).code, Some(2));
    assert_eq!(project.run(&["inspect", "changes", "x"]).code, Some(2));
    assert_eq!(project.run(&["inspect", "types", "--limit", "0"]).code, Some(2));
    assert_eq!(project.run(&["inspect", "types", "--store", "none.db"]).code, Some(6));
    assert_eq!(project.content(), store, "questions change nothing");
}

#[test]
fn nothing_is_written_by_a_question() {
    let project = three_nights();
    let files = || {
        let mut files: Vec<_> = std::fs::read_dir(project.path(".jobwright")).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| (std::fs::metadata(&file).unwrap().modified().unwrap(), file)).collect::<Vec<_>>()
    };
    let before = files();
    asked(&project, &["assignments", "Person", "1"]);
    assert_eq!(files(), before);
}

#[test]
fn what_a_person_decides_counts_from_the_next_run_on() {
    let project = three_nights();
    let decide = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["decide"].iter().chain(arguments).chain(&["--reason", "agreed"]).copied().collect();
        project.run(&arguments)
    };
    insta::assert_snapshot!(decide(&["restore", "--owner", "Person", "3", "--property", "display"]), @r"
    exit 0
    --- stderr
    to be set again: Account_Standard of 3; it counts from the next run on that computes the role model, complete or incremental
    ");
    insta::assert_snapshot!(decide(&["deny", "Person", "2", "--resource-type", "Account_Standard"]), @r"
    exit 0
    --- stderr
    denied to Person 2; it counts from the next run on that computes the role model, complete or incremental
    ");
    assert_eq!(night(&project, 4), "unchanged completed completed completed");
    let accounts = project.read("data/accounts.csv");
    assert!(accounts.contains("3,Cy (Nord),Nord") && !accounts.contains("\n2,"), "{accounts}");
    insta::assert_snapshot!(decide(&["give", "Person", "2", "--role", "Nothing"]), @r"
    exit 2
    --- stderr
      × the store holds no single role `Nothing`
    ");
    insta::assert_snapshot!(decide(&["approve"]), @r"
    exit 2
    --- stderr
      × nothing says of which assignments
      help: name --resource-type or --owner
    ");
    insta::assert_snapshot!(decide(&["retry", "--resource-type", "Account_Standard"]), @r"
    exit 2
    --- stderr
      × nothing of that is in error
      help: see what there is:
            jobwright inspect types
    ");
    assert_eq!(decide(&["withdraw", "Person", "2", "--resource-type", "account_standard"]).code, Some(0));
    night(&project, 5);
    assert!(project.read("data/accounts.csv").contains("2,Bo (Sud),Sud"));
    let decisions = asked(&project, &["assignments", "Person", "2"])["assignments"]["decisions"].clone();
    assert_eq!((decisions[0]["verdict"].as_str(), decisions[0]["reason"].as_str()), (Some("denied"), Some("agreed")));
    assert!(decisions[0]["withdrawn"].is_string());
}

#[test]
fn a_decision_holds_between_its_dates() {
    let project = project();
    night(&project, 1);
    night(&project, 2);
    let deny = ["decide", "deny", "Person", "2", "--resource-type", "Account_Standard"];
    let dates = ["--from", "2098-01-01", "--until", "2099-01-01", "--reason", "on leave"];
    assert_eq!(project.run(&deny.iter().chain(&dates).copied().collect::<Vec<_>>()).code, Some(0));
    let in_year = |year: i64| {
        let milliseconds = (year - 2026) * 365 * 86_400_000;
        let mut command = project.command(&["run", "conf", "--job", "Night", "-q", "--only", "Model"]);
        let output = command.env("JOBWRIGHT_CLOCK_OFFSET", milliseconds.to_string()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found = asked(&project, &["assignments", "Person", "2"]);
        let assignment = &found["assignments"]["resource_types"][0];
        format!("{} {}", assignment["command"].as_str().unwrap(), assignment["state"].as_str().unwrap())
    };
    assert_eq!(in_year(2026), "Added verified");
    assert_eq!(in_year(2098), "Deleted pending");
}

#[test]
fn changes_of_a_run_that_there_was_not_are_refused() {
    let project = Project::demo();
    assert_eq!(project.run(&["run", "examples/demo", "--job", "HR_Quick", "-q"]).code, Some(0));
    assert_eq!(project.run(&["inspect", "changes", "1"]).code, Some(0));
    let refused = project.run(&["inspect", "changes", "99"]);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("the store has no run 99"), "{refused}");
}
