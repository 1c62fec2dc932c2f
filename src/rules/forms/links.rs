//! Every rule about what a task waits for, in each form that a job can run a task in.

use super::{CHANGES, EXPORT, FLAG, INCREMENTAL, KEEP, MODEL, PREPARE, SYNCHRONIZE, identifier};
use crate::rules::testing::findings;

/// A task that every job runs first, and that no rule asks anybody to wait for.
const FIRST: &str = r#"<SendNotificationsTask Identifier="N"/>"#;
/// One that no job runs.
const OUTSIDE: &str = r#"<SendNotificationsTask Identifier="Outside"/>"#;
const LAST: &str = r#"<RefreshSchemaTask Identifier="Last"/>"#;
const WAITS: &str = r#"<RefreshSchemaTask Identifier="Last"><TaskDependsOnTask ParentTask="X"/></RefreshSchemaTask>"#;
const ORDERS: &str = r#"<GenerateProvisioningOrdersTask Identifier="O" Connector="AD"/>"#;
const FULFILL: &str = r#"<FulfillTask Identifier="U" Connector="AD"><TaskDependsOnTask ParentTask="O"/></FulfillTask>"#;

/// A rule, and a job with a task `X` that waits for the wrong task or for the right one.
struct Case {
    rule: &'static str,
    job: &'static str,
    before: &'static [&'static str],
    element: &'static str,
    attributes: &'static str,
    after: &'static [&'static str],
    wrong: &'static str,
    right: &'static str,
}

const DEPENDENCY: Case = Case {
    rule: "dependency-order",
    job: "",
    before: &[],
    element: "MaintainIndexesTask",
    attributes: "",
    after: &[LAST],
    wrong: "Last",
    right: "N",
};

const CASES: [Case; 9] = [
    Case {
        rule: "export-not-linked",
        before: &[EXPORT],
        element: "PrepareSynchronizationTask",
        attributes: r#"Connector="AD" SynchronizationMode="Complete""#,
        after: &[],
        wrong: "N",
        right: "E",
        ..DEPENDENCY
    },
    Case {
        rule: "synchronize-not-linked",
        before: &[EXPORT, PREPARE],
        element: "SynchronizeTask",
        attributes: r#"Connector="AD""#,
        after: &[],
        wrong: "N",
        right: "P",
        ..DEPENDENCY
    },
    Case {
        rule: "flag-not-linked",
        job: INCREMENTAL,
        before: &[EXPORT, CHANGES, KEEP],
        element: "SetRecentlyModifiedFlagTask",
        after: &[],
        wrong: "N",
        right: "S",
        ..DEPENDENCY
    },
    Case {
        rule: "dirty-not-linked",
        job: INCREMENTAL,
        before: &[EXPORT, CHANGES, KEEP, FLAG],
        element: "ComputeCorrelationKeysTask",
        attributes: r#"Dirty="true""#,
        after: &[],
        wrong: "N",
        right: "F",
    },
    Case {
        rule: "fulfill-not-linked",
        before: &[EXPORT, PREPARE, SYNCHRONIZE, ORDERS],
        element: "FulfillTask",
        attributes: r#"Connector="AD""#,
        after: &[],
        wrong: "S",
        right: "O",
        ..DEPENDENCY
    },
    Case {
        rule: "profiles-not-linked",
        before: &[ORDERS, FULFILL],
        element: "SetInternalUserProfilesTask",
        after: &[],
        wrong: "N",
        right: "U",
        ..DEPENDENCY
    },
    DEPENDENCY,
    Case { rule: "dependency-outside-job", wrong: "Outside", ..DEPENDENCY },
    Case { rule: "dependency-cycle", after: &[WAITS], ..DEPENDENCY },
];

fn element(case: &Case, form: &str, parent: &str) -> String {
    let (name, attributes) = (case.element, if form.is_empty() { case.attributes } else { "" });
    format!("<{name}{form} Identifier=\"X\" {attributes}><TaskDependsOnTask ParentTask=\"{parent}\"/></{name}{form}>")
}

fn count(case: &Case, top: &str, entry: &str, steps: bool) -> usize {
    let step = |task: &&str| format!("<Step Identifier=\"{}\"/>", identifier(task));
    let before = [&[FIRST], case.before].concat();
    let run = [before, case.after.to_vec()];
    let (tops, [before, after]) = if steps {
        (run.concat().concat(), run.map(|tasks| tasks.iter().map(step).collect::<String>()))
    } else {
        (String::new(), run.map(|tasks| tasks.concat()))
    };
    let job = format!("<Job Identifier=\"J\"{}>{before}{entry}{after}</Job>", case.job);
    findings(&format!("{MODEL}{OUTSIDE}{tops}{top}{job}"), case.rule).1.len()
}

#[test]
fn in_place_by_step_and_by_override() {
    for case in &CASES {
        let [wrong, right] = [case.wrong, case.right].map(|parent| element(case, "", parent));
        let [to_wrong, to_right] = [case.wrong, case.right].map(|parent| element(case, "Override", parent));
        let step = "<Step Identifier=\"X\"/>";
        let found = [
            count(case, "", &wrong, false),
            count(case, "", &right, false),
            count(case, &wrong, step, true),
            count(case, &right, step, true),
            count(case, &right, &to_wrong, true),
            count(case, &wrong, &to_right, true),
            count(case, &right, &to_wrong, false),
            count(case, &wrong, &to_right, false),
        ];
        assert_eq!(found, [1, 0, 1, 0, 1, 0, 1, 0], "{}", case.rule);
    }
}

/// An override that says nothing of links keeps those of its task.
#[test]
fn an_override_without_links_changes_none() {
    for case in &CASES {
        let over = format!("<{}Override Identifier=\"X\" DisplayName_L1=\"Other\"/>", case.element);
        let found = [case.wrong, case.right].map(|parent| count(case, &element(case, "", parent), &over, true));
        assert_eq!(found, [1, 0], "{}", case.rule);
    }
}

/// What scaffoldings generate is linked as it should be, beside each other and alone.
#[test]
fn generated_tasks_are_linked() {
    let rest = r#"<ResourceType Identifier="Account" SourceEntityType="Person" TargetEntityType="Person"/>"#;
    for case in &CASES {
        for scaffolding in ["CreateConnectorSynchroComplete", "CreateConnectorSynchroIncremental"] {
            let text = format!("{MODEL}{rest}<{scaffolding} Connector=\"AD\"/><CreateAgentSynchroComplete/>");
            assert_eq!(findings(&text, case.rule).1.len(), 0, "{}: {scaffolding}", case.rule);
        }
    }
}
