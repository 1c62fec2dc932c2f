//! Files and folders that come, change and go.

use serde_json::json;

use super::{JOBS, project};
use crate::support::editor::Editor;

#[test]
fn files_made_changed_and_removed_elsewhere_are_noticed() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.settle();
    let missing =
        |editor: &Editor<'_>| editor.diagnostics["Jobs.xml"].iter().filter(|one| one["code"] == "unresolved-reference").count();
    assert_eq!(missing(&editor), 0);
    std::fs::rename(project.path("Model.xml"), project.path("Model.txt")).unwrap();
    let changes = json!({"changes": [{"uri": editor.uri("Model.xml"), "type": 3}]});
    editor.tell("workspace/didChangeWatchedFiles", &changes);
    editor.edit("Jobs.xml", "\"Night\" DisplayName_L1=\"Night\"", "\"Night\" DisplayName_L1=\"Nights\"");
    editor.settle();
    assert!(missing(&editor) > 0);
    // jobwright's own configuration counts from the moment it is there; what is wrong with it is said in it.
    std::fs::write(project.path("jobwright.toml"), "[check]\nignore = [\"unresolved-reference\"]\n").unwrap();
    editor.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": editor.uri("jobwright.toml"), "type": 1}]}));
    editor.edit("Jobs.xml", "DisplayName_L1=\"Nights\"", "DisplayName_L1=\"Night\"");
    editor.settle();
    assert_eq!(missing(&editor), 0);
    std::fs::write(project.path("jobwright.toml"), "[chek]\n").unwrap();
    editor.tell("workspace/didChangeWatchedFiles", &json!({"changes": [{"uri": editor.uri("jobwright.toml"), "type": 2}]}));
    editor.edit("Jobs.xml", "DisplayName_L1=\"Night\"", "DisplayName_L1=\"Nacht\"");
    editor.settle();
    assert_eq!(editor.diagnostics["jobwright.toml"][0]["code"], "configuration");
}

#[test]
fn files_are_looked_at_where_the_client_does_not_tell() {
    let project = project();
    let mut editor = Editor::start_with(&project, &["."], &json!({"general": {"positionEncodings": ["utf-8"]}}));
    editor.open("Jobs.xml");
    editor.settle();
    assert!(!editor.problems().contains("unresolved-reference"));
    std::fs::rename(project.path("Model.xml"), project.path("Model.txt")).unwrap();
    editor.wait_for("Jobs.xml", "unresolved-reference");
    std::fs::rename(project.path("Model.txt"), project.path("Renamed.xml")).unwrap();
    let text = project.read("Renamed.xml").replace("Identifier=\"People\"", "Identifier=\"Folk\"");
    std::fs::write(project.path("Renamed.xml"), text).unwrap();
    editor.wait_for("Jobs.xml", "there is no connection `People`");
}

#[test]
fn several_folders_are_several_configurations() {
    let project = project().configuration("other/Jobs.xml", JOBS);
    let mut editor = Editor::start_with(&project, &["other"], &json!({}));
    editor.open("other/Jobs.xml");
    editor.settle();
    assert!(editor.problems().contains("unresolved-reference"));
    let root = json!({"uri": editor.uri("."), "name": "root"});
    let other = json!({"uri": editor.uri("other"), "name": "other"});
    editor.tell("workspace/didChangeWorkspaceFolders", &json!({"event": {"added": [root], "removed": [other]}}));
    editor.edit("other/Jobs.xml", "Identifier=\"Night\"", "Identifier=\"Nacht\"");
    editor.settle();
    assert!(editor.problems().contains("duplicate-identifier"), "both files are one configuration now: {}", editor.problems());
}
