//! `init`: what it writes checks, runs and validates, and it never overwrites.

use insta::assert_snapshot;

use super::support::Project;

#[test]
fn the_starter_is_without_findings_formatted_and_runs() {
    let project = Project::new();
    assert_snapshot!(project.run(&["init", "Conf"]), @"
    exit 0
    --- stderr
    wrote `Conf/.vscode/extensions.json`
    wrote `Conf/.vscode/settings.json`
    wrote `Conf/Common/Access.xml`
    wrote `Conf/Common/Agent.xml`
    wrote `Conf/Common/Languages.xml`
    wrote `Conf/HR/Connector.xml`
    wrote `Conf/HR/Jobs.xml`
    wrote `Conf/appsettings.agent.json`
    wrote `Conf/data/people.csv`
    wrote `Conf/jobwright.toml`
    wrote `Conf/jobwright.xsd`
    next: `jobwright check Conf`, then `jobwright run Conf --job HR_Incremental`
    ");
    let checked = project.run(&["check", "Conf", "--format", "json", "--appsettings", "Conf/appsettings.agent.json"]);
    assert_eq!((checked.code, checked.findings()), (Some(0), Vec::new()), "{checked}");
    assert_eq!(project.run(&["fmt", "--check", "Conf"]).code, Some(0));
    let run = project.run(&["run", "Conf", "--job", "HR_Incremental", "-q"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(project.identities().len(), 4, "one resource for each row of the file");
}

#[test]
fn nothing_is_overwritten() {
    let project = Project::new().file("Common/Agent.xml", "mine").file("jobwright.toml", "# mine too\n");
    assert_snapshot!(project.run(&["init"]), @"
    exit 2
    --- stderr
      × `Common/Agent.xml`, `jobwright.toml` are there already
      help: nothing is overwritten: name a new folder, as in `jobwright init Configuration`
    ");
    assert_eq!((project.read("Common/Agent.xml").as_str(), project.read("jobwright.toml").as_str()), ("mine", "# mine too\n"));
    assert!(!project.path("HR").exists() && !project.path("jobwright.xsd").exists());
    let blocked = Project::new().file("Conf", "a file, not a folder").run(&["init", "Conf"]);
    assert_eq!(blocked.code, Some(6), "{blocked}");
}

#[test]
fn the_dialect_is_that_of_the_command_line() {
    let project = Project::new();
    assert_eq!(project.run(&["init", "--dialect", "6.1", "-q"]).code, Some(0));
    assert!(project.read("jobwright.toml").contains("dialect = \"6.1\""));
    assert_eq!(project.read("jobwright.xsd"), project.run(&["schema", "xsd"]).stdout, "the configuration file says which");
    assert_ne!(project.read("jobwright.xsd"), project.run(&["schema", "xsd", "--dialect", "saas"]).stdout);
    assert_eq!(project.run(&["check"]).code, Some(0));
    let associated: serde_json::Value = serde_json::from_str(&project.read(".vscode/settings.json")).unwrap();
    assert_eq!(associated["xml.fileAssociations"][0]["systemId"], "jobwright.xsd");
}
