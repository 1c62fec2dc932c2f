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
