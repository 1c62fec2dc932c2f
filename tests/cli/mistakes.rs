//! Single mistakes of the kind that people make in a configuration which is right: each is told once, at its place, and
//! nothing is said of what only follows from it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::Project;

const CONNECTOR: &str = "HR/Connector.xml";
const JOBS: &str = "HR/Jobs.xml";
const ROLES: &str = "Directory/Role Model.xml";

/// File, what is right, what is written in its place (once), and what is told: the rule, and what it underlines.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    // Misspelt attributes.
    ("Common/Agent.xml", "Agent Identifier", "Agent Identifer", "unknown-attribute Identifer"),
    (CONNECTOR, "<EntityType Identifier=\"HR_Site\"", "<EntityType Identifer=\"HR_Site\"", "unknown-attribute Identifer"),
    (CONNECTOR, "<Property Identifier=\"Site\"", "<Property Identifer=\"Site\"", "unknown-attribute Identifer"),
    (CONNECTOR, "IsKey", "Iskey", "unknown-attribute Iskey"),
    (CONNECTOR, "\"employee\" IsPrimaryKey", "\"employee\" PrimaryKey", "unknown-attribute PrimaryKey"),
    (CONNECTOR, "Property1=\"HR_Site:Persons\"", "Propery1=\"HR_Site:Persons\"", "unknown-attribute Propery1"),
    (JOBS, "DoNotDeleteChanges", "DoNotDeleteChange", "unknown-attribute DoNotDeleteChange"),
    (JOBS, "Level=\"4\" Dirty", "Level=\"4\" Dirtty", "unknown-attribute Dirtty"),
    (JOBS, "Connector=\"HR\" Level=\"2\"", "Connector=\"HR\" Levl=\"2\"", "unknown-attribute Levl"),
    (JOBS, "Connection=\"HRPeople\"", "Conection=\"HRPeople\"", "unknown-attribute Conection"),
    (JOBS, "IsIncremental", "IsIncremantal", "unknown-attribute IsIncremantal"),
    (JOBS, "<Job Identifier", "<Job Id", "unknown-attribute Id"),
    (JOBS, "ParentTask=\"HR_Quick_Flag\"", "Identifier=\"HR_Quick_Flag\"", "unknown-attribute Identifier"),
    (ROLES, "\n      TargetEntityType", "\n      TargetEntityTyp", "unknown-attribute TargetEntityTyp"),
    (ROLES, "SingleRole Identifier=\"Charts\"", "SingleRole Identifer=\"Charts\"", "unknown-attribute Identifer"),
    // Values.
    (JOBS, "Connector=\"HR\" Level=\"2\"", "Connector=\"HR\" Level=\"two\"", "invalid-value two"),
    (JOBS, "IsIncremental=\"true\"", "IsIncremental=\"yes\"", "invalid-value yes"),
    (JOBS, "DoNotDeleteChanges=\"true\"", "DoNotDeleteChanges=\"TRUE\"", "invalid-value TRUE"),
    (
        CONNECTOR,
        "Type=\"ForeignKey\" />\n  </EntityType>",
        "Type=\"ForeignKeys\" />\n  </EntityType>",
        "invalid-value ForeignKeys",
    ),
    (CONNECTOR, "Usercube.CSV@0000001", "Usercube.CVS@0000001", "invalid-value Usercube.CVS@0000001"),
    (JOBS, "Level=\"4\" Dirty=\"true\"", "Level=\"4\" Dirty=\"\"", "invalid-value Dirty"),
    (JOBS, "DoNotDeleteChanges=\"true\"", "DoNotDeleteChanges=\"\"", "invalid-value DoNotDeleteChanges"),
    (JOBS, "Task Identifier=\"HR_Quick_Flag\"", "Task Identifier=\"\"", "missing-attribute Identifier"),
    (CONNECTOR, "<Property Identifier=\"Site\"", "<Property Identifier=\"\"", "missing-attribute Identifier"),
    // Names.
    (ROLES, "Category=\"Accounts\"", "Category=\"Acounts\"", "unresolved-reference Acounts"),
    (
        ROLES,
        "TargetEntityType=\"Directory_Account\"",
        "TargetEntityType=\"Directory_Acount\"",
        "unresolved-reference Directory_Acount",
    ),
    (CONNECTOR, "Property1=\"HR_Site:Persons\"", "Property1=\"HRSite:Persons\"", "unresolved-reference HRSite"),
    (CONNECTOR, "Binding=\"HR_Person:Title.Name\"", "Binding=\"HR_Title:Title.Name\"", "unresolved-reference Title"),
    (CONNECTOR, "Connection Identifier=\"HRSites\"", "Connection Identifier=\"HR Sites\"", "malformed-identifier HR Sites"),
    (JOBS, "ParentTask=\"HR_Quick_Prepare\"", "ParentTask=\"HR_Quick_Prepar\"", "unresolved-reference HR_Quick_Prepar"),
    // Elements.
    (
        JOBS,
        "<TaskDependsOnTask ParentTask=\"HR_Quick_Prepare\"",
        "<TaskDependOnTask ParentTask=\"HR_Quick_Prepare\"",
        "unknown-element TaskDependOnTask",
    ),
    (
        JOBS,
        "<ExportTask Identifier=\"HR_Quick_Export_People\"",
        "<ExportsTask Identifier=\"HR_Quick_Export_People\"",
        "unknown-element ExportsTask",
    ),
    (CONNECTOR, "<Property Identifier=\"Site\"", "<Propery Identifier=\"Site\"", "unknown-element Propery"),
    (CONNECTOR, "<Connection Identifier=\"HRSites\"", "<Conection Identifier=\"HRSites\"", "unknown-element Conection"),
    // XML.
    ("Common/Agent.xml", "<Agent Identifier", "<AgentIdentifier", "xml-syntax Identifier"),
    ("Common/Agent.xml", "<Agent ", "< Agent ", "xml-syntax <"),
    (CONNECTOR, "\"HR_Site\" DisplayName_L1=\"Site\">", "\"HR_Site\" DisplayName_L1=\"Site\" />", "xml-syntax />"),
    (
        CONNECTOR,
        "  </EntityType>\n  <EntityType Identifier=\"HR_Site\"",
        "  <EntityType Identifier=\"HR_Site\"",
        "xml-syntax EntityType",
    ),
    (
        JOBS,
        "    <SynchronizeTask Identifier=\"HR_Quick_Synchronize\" DisplayName_L1=\"HR - synchronize\" Connector=\"HR\" Level=\"2\"\n        DoNotDeleteChanges=\"true\">\n",
        "",
        "xml-syntax SynchronizeTask",
    ),
    (CONNECTOR, "\"HR sites\"", "\u{201c}HR sites\u{201d}", "xml-syntax \u{201c}HR sites\u{201d}"),
    (CONNECTOR, "\"HR sites\"", "\"HR sites", "xml-syntax DisplayName_L1=\""),
    // Code.
    (ROLES, "person.Mail.Substring", "person.Mial.Substring", "expression-unknown-member Mial"),
    (
        ROLES,
        "return person.Mail.Substring",
        "if (person.Mail = null) return null; return person.Mail.Substring",
        "expression-syntax =",
    ),
];

/// Rules and what they underline, of all findings.
fn told(project: &Project) -> Vec<String> {
    let checked = project.run(&["check", "examples/demo", "--format", "json"]).json();
    let found = checked["findings"].as_array().unwrap().iter().map(|finding| {
        let text = project.read(finding["file"].as_str().unwrap());
        let at = |end: &str| usize::try_from(finding[end]["offset"].as_u64().unwrap()).unwrap();
        format!("{} {}", finding["rule"].as_str().unwrap(), &text[at("start")..at("end")])
    });
    found.collect()
}

#[test]
fn one_mistake_is_one_finding_at_its_place() {
    let project = Project::demo();
    let mut wrong = Vec::new();
    for (file, right, mistake, expected) in MISTAKES {
        let path = format!("examples/demo/{file}");
        let whole = project.read(&path);
        assert!(whole.contains(right), "{file} does not contain {right}");
        std::fs::write(project.path(&path), whole.replacen(right, mistake, 1)).unwrap();
        let found = told(&project);
        if found != [*expected] {
            wrong.push(format!("{mistake}: {found:?}, not {expected}"));
        }
        std::fs::write(project.path(&path), whole).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The end of a file is lost wherever a transfer broke off: what would have followed is not called missing.
#[test]
fn a_file_that_ends_early_has_no_other_mistake() {
    let project = Project::demo();
    let path = format!("examples/demo/{JOBS}");
    let whole = project.read(&path);
    let mut wrong = Vec::new();
    for (at, _) in whole.match_indices('\n').skip(4) {
        // Behind the line, and within it.
        for end in [at, at - 3] {
            let rest = &whole[end..];
            if rest.trim_start().starts_with("</Job>") || !rest.contains("</Job>") {
                continue;
            }
            std::fs::write(project.path(&path), &whole[..end]).unwrap();
            let found = told(&project);
            if found.is_empty() || !found.iter().all(|one| one.starts_with("xml-syntax")) {
                wrong.push(format!("{}: {found:?}", &whole[..end].lines().last().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_copy_that_was_not_renamed_costs_the_name_it_should_have() {
    let project = Project::demo();
    let connector = format!("examples/demo/{CONNECTOR}");
    project.replace(&connector, "Connection Identifier=\"HRSites\"", "Connection Identifier=\"HRPeople\"");
    assert_eq!(told(&project), ["duplicate-identifier HRPeople", "unresolved-reference HRSites"]);
}

#[test]
fn what_does_not_follow_from_a_mistake_is_told_beside_it() {
    let project = Project::demo();
    let jobs = format!("examples/demo/{JOBS}");
    // The value of a misspelt attribute is wrong as well.
    project.replace(
        &jobs,
        "DisplayName_L1=\"HR - synchronize\" Connector=\"HR\"",
        "DisplayName_L1=\"HR - synchronize\" Conector=\"HX\"",
    );
    // Another attribute is misspelt, and one is absent.
    project.replace(&jobs, "Level=\"4\" Dirty=\"true\"", "Levl=\"4\"");
    assert_eq!(
        told(&project),
        [
            "unknown-attribute Conector",
            "unresolved-reference HX",
            "missing-dirty UpdateEntityPropertyExpressionsTask",
            "unknown-attribute Levl",
        ]
    );
}

/// Nothing that was guessed is planned or shown, and what a misspelling leads to is told where it is not told itself.
#[test]
fn what_is_not_called_an_error_is_not_guessed() {
    let jobs = format!("examples/demo/{JOBS}");
    for level in ["off", "note", "warning"] {
        let project = Project::demo().file("jobwright.toml", format!("[check.severity]\nunknown-attribute = \"{level}\"\n"));
        std::fs::remove_file(project.path("examples/demo/jobwright.toml")).unwrap();
        project.replace(&jobs, "DoNotDeleteChanges=\"true\"", "DoNotDeleteChange=\"true\"");
        let shown = project.run(&["expand", "examples/demo"]);
        assert!(shown.stdout.contains("DoNotDeleteChange=\"true\""), "{shown}");
        let plan = project.run(&["plan", "examples/demo", "--job", "HR_Quick"]);
        assert_eq!((plan.code, plan.stdout.as_str()), (Some(1), ""), "{level}: {plan}");
        assert!(plan.stderr.contains("missing-do-not-delete-changes"), "{level}: {plan}");

        project.replace(&jobs, "<Job Identifier=\"HR_Quick\"", "<Job Identifer=\"HR_Quick\"");
        assert!(told(&project).contains(&"missing-attribute Job".to_owned()), "{level}: {:?}", told(&project));
    }
}

#[test]
fn what_a_comment_silences_is_planned_as_it_is_written() {
    let project = Project::demo();
    let silent = "<!-- jobwright: ignore[unknown-attribute] ours --><Job Identifer=\"HR_Quick\"";
    project.replace(&format!("examples/demo/{JOBS}"), "<Job Identifier=\"HR_Quick\"", silent);
    let plan = project.run(&["plan", "examples/demo"]);
    assert_eq!((plan.code, plan.stdout.as_str()), (Some(1), ""), "{plan}");
    assert!(plan.stderr.contains("missing-attribute"), "{plan}");
}
