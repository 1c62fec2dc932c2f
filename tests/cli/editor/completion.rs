//! What can be typed at a place.

use super::project;
use crate::support::editor::Editor;

#[test]
fn what_can_be_typed_depends_on_the_place() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.open("Model.xml");
    // Only tasks of the job that do not wait for this one.
    assert_eq!(editor.complete("Jobs.xml", "ParentTask=\"|Second\""), ["First", "Second"]);
    assert_eq!(editor.complete("Jobs.xml", "ParentTask=\"|First\""), ["First"]);
    assert_eq!(editor.complete("Jobs.xml", "\"First\" Agent=\"|Harbour\""), ["Harbour"]);

    editor.edit("Jobs.xml", "CronTabExpression=\"30 2 * * *\"", "CronTabExpression=\"30 2 * * *\" ");
    let attributes = editor.complete("Jobs.xml", "* * *\" |>");
    assert!(attributes.contains(&"IsIncremental".to_owned()) && !attributes.contains(&"Agent".to_owned()), "{attributes:?}");
    assert!(attributes.contains(&"DisplayName_L2".to_owned()), "the next of its family");

    editor.edit("Jobs.xml", "  </Job>", "    <Exp\n  </Job>");
    let elements = editor.complete("Jobs.xml", "<Exp|\n");
    assert!(elements.contains(&"ExportTask".to_owned()) && !elements.contains(&"EntityType".to_owned()));
    let list = editor.at("textDocument/completion", "Jobs.xml", "<Exp|\n");
    let order = |name: &str| {
        let one = list["items"].as_array().unwrap().iter().find(|one| one["label"] == name).unwrap();
        one["sortText"].as_str().unwrap().to_owned()
    };
    assert!(order("UpdateEntityPropertyExpressionsTask") < order("ExportTaskOverride"), "overrides come last");
    editor.edit("Jobs.xml", "    <Exp\n  </Job>", "    <SynchronizeTask Type=\"\" DoNotDeleteChanges=\"\" />\n  </Job>");
    assert_eq!(editor.complete("Jobs.xml", "DoNotDeleteChanges=\"|\""), ["true", "false"]);
    let list = editor.at("textDocument/completion", "Jobs.xml", "DoNotDeleteChanges=\"|\"");
    let orders: Vec<&str> = list["items"].as_array().unwrap().iter().map(|one| one["sortText"].as_str().unwrap()).collect();
    assert_eq!(orders, ["0", "1"], "the default comes last");
    assert!(editor.complete("Jobs.xml", "Type=\"|\"").contains(&"ActiveDirectory".to_owned()));

    let types = "<EntityTypeMapping Identifier=\"Person\" Connector=\"HR\" />\n</ConfigurationFile>";
    editor.edit("Model.xml", "</ConfigurationFile>", types);
    assert_eq!(editor.complete("Model.xml", "Property1=\"Person:|Site"), ["Code", "Site"]);
    let rule = r#"<ResourceType Identifier="R" SourceEntityType="Person" TargetEntityType="Site" Category="C" Policy="P"><ScalarRule Property="Town" Binding="Site." /></ResourceType>
</ConfigurationFile>"#;
    editor.edit("Model.xml", "</ConfigurationFile>", rule);
    assert_eq!(editor.complete("Model.xml", "Binding=\"Site.|\""), ["People", "Town"]);
    assert_eq!(editor.complete("Model.xml", "<ScalarRule Property=\"|Town"), ["People", "Town"]);
}

#[test]
fn what_is_completed_in_a_value_without_its_closing_quote_stays_on_its_line() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.edit("Jobs.xml", "Level=\"1\">", "Agent=\"H");
    let list = editor.at("textDocument/completion", "Jobs.xml", "Agent=\"H|\n");
    let range = &list["items"][0]["textEdit"]["range"];
    assert_eq!(range["start"]["line"], range["end"]["line"]);
    assert_eq!(range["end"]["character"].as_u64().unwrap() - range["start"]["character"].as_u64().unwrap(), 1);
}
