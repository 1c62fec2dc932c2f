//! Runs out: one report per format, all of what `show` tells of a run.

#[cfg(test)]
mod events;
mod html;
mod json;
mod junit;
mod markdown;
#[cfg(test)]
mod testing;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use crate::engine::reporter::counters;
use crate::engine::{RunDetail, TaskRecord};

pub use json::render_waiting;

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunFormat {
    /// One page for a browser, which loads nothing.
    Html,
    /// For wikis, tickets and job summaries.
    Markdown,
    /// Everything, see `schemas/report.schema.json`.
    Json,
    /// A test report: a task is a case.
    Junit,
}

impl RunFormat {
    /// The endings of file names that ask for a format.
    pub const ENDINGS: [(&str, Self); 6] = [
        ("html", Self::Html),
        ("htm", Self::Html),
        ("md", Self::Markdown),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("xml", Self::Junit),
    ];

    /// The format that the name of a file asks for.
    pub fn of(file: &Path) -> Option<Self> {
        let ending = file.extension()?.to_str()?.to_ascii_lowercase();
        Self::ENDINGS.into_iter().find(|(known, _)| *known == ending).map(|(_, format)| format)
    }
}

/// Writes the report of a run.
pub fn render_run(format: RunFormat, run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    match format {
        RunFormat::Html => html::render(run, out),
        RunFormat::Markdown => markdown::render(run, out),
        RunFormat::Json => json::render(run, out),
        RunFormat::Junit => junit::render(run, out),
    }
}

/// Why a task did not run, or what it said of its end.
fn said(task: &TaskRecord) -> Cow<'_, str> {
    task.said()
}

/// Its counts in one line.
fn counted(task: &TaskRecord) -> String {
    counters(&task.counters, &said(task))
}

/// `11 completed, 1 blocked`.
fn tally(run: &RunDetail) -> String {
    let states: Vec<String> = run.run.counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
    states.join(", ")
}
