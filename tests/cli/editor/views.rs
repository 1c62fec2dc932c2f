//! What is told of a place or a file: hovers, outlines, lenses, hints, graphs, expansions.

use serde_json::{Value, json};

use crate::support::Project;
use crate::support::editor::Editor;

#[test]
fn hovering_tells_what_stands_there() {
    let project = Project::by_hand();
    let mut editor = Editor::start(&project);
    let (jobs, scaffoldings) = ("examples/demo/Common/Jobs.xml", "examples/demo/Directory/Jobs.xml");
    editor.open(jobs);
    editor.open(scaffoldings);
    let text = |hover: &Value| hover["contents"]["value"].as_str().unwrap().to_owned();
    let starts = text(&editor.at("textDocument/hover", jobs, "\"30 |2 * * *\""));
    assert_eq!(starts.matches(" 02:30:00 UTC").count(), 5, "{starts}");
    let job = text(&editor.at("textDocument/hover", jobs, "<Jo|b Identifier=\"Demo_Complete\""));
    assert!(job.contains("**Job**: Ordered set of tasks"), "{job}");
    let attribute = text(&editor.at("textDocument/hover", jobs, "Is|Incremental=\"true\" CronTabExpression=\"0 6"));
    assert!(attribute.contains("Type: Boolean, default `false`"), "{attribute}");
    let scaffolding = text(&editor.at("textDocument/hover", scaffoldings, "<CreateConnectorSynchro|Complete"));
    let head: Vec<&str> = scaffolding.lines().take(9).collect();
    insta::assert_snapshot!(head.join("\n"), @r"
    **CreateConnectorSynchroComplete**: Complete synchronization and provisioning job of one connector.

    Required: `Connector`

    Generates the job `Directory_Complete`:

    | Level | Task | Element |
    |---|---|---|
    | 0 | Directory_Complete_Export_Directory_Complete_DirectoryAccounts | ExportTask |
    ");
    let connector = text(&editor.at("textDocument/hover", scaffoldings, "Directory: everything\"\n      Connector=\"Dir|ectory"));
    assert!(
        connector.starts_with("**connector** `Directory`\n\ndeclared as `Connector` in examples/demo/Directory/Connector.xml:"),
        "{connector}"
    );
}

#[test]
fn outlines_lenses_hints_tokens_and_views_of_what_is_generated() {
    let project = Project::by_hand();
    let mut editor = Editor::start(&project);
    let (jobs, scaffoldings) = ("examples/demo/Common/Jobs.xml", "examples/demo/Directory/Jobs.xml");
    editor.open(jobs);
    editor.open(scaffoldings);
    let document = editor.document(scaffoldings);
    let lenses = editor.ask("textDocument/codeLens", &document);
    let titles: Vec<String> = lenses.as_array().unwrap().iter().map(|one| one["command"]["title"].to_string()).collect();
    insta::assert_snapshot!(titles.join("\n"), @r#"
    "Directory_Complete: 14 tasks, 12 levels: show graph"
    "show expansion"
    "Directory_Incremental: 11 tasks, 9 levels: show graph"
    "show expansion"
    "#);
    let lens = &lenses[0]["command"];
    let graph = editor.ask("workspace/executeCommand", &json!({"command": lens["command"], "arguments": lens["arguments"]}));
    assert!(graph.as_str().unwrap().contains("<svg"));
    let shown = editor.other.iter().find(|one| one["method"] == "window/showDocument").unwrap();
    assert!(shown["params"]["uri"].as_str().unwrap().ends_with("/Directory_Complete.html"));

    let mut params = editor.document(scaffoldings);
    params["job"] = "Directory_Complete".into();
    let expansion = editor.ask("jobwright/expansion", &params);
    assert_eq!(expansion, project.run(&["expand", "--only", "Directory_Complete"]).stdout);
    params["format"] = "dot".into();
    let plan = editor.ask("jobwright/plan", &params);
    assert_eq!(plan, project.run(&["plan", "--job", "Directory_Complete", "--format", "dot"]).stdout);

    let outline = editor.ask("textDocument/documentSymbol", &editor.document(jobs));
    assert_eq!(outline[0]["name"], "Demo_Complete");
    assert_eq!(outline[0]["children"][0]["name"], "Demo_Complete_Export_HRPeople");
    let found = editor.ask("workspace/symbol", &json!({"query": "dircomp"}));
    let names: Vec<String> = found.as_array().unwrap().iter().map(|one| one["name"].to_string()).collect();
    assert!(names.contains(&"\"Directory_Complete\"".to_owned()), "{names:?}");
    let folds = editor.ask("textDocument/foldingRange", &editor.document(jobs));
    assert!(folds.as_array().unwrap().iter().any(|one| one["startLine"] == 1));
    let tokens = editor.ask("textDocument/semanticTokens/full", &editor.document(jobs));
    assert!(tokens["data"].as_array().unwrap().len() > 100);
    let mut params = editor.document(jobs);
    params["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}});
    let hints = editor.ask("textDocument/inlayHint", &params);
    assert!(hints.as_array().unwrap().iter().any(|one| one["label"] == "incremental"));
}

#[test]
fn hints_tell_in_what_order_tasks_without_levels_run() {
    let jobs = r#"  <Job Identifier="Ordered" DisplayName_L1="Ordered">
    <InvokeSqlCommandTask Identifier="One" DisplayName_L1="One" SQLInputFile="one.sql" />
    <Step Identifier="Apart" />
    <InvokeSqlCommandTask Identifier="Three" DisplayName_L1="Three" SQLInputFile="three.sql" Level="-1" />
  </Job>
  <Job Identifier="Levelled" DisplayName_L1="Levelled">
    <Step Identifier="Apart" Level="0" />
    <Step Identifier="Levels" />
  </Job>
  <InvokeSqlCommandTask Identifier="Apart" DisplayName_L1="Apart" SQLInputFile="apart.sql" />
  <InvokeSqlCommandTask Identifier="Levels" DisplayName_L1="Levels" SQLInputFile="levels.sql" Level="1" />"#;
    let project = Project::new().configuration("Jobs.xml", jobs);
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    let mut params = editor.document("Jobs.xml");
    params["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    let hints = editor.ask("textDocument/inlayHint", &params);
    let hint = |one: &Value| format!("{}: {}", one["position"]["line"].as_u64().unwrap() + 1, one["label"].as_str().unwrap());
    let hints: Vec<String> = hints.as_array().unwrap().iter().map(hint).collect();
    insta::assert_snapshot!(hints.join("\n"), @r"
    3: complete
    4: 1 of 3
    5: InvokeSqlCommandTask, 2 of 3
    6: 3 of 3
    8: complete
    9: InvokeSqlCommandTask
    10: InvokeSqlCommandTask, level 1
    ");
}
