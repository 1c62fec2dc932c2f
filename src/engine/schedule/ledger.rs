//! Up to when the starts of each job have been dealt with, kept beside the store so that downtime is noticed; and the
//! lock that keeps a store to one schedule.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engine::error::EngineError;

/// Up to when starts have been dealt with.
#[derive(Debug)]
pub(super) struct Ledger {
    file: PathBuf,
    content: Content,
    /// Held as long as the process lives, however it ends.
    _lock: File,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    version: u32,
    jobs: BTreeMap<String, Timestamp>,
}

impl Ledger {
    /// Opens the ledger in the folder of work files; refuses where another process has it open.
    pub(super) fn open(work: &Path) -> Result<Self, EngineError> {
        let failed = |error| EngineError::io(work, "written", error);
        fs::create_dir_all(work).map_err(failed)?;
        let lock = File::create(work.join("schedule.lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(EngineError::ScheduleRuns { work: work.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let file = work.join("schedule.json");
        // What cannot be read means that no downtime is known of, which starts nothing.
        let content = fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        Ok(Self { file, content, _lock: lock })
    }

    /// Up to when the starts of a job have been dealt with.
    pub(super) fn since(&self, job: &str) -> Option<Timestamp> {
        self.content.jobs.get(&job.to_lowercase()).copied()
    }

    /// Notes it, for this and for the next process.
    pub(super) fn note(&mut self, jobs: impl IntoIterator<Item = (String, Timestamp)>) -> Result<(), EngineError> {
        self.content.version = 1;
        self.content.jobs.extend(jobs.into_iter().map(|(job, since)| (job.to_lowercase(), since)));
        let write = || -> io::Result<()> {
            let draft = self.file.with_extension("json.new");
            let file = File::create(&draft)?;
            serde_json::to_writer(&file, &self.content)?;
            file.sync_all()?;
            fs::rename(&draft, &self.file)
        };
        write().map_err(|error| EngineError::io(&self.file, "written", error))
    }
}
