//! Sessions that break off, break the protocol, or send more than anybody reads.

use serde_json::{Value, json};

use super::{JOBS, MODEL, project};
use crate::support::editor::{Editor, read};

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

/// Serves what a client sends, and gives what the server wrote.
fn served(input: Vec<u8>) -> (std::io::Result<jobwright::lsp::Ended>, Vec<Value>) {
    let mut output = Vec::new();
    let ended = jobwright::lsp::serve(std::io::Cursor::new(input), &mut output);
    let mut output = std::io::Cursor::new(output);
    (ended, std::iter::from_fn(|| read(&mut output)).collect())
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
