//! `lsp`: sessions of an editor.

use serde_json::{Value, json};

use super::support::Project;
use super::support::editor::{Editor, applied};

const JOBS: &str = r#"  <Agent Identifier="Harbour" DisplayName_L1="Harbour" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" Profile="Administrator" HashedSecret="x" />
  <Job Identifier="Night" DisplayName_L1="Night" Agent="Harbour" CronTabExpression="30 2 * * *">
    <ExportTask Identifier="First" DisplayName_L1="First" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="0" />
    <ExportTask Identifier="Second" DisplayName_L1="Second" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="1">
      <TaskDependsOnTask ParentTask="First" />
    </ExportTask>
    <ExportTask Identifier="Third" DisplayName_L1="Third" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="2">
      <TaskDependsOnTask ParentTask="Second" />
    </ExportTask>
  </Job>"#;

const MODEL: &str = r#"  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Harbour" />
  <Connection Identifier="People" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person">
    <Property Identifier="Code" DisplayName_L1="Code" TargetColumnIndex="0" Type="String" />
    <Property Identifier="Site" DisplayName_L1="Site" TargetColumnIndex="128" Type="ForeignKey" />
  </EntityType>
  <EntityType Identifier="Site" DisplayName_L1="Site">
    <Property Identifier="Town" DisplayName_L1="Town" TargetColumnIndex="0" Type="String" />
    <Property Identifier="People" DisplayName_L1="People" TargetColumnIndex="-1" Type="ForeignKey" />
  </EntityType>
  <EntityAssociation Identifier="Person_Site" DisplayName_L1="Site" Property1="Person:Site" Property2="Site:People" IsProperty2Collection="true" />
  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />"#;

fn project() -> Project {
    Project::new().configuration("Jobs.xml", JOBS).configuration("Model.xml", MODEL)
}

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
fn names_lead_to_declarations_and_to_everything_that_names_the_same() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    let definition = editor.at("textDocument/definition", "Jobs.xml", "ParentTask=\"Fir|st\"");
    assert_eq!(editor.places(&definition), ["Jobs.xml:6:29"]);
    let definition = editor.at("textDocument/definition", "Jobs.xml", "\"First\" Agent=\"Harbour\" Connection=\"|People");
    assert_eq!(editor.places(&definition), ["Model.xml:4:27"]);
    let more = json!({"context": {"includeDeclaration": true}});
    let references = editor.at_with("textDocument/references", "Jobs.xml", "<Agent Identifier=\"Harb|our", &more);
    assert_eq!(editor.places(&references).len(), 6);
    let nothing = editor.at("textDocument/definition", "Jobs.xml", "<Jo|b ");
    assert_eq!(nothing, json!([]));
}

#[test]
fn renaming_changes_every_file_and_leaves_the_findings_as_they_were() {
    let project = project();
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    let mark = "\"First\" Agent=\"Harbour\" Connection=\"Peo|ple";
    assert_eq!(editor.at("textDocument/prepareRename", "Jobs.xml", mark)["placeholder"], "People");
    let taken = editor.at_with("textDocument/rename", "Jobs.xml", "\"First\" Agent=\"Harb|our", &json!({"newName": " "}));
    assert!(taken["error"]["message"].as_str().unwrap().contains("at least one character"));
    for malformed in ["a b", "x\"y", "é"] {
        let refused = editor.at_with("textDocument/rename", "Jobs.xml", mark, &json!({ "newName": malformed }));
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(&format!("`{malformed}` cannot be the Identifier of a `Connection`: ")), "{message}");
    }
    let before = project.run(&["check", "--format", "concise"]).stdout;
    let edit = editor.at_with("textDocument/rename", "Jobs.xml", mark, &json!({"newName": "Folk"}));
    editor.apply(&edit);
    assert_eq!(project.read("Jobs.xml").matches("Connection=\"Folk\"").count(), 3);
    assert!(project.read("Model.xml").contains("<Connection Identifier=\"Folk\""));
    let after = project.run(&["check", "--format", "concise"]).stdout;
    assert_eq!(after.lines().count(), before.lines().count(), "{before}\n{after}");
}

#[test]
fn renaming_a_property_changes_the_expressions_that_name_it() {
    let rules = r#"  <EntityPropertyExpression Identifier="A" EntityType="Person" Property="Code" Expression="C#:person:return person.Code + person.Site.Town + &quot;Code&quot;;" />
  <EntityPropertyExpression Identifier="B" EntityType="Site" Property="Town" Expression="C#:site:var Code = site.Town; return Code;" />
  <EntityPropertyExpression Identifier="C" EntityType="Person" Property="Code" Binding="Site.Town" Expression="ToUpper" />"#;
    let project = project().configuration("Rules.xml", rules);
    let mut editor = Editor::start(&project);
    editor.open("Rules.xml");
    editor.open("Model.xml");
    let more = json!({"context": {"includeDeclaration": false}});
    let references =
        editor.at_with("textDocument/references", "Rules.xml", "\"A\" EntityType=\"Person\" Property=\"|Code", &more);
    assert_eq!(editor.places(&references), ["Rules.xml:3:74", "Rules.xml:3:116", "Rules.xml:5:74"]);
    let rename = json!({"newName": "Number"});
    let edit = editor.at_with("textDocument/rename", "Rules.xml", "\"A\" EntityType=\"Person\" Property=\"|Code", &rename);
    editor.apply(&edit);
    let changed = project.read("Rules.xml");
    assert!(changed.contains("return person.Number + person.Site.Town + &quot;Code&quot;;"), "{changed}");
    assert!(changed.contains("var Code = site.Town; return Code;"), "a local variable is another: {changed}");
    // What is a word only is left, and said.
    let said = editor.other.iter().find(|one| one["method"] == "window/showMessage").unwrap();
    assert!(said["params"]["message"].as_str().unwrap().starts_with("3 more places"), "{said}");
    let edit = editor.at_with("textDocument/rename", "Model.xml", "<Property Identifier=\"|Town", &json!({"newName": "Port"}));
    assert_eq!(edit["changes"][editor.uri("Rules.xml")].as_array().unwrap().len(), 4);
}

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
    editor.edit("Jobs.xml", "    <Exp\n  </Job>", "    <SynchronizeTask Type=\"\" DoNotDeleteChanges=\"\" />\n  </Job>");
    assert_eq!(editor.complete("Jobs.xml", "DoNotDeleteChanges=\"|\""), ["true", "false"]);
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
fn a_client_that_dies_or_breaks_the_protocol_ends_the_server_cleanly() {
    let project = project();
    assert_eq!(Editor::start(&project).leave(), Some(0), "gone without a word");
    let mut editor = Editor::start(&project);
    editor.tell("exit", &Value::Null);
    assert_eq!(editor.leave(), Some(1), "told to exit before it was told to shut down");
    let mut editor = Editor::start(&project);
    editor.send_bytes(b"Content-Length: 5\r\n\r\n{\"a\":Content-Length: 2\r\n\r\n{}");
    editor.open("Jobs.xml");
    let definition = editor.at("textDocument/definition", "Jobs.xml", "ParentTask=\"Fir|st\"");
    assert_eq!(definition.as_array().unwrap().len(), 1, "what is no JSON is answered and passed over");
    let codes: Vec<i64> = editor.other.iter().filter_map(|one| one["error"]["code"].as_i64()).collect();
    assert_eq!(codes, [-32700, -32600]);
    editor.send_bytes(b"Content-Length: 99999999999999999999\r\n\r\n");
    assert_eq!(editor.leave(), Some(6));
}

#[test]
fn a_burst_of_edits_is_judged_once_it_is_over_and_leaves_no_memory_behind() {
    let types: String = (0..1_500)
        .map(|one| {
            format!("  <EntityType Identifier=\"T{one}\" DisplayName_L1=\"T\">\n    <Property Identifier=\"P\" DisplayName_L1=\"P\" TargetColumnIndex=\"0\" Type=\"String\" />\n  </EntityType>\n")
        })
        .collect();
    let project = project().configuration("Types.xml", &types);
    let mut editor = Editor::start(&project);
    editor.open("Jobs.xml");
    editor.settle();
    let before = editor.peak_memory();
    for (old, new) in [("First", "Fist"), ("Fist", "First")].into_iter().cycle().take(300) {
        editor.edit("Jobs.xml", &format!("ParentTask=\"{old}\""), &format!("ParentTask=\"{new}\""));
        // Each edit is taken on its own, so that the server believes it to be the last.
        editor.ask("jobwright/nothing", &json!({}));
    }
    editor.edit("Jobs.xml", "ParentTask=\"First\"", "ParentTask=\"Last\"");
    editor.settle();
    assert!(editor.problems().contains("there is no task `Last`"));
    let (before, after) = (before.unwrap_or(0), editor.peak_memory().unwrap_or(0));
    assert!(after < before + (64 << 10), "{before} KiB before, {after} KiB after");
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

/// Serves what a client sends, and gives what the server wrote.
fn served(input: Vec<u8>) -> (std::io::Result<jobwright::lsp::Ended>, Vec<Value>) {
    let mut output = Vec::new();
    let ended = jobwright::lsp::serve(std::io::Cursor::new(input), &mut output);
    let mut output = std::io::Cursor::new(output);
    (ended, std::iter::from_fn(|| super::support::editor::read(&mut output)).collect())
}

fn framed(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

const METHODS: [&str; 19] = [
    "definition",
    "references",
    "documentHighlight",
    "prepareRename",
    "rename",
    "documentSymbol",
    "foldingRange",
    "completion",
    "hover",
    "codeAction",
    "formatting",
    "rangeFormatting",
    "codeLens",
    "inlayHint",
    "semanticTokens/full",
    "nonsense",
    "didOpen",
    "didClose",
    "didSave",
];

/// A message about an open document, right or wrong.
fn message(kind: usize, id: i32, (line, character): (u32, u32), text: &str) -> Value {
    let place = json!({"line": line, "character": character});
    let uri = if kind % 7 == 6 { "file:///nowhere/a.xml" } else { "untitled:a" };
    let document = json!({"uri": uri, "version": id, "languageId": "xml", "text": text});
    let range = json!({"start": place, "end": {"line": line, "character": character + 3}});
    let params = json!({
        "textDocument": document, "position": place, "range": range, "newName": text, "context": {"diagnostics": [], "includeDeclaration": true},
        "options": {"tabSize": 4, "insertSpaces": true}, "contentChanges": [{"range": range, "text": text}],
    });
    match kind {
        0..19 => json!({"jsonrpc": "2.0", "id": id, "method": format!("textDocument/{}", METHODS[kind]), "params": params}),
        19 => json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id + 1}}),
        20 => json!({"jsonrpc": "2.0", "id": id, "method": "workspace/symbol", "params": {"query": text}}),
        21 => json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": text}),
        22 => json!({"jsonrpc": "2.0", "id": id, "result": text}),
        23 => {
            json!({"jsonrpc": "2.0", "id": id, "method": "workspace/executeCommand", "params": {"command": "jobwright.showGraph", "arguments": [text]}})
        }
        _ => json!({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}),
    }
}

fn beginning() -> Vec<u8> {
    let text = format!("<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">{MODEL}{JOBS}</ConfigurationFile>");
    let document = json!({"uri": "untitled:a", "version": 0, "languageId": "xml", "text": text});
    let mut bytes = framed(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}));
    bytes.extend(framed(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}})));
    bytes.extend(framed(&json!({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": document}})));
    bytes
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn whatever_bytes_come_the_session_ends(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), started in proptest::bool::ANY) {
        let mut input = if started { beginning() } else { Vec::new() };
        input.extend(bytes);
        let (ended, _) = served(input);
        proptest::prop_assert!(!matches!(ended, Ok(jobwright::lsp::Ended::Orderly)));
    }

    #[test]
    fn whatever_messages_come_each_request_has_one_answer(
        messages in proptest::collection::vec((0_usize..32, (0_u32..30, 0_u32..120), "[<>/\"=a-z é😀\n-]{0,6}"), 0..40),
    ) {
        let mut input = beginning();
        let mut asked = vec![0_i64];
        for (id, (kind, place, text)) in (1_i32..).zip(&messages) {
            let message = message(*kind, id, *place, text);
            if message.get("method").is_some() && message.get("id").is_some() {
                asked.push(id.into());
            }
            input.extend(framed(&message));
        }
        input.extend(framed(&json!({"jsonrpc": "2.0", "id": 1000, "method": "shutdown"})));
        input.extend(framed(&json!({"jsonrpc": "2.0", "method": "exit"})));
        asked.push(1000);
        let (ended, told) = served(input);
        proptest::prop_assert_eq!(ended.unwrap(), jobwright::lsp::Ended::Orderly);
        let mut answered: Vec<i64> = told.iter().filter(|one| one.get("method").is_none()).map(|one| one["id"].as_i64().unwrap()).collect();
        answered.sort_unstable();
        proptest::prop_assert_eq!(answered, asked);
        // -32603: a panic was caught.
        let failed: Vec<&Value> = told.iter().filter(|one| one["error"]["code"] == -32603).collect();
        proptest::prop_assert!(failed.is_empty(), "{:?}", failed);
    }
}

#[test]
fn neovim_shows_findings_completes_renames_and_formats() {
    let there = std::process::Command::new("nvim").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: nvim is not installed");
        return;
    }
    let project = Project::by_hand().file("session.lua", include_str!("support/neovim.lua"));
    let output = std::process::Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile session.lua"])
        .env("JOBWRIGHT", env!("CARGO_BIN_EXE_jobwright"))
        .env("XDG_STATE_HOME", project.path("state"))
        .env("XDG_CACHE_HOME", project.path("state"))
        .env("XDG_DATA_HOME", project.path("state"))
        .current_dir(project.path(""))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(project.read("transcript.txt"), @r#"
    a dependency on nothing: there is no task `Wrong_Complete_Prepare_HR`
    it is right again: 0 such findings
    connections to choose from: 8
    DirectoryAccounts is now Accounts in 2 files
    formatted
    "#);
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
