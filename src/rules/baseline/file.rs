//! The text of a baseline: one JSON object a line, so that changes merge line by line. The first says what the file is.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use serde::{Deserialize, Serialize};

use crate::config::Rebase;

use super::{Baseline, Entry, Known, Place};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Head {
    jobwright_baseline: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    file: String,
    rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

const fn one() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_one(count: &usize) -> bool {
    *count == 1
}

/// Why a file is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It cannot be read.
    #[error("the baseline `{shown}` cannot be read: {message}")]
    Unreadable {
        /// The file as shown.
        shown: String,
        /// The system's words.
        message: String,
    },
    /// A line has no meaning.
    #[error("`{shown}`, line {line}: {message}")]
    Line {
        /// The file as shown.
        shown: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

impl Baseline {
    /// How paths lie to the folder of the baseline `path`.
    pub fn rebase(path: &Path) -> Rebase {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        env::current_dir().map_or_else(|_| Rebase::default(), |working| Rebase::new(folder, &working))
    }

    /// As [`Baseline::rebase`], with file names shown relative to another folder than the current one.
    pub fn rebase_from(path: &Path, working_folder: &Path) -> Rebase {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Rebase::new(folder, working_folder)
    }

    /// With file names shown relative to another folder than the current one; `path`: where the baseline is.
    #[must_use]
    pub fn seen_from(self, path: &Path, working_folder: &Path) -> Self {
        Self { rebase: Self::rebase_from(path, working_folder), ..self }
    }

    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, BaselineError> {
        let unreadable = |error: std::io::Error| BaselineError::Unreadable { shown: shown(path), message: error.to_string() };
        Self::of_bytes(path, fs::read(path).map_err(unreadable)?)
    }

    /// As [`Baseline::load`], of a file whose bytes come from elsewhere.
    pub fn of_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, BaselineError> {
        let text = String::from_utf8(bytes)
            .map_err(|_| BaselineError::Unreadable { shown: shown(path), message: "it is not UTF-8".to_owned() })?;
        Self::parse(shown(path), text, Self::rebase(path))
    }

    /// Reads the text of a file shown as `shown`.
    pub fn parse(shown: String, text: String, rebase: Rebase) -> Result<Self, BaselineError> {
        let mut entries = Vec::new();
        let wrong = |line: usize, message: String| BaselineError::Line { shown: shown.clone(), line: line + 1, message };
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        match lines.next().map(|(line, head)| (line, serde_json::from_str::<Head>(head))) {
            Some((_, Ok(head))) if head.jobwright_baseline == VERSION => {}
            Some((line, Ok(_))) => return Err(wrong(line, "written by a newer jobwright".to_owned())),
            Some((line, Err(_))) => return Err(wrong(line, "not the first line of a baseline".to_owned())),
            None => return Err(wrong(0, "an empty file is no baseline".to_owned())),
        }
        for (line, row) in lines {
            let row: Row = serde_json::from_str(row).map_err(|error| wrong(line, format!("not an entry: {error}")))?;
            let place = match (row.place, row.message) {
                (Some(place), None) => Place::Anchor(place),
                (None, Some(message)) => Place::Message(message),
                _ => return Err(wrong(line, "an entry has either `place` or `message`".to_owned())),
            };
            entries.push(Entry { known: Known { file: row.file, rule: row.rule, place }, count: row.count, line });
        }
        Ok(Self { entries, shown, text, rebase })
    }

    /// The text of the file, entries in order.
    pub fn to_text(&self) -> String {
        let mut sorted: Vec<&Entry> = self.entries.iter().collect();
        sorted.sort_by(|a, b| a.known.cmp(&b.known));
        let mut text = format!("{{\"jobwright_baseline\":{VERSION}}}\n");
        for Entry { known, count, .. } in sorted {
            let (place, message) = match &known.place {
                Place::Anchor(place) => (Some(place.clone()), None),
                Place::Message(message) => (None, Some(message.clone())),
            };
            let row = Row { file: known.file.clone(), rule: known.rule.clone(), place, message, count: *count };
            // A row of texts and a number always serializes.
            _ = writeln!(text, "{}", serde_json::to_string(&row).unwrap_or_default());
        }
        text
    }
}
