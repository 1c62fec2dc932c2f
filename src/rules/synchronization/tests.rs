//! The chain: in place, by step, by override, generated; and what looks like a mistake but is none.

use crate::finding::Safety;
use crate::rules::testing::{findings, lines};

/// A connector that exports changes, one that does not, and a job of three tasks on lines 2 to 4.
const BASE: &str = concat!(
    r#"<Connector Identifier="AD"/><Connection Identifier="ADExport" Connector="AD" Package="Usercube.AD@0000001"/>"#,
    r#"<Connector Identifier="LDAP"/><Connection Identifier="LdapExport" Connector="LDAP" Package="Usercube.LDAP@0000001"/>"#,
);
const EXPORT: &str = r#"<ExportTask Identifier="E" Connection="ADExport" IgnoreCookieFile="true"/>"#;
const PREPARE: &str = r#"<PrepareSynchronizationTask Identifier="P" Connector="AD" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="E"/></PrepareSynchronizationTask>"#;
const SYNCHRONIZE: &str =
    r#"<SynchronizeTask Identifier="S" Connector="AD"><TaskDependsOnTask ParentTask="P"/></SynchronizeTask>"#;

fn job(attributes: &str, tasks: &[&str]) -> String {
    format!("{BASE}<Job Identifier=\"J\"{attributes}>\n{}\n</Job>", tasks.join("\n"))
}

/// Tasks at top level from line 2 on, which the job runs by steps.
fn steps(tasks: &[&str], names: &[&str]) -> String {
    let steps: String = names.iter().map(|name| format!("<Step Identifier=\"{name}\"/>")).collect();
    format!("{BASE}\n{}\n<Job Identifier=\"J\">{steps}</Job>", tasks.join("\n"))
}

fn incremental() -> [String; 3] {
    [
        EXPORT.replace(" IgnoreCookieFile=\"true\"", ""),
        PREPARE.replace("Complete", "Incremental"),
        SYNCHRONIZE.replace("<SynchronizeTask", "<SynchronizeTask DoNotDeleteChanges=\"1\""),
    ]
}

fn unlinked(task: &str) -> String {
    let start = task.find("<TaskDepends").unwrap();
    let end = task.find("/>").unwrap() + 2;
    format!("{}{}", &task[..start], &task[end..])
}

#[test]
fn a_complete_chain_is_silent() {
    for rule in crate::rules::catalogue().iter().filter(|rule| rule.category == crate::finding::Category::Synchronization) {
        assert_eq!(lines(&job("", &[EXPORT, PREPARE, SYNCHRONIZE]), rule.name), [0; 0], "{}", rule.name);
        assert_eq!(lines(&steps(&[EXPORT, PREPARE, SYNCHRONIZE], &["E", "P", "S"]), rule.name), [0; 0], "{}", rule.name);
        let [export, prepare, synchronize] = incremental();
        assert_eq!(lines(&job("", &[&export, &prepare, &synchronize]), rule.name), [0; 0], "{}", rule.name);
        let scaffold = format!(
            "{BASE}<CreateConnectorSynchroIncremental Connector=\"AD\"/><CreateConnectorSynchroComplete Connector=\"LDAP\"/>"
        );
        assert_eq!(lines(&scaffold, rule.name), [0; 0], "{}", rule.name);
    }
}

#[test]
fn links_to_nothing_are_not_called_missing() {
    let (prepare, synchronize) = (PREPARE.replace("\"E\"", "\"Gone\""), SYNCHRONIZE.replace("\"P\"", "\"Gone\""));
    let broken = job("", &[EXPORT, &prepare, &synchronize]);
    assert_eq!(lines(&broken, "unresolved-reference"), [3, 4]);
    assert_eq!(lines(&broken, "export-not-linked"), [0; 0]);
    assert_eq!(lines(&broken, "synchronize-not-linked"), [0; 0]);
    let blank = broken.replace("Gone", "");
    assert_eq!(lines(&blank, "export-not-linked"), [0; 0]);
    assert_eq!(lines(&blank, "synchronize-not-linked"), [0; 0]);
}

#[test]
fn a_step_that_names_nothing_may_be_the_partner() {
    let lost = "<Step Identifier=\"Lost\"/>";
    for (tasks, rule, line) in
        [([EXPORT, SYNCHRONIZE], "synchronize-without-prepare", 3), ([EXPORT, PREPARE], "prepare-without-synchronize", 3)]
    {
        assert_eq!(lines(&job("", &tasks), rule), [line], "{rule}");
        let broken = job("", &[tasks[0], tasks[1], lost]);
        assert_eq!(lines(&broken, rule), [0; 0], "{rule}");
        assert!(lines(&broken, "unresolved-reference").contains(&4), "that is the finding");
    }
    let [export, prepare, synchronize] = incremental();
    // It may be the flag task, which makes the job an incremental one.
    let forgets = "<SynchronizeTask Identifier=\"T\" Connector=\"LDAP\"/>";
    let tasks = [&*export, &*prepare, &*synchronize, forgets];
    for (rule, line) in
        [("complete-export-keeps-cookie", 2), ("synchronization-mode-mismatch", 3), ("unexpected-do-not-delete-changes", 4)]
    {
        assert_eq!(lines(&job("", &tasks), rule), [line], "{rule}");
        assert_eq!(lines(&job("", &[&tasks[..], &[lost]].concat()), rule), [0; 0], "{rule}");
    }
    let said = job(" IsIncremental=\"true\"", &[&tasks[..], &[lost]].concat());
    assert_eq!(lines(&said, "missing-do-not-delete-changes"), [5], "whatever it names");
    let ignores = job(" IsIncremental=\"true\"", &[EXPORT, &prepare, &synchronize, lost]);
    assert_eq!(lines(&ignores, "incremental-export-ignores-cookie"), [2], "whatever it names");
}

#[test]
fn a_connector_job_is_silent() {
    let [export, prepare, _] = incremental();
    let tasks = [&*export, &*unlinked(&prepare), SYNCHRONIZE];
    for rule in crate::rules::catalogue().iter().filter(|rule| rule.category == crate::finding::Category::Synchronization) {
        assert_eq!(lines(&job(" IsConnectorJob=\"true\"", &tasks), rule.name), [0; 0], "{}", rule.name);
    }
}

#[test]
fn export_not_linked() {
    let bare = unlinked(PREPARE);
    assert_eq!(lines(&job("", &[EXPORT, &bare, SYNCHRONIZE]), "export-not-linked"), [3]);
    let second = EXPORT.replace("\"E\"", "\"E2\"");
    assert_eq!(lines(&job("", &[EXPORT, &second, PREPARE, SYNCHRONIZE]), "export-not-linked"), [4]);
    // By step the finding is on the task, and the edit is to be looked at.
    let xml = steps(&[EXPORT, &bare, SYNCHRONIZE], &["E", "P", "S"]);
    assert_eq!(lines(&xml, "export-not-linked"), [3]);
    let (_, found) = findings(&xml, "export-not-linked");
    assert_eq!(found[0].related.len(), 2);
    assert_eq!(found[0].fix.as_ref().map(|fix| fix.safety), Some(Safety::Unsafe));
    // An override that writes other links.
    let over = "<PrepareSynchronizationTaskOverride Identifier=\"P\"><TaskDependsOnTask ParentTask=\"S\"/></PrepareSynchronizationTaskOverride>";
    let xml = format!("{BASE}{PREPARE}<Job Identifier=\"J\">{EXPORT}\n{over}{SYNCHRONIZE}</Job>");
    assert_eq!(lines(&xml, "export-not-linked"), [2]);
    // Through another task; in an initialization job; of another connector.
    let through = bare.replace("</Prep", "<TaskDependsOnTask ParentTask=\"M\"/></Prep");
    let middle = "<RefreshSchemaTask Identifier=\"M\"><TaskDependsOnTask ParentTask=\"E\"/></RefreshSchemaTask>";
    assert_eq!(lines(&job("", &[EXPORT, middle, &through, SYNCHRONIZE]), "export-not-linked"), [0; 0]);
    assert_eq!(lines(&job(" IsInitializationJob=\"true\"", &[EXPORT, &bare, SYNCHRONIZE]), "export-not-linked"), [0; 0]);
    assert_eq!(lines(&job("", &[&EXPORT.replace("ADExport", "LdapExport"), &bare, SYNCHRONIZE]), "export-not-linked"), [0; 0]);
}

#[test]
fn an_export_behind_its_prepare_task_is_moved_before_it_is_linked() {
    let help = |tasks: &[&str]| findings(&job("", tasks), "export-not-linked").1.remove(0).help.unwrap();
    let (bare, link) = (unlinked(PREPARE), "add `<TaskDependsOnTask ParentTask=\"E\" />` to `P`");
    assert_eq!(help(&[EXPORT, &bare, SYNCHRONIZE]), link);
    assert_eq!(help(&[&bare, EXPORT, SYNCHRONIZE]), format!("move `E` before `P`, then {link}"));
    let found = findings(&job("", &[SYNCHRONIZE, PREPARE]), "synchronize-without-prepare").1.remove(0);
    assert_eq!(found.help.as_deref(), Some("move `P` before `S`"));
}

#[test]
fn synchronize_not_linked() {
    let bare = unlinked(SYNCHRONIZE);
    assert_eq!(lines(&job("", &[EXPORT, PREPARE, &bare]), "synchronize-not-linked"), [4]);
    assert_eq!(lines(&steps(&[EXPORT, PREPARE, &bare], &["E", "P", "S"]), "synchronize-not-linked"), [4]);
    let to_export = SYNCHRONIZE.replace("\"P\"", "\"E\"");
    assert_eq!(lines(&job(" IsIncremental=\"true\"", &[EXPORT, PREPARE, &to_export]), "synchronize-not-linked"), [4]);
    assert_eq!(lines(&job("", &[EXPORT, &unlinked(PREPARE), &to_export]), "synchronize-not-linked"), [0; 0]);
    assert_eq!(lines(&job("", &[EXPORT, &bare]), "synchronize-not-linked"), [0; 0]);
    // An export whose connection does not exist may be the one that it waits for, where that is enough.
    let to_export = SYNCHRONIZE.replace("\"P\"", "\"E\"");
    let lost = EXPORT.replace("Connection=\"", "Connection=\"Lost");
    assert_eq!(lines(&job("", &[&lost, PREPARE, &to_export]), "synchronize-not-linked"), [0; 0]);
    assert_eq!(lines(&job("", &[&lost, PREPARE, &bare]), "synchronize-not-linked"), [4]);
}

#[test]
fn partners_are_looked_for() {
    assert_eq!(lines(&job("", &[EXPORT, SYNCHRONIZE]), "synchronize-without-prepare"), [3]);
    assert_eq!(lines(&job("", &[SYNCHRONIZE, PREPARE]), "synchronize-without-prepare"), [2]);
    let other = PREPARE.replace("\"AD\"", "\"LDAP\"");
    assert_eq!(lines(&job("", &[&other, SYNCHRONIZE]), "synchronize-without-prepare"), [3]);
    assert_eq!(lines(&job("", &[EXPORT, PREPARE]), "prepare-without-synchronize"), [3]);
    assert_eq!(lines(&job("", &[&other, SYNCHRONIZE]), "prepare-without-synchronize"), [2]);
    assert_eq!(lines(&steps(&[PREPARE], &["P"]), "prepare-without-synchronize"), [2]);
    // A connector that does not exist: the partners are not reported for its sake.
    let unknown = PREPARE.replace("\"AD\"", "\"AT\"");
    assert_eq!(lines(&job("", &[EXPORT, &unknown, SYNCHRONIZE]), "synchronize-without-prepare"), [0; 0]);
    let unknown = SYNCHRONIZE.replace("\"AD\"", "\"AT\"");
    assert_eq!(lines(&job("", &[EXPORT, PREPARE, &unknown]), "prepare-without-synchronize"), [0; 0]);
}

#[test]
fn types_and_modes() {
    let typed = |task: &str| task.replace("Connector", "Type=\"Changes\" Connector");
    assert_eq!(lines(&job("", &[EXPORT, &typed(PREPARE), SYNCHRONIZE]), "synchronization-type-mismatch"), [4]);
    assert_eq!(lines(&job("", &[EXPORT, PREPARE, &typed(SYNCHRONIZE)]), "synchronization-type-mismatch"), [4]);
    assert_eq!(lines(&steps(&[PREPARE, &typed(SYNCHRONIZE)], &["P", "S"]), "synchronization-type-mismatch"), [3]);
    assert_eq!(lines(&job("", &[EXPORT, &typed(PREPARE), &typed(SYNCHRONIZE)]), "synchronization-type-mismatch"), [0; 0]);
    let none = SYNCHRONIZE.replace("Connector", "Type=\"None\" Connector");
    assert_eq!(lines(&job("", &[EXPORT, PREPARE, &none]), "synchronization-type-mismatch"), [0; 0]);
    // A Type that is no value is a finding of its own, on either side.
    let unread = |task: &str| typed(task).replace("Changes", "Chnges");
    for (prepare, synchronize) in [(unread(PREPARE), typed(SYNCHRONIZE)), (typed(PREPARE), unread(SYNCHRONIZE))] {
        let found = job("", &[EXPORT, &prepare, &synchronize]);
        assert_eq!(lines(&found, "invalid-value").len(), 1);
        assert_eq!(lines(&found, "synchronization-type-mismatch"), [0; 0]);
    }

    // Of Active Directory it is known which of the two is wrong.
    let directory = |task: &str| typed(task).replace("Changes", "ActiveDirectory");
    let offered = |prepare: &str, synchronize: &str| {
        let (program, mut found) = findings(&job("", &[EXPORT, prepare, synchronize]), "synchronization-type-mismatch");
        let found = found.remove(0);
        let edit = &found.fix.as_ref().unwrap().edits[0];
        let line = program.sources.get(edit.location.file).position(edit.location.span.start).line;
        (found.help.unwrap(), line, edit.text.contains("ActiveDirectory"))
    };
    let on_prepare = "write `Type=\"ActiveDirectory\"` on the prepare task `P`: connector `AD` is Active Directory";
    let on_both = "write `Type=\"ActiveDirectory\"` on both; an absent Type is None";
    assert_eq!(offered(PREPARE, &directory(SYNCHRONIZE)), (on_prepare.to_owned(), 3, true));
    assert_eq!(offered(&directory(PREPARE), SYNCHRONIZE), (on_both.to_owned(), 4, true));
    assert_eq!(offered(PREPARE, &typed(SYNCHRONIZE)), (on_both.to_owned(), 4, true));

    let mode = "synchronization-mode-mismatch";
    let [export, prepare, synchronize] = incremental();
    assert_eq!(lines(&job("", &[EXPORT, &prepare, SYNCHRONIZE]), mode), [3]);
    assert_eq!(lines(&job(" IsIncremental=\"true\"", &[&export, PREPARE, &synchronize]), mode), [3]);
    assert_eq!(lines(&job(" IsInitializationJob=\"true\"", &[&export, PREPARE, SYNCHRONIZE]), mode), [3]);
    assert_eq!(lines(&job("", &[EXPORT, &PREPARE.replace("Complete", "0"), SYNCHRONIZE]), mode), [3]);
    let ldap = |task: &str| task.replace("\"AD\"", "\"LDAP\"").replace("ADExport", "LdapExport");
    let whole = [ldap(&export), ldap(PREPARE), ldap(&synchronize)];
    assert_eq!(lines(&job(" IsIncremental=\"true\"", &[&whole[0], &whole[1], &whole[2]]), mode), [0; 0]);
    assert_eq!(lines(&job("", &[&export, &prepare, &synchronize]), mode), [0; 0]);
    let unsupported = ldap(&prepare);
    assert_eq!(lines(&job("", &[&whole[0], &unsupported, &whole[2]]), "incremental-unsupported"), [3]);
    assert_eq!(lines(&steps(&[&unsupported, &whole[2]], &["P", "S"]), "incremental-unsupported"), [2]);
    let over = "<PrepareSynchronizationTaskOverride Identifier=\"P\" SynchronizationMode=\"Incremental\"/>";
    let overridden = format!("{BASE}{}<Job Identifier=\"J\">{}\n{over}{}</Job>", whole[1], whole[0], whole[2]);
    assert_eq!(lines(&overridden, "incremental-unsupported"), [2]);
    // A package that exports changes; a whole preparation of one that does not; a connector that does not exist.
    assert_eq!(lines(&job("", &[&export, &prepare, &synchronize]), "incremental-unsupported"), [0; 0]);
    assert_eq!(lines(&job("", &[&whole[0], &whole[1], &whole[2]]), "incremental-unsupported"), [0; 0]);
    assert_eq!(lines(&job("", &[&prepare.replace("\"AD\"", "\"AT\"")]), "incremental-unsupported"), [0; 0]);
}

#[test]
fn cookies_and_changes() {
    let [export, prepare, synchronize] = incremental();
    let keeps = "complete-export-keeps-cookie";
    assert_eq!(lines(&job("", &[&export, PREPARE, SYNCHRONIZE]), keeps), [2]);
    assert_eq!(lines(&job("", &[&EXPORT.replace("true", "false"), PREPARE, SYNCHRONIZE]), keeps), [2]);
    assert_eq!(lines(&steps(&[&export, PREPARE, SYNCHRONIZE], &["E", "P", "S"]), keeps), [2]);
    // One edit mends it for both jobs that run it.
    let both = steps(&[&export, PREPARE, SYNCHRONIZE], &["E", "P", "S"]);
    let both =
        format!("{both}<Job Identifier=\"K\"><Step Identifier=\"E\"/><Step Identifier=\"P\"/><Step Identifier=\"S\"/></Job>");
    let found = findings(&both, keeps).1;
    let runs: Vec<&str> = found.iter().flat_map(|one| &one.related).map(|one| one.message.as_str()).collect();
    assert_eq!((found.len(), runs), (1, vec!["job `J` runs it here", "job `K` runs it here"]));
    let over = format!(
        "{BASE}{EXPORT}<Job Identifier=\"J\">\n<ExportTaskOverride Identifier=\"E\" IgnoreCookieFile=\"0\"/>{PREPARE}{SYNCHRONIZE}</Job>"
    );
    assert_eq!(lines(&over, keeps), [2]);
    assert_eq!(lines(&job("", &[&export.replace("ADExport", "LdapExport"), PREPARE, SYNCHRONIZE]), keeps), [0; 0]);
    // A value that is no Boolean is its own finding.
    assert_eq!(lines(&job("", &[&EXPORT.replace("true", "ture"), PREPARE, SYNCHRONIZE]), keeps), [0; 0]);
    let ignores = "incremental-export-ignores-cookie";
    assert_eq!(lines(&job("", &[EXPORT, &prepare, &synchronize]), ignores), [2]);
    assert_eq!(lines(&job("", &[&EXPORT.replace("ADExport", "LdapExport"), &prepare, &synchronize]), ignores), [0; 0]);
    let missing = "missing-do-not-delete-changes";
    assert_eq!(lines(&job(" IsIncremental=\"1\"", &[&export, &prepare, SYNCHRONIZE]), missing), [4]);
    let flag = "<SetRecentlyModifiedFlagTask Identifier=\"F\"/>";
    assert_eq!(lines(&job("", &[&export, &prepare, SYNCHRONIZE, flag]), missing), [4]);
    assert_eq!(lines(&steps(&[&prepare, &synchronize.replace('1', "0"), flag], &["P", "S", "F"]), missing), [3]);
    assert_eq!(lines(&job("", &[EXPORT, PREPARE, SYNCHRONIZE]), missing), [0; 0]);
    let unexpected = "unexpected-do-not-delete-changes";
    assert_eq!(lines(&job("", &[EXPORT, PREPARE, &synchronize]), unexpected), [4]);
    assert_eq!(lines(&job(" IsInitializationJob=\"true\"", &[EXPORT, PREPARE, &synchronize]), unexpected), [0; 0]);
}
