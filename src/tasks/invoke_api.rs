//! `InvokeApiTask`: a call over plain HTTP to the server that the settings name.
//!
//! The call is made before the commit that tells of it: a kill in between makes the same call again, so an API that is
//! called has to bear that.

use std::time::Duration;

use crate::connectors::http::{Request, Url, call, check_header};
use crate::plan::model::{Plan, Task};

use super::settings::Secret;
use super::{EmbeddedTask, Settings, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `InvokeApiTask`.
pub(super) struct InvokeApi;

/// The part of the settings that is jobwright's own.
const SECTION: &str = "InvokeApi";
/// Seconds that a call may take where nothing else is said.
const PATIENCE: u64 = 30;
/// Signs of an answer that an error shows.
const SHOWN: usize = 200;

/// What a task asks for, checked.
struct Call {
    url: Url,
    method: &'static str,
    headers: Vec<(String, Secret)>,
    body: Option<String>,
    limit: Duration,
}

impl EmbeddedTask for InvokeApi {
    fn check_settings(&self, _plan: &Plan, task: &Task, settings: &Settings) -> Result<(), TaskError> {
        Call::read(task, settings).map(|_| ())
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let own = Call::read(context.task, context.settings)?;
        let request = Request { method: own.method, url: &own.url, headers: &own.headers, body: own.body.as_deref() };
        let what = format!("{} {}", own.method, own.url.path());
        let answer = call(&request, own.limit, context.cancelled).map_err(|error| {
            if error.cancelled {
                return TaskError::cancelled();
            }
            let message = format!("{what}: {error}");
            if error.sent && own.method != "GET" {
                TaskError::new(message).help("the request was sent: look whether it took effect before it is made again")
            } else {
                TaskError::new(message).help(format!("check Uri of {SECTION} in the settings, and the server"))
            }
        })?;
        let (status, reason) = (answer.status, own.hidden(&answer.reason));
        match status {
            200..=299 => {
                let message = format!("{what} answered {status} {reason}");
                Ok(TaskReport::new(TaskEnd::Completed).count("bytes", answer.body.len() as u64).message(message))
            }
            300..=399 => Err(TaskError::new(format!("{what} answered {status} {reason}, and redirects are not followed"))
                .help(format!("set Uri of {SECTION} to the address that the server answers at itself"))),
            _ => {
                let said = String::from_utf8_lossy(&answer.body);
                let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
                let said: String = own.hidden(&said).chars().filter(|c| !c.is_control()).take(SHOWN).collect();
                let said = if said.is_empty() { said } else { format!(": {said}") };
                Err(TaskError::new(format!("{what} answered {status} {reason}{said}")))
            }
        }
    }
}

impl Call {
    fn read(task: &Task, settings: &Settings) -> Result<Self, TaskError> {
        let wrong = |message: String| TaskError::new(format!("task {}: {message}", task.id));
        let invalid = |error: super::settings::SettingsError| TaskError::new(error.to_string());
        let base = match settings.text_at(&[SECTION, "Uri"]).map_err(invalid)? {
            Some(base) => (vec![SECTION, "Uri"], base),
            None => match settings.text_at(&["ApplicationUri"]).map_err(invalid)? {
                Some(base) => (vec!["ApplicationUri"], base),
                None => {
                    return Err(wrong("the settings name no server to call".to_owned()).help(format!(
                        "set {SECTION}: {{\"Uri\": \"http://…\"}} in the settings, or name a program under \
                         [executors.InvokeApiTask]"
                    )));
                }
            },
        };
        let url = Url::parse(base.1.expose()).map_err(|message| invalid(settings.wrong(&base.0, message)))?;
        let relative = task.text("ApiUrl").filter(|text| !text.trim().is_empty());
        let relative = relative.ok_or_else(|| wrong("ApiUrl is not set".to_owned()))?;
        let url = url.join(relative).map_err(|message| wrong(format!("ApiUrl: {message}")))?;
        let method = match task.text("HttpCommand").unwrap_or_default() {
            "Get" => "GET",
            "Put" => "PUT",
            "Post" => "POST",
            "Delete" => "DELETE",
            other => return Err(wrong(format!("HttpCommand is {other:?}; it is one of Get, Put, Post, Delete"))),
        };
        let mut headers = Vec::new();
        for name in settings.keys_at(&[SECTION, "Headers"]) {
            let path = [SECTION, "Headers", name];
            let Some(value) = settings.text_at(&path).map_err(invalid)? else { continue };
            check_header(name, &value).map_err(|message| invalid(settings.wrong(&path, message)))?;
            headers.push((name.to_owned(), value));
        }
        let body = task.text("Body").filter(|body| !body.is_empty()).map(str::to_owned);
        if let Some(body) = &body
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type"))
        {
            let is_json = serde_json::from_str::<serde_json::Value>(body).is_ok();
            let kind = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
            headers.push(("Content-Type".to_owned(), Secret::new(kind)));
        }
        let path = [SECTION, "Timeout"];
        let limit = match settings.text_at(&path).map_err(invalid)? {
            None => PATIENCE,
            Some(text) => match text.expose().trim().parse() {
                Ok(seconds @ 1..=86_400) => seconds,
                _ => return Err(invalid(settings.wrong(&path, "it is a number of seconds, from 1"))),
            },
        };
        Ok(Self { url, method, headers, body, limit: Duration::from_secs(limit) })
    }

    /// A text of the server without the secrets that were sent to it.
    fn hidden(&self, text: &str) -> String {
        let secrets = self.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Type"));
        secrets.fold(text.to_owned(), |text, (_, secret)| {
            // A scheme such as Bearer stands before the secret itself.
            let whole = secret.expose();
            let parts = whole.split_whitespace().filter(|part| part.len() > 5);
            parts.chain([whole]).filter(|part| !part.is_empty()).fold(text, |text, part| text.replace(part, "***"))
        })
    }
}
