//! Computation and provisioning: in place, by step, generated; and what looks like a mistake but is none.

use crate::finding::Severity;
use crate::grammar::Dialect;
use crate::ir::Program;
use crate::rules::testing::{findings, lines};
use crate::rules::{Policy, Settings};
use crate::source::{SourceFile, Sources};

const MODEL: &str = concat!(
    r#"<Connector Identifier="AD"/><Connector Identifier="HR"/><Connection Identifier="Write" Connector="AD" Package="Usercube.AD@0000001"/>"#,
    r#"<EntityType Identifier="Entry"/><EntityTypeMapping Identifier="Entry" Connector="AD"/><EntityType Identifier="User"/>"#,
    r#"<ResourceType Identifier="R1" SourceEntityType="User" TargetEntityType="Entry"/>"#,
    r#"<ResourceType Identifier="R2" SourceEntityType="Entry" TargetEntityType="Entry"/>"#,
);
const O: &str = r#"<GenerateProvisioningOrdersTask Identifier="O" Connector="AD"/>"#;
const F: &str =
    r#"<FulfillTask Identifier="F" Connector="AD" ContinueOnError="true"><TaskDependsOnTask ParentTask="O"/></FulfillTask>"#;
const BARE: &str = r#"<FulfillTask Identifier="F" Connector="AD" ContinueOnError="true"/>"#;
const STEPS: &str = "<Job Identifier=\"J\"><Step Identifier=\"O\"/><Step Identifier=\"F\"/></Job>";

fn job(tasks: &[&str]) -> String {
    format!("{MODEL}<Job Identifier=\"J\">\n{}\n</Job>", tasks.join("\n"))
}

fn with(attribute: &str, xml: &str) -> String {
    xml.replace("<Job ", &format!("<Job {attribute} "))
}

fn types(element: &str, names: &[&str]) -> String {
    let children: String = names.iter().map(|name| format!("<TaskResourceType ResourceType=\"{name}\"/>")).collect();
    let id = if element == "FulfillTask" { "F" } else { "O" };
    format!("<{element} Identifier=\"{id}\">{children}</{element}>")
}

#[test]
fn what_prepares_without_synchronizing_computes_without_change() {
    let prepare = "<PrepareSynchronizationTask Identifier=\"P\" Connector=\"HR\" SynchronizationMode=\"Complete\"/>";
    let keys = "<ComputeCorrelationKeysTask Identifier=\"K\" AllEntityType=\"1\"/>";
    let scheduled = |tasks: &[&str]| with("CronTabExpression=\"0 3 * * *\"", &job(tasks));
    assert_eq!(lines(&scheduled(&[keys]), "compute-without-change"), [2]);
    assert_eq!(lines(&scheduled(&[prepare, keys]), "prepare-without-synchronize"), [2]);
    assert_eq!(lines(&scheduled(&[prepare, keys]), "compute-without-change"), [3]);
}

#[test]
fn a_rule_under_a_wrong_name_is_one() {
    let classify = "<UpdateClassificationTask Identifier=\"C\"/>";
    assert_eq!(lines(&job(&[classify]), "needless-task"), [2]);
    for lost in [
        "<ResourceTypeClassificationRule ResourceType=\"R1\"/>",
        "<ResourceClassificationRules ResourceType=\"R1\"/>",
        "</ResourceClassificationRule>",
    ] {
        assert_eq!(lines(&format!("{}{lost}", job(&[classify])), "needless-task"), [0; 0], "{lost}");
    }
    assert_eq!(lines(&format!("{}<Zebra/>", job(&[classify])), "needless-task"), [2]);
}

#[test]
fn orders_and_fulfilment() {
    for rule in ["fulfill-without-orders", "fulfill-not-linked", "provisioning-target-mismatch", "missing-provisioning-target"] {
        assert_eq!(lines(&job(&[O, F]), rule), [0; 0], "{rule}");
        assert_eq!(lines(&format!("{MODEL}{O}{F}{STEPS}"), rule), [0; 0], "{rule}");
        let scaffold = format!("{MODEL}<CreateConnectorSynchroComplete Connector=\"AD\"/>");
        assert_eq!(lines(&scaffold, rule), [0; 0], "{rule}");
        assert_eq!(lines(&job(&[O, &F.replace("\"AD\"", "\"AT\"")]), rule), [0; 0], "{rule}");
        assert_eq!(lines(&with("IsConnectorJob=\"1\"", &job(&[BARE])), rule), [0; 0], "{rule}");
    }
    assert_eq!(lines(&job(&[BARE]), "fulfill-without-orders"), [2]);
    assert_eq!(lines(&job(&[BARE, O]), "fulfill-without-orders"), [2]);
    assert_eq!(lines(&format!("{MODEL}\n{BARE}<Job><Step Identifier=\"F\"/></Job>"), "fulfill-without-orders"), [2]);
    assert_eq!(lines(&job(&[O, BARE]), "fulfill-not-linked"), [3]);
    assert_eq!(lines(&format!("{MODEL}{O}\n{BARE}{STEPS}"), "fulfill-not-linked"), [2]);
    assert_eq!(lines(&job(&[O, &types("FulfillTask", &["R1"])]), "fulfill-not-linked"), [3]);
    assert_eq!(lines(&with("IsInitializationJob=\"1\"", &job(&[O, BARE])), "fulfill-not-linked"), [0; 0]);
    let target = "missing-provisioning-target";
    assert_eq!(lines(&job(&["<GenerateProvisioningOrdersTask/>", "<FulfillTask/>"]), target), [2, 3]);
    assert_eq!(lines(&format!("{MODEL}\n<FulfillTask Identifier=\"F\"/>"), target), [2]);
    assert_eq!(
        lines(
            &format!(
                "{MODEL}\n<FulfillTask Identifier=\"F\"/><Job><Step Identifier=\"F\"/></Job><Job><Step Identifier=\"F\"/></Job>"
            ),
            target
        ),
        [2]
    );
    assert_eq!(lines(&job(&[&types("FulfillTask", &["R1"])]), target), [0; 0]);
}

#[test]
fn a_step_that_names_nothing_may_be_what_is_missing() {
    let lost = "<Step Identifier=\"Lost\"/>";
    let expressions = "<UpdateEntityPropertyExpressionsTask AllEntityType=\"1\"/>";
    let model = "<ComputeRoleModelTask><TaskEntityType EntityType=\"Entry\"/></ComputeRoleModelTask>";
    let elsewhere = types("FulfillTask", &["R2"]);
    let orders = types("GenerateProvisioningOrdersTask", &["R1"]);
    for (tasks, rule, line) in [
        (vec![BARE], "fulfill-without-orders", 2),
        (vec![&*orders, &*elsewhere], "provisioning-target-mismatch", 3),
        (vec!["<SynchronizeTask Connector=\"HR\"/>", O], "provisioning-target-mismatch", 3),
        (vec![expressions], "compute-without-change", 2),
        (vec![model, O], "role-model-entity-types", 2),
    ] {
        let scheduled = |tasks: &[&str]| with("CronTabExpression=\"0 1 * * *\"", &job(tasks));
        assert_eq!(lines(&scheduled(&tasks), rule), [line], "{rule}");
        assert_eq!(lines(&scheduled(&[&[lost], &tasks[..]].concat()), rule), [0; 0], "{rule}");
    }
    let linked = elsewhere.replace("</Ful", "<TaskDependsOnTask ParentTask=\"O\"/></Ful");
    assert_eq!(lines(&job(&[lost, &orders, &linked]), "provisioning-target-mismatch"), [4], "the orders task is known");
}

#[test]
fn provisioning_target_mismatch() {
    let rule = "provisioning-target-mismatch";
    let orders = |names: &[&str]| types("GenerateProvisioningOrdersTask", names);
    assert_eq!(lines(&job(&[&orders(&["R1"]), &types("FulfillTask", &["R1", "R2"])]), rule), [3]);
    assert_eq!(lines(&job(&[&orders(&["R1"]), F]), rule), [3]);
    assert_eq!(lines(&job(&[&O.replace("AD", "HR"), F]), rule), [3]);
    assert_eq!(lines(&job(&[O, &types("FulfillTask", &["R2"])]), rule), [0; 0]);
    assert_eq!(lines(&job(&[&orders(&["R1", "R9"]), &types("FulfillTask", &["R2"])]), rule), [0; 0]);
    // A fulfil task that waits for other orders than its own lacks a link; linked to some of its own, it lacks orders.
    let other = O.replace("\"O\"", "\"P\"").replace("AD", "HR");
    let astray = [O, &other, &F.replace("ParentTask=\"O\"", "ParentTask=\"P\"")];
    assert_eq!((lines(&job(&astray), rule), lines(&job(&astray), "fulfill-not-linked")), (vec![], vec![4]));
    let second = orders(&["R2"]).replace("\"O\"", "\"P\"");
    let halfway = [&*orders(&["R1"]), &second, F];
    assert_eq!((lines(&job(&halfway), rule), lines(&job(&halfway), "fulfill-not-linked")), (vec![4], vec![]));
    let synchronize = "<SynchronizeTask Connector=\"HR\"/>";
    assert_eq!(lines(&job(&[synchronize, O, F]), rule), [3]);
    assert_eq!(lines(&job(&[synchronize, &orders(&["R1", "R2"]), F]), rule), [0; 0]);
    assert_eq!(lines(&job(&["<SynchronizeTask Connector=\"nobody\"/>", O, F]), rule), [0; 0]);
}

#[test]
fn force_provisioning_and_profiles() {
    let force = O.replace("Connector", "ForceProvisioning=\"1\" Connector");
    assert_eq!(lines(&job(&[&force]), "force-provisioning"), [2]);
    assert_eq!(lines(&format!("{MODEL}\n{force}<Job><Step Identifier=\"O\"/></Job>"), "force-provisioning"), [2]);
    let over =
        format!("{MODEL}{O}<Job>\n<GenerateProvisioningOrdersTaskOverride Identifier=\"O\" ForceProvisioning=\"true\"/></Job>");
    assert_eq!(lines(&over, "force-provisioning"), [2]);
    assert_eq!(lines(&with("IsInitializationJob=\"1\"", &job(&[&force])), "force-provisioning"), [0; 0]);
    assert_eq!(lines(&job(&[&force.replace("\"1\"", "\"0\"")]), "force-provisioning"), [0; 0]);
    let profiles = "<SetInternalUserProfilesTask Identifier=\"P\"/>";
    assert_eq!(lines(&job(&[O, F, profiles]), "profiles-not-linked"), [4]);
    assert_eq!(
        lines(
            &job(&[O, F, &profiles.replace("/>", "><TaskDependsOnTask ParentTask=\"O\"/></SetInternalUserProfilesTask>")]),
            "profiles-not-linked"
        ),
        [4]
    );
    assert_eq!(
        lines(
            &job(&[O, F, &profiles.replace("/>", "><TaskDependsOnTask ParentTask=\"F\"/></SetInternalUserProfilesTask>")]),
            "profiles-not-linked"
        ),
        [0; 0]
    );
    assert_eq!(lines(&job(&[profiles]), "profiles-not-linked"), [0; 0]);
    let steps = format!("{MODEL}{O}{F}\n{profiles}{}", STEPS.replace("</Job>", "<Step Identifier=\"P\"/></Job>"));
    assert_eq!(lines(&steps, "profiles-not-linked"), [2]);
    assert_eq!(lines(&job(&[profiles, "<UpdateClassificationTask/>"]), "needless-task"), [2, 3]);
    let ruled = format!(
        "{}<ResourceClassificationRule ResourceType=\"R1\"/><ProfileRuleContext ResourceType=\"R1\"/>",
        job(&[profiles, "<UpdateClassificationTask/>"])
    );
    assert_eq!(lines(&ruled, "needless-task"), [0; 0]);
}

#[test]
fn needless_tasks() {
    let rule = "needless-task";
    let classify = "<UpdateClassificationTask Identifier=\"C\"/>";
    let profiles = "<SetInternalUserProfilesTask Identifier=\"P\"/>";
    let by_step = |task: &str, name: &str| format!("{MODEL}\n{task}<Job><Step Identifier=\"{name}\"/></Job>");
    assert_eq!(lines(&job(&[classify]), rule), [2]);
    assert_eq!(lines(&by_step(classify, "C"), rule), [2]);
    assert_eq!(lines(&by_step(profiles, "P"), rule), [2]);
    // One kind of rules is of no use to the other task.
    let classified = "<ResourceClassificationRule ResourceType=\"R1\"/>";
    assert_eq!(lines(&format!("{}{classified}", job(&[classify, profiles])), rule), [3]);
    assert_eq!(lines(&format!("{}<ProfileRuleContext ResourceType=\"R1\"/>", job(&[classify, profiles])), rule), [2]);
    assert_eq!(lines(&format!("{}{classified}", job(&[classify])), rule), [0; 0]);
    assert_eq!(lines(&format!("{}<ProfileRuleContext ResourceType=\"R1\"/>", job(&[profiles])), rule), [0; 0]);
    assert_eq!(lines(&with("IsConnectorJob=\"true\"", &job(&[classify, profiles])), rule), [0; 0]);
}

#[test]
fn computation() {
    let (keys, all) = (
        "<ComputeCorrelationKeysTask><TaskEntityType EntityType=\"User\"/></ComputeCorrelationKeysTask>",
        "<ComputeCorrelationKeysTask AllEntityType=\"true\"/>",
    );
    let cron = |xml: String| with("CronTabExpression=\"0 1 * * *\"", &xml);
    assert_eq!(lines(&cron(job(&[keys])), "compute-without-change"), [2]);
    assert_eq!(lines(&cron(job(&[keys, O, F])), "compute-without-change"), [2]);
    let level = |task: &str, level: u32| task.replacen(['>', '/'], &format!(" Level=\"{level}\">"), 1).replacen(">>", "/>", 1);
    assert_eq!(
        lines(&cron(job(&[&level(keys, 1), "<SynchronizeTask Connector=\"AD\" Level=\"1\"/>"])), "compute-without-change"),
        [2]
    );
    assert_eq!(
        lines(&cron(job(&[&level(keys, 2), "<SynchronizeTask Connector=\"AD\" Level=\"1\"/>"])), "compute-without-change"),
        [0; 0]
    );
    assert_eq!(lines(&cron(job(&[O, F, keys])), "compute-without-change"), [0; 0]);
    assert_eq!(lines(&job(&[keys]), "compute-without-change"), [0; 0]);
    let entity = "missing-entity-types";
    assert_eq!(
        lines(&job(&["<ComputeRiskScoresTask/>", "<GetRoleMiningTask AllEntities=\"0\"/>", "<ComputeRoleModelTask/>"]), entity),
        [2, 3, 4]
    );
    assert_eq!(lines(&job(&[all, keys, "<GetRoleMiningTask AllEntities=\"1\"/>"]), entity), [0; 0]);
    assert_eq!(lines(&job(&["<GetRoleMiningTask AllEntities=\"True\"/>"]), entity), [0; 0], "invalid-value tells of it");
    let base = "<ComputeRoleModelTask Identifier=\"C\"/>";
    let over = format!(
        "{MODEL}{base}<Job><ComputeRoleModelTaskOverride Identifier=\"C\"><TaskEntityType EntityType=\"User\"/></ComputeRoleModelTaskOverride></Job>"
    );
    assert_eq!(lines(&over, entity), [0; 0]);
    assert_eq!(lines(&with("IsConnectorJob=\"true\"", &job(&["<ComputeRoleModelTask/>"])), entity), [0; 0]);
    // A child that says by the wrong attribute what it means: that is what is wrong.
    let misspelt = "<ComputeRoleModelTask><TaskEntityType Identifier=\"User\"/></ComputeRoleModelTask>";
    assert_eq!(lines(&job(&[misspelt, O]), entity), [0; 0]);
    let half = misspelt.replace("</Compute", "<TaskEntityType EntityType=\"Entry\"/></Compute");
    assert_eq!(lines(&job(&[&half, O]), "role-model-entity-types"), [0; 0]);
    // So with a child that is no element.
    let strange = half.replace("TaskEntityType Identifier", "TaskEntityTypes EntityType");
    assert_eq!(lines(&job(&[&strange, O]), "unknown-element"), [2]);
    assert_eq!(lines(&job(&[&strange, O]), "role-model-entity-types"), [0; 0]);
    assert_eq!(
        lines(&job(&["<ComputeRoleModelTask><TaskEntityTyp EntityType=\"User\"/></ComputeRoleModelTask>"]), entity),
        [0; 0]
    );
    let orders = "<GenerateProvisioningOrdersTask><TaskResourceType Identifier=\"R\"/></GenerateProvisioningOrdersTask>";
    assert_eq!(lines(&job(&[orders]), "missing-provisioning-target"), [0; 0]);
    assert_eq!(lines(&job(&[orders, F]), "provisioning-target-mismatch"), [0; 0]);
    let synchronize = "<SynchronizeTask Connector=\"AD\"/>";
    assert_eq!(lines(&job(&[synchronize, all]), "all-entity-types"), [3]);
    assert_eq!(lines(&job(&[synchronize, "<SynchronizeTask Connector=\"HR\"/>", all]), "all-entity-types"), [0; 0]);
    let role = |name: &str| format!("<ComputeRoleModelTask><TaskEntityType EntityType=\"{name}\"/></ComputeRoleModelTask>");
    assert_eq!(lines(&job(&[&role("User"), O]), "role-model-entity-types"), [2]);
    assert_eq!(lines(&job(&[&role("Entry"), O]), "role-model-entity-types"), [2]);
    assert_eq!(lines(&job(&[&role("Entry"), &role("User"), O]), "role-model-entity-types"), [0; 0]);
    let named = role("User").replace("<ComputeRoleModelTask", "<ComputeRoleModelTask Identifier=\"C\"");
    let steps = format!("{MODEL}{O}\n{named}<Job Identifier=\"J\"><Step Identifier=\"C\"/><Step Identifier=\"O\"/></Job>");
    assert_eq!(lines(&steps, "role-model-entity-types"), [2]);
    assert_eq!(lines(&job(&[&role("nobody"), O]), "role-model-entity-types"), [0; 0]);
}

#[test]
fn mappings_and_settings() {
    let rule = "missing-resource-type-mapping";
    let twice = r#"<ResourceType Identifier="r1" SourceEntityType="User" TargetEntityType="Entry"/>"#;
    let mapped = r#"<LdapResourceTypeMapping Identifier="R1"/><LdapResourceTypeMapping Identifier="R2"/>"#;
    assert_eq!(lines(&format!("{twice}{mapped}{}", job(&[O, F])), rule), [0; 0], "one of two of a name is reported as such");
    assert_eq!(findings(&job(&[O, F]), rule).1.len(), 2);
    assert_eq!(findings(&job(&[O, &types("FulfillTask", &["R1"])]), rule).1.len(), 1);
    assert_eq!(findings(&job(&[O, &F.replace(" Connector", " Connection=\"Write\" Connector")]), rule).1.len(), 2);
    // The mapping is there, but under a wrong element or name.
    let misnamed = |mapping: &str| findings(&format!("{}{mapping}", job(&[O, F])), rule).1.len();
    assert_eq!(misnamed("<LdapResourceTypeMaping Identifier=\"R1\" Connection=\"Write\"/>"), 1);
    assert_eq!(misnamed("<LdapResourceTypeMapping Identifier=\"R11\" Connection=\"Write\"/>"), 0, "it may be that of either");
    assert_eq!(misnamed("<LdapResourceTypeMapping Connection=\"Write\"/>"), 0);
    assert_eq!(misnamed("<SapResourceTypeMapping Identifier=\"R11\" Connection=\"Write\"/>"), 2, "of another package");
    let mapped = format!("{}<LdapResourceTypeMapping Identifier=\"R1\" Connection=\"Write\"/>", job(&[O, F]));
    assert_eq!(findings(&mapped, rule).1.len(), 1);
    assert_eq!(findings(&job(&[O, F]).replace("Usercube.AD@", "Usercube.FulfillDatabase@"), rule).1.len(), 0);
    assert_eq!(findings(&job(&[O]), rule).1.len(), 0);

    let found = |known: &[&str], xml: &str| {
        let text = format!("<ConfigurationFile xmlns=\"{}\">{xml}</ConfigurationFile>", crate::grammar::NAMESPACE);
        let program = Program::build(Sources::new(vec![SourceFile::new("test.xml", text)]), Dialect::Saas);
        let settings = Settings {
            connections: known.iter().map(|&name| name.to_owned()).collect(),
            path: "appsettings.agent.json".to_owned(),
        };
        let mut policy = Policy::default();
        policy.settings = Some(settings);
        let mut found = crate::rules::check(&program, &[], &policy, Vec::new()).findings;
        found.retain(|finding| finding.rule.name == "missing-connection-settings");
        found
    };
    let export = "<ExportTask Identifier=\"E\" Connection=\"Write\"/>";
    assert_eq!(found(&[], &job(&[export, &export.replace("\"E\"", "\"E2\"")])).len(), 1);
    assert!(found(&["Wride"], &job(&[export]))[0].help.as_ref().is_some_and(|help| help.contains("`Wride`")));
    assert_eq!(found(&["WRITE"], &job(&[export])).len(), 0);
    assert_eq!(found(&[], &job(&["<ExportTask Connection=\"nobody\"/>"])).len(), 0);
    assert_eq!(lines(&job(&[export]), "missing-connection-settings"), [0; 0]);
}

#[test]
fn inputs_and_thresholds() {
    let rule = "missing-command-input";
    let sql = |rest: &str| format!("<InvokeSqlCommandTask {rest}/>");
    assert_eq!(lines(&job(&[&sql(""), &sql("SQLCommand=\"a\" SQLInputFile=\"b\""), "<InvokeExpressionTask/>"]), rule), [2, 3, 4]);
    assert_eq!(lines(&job(&[&sql("SQLCommand=\" \"")]), rule), [2]);
    assert_eq!(
        lines(&job(&[&sql("SQLCommand=\"a\""), &sql("SQLInputFile=\"b\""), "<InvokeExpressionTask InputPath=\"c\"/>"]), rule),
        [0; 0]
    );
    let index = |value: &str| format!("<MaintainIndexesTask RebuildThreshold=\"{value}\"/>");
    assert_eq!(lines(&job(&[&index("29"), &index("91"), &index("-1")]), "index-thresholds"), [2, 3, 4]);
    assert_eq!(lines(&job(&[&index("30"), &index("90"), &index("0"), &index("many")]), "index-thresholds"), [0; 0]);
    // A number beyond all others is one too, here and nowhere else; what is no number is not.
    let beyond = ["2147483648", "-99999999999", "99999999999999999999999"];
    assert_eq!(lines(&job(&beyond.map(index).each_ref().map(String::as_str)), "index-thresholds"), [2, 3, 4]);
    assert_eq!(lines(&job(&beyond.map(index).each_ref().map(String::as_str)), "invalid-value"), [0; 0]);
    let (program, found) = findings(&job(&[&index(beyond[1])]), "index-thresholds");
    assert_eq!(program.sources.slice(found[0].location), beyond[1]);
    assert!(found[0].help.as_ref().is_some_and(|help| help.contains("\"30\"")), "{:?}", found[0].help);
    let over = format!(
        "{}<Job>\n<MaintainIndexesTaskOverride Identifier=\"M\" RebuildThreshold=\"{}\"/></Job>",
        index("50").replace("Task ", "Task Identifier=\"M\" "),
        beyond[0]
    );
    assert_eq!(lines(&over, "index-thresholds"), [2]);
    // A mode that reaches no generated task leaves nothing to judge: it is the finding.
    for mode in ["Merg", "Merge"] {
        let xml = format!("<FulfillTask Identifier=\"J_Fulfill1\" ConsolidationMode=\"{mode}\" Level=\"8\"/>");
        assert_eq!(lines(&xml, "missing-provisioning-target"), [0; 0], "{mode}");
        assert_eq!(lines(&job(&[&xml]), "missing-provisioning-target"), [2], "{mode}: in a written job it adjusts nothing");
    }
    let stops = "stops-on-error";
    // What is generated has no attributes to write: a task that is merged into it has, and mends it.
    let first = concat!(
        r#"<Agent Identifier="A"/><Connector Identifier="AD" Agent="A"/>"#,
        r#"<Connection Identifier="ADExport" Connector="AD" Package="Usercube.AD@0000001"/><CreateInitializationJob Agent="A"/>"#,
    );
    let help = findings(first, stops).1.remove(0).help.unwrap();
    let merged = help.split('`').nth(1).unwrap();
    assert!(merged.starts_with("<ExportTask Identifier=") && merged.contains("ConsolidationMode=\"Merge\""), "{help}");
    let with = format!("{first}{merged}");
    assert_eq!(lines(&with, stops), [0; 0]);
    for rule in ["missing-attribute", "nothing-to-consolidate", "unknown-attribute", "unused-task"] {
        assert_eq!(lines(&with, rule), lines(first, rule), "{rule}");
    }
    assert_eq!(lines(&job(&[O, &F.replace("true", "0"), "<ExportTask/>"]), stops), [3, 4]);
    assert_eq!(findings(&job(&["<ExportTask/>"]), stops).1[0].severity, Severity::Note);
    assert_eq!(lines(&job(&[O, F, "<ExportTask ContinueOnError=\"1\"/>"]), stops), [0; 0]);
    assert_eq!(lines(&job(&["<ExportTask ContinueOnError=\"True\"/>"]), stops), [0; 0], "invalid-value tells of it");
}
