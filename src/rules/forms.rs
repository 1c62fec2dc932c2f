//! Every rule about what a task says finds it in each form that a job can run a task in: in place, by `Step`, by an
//! override; and is silent in each where the task says it right.

use super::testing::findings;

const MODEL: &str = concat!(
    r#"<Connector Identifier="AD"/><Connection Identifier="ADExport" Connector="AD" Package="Usercube.AD@0000001"/>"#,
    r#"<Connector Identifier="LDAP"/><Connection Identifier="LdapExport" Connector="LDAP" Package="Usercube.LDAP@0000001"/>"#,
    r#"<EntityType Identifier="Person"/><EntityTypeMapping Identifier="Person" Connector="AD"/>"#,
);
const EXPORT: &str = r#"<ExportTask Identifier="E" Connection="ADExport"/>"#;
const PREPARE: &str = r#"<PrepareSynchronizationTask Identifier="P" Connector="AD" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="E"/></PrepareSynchronizationTask>"#;
const CHANGES: &str = r#"<PrepareSynchronizationTask Identifier="P" Connector="AD" SynchronizationMode="Incremental"><TaskDependsOnTask ParentTask="E"/></PrepareSynchronizationTask>"#;
const SYNCHRONIZE: &str =
    r#"<SynchronizeTask Identifier="S" Connector="AD"><TaskDependsOnTask ParentTask="P"/></SynchronizeTask>"#;
const KEEP: &str = r#"<SynchronizeTask Identifier="S" Connector="AD" DoNotDeleteChanges="true"><TaskDependsOnTask ParentTask="P"/></SynchronizeTask>"#;
const FLAG: &str =
    r#"<SetRecentlyModifiedFlagTask Identifier="F"><TaskDependsOnTask ParentTask="S"/></SetRecentlyModifiedFlagTask>"#;
const INCREMENTAL: &str = r#" IsIncremental="true""#;

/// A rule, and a job with a task `X` that it is about.
struct Case {
    rule: &'static str,
    /// Attributes of the job.
    job: &'static str,
    before: &'static [&'static str],
    /// The task without the attribute in question, up to its name's end, and what follows its attributes.
    task: (&'static str, &'static str, &'static str),
    after: &'static [&'static str],
    wrong: &'static str,
    right: &'static str,
}

const fn case(
    rule: &'static str,
    job: &'static str,
    before: &'static [&'static str],
    task: (&'static str, &'static str, &'static str),
    after: &'static [&'static str],
    wrong: &'static str,
    right: &'static str,
) -> Case {
    Case { rule, job, before, task, after, wrong, right }
}

const FLAGGED: (&str, &str, &str) =
    ("ComputeCorrelationKeysTask", "", r#"<TaskDependsOnTask ParentTask="F"/><TaskEntityType EntityType="Person"/>"#);
const E: (&str, &str, &str) = ("ExportTask", r#" Connection="ADExport""#, "");
const P: (&str, &str, &str) = ("PrepareSynchronizationTask", r#" Connector="AD""#, r#"<TaskDependsOnTask ParentTask="E"/>"#);
const S: (&str, &str, &str) = ("SynchronizeTask", r#" Connector="AD""#, r#"<TaskDependsOnTask ParentTask="P"/>"#);

const CASES: [Case; 13] = [
    case(
        "complete-export-keeps-cookie",
        "",
        &[],
        E,
        &[PREPARE, SYNCHRONIZE],
        r#"IgnoreCookieFile="false""#,
        r#"IgnoreCookieFile="1""#,
    ),
    case(
        "incremental-export-ignores-cookie",
        INCREMENTAL,
        &[],
        E,
        &[CHANGES, KEEP],
        r#"IgnoreCookieFile="1""#,
        r#"IgnoreCookieFile="0""#,
    ),
    case(
        "synchronization-mode-mismatch",
        INCREMENTAL,
        &[EXPORT],
        P,
        &[KEEP],
        r#"SynchronizationMode="Complete""#,
        r#"SynchronizationMode="Incremental""#,
    ),
    case("synchronization-type-mismatch", "", &[EXPORT, PREPARE], S, &[], r#"Type="Changes""#, r#"Type="None""#),
    case(
        "missing-do-not-delete-changes",
        INCREMENTAL,
        &[EXPORT, CHANGES],
        S,
        &[FLAG],
        r#"DoNotDeleteChanges="0""#,
        r#"DoNotDeleteChanges="1""#,
    ),
    case(
        "unexpected-do-not-delete-changes",
        "",
        &[EXPORT, PREPARE],
        S,
        &[],
        r#"DoNotDeleteChanges="1""#,
        r#"DoNotDeleteChanges="0""#,
    ),
    case("missing-dirty", INCREMENTAL, &[EXPORT, CHANGES, KEEP, FLAG], FLAGGED, &[], r#"Dirty="false""#, r#"Dirty="true""#),
    case("dirty-in-complete-job", "", &[EXPORT, PREPARE, SYNCHRONIZE], FLAGGED, &[], r#"Dirty="true""#, r#"Dirty="false""#),
    case("dirty-without-flag", INCREMENTAL, &[EXPORT, CHANGES, KEEP], FLAGGED, &[], r#"Dirty="true""#, r#"Dirty="false""#),
    case(
        "force-provisioning",
        "",
        &[],
        ("GenerateProvisioningOrdersTask", r#" Connector="AD""#, ""),
        &[],
        r#"ForceProvisioning="true""#,
        r#"ForceProvisioning="false""#,
    ),
    case(
        "index-thresholds",
        "",
        &[],
        ("MaintainIndexesTask", "", ""),
        &[],
        r#"RebuildThreshold="95""#,
        r#"RebuildThreshold="60""#,
    ),
    case("stops-on-error", "", &[], E, &[], r#"ContinueOnError="false""#, r#"ContinueOnError="true""#),
    case(
        "all-entity-types",
        "",
        &[EXPORT, PREPARE, SYNCHRONIZE],
        ("ComputeCorrelationKeysTask", "", ""),
        &[],
        r#"AllEntityType="true""#,
        r#"AllEntityType="false""#,
    ),
];

/// The task with one more attribute.
fn task(case: &Case, said: &str) -> String {
    let (element, attributes, inside) = case.task;
    format!("<{element} Identifier=\"X\"{attributes} {said}>{inside}</{element}>")
}

fn identifier(task: &str) -> &str {
    task.split('"').nth(1).unwrap()
}

fn count(case: &Case, top: &str, entry: &str, steps: bool) -> usize {
    let step = |task: &&str| format!("<Step Identifier=\"{}\"/>", identifier(task));
    let (tops, entries): (String, [String; 2]) = if steps {
        let run = [case.before, case.after].map(|tasks| tasks.iter().map(step).collect());
        ([case.before, case.after].concat().concat(), run)
    } else {
        (String::new(), [case.before, case.after].map(<[&str]>::concat))
    };
    let job = format!("<Job Identifier=\"J\"{}>{}{entry}{}</Job>", case.job, entries[0], entries[1]);
    findings(&format!("{MODEL}{tops}{top}{job}"), case.rule).1.len()
}

#[test]
fn in_place_by_step_and_by_override() {
    for case in &CASES {
        let (wrong, right) = (task(case, case.wrong), task(case, case.right));
        let changed = |said: &str| format!("<{}Override Identifier=\"X\" {said}/>", case.task.0);
        let step = "<Step Identifier=\"X\"/>";
        let found = [
            count(case, "", &wrong, false),
            count(case, "", &right, false),
            count(case, &wrong, step, true),
            count(case, &right, step, true),
            count(case, &right, &changed(case.wrong), true),
            count(case, &wrong, &changed(case.right), true),
            count(case, &right, &changed(case.wrong), false),
            count(case, &wrong, &changed(case.right), false),
        ];
        assert_eq!(found, [1, 0, 1, 0, 1, 0, 1, 0], "{}", case.rule);
    }
}

/// What scaffoldings generate says it right, whatever the job's kind and whatever the connector's package can do.
#[test]
fn generated_tasks_say_it_right() {
    let scaffoldings = ["CreateConnectorSynchroComplete", "CreateConnectorSynchroIncremental"]
        .map(|name| format!("<{name} Connector=\"AD\"/><{name} Connector=\"LDAP\"/>"));
    for case in &CASES {
        for scaffolding in &scaffoldings {
            let (_, found) = findings(&format!("{MODEL}{scaffolding}"), case.rule);
            let allowed = matches!(case.rule, "stops-on-error" | "all-entity-types");
            assert!(found.is_empty() || allowed, "{}: {:?}", case.rule, found.first().map(|found| &found.message));
        }
    }
}
