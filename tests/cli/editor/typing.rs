//! What is said of a configuration while somebody types in it, one character after the other.

use std::collections::BTreeMap;

use crate::support::Project;
use crate::support::editor::Editor;

/// What is typed: the file, the beginning of the line before which it is typed, the text.
const ELEMENTS: [(&str, &str, &str); 6] = [
    (
        "HR/Jobs.xml",
        "    <SynchronizeTask Identifier",
        r#"    <ExportTask Identifier="HR_More" DisplayName_L1="&gt;" Level="0"><TaskDependsOnTask ParentTask="HR_Quick_Prepare" /></ExportTask>"#,
    ),
    (
        "HR/Jobs.xml",
        "  <Job Identifier",
        r#"  <Job Identifier="More" Agent="Harbour"><Step Identifier="HR_Quick_Prepare" Level="1" /></Job>"#,
    ),
    ("HR/Jobs.xml", "</ConfigurationFile>", r#"  <!-- more --><Agent Identifier="Quay" DisplayName_L1='Quay' />"#),
    (
        "HR/Connector.xml",
        "  <EntityType Identifier=\"HR_Person\"",
        r#"  <EntityType Identifier="Boat"><Property Identifier="Name" Type="String" /></EntityType>"#,
    ),
    ("HR/Connector.xml", "    <Property Identifier=\"LastName\"", r#"    <Property Identifier="Nickname" Type="String" />"#),
    (
        "Directory/Jobs.xml",
        "  <CreateConnectorSynchroComplete",
        r#"  <CreateAgentSynchroComplete Agent="Harbour"><OpenIdIdentifier Identifier="Job" /></CreateAgentSynchroComplete>"#,
    ),
];

/// Attributes typed into tags that are there: the file, the text that they follow, the text.
const ATTRIBUTES: [(&str, &str, &str); 3] = [
    ("HR/Jobs.xml", "Identifier=\"HR_Quick_Flag\" DisplayName_L1=\"Flag what changed\"", " Level=\"3\""),
    ("HR/Jobs.xml", "        Level=\"4\"", " Dirty=\"true\""),
    ("HR/Jobs.xml", "    <SynchronizeTask Identifier=\"HR_Quick_Synchronize\"", " DoNotDeleteChanges='true'"),
];

/// A demo in which something is wrong before and behind the places where is typed.
fn demo() -> Project {
    let project = Project::demo();
    let jobs = "examples/demo/HR/Jobs.xml";
    project.replace(jobs, "Connection=\"HRTitles\"", "Connection=\"HRTitle\"");
    project.replace(jobs, "<TaskEntityType EntityType=\"HR_Title\"", "<TaskEntityType EntityType=\"HR_Titel\"");
    for attribute in [" Level=\"3\"", " Dirty=\"true\"", "\n        DoNotDeleteChanges=\"true\""] {
        project.replace(jobs, attribute, "");
    }
    project
}

/// What is said beside one line, and how often.
fn beside(editor: &mut Editor<'_>, file: &str, line: usize) -> BTreeMap<String, usize> {
    let mut said = BTreeMap::new();
    for problem in editor.problems().lines().filter(|one| !one.starts_with(&format!("{file}:{line} "))) {
        *said.entry(problem.to_owned()).or_default() += 1;
    }
    said
}

/// Types a text at an offset, and expects that until it is whole nothing changes in what is said of other lines.
fn types(editor: &mut Editor<'_>, file: &str, offset: usize, typed: &str) {
    let whole = editor.text(file).to_owned();
    let line = whole[..offset].matches('\n').count() + 1;
    editor.settle();
    let before = beside(editor, file, line);
    assert!(before.len() >= 4, "{before:?}");
    for (at, character) in typed.char_indices().filter(|(at, one)| at + one.len_utf8() < typed.len()) {
        editor.insert(file, offset + at, &character.to_string());
        editor.settle();
        let text = &typed[..at + character.len_utf8()];
        assert_eq!(beside(editor, file, line), before, "{text} in line {line} of {file}");
    }
    let rest = editor.text(file).len() - whole.len();
    editor.erase(file, offset, rest);
    editor.settle();
    assert_eq!(beside(editor, file, line), before);
}

/// Does something with each attribute, in an editor, at the offset where it is to stand.
fn at_attributes(mut then: impl FnMut(&mut Editor<'_>, &str, usize, &str)) {
    let project = demo();
    let mut editor = Editor::start(&project);
    for (file, after, typed) in ATTRIBUTES {
        let file = format!("examples/demo/{file}");
        editor.open(&file);
        let offset = editor.text(&file).find(after).unwrap() + after.len();
        then(&mut editor, &file, offset, typed);
    }
}

#[test]
fn until_an_element_is_whole_nothing_else_is_said_of_other_lines() {
    let project = demo();
    let mut editor = Editor::start(&project);
    for (file, before, typed) in ELEMENTS {
        let file = format!("examples/demo/{file}");
        editor.open(&file);
        let offset = editor.text(&file).find(before).unwrap();
        editor.insert(&file, offset, "\n");
        types(&mut editor, &file, offset, typed);
    }
}

#[test]
fn until_an_attribute_is_whole_nothing_else_is_said_of_other_lines() {
    at_attributes(types);
}

/// Editors close a quote as soon as it is opened.
#[test]
fn while_a_value_is_empty_nothing_else_is_said_of_other_lines() {
    at_attributes(|editor, file, offset, typed| {
        let line = editor.text(file)[..offset].matches('\n').count() + 1;
        editor.settle();
        let before = beside(editor, file, line);
        let empty = format!("{}=\"\"", typed.split('=').next().unwrap());
        editor.insert(file, offset, &empty);
        editor.settle();
        assert_eq!(beside(editor, file, line), before, "{empty}");
        let invalid = format!("{file}:{line} invalid-value");
        assert!(editor.problems().contains(&invalid), "{}", editor.problems());
        let value = typed.split(['"', '\'']).nth(1).unwrap();
        editor.insert(file, offset + empty.len() - 1, value);
        editor.settle();
        assert!(!editor.problems().contains(&invalid), "the whole value counts: {}", editor.problems());
        editor.erase(file, offset, empty.len() + value.len());
    });
}

#[test]
fn what_a_whole_text_mends_is_mended_though_another_is_broken() {
    let project = demo();
    let (jobs, model) = ("examples/demo/HR/Jobs.xml", "examples/demo/HR/Connector.xml");
    let mut editor = Editor::start(&project);
    editor.open(jobs);
    editor.open(model);
    editor.settle();
    assert!(editor.problems().contains("there is no connection `HRTitle`"));
    editor.edit(jobs, "  <Job Identifier=\"HR_Quick\"", "  <Job Identifier=\"HR_Quick");
    editor.settle();
    assert!(editor.problems().contains("there is no connection `HRTitle`"), "the broken tag did not mend it");
    editor.edit(model, "<Connection Identifier=\"HRTitles\"", "<Connection Identifier=\"HRTitle\"");
    editor.settle();
    assert!(!editor.problems().contains("there is no connection `HRTitle`"), "{}", editor.problems());
}
