//! Plays the recorded session and takes the times.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::Client;
use super::session::{File, RECORDING, SYSTEM, Step};

/// How long what took.
#[derive(Debug, Default)]
pub(crate) struct Times {
    /// From a keystroke to the findings of its text.
    pub(crate) findings: Vec<Duration>,
    /// From a question to its answer, with nothing else to do.
    pub(crate) completion: Vec<Duration>,
    /// As above, asked right behind a keystroke.
    pub(crate) completion_at_once: Vec<Duration>,
    /// As `completion`.
    pub(crate) hover: Vec<Duration>,
}

fn name(file: File) -> String {
    let name = if file == File::Connector { "Connector" } else { "Jobs" };
    format!("{SYSTEM}/{name}.xml")
}

fn filled(text: &str) -> String {
    text.replace("{s}", SYSTEM)
}

/// Opens the files of the session; how long it took until they were judged.
pub(crate) fn open(client: &mut Client) -> io::Result<Duration> {
    let start = Instant::now();
    for file in [File::Connector, File::Jobs] {
        client.open(&name(file))?;
        client.judged(&name(file))?;
    }
    Ok(start.elapsed())
}

/// Plays the session once; how many edits it had.
pub(crate) fn play(client: &mut Client, times: &mut Times) -> io::Result<usize> {
    let mut edits = 0;
    for step in RECORDING {
        edits += perform(client, times, *step).map_err(|error| io::Error::other(format!("{step:?}: {error}")))?;
    }
    Ok(edits)
}

fn perform(client: &mut Client, times: &mut Times, step: Step) -> io::Result<usize> {
    match step {
        Step::Type { file, behind, text } => typed(client, times, file, behind, text, false),
        Step::TypeCompleting { file, behind, text } => typed(client, times, file, behind, text, true),
        Step::Erase { file, behind, text } => {
            let (file, text) = (name(file), filled(text));
            let start = behind_of(client, &file, &filled(behind))?;
            for (at, character) in text.char_indices().rev() {
                let end = start + at + character.len_utf8();
                edit(client, times, &file, (start + at, end), "")?;
            }
            Ok(text.chars().count())
        }
        Step::Replace { file, old, new } => {
            let (file, old) = (name(file), filled(old));
            let end = behind_of(client, &file, &old)?;
            edit(client, times, &file, (end - old.len(), end), &filled(new))?;
            Ok(1)
        }
        Step::Complete { file, behind } => {
            let offset = behind_of(client, &name(file), &filled(behind))?;
            let (list, took) = client.at("textDocument/completion", &name(file), offset, &Value::Null)?;
            expect(!list["items"].as_array().is_none_or(Vec::is_empty), "nothing can be typed there")?;
            times.completion.push(took);
            Ok(0)
        }
        Step::Hover { file, behind } => {
            let offset = behind_of(client, &name(file), &filled(behind))?;
            let (told, took) = client.at("textDocument/hover", &name(file), offset, &Value::Null)?;
            expect(!told.is_null(), "nothing is told of what stands there")?;
            times.hover.push(took);
            Ok(0)
        }
        Step::Rename { file, behind, to } => {
            let offset = behind_of(client, &name(file), &filled(behind))?;
            let more = json!({"newName": filled(to)});
            let (edit, _) = client.at("textDocument/rename", &name(file), offset, &more)?;
            let changed = client.apply(&edit)?;
            expect(changed.len() == 2, "not both files are changed")?;
            for file in &changed {
                client.judged(file)?;
            }
            Ok(changed.len())
        }
    }
}

fn typed(client: &mut Client, times: &mut Times, file: File, behind: &str, text: &str, asking: bool) -> io::Result<usize> {
    let (file, text) = (name(file), filled(text));
    let mut at = behind_of(client, &file, &filled(behind))?;
    for character in text.chars() {
        let written = character.to_string();
        if asking {
            client.edit(&file, at, at, &written)?;
            let (_, took) = client.at("textDocument/completion", &file, at + written.len(), &Value::Null)?;
            times.completion_at_once.push(took);
            client.judged(&file)?;
        } else {
            edit(client, times, &file, (at, at), &written)?;
        }
        at += written.len();
    }
    Ok(text.chars().count())
}

/// One message with an edit, and its findings.
fn edit(client: &mut Client, times: &mut Times, file: &str, (start, end): (usize, usize), new: &str) -> io::Result<()> {
    let told = client.edit(file, start, end, new)?;
    times.findings.push(client.judged(file)? - told);
    Ok(())
}

/// Behind a text that stands in the file once.
fn behind_of(client: &Client, file: &str, text: &str) -> io::Result<usize> {
    let mut found = client.text(file).match_indices(text);
    let first = found.next().map(|(at, _)| at + text.len());
    match (first, found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => Err(io::Error::other(format!("`{text}` does not stand in {file}"))),
        (_, Some(_)) => Err(io::Error::other(format!("`{text}` stands in {file} more than once"))),
    }
}

fn expect(holds: bool, otherwise: &str) -> io::Result<()> {
    if holds { Ok(()) } else { Err(io::Error::other(otherwise)) }
}
