//! What the server changes in texts: quick fixes and formatting.

use serde_json::{Value, json};

use super::project;
use crate::support::editor::{Editor, applied};

#[test]
fn findings_can_be_fixed_suppressed_and_put_into_the_baseline() {
    let project = project().file("jobwright.toml", "[check]\nbaseline = \"known.jsonl\"\n");
    project.run(&["baseline", "write"]);
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.edit("Jobs.xml", "<TaskDependsOnTask ParentTask=\"First\" />", "<TaskDependsOnTask ParentTask=\"Frist\" />");
    editor.settle();
    let start = editor.diagnostics["Jobs.xml"].iter().find(|one| one["code"] == "unresolved-reference").unwrap()["range"].clone();
    let mut params = editor.document("Jobs.xml");
    params["range"] = start;
    params["context"] = json!({"diagnostics": []});
    let actions = editor.ask("textDocument/codeAction", &params);
    let titles: Vec<&str> = actions.as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap()).collect();
    insta::assert_snapshot!(titles.join("\n"), @r"
    Fix unresolved-reference (look at the result): did you mean First?
    Suppress unresolved-reference here (write the reason into the comment)
    Add this unresolved-reference to the baseline
    ");

    let action =
        |title: &str| actions.as_array().unwrap().iter().find(|one| one["title"].as_str().unwrap().starts_with(title)).unwrap();
    let uri = editor.uri("Jobs.xml");
    let fixed = applied(editor.text("Jobs.xml"), &action("Fix")["edit"]["changes"][&uri]);
    assert!(fixed.contains("<TaskDependsOnTask ParentTask=\"First\" />"));
    let suppressed = applied(editor.text("Jobs.xml"), &action("Suppress")["edit"]["changes"][&uri]);
    assert!(
        suppressed
            .contains("      <!-- jobwright: ignore[unresolved-reference] -->\n      <TaskDependsOnTask ParentTask=\"Frist\" />")
    );
    let command = action("Add")["command"].clone();
    let result =
        editor.ask("workspace/executeCommand", &json!({"command": command["command"], "arguments": command["arguments"]}));
    assert_eq!(result, Value::Null);
    assert!(project.read("known.jsonl").contains("unresolved-reference"));
    editor.edit("Jobs.xml", "ParentTask=\"Second\"", "ParentTask='Second'");
    editor.settle();
    assert!(!editor.problems().contains("unresolved-reference"), "{}", editor.problems());
}

#[test]
fn formatting_is_that_of_the_command_and_edits_only_what_changes() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.edit("Jobs.xml", "  <Agent Identifier=\"Harbour\"", "<Agent   Identifier='Harbour'");
    let mut params = editor.document("Jobs.xml");
    params["options"] = json!({"tabSize": 4, "insertSpaces": true});
    let edits = editor.ask("textDocument/formatting", &params);
    let formatted = applied(editor.text("Jobs.xml"), &edits);
    let expected = project.run_with(&["fmt", "-", "--stdin-filename", "Jobs.xml"], editor.text("Jobs.xml").as_bytes()).stdout;
    assert_eq!(formatted, expected);
    editor.edit("Jobs.xml", "</ConfigurationFile>", "</Configuration");
    let refused = editor.ask("textDocument/formatting", &params);
    assert!(refused["error"]["message"].as_str().unwrap().contains("not well-formed"));
}

#[test]
fn formatting_a_range_changes_nothing_beyond_its_lines() {
    let project = project();
    project.run(&["fmt", "Jobs.xml"]);
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.edit("Jobs.xml", "    <ExportTask Identifier=\"First\"", "<ExportTask Identifier=\"First\"");
    editor.edit("Jobs.xml", "      <TaskDependsOnTask ParentTask=\"Second\"", "<TaskDependsOnTask   ParentTask=\"Second\"");
    let mut params = editor.document("Jobs.xml");
    params["options"] = json!({"tabSize": 2, "insertSpaces": true});
    let mut lines = |start: u32, end: u32| {
        params["range"] = json!({"start": {"line": start, "character": 0}, "end": {"line": end, "character": 3}});
        let edits = editor.ask("textDocument/rangeFormatting", &params);
        let edits: Vec<u64> =
            edits.as_array().unwrap().iter().map(|edit| edit["range"]["start"]["line"].as_u64().unwrap()).collect();
        edits
    };
    assert_eq!(lines(3, 4), Vec::<u64>::new());
    assert_eq!(lines(4, 5), [5]);
    assert_eq!(lines(9, 12), Vec::<u64>::new());
    assert_eq!(lines(9, 13), [13]);
    assert_eq!(lines(0, 14), [5, 13]);
}
