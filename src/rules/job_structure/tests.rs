//! Structure of jobs: in place, by step, by override, generated; and what looks like a mistake but is none.

use crate::finding::Severity;
use crate::rules::testing::{findings, lines};

const N: &str = "<SendNotificationsTask Identifier=\"N\"/>";
const M: &str = "<MaintainIndexesTask Identifier=\"M\"/>";

fn waits(task: &str, parent: &str) -> String {
    let (head, element) = (task.trim_end_matches("/>"), task[1..].split(' ').next().unwrap());
    format!("{head}><TaskDependsOnTask ParentTask=\"{parent}\"/></{element}>")
}

fn leveled(task: &str, level: i32) -> String {
    task.replacen(" Identifier", &format!(" Level=\"{level}\" Identifier"), 1)
}

fn job(tasks: &[&str]) -> String {
    format!("<Job Identifier=\"J\">\n{}\n</Job>", tasks.join("\n"))
}

#[test]
fn dependency_cycle() {
    let rule = "dependency-cycle";
    assert_eq!(lines(&job(&[&waits(N, "M"), &waits(M, "N")]), rule), [2]);
    assert_eq!(lines(&job(&[&waits(N, "N")]), rule), [2]);
    // By step, each task in a job of its own.
    let apart =
        format!("\n{}\n{}<Job><Step Identifier=\"N\"/></Job><Job><Step Identifier=\"M\"/></Job>", waits(N, "M"), waits(M, "N"));
    assert_eq!(lines(&apart, rule), [2]);
    let (_, found) = findings(&job(&[&waits(N, "M"), &waits(M, "N")]), rule);
    assert_eq!(found[0].related.len(), 2);
    assert_eq!(lines(&job(&[N, &waits(M, "N")]), rule), [0; 0]);
    assert_eq!(lines(&job(&[&waits(N, "M"), &waits(M, "N")]).replace("<Job", "<Job IsConnectorJob=\"1\""), rule), [0; 0]);
    // The edges of a ring are not reported a second time, whatever closes it.
    assert_eq!(lines(&job(&[&waits(N, "M"), &waits(M, "N")]), "dependency-order"), [0; 0]);
    let over =
        "<MaintainIndexesTaskOverride Identifier=\"M\"><TaskDependsOnTask ParentTask=\"N\"/></MaintainIndexesTaskOverride>";
    for tasks in [[over, &waits(N, "M")], [&waits(N, "M"), over]] {
        let closed = format!("{M}{}", job(&tasks));
        assert_eq!(lines(&closed, rule).len(), 1, "{closed}");
        assert_eq!(lines(&closed, "dependency-order"), [0; 0], "{closed}");
    }
}

#[test]
fn a_step_that_names_nothing_may_be_the_parent() {
    let with = |steps: &str| format!("{N}\n{}\n<Job Identifier=\"J\">\n{steps}<Step Identifier=\"M\"/></Job>", waits(M, "N"));
    assert_eq!(lines(&with(""), "dependency-outside-job"), [2]);
    assert_eq!(lines(&with("<Step Identifier=\"NN\"/>"), "unresolved-reference"), [4]);
    assert_eq!(lines(&with("<Step Identifier=\"NN\"/>"), "dependency-outside-job"), [0; 0]);
    assert_eq!(lines(&with("<MaintainIndexTask Identifier=\"NN\"/>"), "dependency-outside-job"), [0; 0]);
}

#[test]
fn a_chain_may_be_long() {
    let tasks: String = (0..20_000)
        .map(|n| {
            format!(
                "<SendNotificationsTask Identifier=\"T{n}\"><TaskDependsOnTask ParentTask=\"T{}\"/></SendNotificationsTask>",
                n + 1
            )
        })
        .collect();
    assert_eq!(lines(&job(&[&tasks]), "dependency-cycle"), [0; 0]);
}

#[test]
fn dependency_outside_job() {
    let rule = "dependency-outside-job";
    assert_eq!(lines(&format!("{M}{}", job(&[&waits(N, "M")])), rule), [2]);
    assert_eq!(lines(&format!("{}{}", job(&[M]), job(&[&waits(N, "M")])), rule), [4]);
    let step = format!("{M}\n{}\n<Job><Step Identifier=\"N\"/></Job>", waits(N, "M"));
    assert_eq!(lines(&step, rule), [2]);
    assert_eq!(findings(&step, rule).1[0].related.len(), 2);
    let over = format!(
        "{M}{N}<Job>\n<SendNotificationsTaskOverride Identifier=\"N\"><TaskDependsOnTask ParentTask=\"M\"/></SendNotificationsTaskOverride></Job>"
    );
    assert_eq!(lines(&over, rule), [2]);
    assert_eq!(lines(&format!("{M}{}", job(&["<Step Identifier=\"M\"/>", &waits(N, "M")])), rule), [0; 0]);
    assert_eq!(lines(&job(&[&waits(N, "nobody")]), rule), [0; 0]);
    // An element is no name to write.
    let near = |own: &str| {
        let outside = M.replace("\"M\"", "\"MaintainIndexTask\"");
        let xml = format!("{outside}{}", job(&[own, &waits(N, "MaintainIndexTask")]));
        findings(&xml, rule).1.remove(0).help.unwrap()
    };
    assert!(near("<MaintainIndexesTask Identifier=\"MaintainIndexesTask\"/>").contains("ParentTask=\"MaintainIndexesTask\""));
    assert!(near("<MaintainIndexesTask/>").ends_with(", or remove the link"));
}

#[test]
fn dependency_order() {
    let rule = "dependency-order";
    assert_eq!(lines(&job(&[&waits(N, "M"), M]), rule), [2]);
    assert_eq!(lines(&job(&[&leveled(M, 1), &leveled(&waits(N, "M"), 1)]), rule), [3]);
    assert_eq!(lines(&job(&[&leveled(M, 2), &leveled(&waits(N, "M"), 1)]), rule), [3]);
    let steps = format!("{M}\n{}\n<Job><Step Identifier=\"N\"/><Step Identifier=\"M\"/></Job>", waits(N, "M"));
    assert_eq!(lines(&steps, rule), [2]);
    assert_eq!(lines(&job(&[&leveled(&waits(N, "M"), 1), &leveled(M, 0)]), rule), [0; 0]);
    assert_eq!(lines(&job(&[&leveled(&waits(N, "M"), -1), M]), rule), [2]);
    assert_eq!(lines(&job(&[&leveled(&waits(N, "M"), 1), M]), rule), [0; 0]);
}

#[test]
fn mixed_levels() {
    let rule = "mixed-levels";
    assert_eq!(lines(&job(&[&leveled(N, 0), M]), rule), [1]);
    assert_eq!(lines(&job(&[&leveled(N, 0), &leveled(M, -1)]), rule), [1]);
    assert_eq!(lines(&format!("{M}\n{}", job(&[&leveled(N, 0), "<Step Identifier=\"M\"/>"])), rule), [2]);
    assert_eq!(lines(&format!("{M}\n{}", job(&[&leveled(N, 0), "<Step Identifier=\"M\" Level=\"1\"/>"])), rule), [0; 0]);
    assert_eq!(lines(&job(&[N, M]), rule), [0; 0]);
    let unreadable = M.replace("/>", " Level=\"two\"/>");
    assert_eq!(lines(&job(&[&leveled(N, 0), &unreadable]), rule), [0; 0], "a finding of its own");
}

#[test]
fn mixed_agents() {
    let rule = "mixed-agents";
    let agents = "<Agent Identifier=\"A\"/><Agent Identifier=\"B\"/>";
    let on = |agent: &str| format!("<RefreshSchemaTask Identifier=\"On{agent}\" Agent=\"{agent}\"/>");
    let job_on = |tasks: &[&str]| job(tasks).replace("<Job", "<Job Agent=\"A\"");
    assert_eq!(lines(&format!("{agents}{}", job_on(&[&on("B")])), rule), [2]);
    assert_eq!(lines(&format!("{agents}{}", job(&[M, &on("A"), &on("B")])), rule), [4]);
    let step = format!("{agents}\n{}\n{}", on("B"), job_on(&["<Step Identifier=\"OnB\"/>"]));
    assert_eq!(lines(&step, rule), [2]);
    let over = format!("{agents}{}{}", on("A"), job_on(&["<RefreshSchemaTaskOverride Identifier=\"OnA\" Agent=\"B\"/>"]));
    assert_eq!(lines(&over, rule), [2]);
    assert_eq!(lines(&format!("{agents}{}", job_on(&[&on("a"), M])), rule), [0; 0]);
    assert_eq!(lines(&format!("{agents}{}", job_on(&[&on("C")])), rule), [0; 0]);
}

#[test]
fn repeated_task() {
    let rule = "repeated-task";
    let severities = |xml: &str| findings(xml, rule).1.iter().map(|finding| finding.severity).collect::<Vec<_>>();
    let step = "<Step Identifier=\"M\"/>";
    assert_eq!(lines(&format!("{M}{}", job(&[step, N, step])), rule), [4]);
    assert_eq!(lines(&job(&[M, step, step]), rule), [3, 4]);
    let over = "<MaintainIndexesTaskOverride Identifier=\"M\" Offline=\"true\"/>";
    assert_eq!(lines(&format!("{M}{}", job(&[step, over])), rule), [3]);
    let at = |level: i32| leveled(step, level);
    assert_eq!(severities(&format!("{M}{}", job(&[&at(1), &at(1)]))), [Severity::Error]);
    assert_eq!(severities(&format!("{M}{}", job(&[&at(1), &at(2)]))), [Severity::Warning]);
    assert_eq!(lines(&format!("{M}{}{}", job(&[step]), job(&[step])), rule), [0; 0]);
    // A name that no task has stands for one task.
    assert_eq!(
        lines(
            "<Job Identifier=\"J\"><Step Identifier=\"Gone\"/>\n<Step Identifier=\"gone\"/><Step Identifier=\"Other\"/></Job>",
            rule
        ),
        [2]
    );
    let (_, found) = findings(
        "<Job Identifier=\"J\"><Step Identifier=\"Gone\" Level=\"1\"/><Step Identifier=\"Gone\" Level=\"1\"/></Job>",
        rule,
    );
    assert_eq!(found[0].message, "job `J` runs `Gone` twice in Level 1, where tasks start together");
}

#[test]
fn override_without_change() {
    let rule = "override-without-change";
    let base = "<MaintainIndexesTask Identifier=\"M\" Offline=\"true\" Level=\"3\"><TaskDependsOnTask ParentTask=\"N\"/></MaintainIndexesTask>";
    let over = |rest: &str| format!("{N}{base}<Job>\n<MaintainIndexesTaskOverride Identifier=\"M\"{rest}</Job>");
    assert_eq!(lines(&over("/>"), rule), [2]);
    assert_eq!(lines(&over(" Offline=\"1\" AllIndexes=\"false\"/>"), rule), [2]);
    assert_eq!(lines(&over("><TaskDependsOnTask ParentTask=\"n\"/></MaintainIndexesTaskOverride>"), rule), [2]);
    assert_eq!(lines(&over(" Level=\"4\"/>"), rule), [0; 0]);
    assert_eq!(lines(&over(" Offline=\"false\"/>"), rule), [0; 0]);
    let wrong = format!("{N}<Job>\n<MaintainIndexesTaskOverride Identifier=\"N\" Offline=\"true\"/></Job>");
    assert_eq!(findings(&wrong, rule).1[0].severity, Severity::Error);
}

#[test]
fn an_override_of_another_element_is_the_only_finding() {
    let base = concat!(
        r#"<Connector Identifier="AD"/><Connection Identifier="ADExport" Connector="AD" Package="Usercube.AD@0000001"/>"#,
        r#"<EntityType Identifier="P"/><EntityTypeMapping Identifier="P" Connector="AD"/>"#,
        r#"<ResourceType Identifier="A" SourceEntityType="P" TargetEntityType="P"/>"#,
        r#"<GenerateProvisioningOrdersTask Identifier="O" Connector="AD"/>"#,
        r#"<FulfillTask Identifier="F" Connector="AD"><TaskDependsOnTask ParentTask="O"/></FulfillTask>"#,
    );
    let found = |task: &str, over: &str, more: &str| {
        let profiles =
            "<SetInternalUserProfilesTask Identifier=\"U\"><TaskDependsOnTask ParentTask=\"X\"/></SetInternalUserProfilesTask>"
                .replace("\"X\"", &format!("\"{task}\""));
        let over = format!("<{over} Identifier=\"{task}\" ContinueOnError=\"1\"/>");
        let xml = format!("{base}{more}<Job Identifier=\"J\"><Step Identifier=\"O\"/>{over}{profiles}</Job>");
        let judged = [
            "dependency-order",
            "dependency-outside-job",
            "fulfill-not-linked",
            "fulfill-without-orders",
            "override-without-change",
            "profiles-not-linked",
            "repeated-task",
        ];
        judged.into_iter().filter(|rule| !lines(&xml, rule).is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(found("F", "MaintainIndexesTaskOverride", ""), ["override-without-change"]);
    assert_eq!(found("F", "FulfillTaskOverride", ""), [""; 0]);
    let generated = r#"<CreateConnectorSynchroComplete Connector="AD"/>"#;
    let fulfil = "AD_Synchronize_Complete_Fulfill1";
    assert_eq!(found(fulfil, "MaintainIndexesTaskOverride", generated), ["override-without-change"]);
    assert!(found(fulfil, "FulfillTaskOverride", generated).contains(&"dependency-outside-job"));
}
