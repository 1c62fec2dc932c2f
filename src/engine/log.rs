//! The event log of a run: `runs/<number>/events.jsonl` in the folder of work files.
//!
//! The events are in the store first; the file is their copy for other programs. When a run is continued the file is
//! written anew from the store, so that a line torn by a crash does not stay.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::EngineError;
use super::event::Event;
use crate::tasks::RunId;

/// An open event log.
pub(super) struct EventLog {
    path: PathBuf,
    file: File,
}

/// Where the log of a run is.
pub fn path_of(work: &Path, run: RunId) -> PathBuf {
    work.join("runs").join(run.0.to_string()).join("events.jsonl")
}

impl EventLog {
    /// Opens the log with these lines in it, and no others.
    pub(super) fn open(work: &Path, run: RunId, lines: &[String]) -> Result<Self, EngineError> {
        let path = path_of(work, run);
        let written = || -> io::Result<File> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let draft = path.with_extension("jsonl.new");
            let mut file = File::create(&draft)?;
            let mut text = String::new();
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
            file.write_all(text.as_bytes())?;
            fs::rename(&draft, &path)?;
            Ok(file)
        };
        let file = written().map_err(|error| EngineError::io(&path, "written", error))?;
        Ok(Self { path, file })
    }

    /// Adds events, one line each.
    pub(super) fn append(&mut self, events: &[Event]) -> Result<(), EngineError> {
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, event).map_err(|error| EngineError::io(&self.path, "written", error.into()))?;
            lines.push(b'\n');
        }
        self.file.write_all(&lines).map_err(|error| EngineError::io(&self.path, "written", error))
    }
}
