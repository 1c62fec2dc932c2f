//! The loop: messages in, answers out, diagnostics when nothing waits any more.

use std::collections::VecDeque;
use std::io::{self, BufRead, Write};
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, FileChangeType, InitializeParams,
    NumberOrString,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::capabilities::{self, Client};
use super::checking::Poke;
use super::diagnostics::Published;
use super::requests;
use super::transport::{self, Incoming};
use super::uri;
use super::workspace::Workspace;

/// How long the server rests between two looks at the files of a client that does not tell when they change.
const REST: Duration = Duration::from_secs(1);

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client said so, in the order the protocol asks for.
    Orderly,
    /// The client told the server to exit before it told it to shut down.
    Abrupt,
    /// The client is gone.
    Gone,
}

/// Why a request has no result.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

impl Refusal {
    /// What was asked for cannot be done, for a reason the user should see.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::RequestFailed, message: message.into() }
    }
}

/// What the loop is woken by.
#[derive(Debug)]
pub(super) enum Event {
    /// A message has come.
    Message(Incoming),
    /// Nothing more will come, and why where that is an error.
    End(io::Result<()>),
    /// A check has ended.
    Checked,
}

/// Serves one client until it ends the session or is gone.
///
/// # Errors
/// Where the stream fails, or holds bytes of which nobody can say where a message begins.
pub fn serve(input: impl BufRead + Send + 'static, output: &mut dyn Write) -> io::Result<Ended> {
    let (sender, events) = mpsc::channel();
    let poke = Poke::of(sender.clone());
    thread::Builder::new().name("lsp-reader".to_owned()).spawn(move || {
        let mut input = input;
        loop {
            let event = match transport::read(&mut input) {
                Ok(Some(message)) => Event::Message(message),
                Ok(None) => Event::End(Ok(())),
                Err(error) => Event::End(Err(error)),
            };
            let is_last = matches!(event, Event::End(_));
            if sender.send(event).is_err() || is_last {
                return;
            }
        }
    })?;
    let mut server = Server {
        output,
        events,
        waiting: VecDeque::new(),
        end: None,
        unsaid: true,
        rest: None,
        phase: Phase::New,
        client: Client::default(),
        workspace: Workspace::new(poke),
        published: Published::default(),
        asked: 0,
        pages: None,
    };
    match server.run() {
        // A client that no longer listens is gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ended::Gone),
        ended => ended,
    }
}

/// Where the session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    New,
    Running,
    Down,
}

pub(super) struct Server<'o> {
    output: &'o mut dyn Write,
    events: Receiver<Event>,
    waiting: VecDeque<Incoming>,
    /// That nothing more will come, and why where that is an error.
    end: Option<io::Result<()>>,
    /// Whether something has happened since the client was last told what is known.
    unsaid: bool,
    /// How long to rest before the files are looked at again; nothing where the client tells when they change.
    rest: Option<Duration>,
    phase: Phase,
    pub(super) client: Client,
    pub(super) workspace: Workspace,
    published: Published,
    /// How many requests the client was sent.
    asked: i32,
    /// Pages written for a browser; removed when the session ends.
    pub(super) pages: Option<tempfile::TempDir>,
}

impl Server<'_> {
    fn run(&mut self) -> io::Result<Ended> {
        loop {
            if !self.receive()? {
                return Ok(Ended::Gone);
            }
            while let Some(message) = self.waiting.pop_front() {
                if let Some(ended) = self.take(message)? {
                    return Ok(ended);
                }
                // What has come in the meantime may withdraw what still waits.
                self.receive_ready();
            }
        }
    }

    /// Waits for messages; where there are none yet, has judged what has changed, and tells the client. False at the end of
    /// the stream.
    fn receive(&mut self) -> io::Result<bool> {
        self.receive_ready();
        while self.waiting.is_empty() {
            if let Some(end) = self.end.take() {
                return end.map(|()| false);
            }
            if self.phase == Phase::Running && (self.unsaid || !self.workspace.is_judged()) {
                if self.workspace.check() {
                    self.publish()?;
                }
                self.receive_ready();
                if !self.waiting.is_empty() {
                    break;
                }
            }
            if self.end.is_none() {
                // The loop itself keeps a sender, so that there is always one.
                let event = match self.rest {
                    None => self.events.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(rest) => self.events.recv_timeout(rest),
                };
                match event {
                    Ok(event) => self.note(event),
                    Err(RecvTimeoutError::Timeout) => self.look(),
                    Err(RecvTimeoutError::Disconnected) => return Ok(false),
                }
                self.receive_ready();
            }
        }
        Ok(true)
    }

    fn receive_ready(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.note(event);
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::Message(message) => self.waiting.push_back(message),
            // What came before is answered first.
            Event::End(end) => self.end = Some(end),
            // That there is something new is seen when nothing waits.
            Event::Checked => {}
        }
    }

    fn take(&mut self, message: Incoming) -> io::Result<Option<Ended>> {
        match message {
            Incoming::Nonsense(code, text) => {
                // The protocol wants the answer to go to nobody in particular.
                let error = serde_json::json!({"code": code as i32, "message": text});
                let message = serde_json::json!({"jsonrpc": "2.0", "id": null, "error": error});
                transport::write_value(self.output, &message)?;
            }
            Incoming::Message(Message::Response(_)) => {}
            Incoming::Message(Message::Notification(notification)) => return self.notified(notification),
            Incoming::Message(Message::Request(request)) => self.request(request)?,
        }
        Ok(None)
    }

    fn notified(&mut self, notification: Notification) -> io::Result<Option<Ended>> {
        if notification.method == "exit" {
            return Ok(Some(if self.phase == Phase::Down { Ended::Orderly } else { Ended::Abrupt }));
        }
        if self.phase == Phase::Running {
            let applied = panic::catch_unwind(AssertUnwindSafe(|| self.apply(notification)));
            applied.unwrap_or(Ok(()))?;
        }
        Ok(None)
    }

    /// Takes note of what happened; what is not understood is nothing to take note of.
    fn apply(&mut self, notification: Notification) -> io::Result<()> {
        let Notification { method, params } = notification;
        self.unsaid = true;
        match method.as_str() {
            "initialized" => self.watch_files()?,
            "textDocument/didOpen" => {
                if let Some(DidOpenTextDocumentParams { text_document: one }) = read(params) {
                    self.workspace.open(one.uri.as_str(), one.version, one.text);
                }
            }
            "textDocument/didChange" => {
                if let Some(DidChangeTextDocumentParams { text_document: one, content_changes }) = read(params) {
                    let (address, encoding) = (one.uri.as_str(), self.workspace.encoding);
                    if self.workspace.documents.change(address, one.version, content_changes, encoding) {
                        self.workspace.changed(address);
                    }
                }
            }
            "textDocument/didClose" => {
                if let Some(DidCloseTextDocumentParams { text_document: one }) = read(params) {
                    self.workspace.close(one.uri.as_str());
                }
            }
            "textDocument/didSave" => {
                if let Some(DidSaveTextDocumentParams { text_document: one, .. }) = read(params) {
                    self.workspace.file_changed(one.uri.as_str(), false);
                }
            }
            "workspace/didChangeWatchedFiles" => {
                if let Some(DidChangeWatchedFilesParams { changes }) = read(params) {
                    for change in changes {
                        self.workspace.file_changed(change.uri.as_str(), change.typ != FileChangeType::CHANGED);
                    }
                }
            }
            "workspace/didChangeConfiguration" => self.workspace.reload(),
            "workspace/didChangeWorkspaceFolders" => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    for folder in event.removed.iter().filter_map(|folder| uri::path(folder.uri.as_str())) {
                        self.workspace.remove_folder(&folder);
                    }
                    for folder in event.added.iter().filter_map(|folder| uri::path(folder.uri.as_str())) {
                        self.workspace.add_folder(folder);
                    }
                }
            }
            "$/cancelRequest" => {
                if let Some(CancelParams { id }) = read(params) {
                    self.withdraw(&id)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Asks the client to tell when files change, where it can; else looks itself from now on.
    fn watch_files(&mut self) -> io::Result<()> {
        if self.client.watches {
            return self.ask("client/registerCapability", &capabilities::watchers());
        }
        self.look();
        Ok(())
    }

    /// Looks whether files have changed. The larger the workspace, the less often.
    fn look(&mut self) {
        let start = Instant::now();
        // What fails is a bug, and no reason to end.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| self.workspace.look()));
        self.rest = Some(REST.max(start.elapsed() * 50));
    }

    /// Answers a request that waits behind its own withdrawal.
    fn withdraw(&mut self, id: &NumberOrString) -> io::Result<()> {
        let id = match id {
            NumberOrString::Number(number) => RequestId::from(*number),
            NumberOrString::String(text) => RequestId::from(text.clone()),
        };
        let is_it = |one: &Incoming| matches!(one, Incoming::Message(Message::Request(request)) if request.id == id);
        if let Some(index) = self.waiting.iter().position(is_it) {
            self.waiting.remove(index);
            let text = "the request was withdrawn".to_owned();
            self.send(&Response::new_err(id, ErrorCode::RequestCanceled as i32, text).into())?;
        }
        Ok(())
    }

    fn request(&mut self, request: Request) -> io::Result<()> {
        let id = request.id.clone();
        if self.is_withdrawn(&id) {
            let text = "the request was withdrawn".to_owned();
            return self.send(&Response::new_err(id, ErrorCode::RequestCanceled as i32, text).into());
        }
        let answer = panic::catch_unwind(AssertUnwindSafe(|| self.answer(request)));
        let answer = answer.unwrap_or_else(|_| {
            Err(Refusal { code: ErrorCode::InternalError, message: "jobwright failed: this is a bug in it".to_owned() })
        });
        self.send(&match answer {
            Ok(result) => Response::new_ok(id, result).into(),
            Err(refusal) => Response::new_err(id, refusal.code as i32, refusal.message).into(),
        })
    }

    /// Whether a message that already waits withdraws the request.
    fn is_withdrawn(&self, id: &RequestId) -> bool {
        self.waiting.iter().any(|one| {
            let Incoming::Message(Message::Notification(notification)) = one else { return false };
            notification.method == "$/cancelRequest"
                && notification
                    .params
                    .get("id")
                    .is_some_and(|withdrawn| serde_json::to_value(id).is_ok_and(|id| id == *withdrawn))
        })
    }

    fn answer(&mut self, request: Request) -> Result<Value, Refusal> {
        let Request { method, params, .. } = request;
        match (self.phase, method.as_str()) {
            (Phase::New, "initialize") => self.initialize(parameters(params)?),
            (Phase::New, _) => {
                Err(Refusal { code: ErrorCode::ServerNotInitialized, message: "the first request is `initialize`".to_owned() })
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Down;
                Ok(Value::Null)
            }
            (Phase::Running, "initialize") | (Phase::Down, _) => Err(Refusal {
                code: ErrorCode::InvalidRequest,
                message: format!("`{method}` has no meaning at this point of the session"),
            }),
            (Phase::Running, method) => requests::answer(self, method, params),
        }
    }

    #[allow(deprecated, reason = "older clients name one root instead of folders")]
    fn initialize(&mut self, params: InitializeParams) -> Result<Value, Refusal> {
        self.client = Client::of(&params.capabilities);
        let general = params.capabilities.general.as_ref();
        self.workspace.encoding =
            super::encoding::Encoding::agreed(general.and_then(|general| general.position_encodings.as_ref()));
        let mut folders: Vec<_> = params.workspace_folders.into_iter().flatten().map(|folder| folder.uri).collect();
        if folders.is_empty() {
            folders.extend(params.root_uri);
        }
        for folder in folders.iter().filter_map(|folder| uri::path(folder.as_str())) {
            self.workspace.add_folder(folder);
        }
        self.phase = Phase::Running;
        result(&capabilities::announced(self.workspace.encoding))
    }

    fn publish(&mut self) -> io::Result<()> {
        self.unsaid = false;
        for params in self.published.update(&self.workspace) {
            self.notify("textDocument/publishDiagnostics", &params)?;
        }
        Ok(())
    }

    pub(super) fn notify(&mut self, method: &str, params: &impl Serialize) -> io::Result<()> {
        self.send(&Notification::new(method.to_owned(), params).into())
    }

    /// Sends a request whose answer nobody waits for.
    pub(super) fn ask(&mut self, method: &str, params: &impl Serialize) -> io::Result<()> {
        self.asked += 1;
        self.send(&Request::new(RequestId::from(self.asked), method.to_owned(), params).into())
    }

    fn send(&mut self, message: &Message) -> io::Result<()> {
        transport::write(self.output, message)
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// The parameters of a request.
pub(super) fn parameters<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| Refusal { code: ErrorCode::InvalidParams, message: error.to_string() })
}

/// The result of a request.
pub(super) fn result(value: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(value).map_err(|error| Refusal { code: ErrorCode::InternalError, message: error.to_string() })
}
