//! `jobwright diff`.

use crate::support::Project;

const OLD: &str = "<Agent Identifier=\"Local\" />\
<Job Identifier=\"Gone\"><InvokeSqlCommandTask Identifier=\"G\" Agent=\"Local\" SQLCommand=\"x\" /></Job>\
<Job Identifier=\"Night\" Agent=\"Local\" CronTabExpression=\"0 2 * * *\">\
<InvokeSqlCommandTask Identifier=\"A\" Agent=\"Local\" SQLCommand=\"x\" />\
<InvokeSqlCommandTask Identifier=\"B\" Agent=\"Local\" SQLCommand=\"y\" /></Job>";

const NEW: &str = "<Agent Identifier=\"Local\" /><Agent Identifier=\"Second\" />\
<Job Identifier=\"Night\" Agent=\"Local\" CronTabExpression=\"0 3 * * *\">\
<InvokeSqlCommandTask Identifier=\"First\" Agent=\"Local\" SQLCommand=\"z\" />\
<InvokeSqlCommandTask Identifier=\"A\" Agent=\"Local\" SQLCommand=\"x\" />\
<InvokeSqlCommandTask Identifier=\"B\" Agent=\"Local\" SQLCommand=\"changed\">\
<TaskDependsOnTask ParentTask=\"A\" /></InvokeSqlCommandTask></Job>";

fn project() -> Project {
    Project::new().configuration("old/a.xml", OLD).configuration("new/a.xml", NEW)
}

#[test]
fn jobs_tasks_and_edges_are_told() {
    let project = project();
    insta::assert_snapshot!(project.run(&["diff", "old", "new", "--detailed-exitcode"]), @"");
    insta::assert_snapshot!(project.run(&["diff", "old", "new", "--format", "markdown"]), @"");
    let json = project.run(&["diff", "old", "new", "--format", "json"]);
    assert_eq!(json.code, Some(0));
    assert_eq!(json.json()["jobs"][0]["change"], "removed");
}

#[test]
fn what_means_the_same_does_not_differ() {
    let project = project();
    assert_eq!(project.run(&["plan", "old", "-o", "old.json"]).code, Some(0));
    let split = OLD.replace("Job Identifier=\"Night\" Agent=\"Local\"", "Job Agent='Local'   Identifier=\"Night\"");
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
    assert_eq!(project.run(&["diff", "old", "nowhere"]).code, Some(2));
}
