//! An editor: a client of the language server that remembers what it was told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::Project;

/// A session with the language server, in a folder.
pub struct Editor<'p> {
    project: &'p Project,
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    texts: BTreeMap<String, String>,
    /// The newest version of each open file, and the one that the server has judged.
    versions: BTreeMap<String, i64>,
    judged: BTreeMap<String, i64>,
    /// What the server said of each file last.
    pub diagnostics: BTreeMap<String, Vec<Value>>,
    /// What the server sent beside answers and diagnostics.
    pub other: Vec<Value>,
    number: i32,
    version: i64,
}

impl<'p> Editor<'p> {
    /// Starts a session in the folder, with UTF-8 positions.
    pub fn start(project: &'p Project) -> Self {
        let capabilities = json!({
            "general": {"positionEncodings": ["utf-8", "utf-16"]},
            "window": {"showDocument": {"support": true}},
        });
        Self::start_with(project, &["."], &capabilities)
    }

    /// Starts a session in some folders, of a client that can do that.
    pub fn start_with(project: &'p Project, folders: &[&str], capabilities: &Value) -> Self {
        let mut command = project.command(&["lsp"]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut editor = Self {
            project,
            child,
            input,
            messages,
            texts: BTreeMap::new(),
            versions: BTreeMap::new(),
            judged: BTreeMap::new(),
            diagnostics: BTreeMap::new(),
            other: Vec::new(),
            number: 0,
            version: 0,
        };
        let folders: Vec<Value> = folders.iter().map(|one| json!({"uri": editor.uri(one), "name": one})).collect();
        editor.ask(
            "initialize",
            &json!({"capabilities": capabilities, "processId": null, "rootUri": null, "workspaceFolders": folders}),
        );
        editor.tell("initialized", &json!({}));
        editor
    }

    /// The address of a file.
    pub fn uri(&self, file: &str) -> String {
        let path = std::fs::canonicalize(self.project.path("")).unwrap().join(file);
        let path = path.to_str().unwrap().trim_end_matches("/.").to_owned();
        format!("file://{}", path.replace(' ', "%20"))
    }

    fn file(&self, uri: &str) -> String {
        let folder = format!("{}/", self.uri(".").trim_end_matches('/'));
        uri.strip_prefix(&folder).unwrap_or(uri).replace("%20", " ")
    }

    /// Sends a notification.
    pub fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and waits for its result; an error comes as `{"error": …}`.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.request(method, params);
        self.answer(id)
    }

    /// Sends a request.
    pub fn request(&mut self, method: &str, params: &Value) -> i32 {
        self.number += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}));
        self.number
    }

    /// Waits for the answer to a request.
    pub fn answer(&mut self, id: i32) -> Value {
        loop {
            let message = self.receive().unwrap();
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => json!({ "error": error }),
                    None => message["result"].clone(),
                };
            }
            self.note(message);
        }
    }

    /// Writes bytes as they are.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        // A server that has ended reads nothing.
        let _ = self.input.as_mut().unwrap().write_all(bytes);
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    /// The next message; none where the server has ended.
    pub fn receive(&mut self) -> Option<Value> {
        self.messages.recv_timeout(Duration::from_mins(2)).ok()
    }

    fn note(&mut self, message: Value) {
        if message["method"] == "textDocument/publishDiagnostics" {
            let file = self.file(message["params"]["uri"].as_str().unwrap());
            if let Some(version) = message["params"]["version"].as_i64() {
                self.judged.insert(file.clone(), version);
            }
            self.diagnostics.insert(file, message["params"]["diagnostics"].as_array().unwrap().clone());
        } else {
            self.other.push(message);
        }
    }

    /// Opens a file with the text it has.
    pub fn open(&mut self, file: &str) {
        let text = self.project.read(file);
        self.open_as(file, &text);
    }

    /// Opens a file with another text.
    pub fn open_as(&mut self, file: &str, text: &str) {
        self.version += 1;
        let document = json!({"uri": self.uri(file), "languageId": "xml", "version": self.version, "text": text});
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        self.versions.insert(file.to_owned(), self.version);
        self.texts.insert(file.to_owned(), text.to_owned());
    }

    /// Replaces a part of an open file, which must be there once.
    pub fn edit(&mut self, file: &str, old: &str, new: &str) {
        let text = &self.texts[file];
        assert_eq!(text.matches(old).count(), 1, "{old} in {file}");
        let at = text.find(old).unwrap();
        self.replace(file, at, old.len(), new);
    }

    /// Types a text at a place of an open file.
    pub fn insert(&mut self, file: &str, at: usize, text: &str) {
        self.replace(file, at, 0, text);
    }

    /// Removes a stretch of an open file.
    pub fn erase(&mut self, file: &str, at: usize, length: usize) {
        self.replace(file, at, length, "");
    }

    fn replace(&mut self, file: &str, at: usize, length: usize, new: &str) {
        let mut text = self.texts[file].clone();
        let range = json!({"start": position(&text, at), "end": position(&text, at + length)});
        self.version += 1;
        let document = json!({"uri": self.uri(file), "version": self.version});
        let change = json!({"range": range, "text": new});
        self.tell("textDocument/didChange", &json!({"textDocument": document, "contentChanges": [change]}));
        self.versions.insert(file.to_owned(), self.version);
        text.replace_range(at..at + length, new);
        self.texts.insert(file.to_owned(), text);
    }

    /// Waits until the server has said what it has to say of the newest text of every open file.
    pub fn settle(&mut self) {
        while self.texts.keys().any(|file| self.judged.get(file) != self.versions.get(file)) {
            let message = self.receive().unwrap();
            self.note(message);
        }
        // What belongs to it was sent before the next answer.
        self.ask("jobwright/nothing", &json!({}));
    }

    /// Waits until the server says something of a file.
    pub fn wait_for(&mut self, file: &str, words: &str) {
        while !self.problems().lines().any(|line| line.starts_with(&format!("{file}:")) && line.contains(words)) {
            let message = self.receive().unwrap();
            self.note(message);
        }
    }

    /// What is known to be wrong, one finding a line.
    pub fn problems(&mut self) -> String {
        let mut text = String::new();
        for (file, diagnostics) in &self.diagnostics {
            for one in diagnostics {
                let line = one["range"]["start"]["line"].as_u64().unwrap() + 1;
                let headline = one["message"].as_str().unwrap().lines().next().unwrap();
                writeln!(text, "{file}:{line} {}: {headline}", one["code"].as_str().unwrap()).unwrap();
            }
        }
        text
    }

    /// Asks about the place of `|` in `mark`, which without it stands in the file once.
    pub fn at(&mut self, method: &str, file: &str, mark: &str) -> Value {
        self.at_with(method, file, mark, &json!({}))
    }

    /// As [`Editor::at`], with more to say.
    pub fn at_with(&mut self, method: &str, file: &str, mark: &str, more: &Value) -> Value {
        let text = self.texts[file].clone();
        let plain = mark.replace('|', "");
        assert_eq!(text.matches(&plain).count(), 1, "{plain} in {file}");
        let offset = text.find(&plain).unwrap() + mark.find('|').unwrap();
        let mut params = json!({"textDocument": {"uri": self.uri(file)}, "position": position(&text, offset)});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ask(method, &params)
    }

    /// The labels of what can be typed there.
    pub fn complete(&mut self, file: &str, mark: &str) -> Vec<String> {
        let list = self.at("textDocument/completion", file, mark);
        list["items"].as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// Places as `file:line:column`.
    pub fn places(&self, places: &Value) -> Vec<String> {
        let place = |one: &Value| {
            let start = &one["range"]["start"];
            format!(
                "{}:{}:{}",
                self.file(one["uri"].as_str().unwrap()),
                start["line"].as_u64().unwrap() + 1,
                start["character"].as_u64().unwrap() + 1
            )
        };
        places.as_array().unwrap().iter().map(place).collect()
    }

    /// Applies the edits of an answer to the files on disk.
    pub fn apply(&self, edit: &Value) {
        for (uri, edits) in edit["changes"].as_object().unwrap() {
            let file = self.file(uri);
            let text = self.project.read(&file);
            std::fs::write(self.project.path(&file), applied(&text, edits)).unwrap();
        }
    }

    /// The address and position parameters of a file alone.
    pub fn document(&self, file: &str) -> Value {
        json!({"textDocument": {"uri": self.uri(file)}})
    }

    /// The text of an open file.
    pub fn text(&self, file: &str) -> &str {
        &self.texts[file]
    }

    /// The most memory the server has held so far, in KiB; nothing where the system does not tell.
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Ends the session in order; the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", &Value::Null);
        self.child.wait().unwrap().code()
    }

    /// Leaves without a word; the exit code.
    pub fn leave(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().unwrap().code()
    }
}

impl Drop for Editor<'_> {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// A text with edits applied.
pub fn applied(text: &str, edits: &Value) -> String {
    let mut text = text.to_owned();
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let at = |end: &str| offset(&text, &edit["range"][end]);
            (at("start"), at("end"), edit["newText"].as_str().unwrap())
        })
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
    for (start, end, new) in edits {
        text.replace_range(start..end, new);
    }
    text
}

/// A position in UTF-8.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    json!({"line": line, "character": offset - before.rfind('\n').map_or(0, |at| at + 1)})
}

fn offset(text: &str, position: &Value) -> usize {
    let line = position["line"].as_u64().unwrap() as usize;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    start + position["character"].as_u64().unwrap() as usize
}

/// Reads one message; none at the end.
pub fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().unwrap(),
            _ if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
