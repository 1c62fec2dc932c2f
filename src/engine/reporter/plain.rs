//! Plain lines, one for each event: for files, pipes and journals.

use std::io::Write;

use super::{Reporter, counters};
use crate::engine::clock::{Timestamp, duration};
use crate::engine::event::{Event, EventKind};
use crate::source::printable;

/// Writes a line per event.
pub struct Plain<W: Write> {
    writer: W,
}

impl<W: Write> Plain<W> {
    /// Writes to `writer`. A writer that fails is not told to the run, which goes on.
    pub fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<W: Write> Reporter for Plain<W> {
    fn event(&mut self, event: &Event) {
        if let Some(line) = line(&event.kind) {
            // A closed pipe must not end the run.
            let _ = writeln!(self.writer, "{} {line}", event.at);
        }
    }

    fn note(&mut self, text: &str) {
        let _ = writeln!(self.writer, "{} {}", Timestamp::now(), printable(text));
    }
}

/// The event in one line, whatever a program has told; progress has none.
pub(super) fn line(kind: &EventKind) -> Option<String> {
    let line = match kind {
        EventKind::JobStarted { job, attempt, tasks, .. } => {
            let tasks = format!("{tasks} {}", if *tasks == 1 { "task" } else { "tasks" });
            match attempt {
                1 => format!("{job} started, {tasks}"),
                _ => format!("{job} goes on, {tasks}, attempt {attempt}"),
            }
        }
        EventKind::TaskKept { task, state } => format!("{task} kept: {} before", state.predicate()),
        EventKind::TaskStarted { task, element, reason, .. } => {
            let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            format!("{task} started ({element}){reason}")
        }
        EventKind::TaskProgress { .. } => return None,
        EventKind::TaskEnded { task, state, counters: counts, message, duration_ms } => {
            let counts = counters(counts, message.as_deref().unwrap_or_default());
            let counts = if counts.is_empty() { counts } else { format!(", {counts}") };
            let message = message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
            format!("{task} {state} in {}{counts}{message}", duration(*duration_ms))
        }
        EventKind::TaskPassed { task, state, reason } => format!("{task} {state}: {reason}"),
        EventKind::CancelRequested => {
            "cancelling: running tasks finish, no other is started; a further interrupt ends them".to_owned()
        }
        EventKind::JobEnded { job, state, duration_ms, .. } => format!("{job} {state} in {}", duration(*duration_ms)),
    };
    Some(printable(&line).into_owned())
}
