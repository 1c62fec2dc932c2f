//! A client of the language server that measures how long each answer takes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// A message with the moment at which it had been read.
struct Received {
    at: Instant,
    message: Value,
}

/// An open document.
#[derive(Debug)]
struct Open {
    text: String,
    version: i64,
}

/// A session with the server.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Received>,
    folder: PathBuf,
    open: BTreeMap<String, Open>,
    number: i64,
    /// By address: how many findings were told last, of which version, and when.
    told: BTreeMap<String, (usize, Option<i64>, Instant)>,
}

impl Client {
    /// Starts the server on a folder and waits until it is ready.
    pub(crate) fn start(server: &Path, folder: &Path) -> io::Result<Self> {
        let mut child = Command::new(server).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("the server has no output"))?;
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(Some(message)) = read(&mut output) {
                if sender.send(Received { at: Instant::now(), message }).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut client =
            Self { child, input, messages, folder: folder.to_owned(), open: BTreeMap::new(), number: 0, told: BTreeMap::new() };
        let folders = json!([{"uri": client.uri(""), "name": "bench"}]);
        let capabilities = json!({"general": {"positionEncodings": ["utf-16"]}});
        client.ask("initialize", &json!({"capabilities": capabilities, "processId": null, "workspaceFolders": folders}))?;
        client.tell("initialized", &json!({}))?;
        Ok(client)
    }

    fn uri(&self, file: &str) -> String {
        let text = self.folder.join(file).to_string_lossy().into_owned();
        format!("file://{}", text.trim_end_matches('/'))
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let text = message.to_string();
        let input = self.input.as_mut().ok_or_else(|| io::Error::other("the session has ended"))?;
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len())?;
        input.flush()
    }

    fn tell(&mut self, method: &str, params: &Value) -> io::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    fn receive(&mut self) -> io::Result<Received> {
        let received = self.messages.recv_timeout(PATIENCE);
        let received = received.map_err(|_| io::Error::other("the server does not answer any more"))?;
        let params = &received.message["params"];
        if let (Some(uri), Some(found)) = (params["uri"].as_str(), params["diagnostics"].as_array()) {
            self.told.insert(uri.to_owned(), (found.len(), params["version"].as_i64(), received.at));
        }
        Ok(received)
    }

    /// Sends a request; its result and how long it took to come.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> io::Result<(Value, Duration)> {
        self.number += 1;
        let id = self.number;
        let start = Instant::now();
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let mut received = self.receive()?;
            if received.message["id"] == id && received.message.get("method").is_none() {
                if let Some(error) = received.message.get("error") {
                    return Err(io::Error::other(format!("{method}: {error}")));
                }
                return Ok((received.message["result"].take(), received.at - start));
            }
        }
    }

    /// Opens a file with the text it has on disk.
    pub(crate) fn open(&mut self, file: &str) -> io::Result<()> {
        let text = fs::read_to_string(self.folder.join(file))?;
        let document = json!({"uri": self.uri(file), "languageId": "xml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }))?;
        self.open.insert(file.to_owned(), Open { text, version: 1 });
        Ok(())
    }

    /// The text of an open document.
    pub(crate) fn text(&self, file: &str) -> &str {
        self.open.get(file).map_or("", |open| &open.text)
    }

    /// Replaces a stretch of an open document; the moment at which the server was told.
    pub(crate) fn edit(&mut self, file: &str, start: usize, end: usize, new: &str) -> io::Result<Instant> {
        let uri = self.uri(file);
        let open = self.open.get_mut(file).ok_or_else(|| io::Error::other(format!("{file} is not open")))?;
        let range = json!({"start": position(&open.text, start), "end": position(&open.text, end)});
        open.text.replace_range(start..end, new);
        open.version += 1;
        let document = json!({"uri": uri, "version": open.version});
        let told = Instant::now();
        self.tell(
            "textDocument/didChange",
            &json!({"textDocument": document, "contentChanges": [{"range": range, "text": new}]}),
        )?;
        Ok(told)
    }

    /// Waits until the server has judged the newest text of a document; the moment at which its judgement had come.
    pub(crate) fn judged(&mut self, file: &str) -> io::Result<Instant> {
        let (uri, version) = (self.uri(file), self.open.get(file).map(|open| open.version));
        loop {
            if let Some(&(_, told, at)) = self.told.get(&uri)
                && told == version
            {
                return Ok(at);
            }
            self.receive()?;
        }
    }

    /// Asks about a place of an open document.
    pub(crate) fn at(&mut self, method: &str, file: &str, offset: usize, more: &Value) -> io::Result<(Value, Duration)> {
        let mut params = json!({"textDocument": {"uri": self.uri(file)}, "position": position(self.text(file), offset)});
        if let (Some(params), Some(more)) = (params.as_object_mut(), more.as_object()) {
            params.extend(more.clone());
        }
        self.ask(method, &params)
    }

    /// Applies a workspace edit to the open documents; those changed.
    pub(crate) fn apply(&mut self, edit: &Value) -> io::Result<Vec<String>> {
        let mut changed = Vec::new();
        let files: Vec<String> = self.open.keys().cloned().collect();
        for file in files {
            let Some(edits) = edit["changes"][self.uri(&file)].as_array() else { continue };
            let text = self.text(&file).to_owned();
            let at = |one: &Value, end: &str| offset(&text, &one["range"][end]);
            let mut edits: Vec<(usize, usize, &str)> =
                edits.iter().map(|one| (at(one, "start"), at(one, "end"), one["newText"].as_str().unwrap_or_default())).collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.0));
            for (start, end, new) in edits {
                self.edit(&file, start, end, new)?;
            }
            changed.push(file);
        }
        Ok(changed)
    }

    /// How many findings the client knows of.
    pub(crate) fn findings(&self) -> usize {
        self.told.values().map(|(found, ..)| found).sum()
    }

    /// The memory that the server holds, in bytes; 0 where the system does not tell.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or_default() * 1024
    }

    /// Ends the session.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.ask("shutdown", &Value::Null)?;
        self.tell("exit", &Value::Null)?;
        self.input = None;
        self.child.wait()?;
        Ok(())
    }
}

/// A place as the protocol has it, in units of UTF-16.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": before.matches('\n').count(), "character": before[start..].encode_utf16().count()})
}

fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| position[name].as_u64().unwrap_or_default() as usize;
    let start: usize = text.split_inclusive('\n').take(number("line")).map(str::len).sum();
    let mut units = 0;
    let within = text[start..].char_indices().find(|(_, character)| {
        let is_it = units >= number("character");
        units += character.len_utf16();
        is_it
    });
    within.map_or(text.len(), |(at, _)| start + at)
}

/// Reads one message; none at the end.
fn read(output: &mut impl BufRead) -> io::Result<Option<Value>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().map_err(io::Error::other)?,
            _ if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}
