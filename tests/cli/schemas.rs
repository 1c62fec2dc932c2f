//! The published schemas: printed as they are checked in, and what the program writes is what they say.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use crate::support::{Project, schema};

const FINDINGS: &str = include_str!("../../schemas/findings.schema.json");
const INSPECT: &str = include_str!("../../schemas/inspect.schema.json");
const PLAN: &str = include_str!("../../schemas/plan.schema.json");
/// A plan as the first jobwright that wrote version 1 wrote it. It is never written anew: plans live in stores and in
/// deployments for years.
const FIRST: &str = include_str!("../plans/version-1-first.json");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_schemas_are_the_published_ones() {
    let project = Project::new();
    for (name, text) in [("findings", FINDINGS), ("inspect", INSPECT), ("plan", PLAN)] {
        assert_eq!(project.run(&["schema", name]).stdout, text);
    }
}

#[test]
fn plans_are_what_the_schema_says() {
    let schema = parsed(PLAN);
    let whole = Project::demo().configuration(
        "examples/demo/Scaffoldings.xml",
        r#"  <CreateAgentSynchroComplete Agent="Harbour" /><CreateAgentSynchroIncremental Agent="Harbour" />
  <CreateInitializationJob Agent="Harbour" />"#,
    );
    for (project, path) in [(whole, "examples/demo"), (Project::new().configuration("empty.xml", ""), "empty.xml")] {
        let plan = project.run(&["plan", path]);
        assert_eq!(plan.code, Some(0), "{plan}");
        assert_eq!(schema::problems(&schema, &plan.json()), [""; 0]);
    }
    assert_eq!(schema::problems(&schema, &parsed(FIRST)), [""; 0]);
}

#[test]
fn the_schema_of_plans_refuses_what_is_no_plan() {
    let (schema, plan) = (parsed(PLAN), parsed(FIRST));
    let spoiled = |pointer: &str, value: Value| {
        let mut plan = plan.clone();
        *plan.pointer_mut(pointer).unwrap() = value;
        schema::problems(&schema, &plan)
    };
    assert_eq!(spoiled("/version", json!(2)), ["$.version: 2 is not of const 1"]);
    assert_eq!(
        spoiled("/jobs/0/tasks/0/parents", json!("some")),
        [r#"$.jobs[0].tasks[0].parents: "some" is not of enum ["all","any"]"#]
    );
    assert_eq!(spoiled("/jobs/0/tasks/0/level", json!(-1)), ["$.jobs[0].tasks[0].level: -1 is not of minimum 0"]);
    assert_eq!(spoiled("/digest", json!("sha256:")).len(), 1);
    assert!(!spoiled("/model", json!({})).is_empty());
    let mut more = plan.clone();
    more["jobs"][0]["later"] = json!(1);
    assert_eq!(schema::problems(&schema, &more), ["$.jobs[0]: `later` is not in the schema"]);
}

#[test]
fn findings_are_what_the_schema_says() {
    let schema = parsed(FINDINGS);
    let project = Project::demo();
    project.replace("examples/demo/HR/Jobs.xml", " Dirty=\"true\"", "");
    for arguments in [&["check", "examples/demo", "--format", "json"][..], &["check", "nowhere", "--format", "json"]] {
        assert_eq!(schema::problems(&schema, &project.run(arguments).json()), [""; 0], "{arguments:?}");
    }
}

#[test]
fn a_plan_of_the_first_minor_version_still_runs() {
    let project = Project::demo().file("old.json", FIRST);
    let run =
        project.run(&["run", "old.json", "--job", "Harbour_Nightly", "--appsettings", "examples/demo/appsettings.agent.json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.run(&["diff", "old.json", "old.json", "--detailed-exitcode"]).code, Some(0));
}

#[test]
fn a_plan_of_a_later_minor_version_is_read_and_one_of_another_major_version_refused() {
    let mut later = parsed(FIRST);
    later["jobs"][0]["tasks"][0]["later"] = json!({ "something": [1] });
    let project = Project::demo().file("later.json", later.to_string());
    let said = project.run(&["plan", "later.json", "--format", "summary"]);
    // The digest covers what is not known here, so that nothing can be slipped in.
    assert_eq!(said.code, Some(6), "{said}");
    let computed = said.stderr.split_whitespace().filter(|word| word.starts_with("sha256:")).nth(1).unwrap();
    later["digest"] = json!(computed.trim_end_matches(':'));
    let project = project.file("later.json", later.to_string());
    assert_eq!(project.run(&["plan", "later.json", "--format", "summary"]).code, Some(0));

    later["version"] = json!(2);
    let project = project.file("later.json", later.to_string());
    insta::assert_snapshot!(project.run(&["plan", "later.json"]), @r"
    exit 6
    --- stderr
      × `later.json`: the plan is of version 2, and this jobwright reads version 1
      help: use the jobwright that wrote it, or a later one
    ");
}
