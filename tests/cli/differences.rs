//! `jobwright diff`.

use crate::support::Project;

const OLD: &str = "<Agent Identifier=\"Local\" DisplayName_L1=\"L\" />\
<Job Identifier=\"Gone\" DisplayName_L1=\"G\" Agent=\"Local\"><InvokeSqlCommandTask Identifier=\"G\" Agent=\"Local\" DisplayName_L1=\"x\" SQLCommand=\"x\" /></Job>\
<Job Identifier=\"Night\" DisplayName_L1=\"N\" Agent=\"Local\" CronTabExpression=\"0 2 * * *\">\
<InvokeSqlCommandTask Identifier=\"A\" Agent=\"Local\" DisplayName_L1=\"x\" SQLCommand=\"x\" />\
<InvokeSqlCommandTask Identifier=\"B\" Agent=\"Local\" DisplayName_L1=\"x\" SQLCommand=\"y\" /></Job>";

const NEW: &str = "<Agent Identifier=\"Local\" DisplayName_L1=\"L\" /><Agent Identifier=\"Second\" DisplayName_L1=\"S\" />\
<Job Identifier=\"Night\" DisplayName_L1=\"N\" Agent=\"Local\" CronTabExpression=\"0 3 * * *\">\
<InvokeSqlCommandTask Identifier=\"First\" Agent=\"Local\" DisplayName_L1=\"x\" SQLCommand=\"z\" />\
<InvokeSqlCommandTask Identifier=\"A\" Agent=\"Local\" DisplayName_L1=\"x\" SQLCommand=\"x\" />\
<InvokeSqlCommandTask Identifier=\"B\" Agent=\"Local\" DisplayName_L1=\"x\" SQLCommand=\"changed\">\
<TaskDependsOnTask ParentTask=\"A\" /></InvokeSqlCommandTask></Job>";

fn project() -> Project {
    Project::new().configuration("old/a.xml", OLD).configuration("new/a.xml", NEW)
}

#[test]
fn jobs_tasks_and_edges_are_told() {
    let project = project();
    insta::assert_snapshot!(project.run(&["diff", "old", "new", "--detailed-exitcode"]), @r#"
    exit 5
    --- stdout
    - job Gone
        - task G (InvokeSqlCommandTask)
    ~ job Night
        ~ schedule.expression: 0 2 * * * -> 0 3 * * *
        + task First (InvokeSqlCommandTask)
        ~ task B (InvokeSqlCommandTask)
            ~ SQLCommand: y -> changed
            + waits for A
    + agent Second
    1 added, 1 changed, 1 removed
    "#);
    insta::assert_snapshot!(project.run(&["diff", "old", "new", "--format", "markdown"]), @r#"
    exit 0
    --- stdout
    ## Configuration changes

    1 added, 1 changed, 1 removed

    ### Jobs

    - **removed** `Gone`
      - **removed** `G` (InvokeSqlCommandTask)
    - **changed** `Night`
      - `schedule.expression`: `0 2 * * *` → `0 3 * * *`
      - **added** `First` (InvokeSqlCommandTask)
      - **changed** `B` (InvokeSqlCommandTask)
        - `SQLCommand`: `y` → `changed`
        - waits for `A`

    ### Items

    - **added** agent `Second`
    "#);
    let json = project.run(&["diff", "old", "new", "--format", "json"]);
    assert_eq!(json.code, Some(0));
    assert_eq!(json.json()["jobs"][0]["change"], "removed");
}

#[test]
fn what_means_the_same_does_not_differ() {
    let project = project();
    assert_eq!(project.run(&["plan", "old", "-o", "old.json"]).code, Some(0));
    let split = OLD.replace("Job Identifier=\"Night\" DisplayName_L1=\"N\"", "Job DisplayName_L1='N'   Identifier=\"Night\"");
    let (agent, rest) = split.split_once("/>").unwrap();
    let project = project.configuration("same/z.xml", &format!("{agent}/>")).configuration("same/b/c.xml", rest);
    for sides in [["old.json", "same"], ["same", "old"], ["old.json", "old.json"]] {
        let outcome = project.run(&["diff", sides[0], sides[1], "--detailed-exitcode"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "no difference\n"), "{outcome}");
    }
}

#[test]
fn a_side_with_errors_has_no_plan() {
    let project = project().configuration("bad/a.xml", "<Job/><Job Identifier=\"x\" Colour=\"1\"/>");
    assert_eq!(project.run(&["diff", "old", "bad"]).code, Some(1));
    let missing = project.run(&["diff", "nowhere", "old"]);
    assert_eq!(missing.code, Some(2), "{missing}");
}

/// A connector with data, an entity type, a resource type with rules, roles, a form: what no plan needs.
const MODEL: &str = "<Agent Identifier=\"Local\" DisplayName_L1=\"L\"/><Connector Identifier=\"HR\" DisplayName_L1=\"H\" Agent=\"Local\"/>\
<EntityType Identifier=\"Person\" DisplayName_L1=\"P\"><Property Identifier=\"Mail\" DisplayName_L1=\"M\" Type=\"String\" IsKey=\"true\"/>\
<Property Identifier=\"Boss\" DisplayName_L1=\"B\" Type=\"String\"/></EntityType>\
<Policy Identifier=\"Default\" DisplayName_L1=\"D\"/><Category Identifier=\"Crew\" DisplayName_L1=\"C\" Policy=\"Default\"/>\
<SingleRole Identifier=\"Deck\" DisplayName_L1=\"D\" Policy=\"Default\" Category=\"Crew\" EntityType=\"Person\"/>\
<ResourceType Identifier=\"Account\" DisplayName_L1=\"A\" Policy=\"Default\" Category=\"Crew\" SourceEntityType=\"Person\" TargetEntityType=\"Person\">\
<ScalarRule Policy=\"Default\" Property=\"Mail\" Binding=\"Mail\"/><ScalarRule Policy=\"Default\" Property=\"Boss\" Binding=\"Boss\"/></ResourceType>\
<SingleRoleRule Policy=\"Default\" Role=\"Deck\" D0=\"1\"/><SingleRoleRule Policy=\"Default\" Role=\"Deck\" D0=\"2\"/>\
<InvokeSqlCommandTask Identifier=\"Spare\" DisplayName_L1=\"S\" Agent=\"Local\" SQLCommand=\"x\"/>";

#[test]
fn items_of_every_kind_are_told_with_what_differs_in_them() {
    let new = MODEL
        .replace("<Policy", "<SingleRole Identifier=\"Bridge\" DisplayName_L1=\"B\" Policy=\"Default\" Category=\"Crew\" EntityType=\"Person\"/><Policy")
        .replace("Identifier=\"Boss\" DisplayName_L1=\"B\"", "Identifier=\"Chief\" DisplayName_L1=\"B\"")
        .replace("Property=\"Boss\" Binding=\"Boss\"", "Property=\"Chief\" Binding=\"Chief\"")
        .replace("Property=\"Mail\" Binding=\"Mail\"", "Property=\"Mail\" Binding=\"Chief\"")
        .replace("D0=\"2\"", "D0=\"3\"")
        .replace("SQLCommand=\"x\"", "SQLCommand=\"y\"")
        .replace("DisplayName_L1=\"C\"", "DisplayName_L1=\"Crew\"");
    let project = Project::new().configuration("old/a.xml", MODEL).configuration("new/a.xml", &new);
    insta::assert_snapshot!(project.run(&["diff", "old", "new"]), @r#"
    exit 0
    --- stdout
    ~ SingleRoleRule Default.Deck
        ~ D0: 2 -> 3
    ~ category Crew
        ~ DisplayName_L1: C -> Crew
    - property Person.Boss
    + property Person.Chief
    ~ resource type Account
        ~ ScalarRule[Boss]: {"Binding":"Boss","ComparisonType":"CaseSensitive","IsMapped… -> nothing
        ~ ScalarRule[Chief]: nothing -> {"Binding":"Chief","ComparisonType":"CaseSensitive","IsMappe…
        ~ ScalarRule[Mail].Binding: Mail -> Chief
    + single role Bridge
    ~ task Spare
        ~ SQLCommand: x -> y
    2 added, 4 changed, 1 removed
    "#);
    let json = project.run(&["diff", "old", "new", "--format", "json"]).json();
    assert_eq!(
        json["items"][1],
        serde_json::json!({"kind": "category", "id": "Crew", "change": "changed",
        "fields": [{"name": "DisplayName_L1", "old": "C", "new": "Crew"}]})
    );
    // What comes whole takes along what stands in it.
    let without = MODEL.replace("Person", "Human");
    let project = project.configuration("other/a.xml", &without);
    let outcome = project.run(&["diff", "old", "other"]).stdout;
    assert!(outcome.contains("+ entity type Human\n") && outcome.contains("- entity type Person\n"), "{outcome}");
    assert!(!outcome.contains("property"), "{outcome}");
}

#[test]
fn items_that_mean_the_same_do_not_differ() {
    let (first, rest) = MODEL.split_once("<Policy").unwrap();
    let rest = format!("<Policy{rest}");
    let variants = [
        ("attribute order", MODEL.replace("Identifier=\"Crew\" DisplayName_L1=\"C\"", "DisplayName_L1='C'\n Identifier='Crew'")),
        (
            "numbers for names",
            MODEL.replace("IsKey=\"true\"", "IsKey=\" 1 \"").replace("Type=\"String\" IsKey", "Type=\"0\" IsKey"),
        ),
        (
            "defaults written",
            MODEL
                .replace("Identifier=\"Boss\"", "Identifier=\"Boss\" IsKey=\"false\"")
                .replace("D0=\"1\"", "D0=\"1\" Type=\"Suggested\"")
                .replace("D0=\"1\" Type=\"Suggested\"", "D0=\"1\" IsDenied=\"0\""),
        ),
        (
            "case of references",
            MODEL
                .replace("Category=\"Crew\"", "Category=\"CREW\"")
                .replace("Role=\"Deck\"", "Role=\"deck\"")
                .replace("Property=\"Mail\"", "Property=\"mail\""),
        ),
        ("case of identifiers", MODEL.replace("\"Crew\"", "\"crew\"").replace("\"Local\"", "\"LOCAL\"")),
        (
            "other order of rules",
            MODEL.replace("<SingleRoleRule Policy=\"Default\" Role=\"Deck\" D0=\"1\"/>", "")
                + "<SingleRoleRule Policy=\"Default\" Role=\"Deck\" D0=\"1\"/>",
        ),
        ("comments", MODEL.replace("<Policy", "<!-- here -->\n  <Policy")),
        (
            "an entity type opened again",
            MODEL.replace("<Property Identifier=\"Boss\" DisplayName_L1=\"B\" Type=\"String\"/></EntityType>", "</EntityType>")
                + "<EntityType Identifier=\"Person\"><Property Identifier=\"Boss\" DisplayName_L1=\"B\" Type=\"String\"/></EntityType>",
        ),
    ];
    let mut project = Project::new()
        .configuration("old/a.xml", MODEL)
        .configuration("split/z.xml", first)
        .configuration("split/b/c.xml", &rest);
    for (index, (_, text)) in variants.iter().enumerate() {
        assert_ne!(text, MODEL);
        project = project.configuration(&format!("v{index}/a.xml"), text);
    }
    let others = (0..variants.len()).map(|index| (variants[index].0, format!("v{index}")));
    for (what, other) in others.chain([("files", "split".to_owned())]) {
        for sides in [["old", &other], [&other, "old"]] {
            let outcome = project.run(&["diff", sides[0], sides[1], "--detailed-exitcode"]);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), "no difference\n"), "{what}: {outcome}");
        }
    }
}

#[test]
fn elements_nested_without_end_are_compared_all_the_same() {
    let nested = |leaf: &str| {
        let levels = 2000;
        let form = format!("{}{leaf}{}", "<Control Name=\"Box\">".repeat(levels), "</Control>".repeat(levels));
        format!("<Form Identifier=\"F\" EntityType=\"Person\">{form}</Form>{MODEL}")
    };
    let project =
        Project::new().configuration("old/a.xml", &nested("")).configuration("new/a.xml", &nested("<Control Name=\"Field\"/>"));
    let same = project.run(&["diff", "old", "old"]);
    let outcome = project.run(&["diff", "old", "new"]);
    assert!(same.stdout == "no difference\n" && outcome.stdout.contains("~ form F"), "{same}{outcome}");
}
