//! Errors that come before any finding, in the format that was asked for.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use super::model::{Tool, VERSION};

/// An error of the run itself: wrong usage, an unreadable folder, a store that cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The exit code of the process.
    pub code: u8,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    error: &'a Failure,
}

/// Writes `failure` as data where `format` has a form for it; says whether it did.
pub fn render_failure(format: Format, failure: &Failure, out: &mut dyn Write) -> io::Result<bool> {
    if !matches!(format, Format::Json | Format::Jsonl) {
        return Ok(false);
    }
    let document = Document { version: VERSION, tool: Tool::THIS, error: failure };
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut *out, &document)?;
    } else {
        serde_json::to_writer(&mut *out, &document)?;
    }
    writeln!(out)?;
    Ok(true)
}
