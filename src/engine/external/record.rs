//! What is known of the program of a task: `runs/<run>/tasks/<position>/process.json` among the work files.
//!
//! Written before the program is started, so that a record without an end means: it may have begun, and nobody saw how
//! it ended.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::executors::Restart;
use crate::engine::group::Groups;
use crate::engine::process::{Holder, Processes};
use crate::tasks::RunId;

/// The variable by which whatever a program started is found again.
pub(super) const MARK: &str = "JOBWRIGHT_MARK";

/// What is known of the program of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessRecord {
    /// What its environment holds under [`MARK`].
    mark: String,
    /// Which time the task was started.
    pub(crate) attempt: u32,
    /// Its number; none as long as it is being started.
    pub(crate) pid: Option<u32>,
    /// What tells it from other bearers of the number.
    incarnation: Option<String>,
    /// Whether it may be run again without asking.
    restart: bool,
    /// Whether it ended and, as far as it told, without an effect.
    pub(crate) harmless: bool,
    /// Whether it ended.
    pub(crate) ended: bool,
}

/// The folder of what is kept of a task.
pub fn folder(work: &Path, run: RunId, place: usize) -> PathBuf {
    work.join("runs").join(run.0.to_string()).join("tasks").join(place.to_string())
}

/// The captured output of one attempt at a task.
pub fn output_file(folder: &Path, attempt: u32) -> PathBuf {
    folder.join(format!("output-{attempt}.log"))
}

/// The file of a record, kept open as long as the program is seen to.
pub(super) struct RecordFile {
    file: File,
    length: usize,
}

impl RecordFile {
    /// Writes the record of a program about to be started, in place of an earlier one. Cut off in the middle it tells
    /// nothing of how the program ended, as if it were not there.
    pub(super) fn create(folder: &Path, record: &ProcessRecord) -> io::Result<Self> {
        let mut file = File::create(folder.join("process.json"))?;
        let text = serde_json::to_vec(record)?;
        file.write_all(&text)?;
        Ok(Self { file, length: text.len() })
    }

    /// Writes what is known since; `durable`: so that it outlives the machine.
    pub(super) fn write(&mut self, record: &ProcessRecord, durable: bool) -> io::Result<()> {
        let text = serde_json::to_vec(record)?;
        self.file.rewind()?;
        self.file.write_all(&text)?;
        if text.len() < self.length {
            self.file.set_len(text.len() as u64)?;
        }
        self.length = text.len();
        if durable { self.file.sync_all() } else { Ok(()) }
    }
}

impl ProcessRecord {
    /// Of a program about to be started.
    pub(super) fn new(mark: String, attempt: u32, restart: Restart) -> Self {
        Self { mark, attempt, restart: restart == Restart::Yes, ..Self::default() }
    }

    /// What its environment holds under [`MARK`].
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// With the process that it became.
    pub(super) fn started(&mut self, pid: u32, processes: &dyn Processes) {
        self.pid = Some(pid);
        self.incarnation = processes.incarnation(pid);
    }

    /// The record of a task; none where no program was started for it. One that cannot be read tells nothing of how the
    /// program ended.
    pub(crate) fn read(folder: &Path) -> Option<Self> {
        let text = fs::read(folder.join("process.json")).ok()?;
        Some(serde_json::from_slice(&text).unwrap_or_default())
    }

    /// Whether nobody knows if the program took effect.
    pub(crate) fn is_uncertain(&self) -> bool {
        !self.harmless
    }

    /// Whether the task may be run again without asking.
    pub(crate) fn may_restart(&self) -> bool {
        self.restart
    }

    /// A live process that the program has left: itself or one that it started.
    pub(crate) fn left_over(&self, system: &(impl Processes + Groups)) -> Option<u32> {
        let itself = self.pid.filter(|pid| {
            let holder = Holder { pid: *pid, incarnation: self.incarnation.clone().unwrap_or_default() };
            self.incarnation.is_some() && holder.lives(system)
        });
        let marked = || if self.mark.is_empty() { None } else { system.marked(MARK, &self.mark).first().copied() };
        itself.or_else(marked)
    }

    /// Every live process that the program has left.
    pub(crate) fn left_overs(&self, system: &(impl Processes + Groups)) -> Vec<u32> {
        let mut found: Vec<u32> = self.left_over(system).into_iter().collect();
        if !self.mark.is_empty() {
            found.extend(system.marked(MARK, &self.mark));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
