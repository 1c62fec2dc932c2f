//! What is found, said while texts change.

use serde_json::json;

use super::project;
use crate::support::editor::Editor;

#[test]
fn findings_follow_the_texts_that_are_open_and_carry_their_related_places() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.settle();
    let before = editor.problems();
    editor.edit("Jobs.xml", "ParentTask=\"First\"", "ParentTask=\"Fist\"");
    editor.settle();
    let after = editor.problems();
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    insta::assert_snapshot!(new.join("\n"), @"Jobs.xml:8 unresolved-reference: there is no task `Fist`");
    let one = editor.diagnostics["Jobs.xml"].iter().find(|one| one["code"] == "unresolved-reference").unwrap();
    assert_eq!(one["codeDescription"]["href"], "jobwright:/rules/unresolved-reference.md");
    let page = editor.ask("workspace/textDocumentContent", &json!({"uri": one["codeDescription"]["href"]}));
    assert!(page["text"].as_str().unwrap().starts_with("# unresolved-reference"));

    editor.edit("Jobs.xml", "Identifier=\"Third\"", "Identifier=\"Second\"");
    editor.settle();
    let one = editor.diagnostics["Jobs.xml"].iter().find(|one| one["code"] == "duplicate-identifier").unwrap();
    assert!(one["relatedInformation"][0]["location"]["uri"].as_str().unwrap().ends_with("/Jobs.xml"));
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn a_half_typed_tag_says_nothing_of_other_files() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Model.xml");
    editor.settle();
    let elsewhere = editor.diagnostics.get("Jobs.xml").cloned();
    editor.edit("Model.xml", "<Connection Identifier=\"People\"", "<Connection Identifier=\"Peo");
    editor.settle();
    assert!(editor.diagnostics["Model.xml"].iter().any(|one| one["code"] == "xml-syntax"));
    assert_eq!(editor.diagnostics.get("Jobs.xml").cloned(), elsewhere);

    // The same name missing from a text that is whole is another matter.
    editor.edit("Model.xml", "<Connection Identifier=\"Peo ", "<Connection Identifier=\"Peo\" ");
    editor.settle();
    assert!(editor.diagnostics["Jobs.xml"].iter().any(|one| one["code"] == "unresolved-reference"));
}

#[test]
fn a_half_typed_tag_says_nothing_of_the_rest_of_its_file() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Model.xml");
    editor.settle();
    let before = editor.problems();
    let code = "<Property Identifier=\"Code\" DisplayName_L1=\"Code\" TargetColumnIndex=\"0\" Type=\"String\"";
    editor.edit("Model.xml", &format!("{code} />"), code);
    editor.settle();
    let after = editor.problems();
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert!(new.iter().any(|line| line.contains("xml-syntax")), "{new:?}");
    assert!(new.iter().all(|line| line.starts_with("Model.xml:6 ") || line.contains("xml-syntax")), "{new:?}");

    // Before the `<` is typed, the tag is text.
    editor.edit("Model.xml", code, &format!("{code} />"));
    editor.edit("Model.xml", "  <Connection Identifier", "  Connection Identifier");
    editor.settle();
    let after = editor.problems();
    let new: Vec<&str> = after.lines().filter(|line| !before.contains(line)).collect();
    assert!(!new.is_empty() && new.iter().all(|line| line.starts_with("Model.xml:4 ")), "{new:?}");
    editor.edit("Model.xml", "  Connection Identifier", "  <Connection Identifier");
    editor.settle();
    assert_eq!(editor.problems(), before);
}

#[test]
fn a_half_typed_end_tag_is_shown_without_what_follows_it() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.edit(
        "Jobs.xml",
        "      <TaskDependsOnTask ParentTask=\"First\" />",
        "      </\n    <TaskDependsOnTask ParentTask=\"First\" />",
    );
    editor.settle();
    let problems = editor.problems();
    assert!(problems.contains("Jobs.xml:8 xml-syntax: the tag `</` has no `>`\n"), "{problems}");
}
