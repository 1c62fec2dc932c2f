//! From names to declarations and back, and other names.

use serde_json::json;

use super::project;
use crate::support::editor::Editor;

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
fn properties_named_in_code_lead_to_their_declarations_through_what_escapes_them() {
    let rules = r#"  <EntityPropertyExpression Identifier="A" EntityType="Person" Property="Code" Expression="C#:person:return &quot;Code &lt;é&gt;&quot; + person.Site.Town + person.&#67;ode;" />
  <EntityPropertyExpression Identifier="B" EntityType="Site" Property="Town" Expression="C#:site:var Code = site.Town; return Code + site.People.Select(one =&gt; one.Code).First();" />"#;
    let project = project().configuration("Rules.xml", rules);
    let mut editor = Editor::start(&project);
    editor.open("Rules.xml");
    editor.open("Model.xml");
    let definition = |editor: &mut Editor<'_>, mark: &str| {
        let places = editor.at("textDocument/definition", "Rules.xml", mark);
        editor.places(&places)
    };
    assert_eq!(definition(&mut editor, "person.Site.To|wn"), ["Model.xml:10:27"]);
    assert_eq!(definition(&mut editor, "person.|Site"), ["Model.xml:7:27"]);
    assert_eq!(
        definition(&mut editor, "person.&#6|7;ode"),
        ["Model.xml:6:27"],
        "inside a character that is written by its number"
    );
    assert_eq!(definition(&mut editor, "one.Code|)"), ["Model.xml:6:27"], "the items of a list");
    for nothing in ["&quot;Co|de", "var Co|de", "return Co|de", "per|son.Site"] {
        assert_eq!(definition(&mut editor, nothing), Vec::<String>::new(), "{nothing}");
    }
    let hover = editor.at("textDocument/hover", "Rules.xml", "person.Site.To|wn");
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("**property** `Town`"), "{hover}");
    let (start, end) = (&hover["range"]["start"]["character"], &hover["range"]["end"]["character"]);
    assert_eq!(end.as_u64().unwrap() - start.as_u64().unwrap(), 4);
    let marked = editor.at("textDocument/documentHighlight", "Rules.xml", "person.Site.To|wn");
    assert_eq!(marked.as_array().unwrap().len(), 3, "{marked}");
    let more = json!({"context": {"includeDeclaration": true}});
    let references = editor.at_with("textDocument/references", "Rules.xml", "site.To|wn;", &more);
    assert_eq!(editor.places(&references).len(), 4, "{references}");
    let edit = editor.at_with("textDocument/rename", "Rules.xml", "person.Site.To|wn", &json!({"newName": "Port"}));
    editor.apply(&edit);
    let changed = project.read("Rules.xml");
    assert!(changed.contains("person.Site.Port + person.&#67;ode"), "{changed}");
    assert!(changed.contains("var Code = site.Port; return"), "{changed}");
    assert!(project.read("Model.xml").contains("<Property Identifier=\"Port\""));
}

/// A scaffolding whose tasks are named by a step, a link, an argument and a written task that adds to one of them.
const GENERATED: &str = r#"  <CreateConnectorSynchroComplete Connector="HR" JobIdentifier="HR_Whole" DisplayName_L1="Whole">
    <OpenIdIdentifier Identifier="Job" />
    <LinkDependTask Task="HR_Whole_Synchronize_HR" DependOn="PrepareSynchronization_HR_Complete" />
  </CreateConnectorSynchroComplete>
  <SynchronizeTask Identifier="HR_Whole_Synchronize_HR" DisplayName_L1="Mine" ConsolidationMode="Merge" />
  <Job Identifier="Other" DisplayName_L1="Other" Agent="Harbour">
    <Step Identifier="hr_whole_Synchronize_HR" Level="0" />
    <ExportTask Identifier="Late" DisplayName_L1="Late" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="1">
      <TaskDependsOnTask ParentTask="HR_Whole_Synchronize_HR" />
    </ExportTask>
  </Job>
  <CreateAgentSynchroComplete Agent="Harbour" DisplayName_L1="All">
    <OpenIdIdentifier Identifier="Job" />
  </CreateAgentSynchroComplete>
  <Job Identifier="Harbour_Synchronize_Complete" DisplayName_L1="All" ConsolidationMode="Merge" />"#;

#[test]
fn renaming_a_generated_job_renames_its_tasks_wherever_they_are_named() {
    let project = project().configuration("Generated.xml", GENERATED).file("jobwright.toml", "");
    let before = project.run(&["plan", "--job", "HR_Whole", "--format", "summary"]).stdout;
    let mut editor = Editor::start(&project);
    editor.open("Generated.xml");
    let mark = "JobIdentifier=\"HR_|Whole\"";
    assert_eq!(editor.at("textDocument/prepareRename", "Generated.xml", mark)["placeholder"], "HR_Whole");
    let taken = editor.at_with("textDocument/rename", "Generated.xml", mark, &json!({"newName": "Night"}));
    assert_eq!(taken["error"]["message"], "there is already a job `Night`");
    let edit = editor.at_with("textDocument/rename", "Generated.xml", mark, &json!({"newName": "HR_All"}));
    editor.apply(&edit);
    let changed = project.read("Generated.xml");
    assert_eq!(changed.to_lowercase().matches("hr_whole").count(), 0, "{changed}");
    assert_eq!(changed.matches("HR_All_Synchronize_HR").count(), 4, "{changed}");
    let after = project.run(&["plan", "--job", "HR_All", "--format", "summary"]).stdout;
    assert_eq!(after, before.replace("HR_Whole", "HR_All"));
}

#[test]
fn what_a_scaffolding_names_says_where_another_name_is_written() {
    let project = project().configuration("Generated.xml", GENERATED);
    let mut editor = Editor::start(&project);
    editor.open("Generated.xml");
    let refused = |editor: &mut Editor<'_>, mark: &str| {
        editor.at("textDocument/prepareRename", "Generated.xml", mark)["error"]["message"].as_str().unwrap().to_owned()
    };
    insta::assert_snapshot!(
        refused(&mut editor, "ParentTask=\"HR_Whole_|Synchronize"),
        @"`HR_Whole_Synchronize_HR` cannot be renamed: `CreateConnectorSynchroComplete` in Generated.xml:3 generates it and names it after its job; rename the job, `HR_Whole`, and its tasks follow"
    );
    insta::assert_snapshot!(
        refused(&mut editor, "\"Harbour_Synch|ronize_Complete\""),
        @"`Harbour_Synchronize_Complete` cannot be renamed: `CreateAgentSynchroComplete` in Generated.xml:14 generates it and makes up its name; give it a JobIdentifier"
    );
}
