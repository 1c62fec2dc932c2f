//! A live view for terminals: one line per running task with its counts and the time it has taken so far; what has
//! ended scrolls up.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Reporter, plain};
use crate::engine::clock::duration;
use crate::engine::event::{Event, EventKind};
use crate::engine::state::TaskState;
use crate::source::printable;

/// Draws on a terminal.
pub struct Terminal {
    screen: MultiProgress,
    running: BTreeMap<String, ProgressBar>,
    /// What the names of tasks made for the job begin with, which tells nothing.
    prefix: String,
}

impl Terminal {
    /// Draws on standard error.
    pub fn new() -> Self {
        Self::on(ProgressDrawTarget::stderr())
    }

    /// Draws on `target`.
    pub fn on(target: ProgressDrawTarget) -> Self {
        Self { screen: MultiProgress::with_draw_target(target), running: BTreeMap::new(), prefix: String::new() }
    }

    fn start(&mut self, task: &str) {
        // What a narrow terminal cuts off is the end of the name.
        let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}{prefix}");
        let bar = self.screen.add(ProgressBar::new_spinner());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        let name = task.strip_prefix(&self.prefix).filter(|rest| !rest.is_empty()).unwrap_or(task);
        bar.set_prefix(printable(name).into_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        self.running.insert(task.to_owned(), bar);
    }

    fn print(&self, kind: &EventKind) {
        if let Some(line) = plain::line(kind) {
            // A terminal that went away must not end the run.
            let _ = self.screen.println(line);
        }
    }
}

impl Default for Terminal {
    fn default() -> Self {
        Self::new()
    }
}

impl Reporter for Terminal {
    fn note(&mut self, text: &str) {
        let _ = self.screen.println(printable(text));
    }

    fn event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::JobStarted { job, .. } => {
                self.prefix = format!("{job}_");
                self.print(&event.kind);
            }
            EventKind::TaskStarted { task, .. } => self.start(task),
            EventKind::TaskProgress { task, done, of } => {
                if let Some(bar) = self.running.get(task) {
                    let done = HumanCount(*done);
                    bar.set_message(of.map_or_else(|| format!("{done} so far "), |of| format!("{done} of {} ", HumanCount(of))));
                }
            }
            // The table at the end holds the counts; only what went wrong is told at once and in full.
            EventKind::TaskEnded { task, state: state @ (TaskState::Completed | TaskState::Unchanged), duration_ms, .. } => {
                if let Some(bar) = self.running.remove(task) {
                    bar.finish_and_clear();
                }
                let _ = self.screen.println(format!("{} {state} in {}", printable(task), duration(*duration_ms)));
            }
            EventKind::TaskEnded { task, .. } | EventKind::TaskPassed { task, .. } => {
                if let Some(bar) = self.running.remove(task) {
                    bar.finish_and_clear();
                }
                self.print(&event.kind);
            }
            other => self.print(other),
        }
    }
}
