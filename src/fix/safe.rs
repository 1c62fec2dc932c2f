//! One test for each safe fix: it removes the finding, keeps everything else as it is written, and is made once.

use super::tests::{fixed, text};
use crate::finding::Safety;

const HEAD: &str = "<?xml version=\"1.0\"?>\r\n<!-- Skerrylight Ferries -->\r\n<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\r\n";
const TAIL: &str = "\r\n</ConfigurationFile>\r\n";

/// Applies the safe fixes to `before`; of the findings of `rule` none may be left, and the text must be `after`.
#[track_caller]
fn becomes(rule: &str, before: &str, after: &str) {
    let whole = |inside: &str| format!("{HEAD}{}{TAIL}", inside.replace('\n', "\r\n"));
    let once = fixed(&whole(before), Safety::Safe);
    assert_eq!(text(&once), whole(after), "{rule}");
    assert!(once.counts["0.xml"].contains_key(rule), "{rule}: {:?}", once.counts);
    assert!(once.after.report.findings.iter().all(|finding| finding.rule.name != rule), "{rule} is still found");
    let twice = fixed(text(&once), Safety::Safe);
    assert_eq!((text(&twice), twice.total()), (text(&once), 0), "{rule}: twice");
}

/// A job of connector `AD`; what is not at issue is as it should be, the layout is not.
fn job(attributes: &str, tasks: &str) -> String {
    format!(
        "<Connector Identifier='AD'/> <Connection Identifier='Read' Connector='AD' Package='Usercube.AD@0000001'/>\n\
         \t<EntityType Identifier='Person' /><!-- people -->\n\t<Job Identifier=\"J\"{attributes}>\n{tasks}\n\t</Job>"
    )
}

const EXPORT: &str = "\t\t<ExportTask Identifier='E' Connection = 'Read' ContinueOnError='1' IgnoreCookieFile='1' />";
const PREPARE: &str = "\t\t<PrepareSynchronizationTask Identifier='P' Connector='AD' SynchronizationMode='Complete'>\n\t\t\t<TaskDependsOnTask ParentTask='E'/></PrepareSynchronizationTask>";
const SYNCHRONIZE: &str = "\t\t<SynchronizeTask Identifier='S' Connector='AD'>\n\t\t\t<TaskDependsOnTask ParentTask='P'/> <!-- kept -->\n\t\t</SynchronizeTask>";

/// The tasks of a job, and the same with one piece of text replaced: what the fix must make of them.
#[track_caller]
fn replaced(rule: &str, attributes: &str, tasks: &[&str], wrong: &str, right: &str) {
    let text = job(attributes, &tasks.join("\n<!-- then -->\n"));
    assert_eq!(text.matches(wrong).count(), 1, "{rule}: {text}");
    becomes(rule, &text, &text.replace(wrong, right));
}

fn incremental() -> [String; 3] {
    [
        EXPORT.replace(" IgnoreCookieFile='1'", ""),
        PREPARE.replace("Complete", "Incremental"),
        SYNCHRONIZE.replace("Connector='AD'", "Connector='AD' DoNotDeleteChanges='1'"),
    ]
}

const FLAG: &str =
    "\t\t<SetRecentlyModifiedFlagTask Identifier='F'><TaskDependsOnTask ParentTask='S'/></SetRecentlyModifiedFlagTask>";
const KEYS: &str = "\t\t<ComputeCorrelationKeysTask Identifier='K' Dirty='1'  >\n\t\t\t<TaskDependsOnTask ParentTask='F'/><TaskEntityType EntityType='Person'/>\n\t\t</ComputeCorrelationKeysTask>";

#[test]
fn attributes_are_spelled() {
    for (wrong, right) in [("isincremental", "IsIncremental"), ("CrontabExpression", "CronTabExpression")] {
        let value = if wrong == "isincremental" { "true" } else { "0 1 * * *" };
        let before = format!("<!-- a --><Job  Identifier='J'\n\t{wrong} = '{value}' />");
        becomes("unknown-attribute", &before, &before.replace(wrong, right));
    }
}

#[test]
fn values_are_spelled() {
    becomes(
        "invalid-value",
        "<Job Identifier='J'  IsIncremental= 'True' /><!-- b -->",
        "<Job Identifier='J'  IsIncremental= 'true' /><!-- b -->",
    );
    becomes("invalid-value", "<Agent Identifier='A' State=\"online \" />", "<Agent Identifier='A' State=\"Online\" />");
}

#[test]
fn a_complete_export_forgets_its_cookie() {
    let bare = EXPORT.replace(" IgnoreCookieFile='1'", "");
    let added = " ContinueOnError='1' IgnoreCookieFile=\"true\" />";
    replaced("complete-export-keeps-cookie", "", &[&bare, PREPARE, SYNCHRONIZE], " ContinueOnError='1' />", added);
    let no = EXPORT.replace("File='1'", "File='false'");
    replaced("complete-export-keeps-cookie", "", &[&no, PREPARE, SYNCHRONIZE], "File='false'", "File='true'");
}

#[test]
fn an_incremental_synchronization_keeps_its_changes() {
    let ([export, prepare, _], rule) = (incremental(), "missing-do-not-delete-changes");
    let (wrong, right) = ("'S' Connector='AD'>", "'S' Connector='AD' DoNotDeleteChanges=\"true\">");
    replaced(rule, " IsIncremental='1'", &[&export, &prepare, SYNCHRONIZE, FLAG], wrong, right);
}

#[test]
fn a_computation_becomes_dirty() {
    let [export, prepare, synchronize] = incremental();
    let bare = KEYS.replace(" Dirty='1'  >", "  >");
    let tasks = [&*export, &*prepare, &*synchronize, FLAG, &*bare];
    replaced("missing-dirty", "", &tasks, "Identifier='K'  >", "Identifier='K' Dirty=\"true\"  >");
}

#[test]
fn tasks_wait_for_their_parents() {
    let link = |parent: &str, after: &str| format!("\n\t\t\t<TaskDependsOnTask ParentTask=\"{parent}\" />{after}");
    let prepare = "\t\t<PrepareSynchronizationTask Identifier='P' Connector='AD' SynchronizationMode='Complete'/>";
    let closed = |parent: &str, element: &str| format!(">{}</{element}>", link(parent, "\n\t\t"));
    let right = format!("Mode='Complete'{}", closed("E", "PrepareSynchronizationTask"));
    replaced("export-not-linked", "", &[EXPORT, prepare, SYNCHRONIZE], "Mode='Complete'/>", &right);

    let synchronize = "\t\t<SynchronizeTask Identifier='S' Connector='AD'><!-- all -->\n\t\t</SynchronizeTask>";
    let right = "Connector='AD'><TaskDependsOnTask ParentTask=\"P\" /><!-- all -->";
    replaced("synchronize-not-linked", "", &[EXPORT, PREPARE, synchronize], "Connector='AD'><!-- all -->", right);

    let [export, prepare, synchronize] = incremental();
    let chain = [&*export, &*prepare, &*synchronize];
    let flag = "\t\t<SetRecentlyModifiedFlagTask Identifier='F' />";
    let right = format!("'F'{}", closed("S", "SetRecentlyModifiedFlagTask"));
    replaced("flag-not-linked", "", &[&chain[..], &[flag, KEYS]].concat(), "'F' />", &right);

    let keys = KEYS.replace("<TaskDependsOnTask ParentTask='F'/>", "");
    let right = format!("'1'  >{}\n\t\t\t<TaskEntity", link("F", ""));
    replaced("dirty-not-linked", "", &[&chain[..], &[FLAG, &keys]].concat(), "'1'  >\n\t\t\t<TaskEntity", &right);

    let orders = "\t\t<GenerateProvisioningOrdersTask Identifier='O' Connector='AD' />";
    let fulfil = "\t\t<FulfillTask Identifier='U' Connector='AD' ContinueOnError='1' />";
    let right = format!("Error='1'{}", closed("O", "FulfillTask"));
    replaced("fulfill-not-linked", "", &[orders, fulfil], "Error='1' />", &right);
    let linked = fulfil.replace(" />", "><TaskDependsOnTask ParentTask='O'/></FulfillTask>");
    let profiles = "\t\t<SetInternalUserProfilesTask Identifier='I' />";
    let right = format!("'I'{}", closed("U", "SetInternalUserProfilesTask"));
    replaced("profiles-not-linked", "", &[orders, &linked, profiles], "'I' />", &right);
}

#[test]
fn a_step_that_starts_a_task_twice_at_once_goes() {
    let text = |second: &str| {
        format!(
            "<MaintainIndexesTask Identifier='M' /> <!-- m -->\n<Job Identifier='J'>\n\t<!-- one -->\n\
             \t<Step Identifier='M' Level='1' />\n{second}\t<!-- end -->\n</Job>"
        )
    };
    becomes("repeated-task", &text("\t<Step Identifier='m'  Level='1' />\n"), &text(""));
}

#[test]
fn a_suppression_that_silences_nothing_goes() {
    let text = |comment: &str| {
        format!("<Job Identifier='J'>\n\t<!-- kept -->\n{comment}\t<InvokeSqlCommandTask Identifier='Q' />\n</Job>")
    };
    let rule = "unused-suppression";
    becomes(rule, &text("\t<!-- jobwright: ignore[force-provisioning] not here -->\n"), &text(""));
    becomes(
        rule,
        &text("\t<!-- jobwright: ignore[force-provisioning, missing-command-input]  set later -->\n"),
        &text("\t<!-- jobwright: ignore[missing-command-input]  set later -->\n"),
    );
}

#[test]
fn provisioning_is_forced_no_more() {
    let orders = "\t\t<GenerateProvisioningOrdersTask Identifier='O' ForceProvisioning='true'  Connector='AD'/>";
    replaced("force-provisioning", "", &[orders], "ForceProvisioning='true'", "ForceProvisioning='false'");
    let export = EXPORT.replace(" ContinueOnError='1'", "");
    replaced("stops-on-error", "", &[&export, PREPARE, SYNCHRONIZE], "File='1' />", "File='1' ContinueOnError=\"true\" />");
}
