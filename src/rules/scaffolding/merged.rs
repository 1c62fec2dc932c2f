//! What is written by hand and merged into generated tasks: findings that it causes stand where it is written, and the
//! scaffolding is the related place.

use crate::finding::Finding;
use crate::rules::testing::findings;

const MODEL: &str = concat!(
    "<Agent Identifier=\"Quay\"/><Agent Identifier=\"Deck\"/><OpenIdClient Identifier=\"Job\"/>",
    "<Connector Identifier=\"AD\" DisplayName_L1=\"AD\" Agent=\"Quay\"/><Connector Identifier=\"Doors\" Agent=\"Quay\"/>",
    "<Connection Identifier=\"A\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>",
    "<EntityType Identifier=\"Person\"/><EntityType Identifier=\"Account\"/><EntityType Identifier=\"Badge\"/>",
    "<EntityTypeMapping Identifier=\"Account\" Connector=\"AD\"/><EntityTypeMapping Identifier=\"Badge\" Connector=\"Doors\"/>",
    "<ResourceType Identifier=\"AccountOfPerson\" SourceEntityType=\"Person\" TargetEntityType=\"Account\"/>",
    "<ResourceType Identifier=\"BadgeOfPerson\" SourceEntityType=\"Person\" TargetEntityType=\"Badge\"/>",
);

/// The line of a place, and what is underlined or said there.
type Shown = (u32, String);

/// What is found of a rule where the scaffolding stands on line 2 and what is merged into its jobs from line 3 on: the
/// line and the text underlined, and the related lines with their messages.
fn found(mode: &str, merged: &str, rule: &str) -> Vec<(u32, String, Vec<Shown>)> {
    let scaffolding = format!("<CreateConnectorSynchro{mode} Connector=\"AD\" JobIdentifier=\"J\" DisplayName_L1=\"J\"/>");
    let (program, found) = findings(&format!("{MODEL}\n{scaffolding}\n{merged}"), rule);
    let line = |at: crate::source::Location| program.sources.get(at.file).position(at.span.start).line;
    let one = |finding: &Finding| {
        let related = finding.related.iter().map(|one| (line(one.location), one.message.clone())).collect();
        (line(finding.location), finding.location.span.of(program.text(finding.location.file)).to_owned(), related)
    };
    found.iter().map(one).collect()
}

/// As [`found`], of one finding: the text underlined. The scaffolding is among its related places.
fn underlined(mode: &str, merged: &str, rule: &str) -> String {
    let found = found(mode, merged, rule);
    let [(line, text, related)] = found.as_slice() else { panic!("{rule}: {found:?}") };
    assert_eq!(*line, 3, "{rule}: {found:?}");
    let is_scaffolding =
        |one: &(u32, String)| one.0 == 2 && (one.1.starts_with("merged into `J_") || one.1.contains("is generated here"));
    assert!(related.iter().any(is_scaffolding), "{rule}: {found:?}");
    text.clone()
}

fn merge(element: &str, name: &str, rest: &str) -> String {
    format!("<{element} Identifier=\"J_{name}\" ConsolidationMode=\"Merge\" {rest}")
}

#[test]
fn a_merged_attribute_is_underlined() {
    let orders = ("GenerateProvisioningOrdersTask", "GenerateProvisioningOrders1");
    let export = ("ExportTask", "Export_AD_Complete_A");
    let prepare = ("PrepareSynchronizationTask", "PrepareSynchronizationActiveDirectory_AD_Complete");
    let synchronize = ("SynchronizeTask", "SynchronizeActiveDirectory_AD");
    let kept = ("SynchronizeTask", "SynchronizeActiveDirectory_AD_DoNotDeleteChanges");
    let keys = ("ComputeCorrelationKeysTask", "ComputeCorrelationKeys1_AllEntities");
    for (mode, (element, name), attribute, value, rule) in [
        ("Complete", orders, "ForceProvisioning", "true", "force-provisioning"),
        ("Complete", orders, "ForceProvisioning", "1", "force-provisioning"),
        ("Complete", export, "IgnoreCookieFile", "false", "complete-export-keeps-cookie"),
        ("Complete", export, "ContinueOnError", "false", "stops-on-error"),
        ("Complete", export, "Agent", "Deck", "mixed-agents"),
        ("Complete", keys, "Dirty", "true", "dirty-in-complete-job"),
        ("Complete", synchronize, "DoNotDeleteChanges", "true", "unexpected-do-not-delete-changes"),
        ("Complete", synchronize, "Type", "Changes", "synchronization-type-mismatch"),
        ("Complete", prepare, "Type", "Changes", "synchronization-type-mismatch"),
        ("Complete", prepare, "SynchronizationMode", "Incremental", "synchronization-mode-mismatch"),
        ("Complete", ("MaintainIndexesTask", "MaintainIndexes"), "RebuildThreshold", "10", "index-thresholds"),
        ("Incremental", kept, "DoNotDeleteChanges", "false", "missing-do-not-delete-changes"),
    ] {
        let merged = merge(element, name, &format!("{attribute}=\"{value}\"/>"));
        // A task that forgets its changes is what makes the job complete.
        let flag =
            if mode == "Incremental" { "<Job Identifier=\"J\" ConsolidationMode=\"Merge\" IsIncremental=\"true\"/>" } else { "" };
        assert_eq!(underlined(mode, &format!("{merged}{flag}"), rule), value, "{rule}");
    }
}

#[test]
fn a_merged_child_is_underlined() {
    let waits = merge(
        "SynchronizeTask",
        "SynchronizeActiveDirectory_AD",
        "><TaskDependsOnTask ParentTask=\"J_MaintainIndexes\"/></SynchronizeTask>",
    );
    assert_eq!(underlined("Complete", &waits, "dependency-order"), "J_MaintainIndexes");
    let outside = waits.replace("J_MaintainIndexes", "Other");
    let other = "<Job Identifier=\"O\"><MaintainIndexesTask Identifier=\"Other\"/></Job>";
    assert_eq!(underlined("Complete", &format!("{outside}{other}"), "dependency-outside-job"), "Other");
    let itself = waits.replace("J_MaintainIndexes", "J_SynchronizeActiveDirectory_AD");
    assert_eq!(underlined("Complete", &itself, "dependency-cycle"), "J_SynchronizeActiveDirectory_AD");
    let more = merge("FulfillTask", "Fulfill1", "><TaskResourceType ResourceType=\"BadgeOfPerson\"/></FulfillTask>");
    assert_eq!(underlined("Complete", &more, "provisioning-target-mismatch"), "BadgeOfPerson");
    // What the scaffolding generates as well is not the written child's doing.
    let again = merge(
        "SynchronizeTask",
        "SynchronizeActiveDirectory_AD",
        "Level=\"0\"><TaskDependsOnTask ParentTask=\"J_PrepareSynchronizationActiveDirectory_AD_Complete\"/></SynchronizeTask>",
    );
    assert_eq!(found("Complete", &again, "dependency-order")[0].0, 2);
}

#[test]
fn a_merged_job_is_underlined() {
    let job = |rest: &str| format!("<Job Identifier=\"J\" ConsolidationMode=\"Merge\" {rest}/>");
    let often = found("Complete", &job("CronTabExpression=\"*/10 * * * *\""), "frequent-job");
    assert_eq!((often[0].0, often[0].1.as_str()), (3, "*/10 * * * *"));
    assert!(!often[0].2.is_empty() && often[0].2.iter().all(|one| one.0 == 2), "{often:?}");
    // One agent written, one finding, whatever the number of tasks.
    assert_eq!(underlined("Complete", &job("Agent=\"Deck\""), "mixed-agents"), "Deck");
}

#[test]
fn an_update_that_leaves_out_an_attribute_is_underlined() {
    let update = "<ExportTask Identifier=\"J_Export_AD_Complete_A\" ConsolidationMode=\"Update\" Agent=\"Quay\" Connector=\"AD\" Connection=\"A\" OpenIdClient=\"Job\" ContinueOnError=\"true\"/>";
    assert_eq!(underlined("Complete", update, "complete-export-keeps-cookie"), "ExportTask");
}

#[test]
fn what_nothing_is_merged_into_stands_on_the_scaffolding() {
    let (program, found) = findings(
        &format!(
            "{MODEL}\n<CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"J\"/>\n<Job Identifier=\"K\"><Step Identifier=\"J_Fulfill1\"/></Job>"
        ),
        "fulfill-without-orders",
    );
    let line = |at: crate::source::Location| program.sources.get(at.file).position(at.span.start).line;
    assert_eq!(line(found[0].location), 2);
    let related: Vec<_> = found[0].related.iter().map(|one| (line(one.location), one.message.as_str())).collect();
    assert_eq!(related, [(3, "job `K` runs it here")]);
}

#[test]
fn an_attribute_is_offered_where_it_can_be_written() {
    let (_, found) = findings(
        &format!(
            "{MODEL}\n<CreateConnectorSynchroIncremental Connector=\"AD\" JobIdentifier=\"J\"/>\n<Job Identifier=\"K\"><Step Identifier=\"J_Export_AD_Incremental_A\"/><SynchronizeTask Connector=\"AD\" Identifier=\"S\"/></Job>"
        ),
        "complete-export-keeps-cookie",
    );
    let help = found[0].help.as_deref().unwrap_or_default();
    assert!(help.starts_with("write `<ExportTaskOverride Identifier=\"J_Export_AD_Incremental_A\" Level=\"0\" IgnoreCookieFile=\"true\" />` in place of the step"), "{help}");
    assert!(found[0].fix.is_none() && found[0].related.iter().any(|one| one.message == "job `K` runs it here"));
}

#[test]
fn the_help_speaks_of_what_is_there() {
    let help = |merged: &str, rule: &str| {
        let scaffolding = "<CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"J\"/>";
        let (_, found) = findings(&format!("{MODEL}{scaffolding}{merged}"), rule);
        found[0].help.clone().unwrap_or_default()
    };
    let child = "><TaskDependsOnTask ParentTask=\"J_MaintainIndexes\"/></ExportTask>";
    let order = help(&merge("ExportTask", "Export_AD_Complete_A", child), "dependency-order");
    assert!(order.starts_with("remove the `TaskDependsOnTask` that is merged into"), "{order}");
    let order = help(&merge("ExportTask", "Export_AD_Complete_A", "Level=\"9\"/>"), "dependency-order");
    assert!(order.contains("Level") && !order.contains("LinkDependTask"), "{order}");
    let written = "<MaintainIndexesTask Identifier=\"J_MaintainIndexes\"/>";
    let order = help(&format!("{written}{}", merge("ExportTask", "Export_AD_Complete_A", child)), "dependency-order");
    assert!(!order.contains("AddTask"), "{order}");
    let update = "<ExportTask Identifier=\"J_Export_AD_Complete_A\" ConsolidationMode=\"Update\" Agent=\"Quay\" Connector=\"AD\" Connection=\"A\"/>";
    let stops = help(update, "stops-on-error");
    assert!(stops.starts_with("add `ContinueOnError=\"true\"` to what is merged into"), "{stops}");
}
