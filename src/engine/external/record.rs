//! What is known of the programs of a run: the lines of `runs/<run>/programs.jsonl` among the work files, of which the
//! last one of a task counts.
//!
//! A line is written before a program is started, so that a record without an end means: it may have begun, and nobody
//! saw how it ended. Another one is written when it has ended well: the history is told of that a little later, and somebody
//! may kill jobwright in between. All tasks share the file, since making one takes longer than starting a program. Stores of
//! earlier versions have a file for each task, `runs/<run>/tasks/<position>/process.json`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::config::executors::Restart;
use crate::engine::error::EngineError;
use crate::engine::group::Groups;
use crate::engine::process::{Holder, Processes, System, boot};
use crate::engine::state::TaskState;
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
    /// The process that has started it, and sees it to its end as long as it lives itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Holder>,
    /// How its task ended by it, unless it failed or waits for approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

/// How a task ended by its program, as the history is told a little later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    /// Completed, unchanged or warning.
    pub(crate) state: TaskState,
    /// By name.
    pub(crate) counters: BTreeMap<String, u64>,
    /// One line.
    pub(crate) message: Option<String>,
    /// When the task began, in milliseconds since 1970.
    pub(crate) began: i64,
    /// When it ended, in milliseconds since 1970.
    pub(crate) ended: i64,
    /// How long it took.
    pub(crate) milliseconds: u64,
}

/// The folder of what is kept of a task.
pub fn folder(work: &Path, run: RunId, place: usize) -> PathBuf {
    work.join("runs").join(run.0.to_string()).join("tasks").join(place.to_string())
}

/// The captured output of one attempt at a task.
pub fn output_file(folder: &Path, attempt: u32) -> PathBuf {
    folder.join(format!("output-{attempt}.log"))
}

/// The name of what a program that blocked at that attempt wants to be approved.
pub(crate) fn list_of(run: RunId, task: &str, attempt: u32) -> String {
    format!("{}/{task}/{attempt}", run.0)
}

/// Which start of the machine has kept what stands behind this line.
#[derive(Deserialize)]
struct Boot {
    boot: String,
}

/// A record with the place of its task.
#[derive(Serialize, Deserialize)]
struct Line<R> {
    place: usize,
    #[serde(flatten)]
    record: R,
}

/// The file of the records of a run, to be added to.
pub(crate) struct RecordFile {
    path: PathBuf,
    file: File,
}

impl RecordFile {
    /// Opens the file of a run; makes it where there is none, so that what is flushed to it outlives the machine.
    pub(crate) fn open(work: &Path, run: RunId) -> Result<Self, EngineError> {
        let path = file_of(work, run);
        let open = || {
            let mut options = File::options();
            match options.append(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                opened => return opened,
            }
            let folder = work.join("runs").join(run.0.to_string());
            fs::create_dir_all(&folder)?;
            let file = options.create(true).open(&path)?;
            // A file is lost with its entry in the folder, and that with its own.
            for folder in folder.ancestors().take(3) {
                flush_entries(folder)?;
            }
            Ok(file)
        };
        match open() {
            Ok(file) => Ok(Self { path, file }),
            Err(error) => Err(EngineError::io(&path, "written", error)),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Notes that what is added from now on is complete as long as this start of the machine lasts; false where it cannot
    /// be told from others. To be noted when no task of an earlier process is granted any more.
    pub(crate) fn note_boot(&self) -> Result<bool, EngineError> {
        let Some(boot) = boot() else { return Ok(false) };
        let noted = self.write(&serde_json::json!({"boot": boot}));
        noted.map(|()| true).map_err(|error| EngineError::io(&self.path, "written", error))
    }

    /// Adds what is known of the program of a task; `durable`: so that it outlives the machine.
    pub(super) fn add(&self, place: usize, record: &ProcessRecord, durable: bool) -> io::Result<()> {
        self.write(&Line { place, record })?;
        if durable { self.file.sync_all() } else { Ok(()) }
    }

    fn write(&self, line: &impl Serialize) -> io::Result<()> {
        // The break comes first: a line before it that was torn, by a crash or a full disk, tears no other.
        let mut text = vec![b'\n'];
        serde_json::to_writer(&mut text, line)?;
        // At once, so that the lines of several tasks do not mix.
        (&self.file).write_all(&text)
    }
}

/// Flushes which files a folder holds.
#[cfg(unix)]
fn flush_entries(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened there.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn flush_entries(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn file_of(work: &Path, run: RunId) -> PathBuf {
    work.join("runs").join(run.0.to_string()).join("programs.jsonl")
}

/// Whether a program was started for a task.
pub fn has_program(work: &Path, run: RunId, place: usize) -> bool {
    Records::read(work, run).of(place).is_some()
}

/// The records of a run.
pub(crate) struct Records {
    work: PathBuf,
    run: RunId,
    last: BTreeMap<usize, ProcessRecord>,
    /// Which start of the machine the newest of them are of.
    boot: Option<String>,
}

impl Records {
    /// Reads them. A line that was torn tells nothing of its program, as if it were not there.
    pub(crate) fn read(work: &Path, run: RunId) -> Self {
        let text = fs::read(file_of(work, run)).unwrap_or_default();
        let (mut last, mut boot_noted) = (BTreeMap::new(), None);
        for line in text.split(|byte| *byte == b'\n') {
            if let Ok(Line { place, record }) = serde_json::from_slice::<Line<ProcessRecord>>(line) {
                last.insert(place, record);
            } else if let Ok(Boot { boot }) = serde_json::from_slice(line) {
                boot_noted = Some(boot);
            }
        }
        Self { work: work.to_owned(), run, last, boot: boot_noted }
    }

    /// Whether a task that was granted may have begun with that attempt. That it has not is certain only as long as the
    /// machine has not been started anew: with it, lines may have gone.
    pub(crate) fn may_have_begun(&self, place: usize, attempt: u32) -> bool {
        let began = self.of(place).is_some_and(|record| record.attempt == attempt);
        began || boot().is_none_or(|boot| self.boot.as_deref() != Some(boot))
    }

    /// How that attempt at a task ended, where its program ended well.
    pub(crate) fn end_of(&self, place: usize, attempt: u32) -> Option<End> {
        self.of(place).filter(|record| record.attempt == attempt)?.end
    }

    /// The record of a task; none where no program was started for it.
    pub(crate) fn of(&self, place: usize) -> Option<ProcessRecord> {
        self.last.get(&place).cloned().or_else(|| {
            let text = fs::read(folder(&self.work, self.run, place).join("process.json")).ok()?;
            Some(serde_json::from_slice(&text).unwrap_or_default())
        })
    }
}

impl ProcessRecord {
    /// Of a program about to be started.
    pub(super) fn new(mark: String, attempt: u32, restart: Restart) -> Self {
        static THIS: OnceLock<Holder> = OnceLock::new();
        let by = Some(THIS.get_or_init(|| Holder::this(&System)).clone());
        Self { mark, attempt, restart: restart == Restart::Yes, by, ..Self::default() }
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

    /// With how its task ended.
    pub(super) fn ended_well(&mut self, end: End) {
        self.ended = true;
        self.end = Some(end);
    }

    /// Whether nobody knows if the program took effect.
    pub(crate) fn is_uncertain(&self) -> bool {
        !self.harmless
    }

    /// Whether the task may be run again without asking.
    pub(crate) fn may_restart(&self) -> bool {
        self.restart
    }

    /// The program itself, as long as it lives.
    fn itself(&self, system: &impl Processes) -> Option<u32> {
        self.pid.filter(|pid| {
            let holder = Holder { pid: *pid, incarnation: self.incarnation.clone().unwrap_or_default() };
            self.incarnation.is_some() && holder.lives(system)
        })
    }

    /// The process that sees the program to its end. Of a run that nobody works on there is one in a copy of its store: the run
    /// goes on where the copy was made.
    pub(crate) fn seen_by(&self, system: &impl Processes) -> Option<u32> {
        let by = self.by.as_ref().filter(|by| by.lives(system))?;
        self.itself(system).map(|_| by.pid)
    }

    /// A live process that the program has left: itself or one that it started.
    pub(crate) fn left_over(&self, system: &(impl Processes + Groups)) -> Option<u32> {
        let itself = self.itself(system);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn record(mark: &str, attempt: u32) -> ProcessRecord {
        ProcessRecord::new(mark.to_owned(), attempt, Restart::Ask)
    }

    #[test]
    fn the_last_line_of_a_task_counts_and_a_torn_one_is_none() {
        let work = tempfile::tempdir().unwrap();
        fs::create_dir_all(work.path().join("runs/7")).unwrap();
        let file = RecordFile::open(work.path(), RunId(7)).unwrap();
        file.add(3, &record("first", 1), false).unwrap();
        file.add(5, &record("other", 1), false).unwrap();
        let torn = fs::read(file_of(work.path(), RunId(7))).unwrap();
        file.add(3, &record("second", 2), false).unwrap();
        let told = |place| Records::read(work.path(), RunId(7)).of(place).map(|record| (record.mark, record.attempt));
        assert_eq!(told(3), Some(("second".to_owned(), 2)));
        for cut in 1..20 {
            fs::write(file_of(work.path(), RunId(7)), &torn[..torn.len() - cut]).unwrap();
            let file = RecordFile::open(work.path(), RunId(7)).unwrap();
            file.add(4, &record("next", 1), true).unwrap();
            let all = [told(3), told(4), told(5)].map(|told| told.map(|(mark, _)| mark));
            assert_eq!(all, [Some("first".to_owned()), Some("next".to_owned()), None], "{cut} bytes torn off");
        }
    }

    #[test]
    fn how_an_attempt_ended_is_told_of_that_one_alone() {
        let work = tempfile::tempdir().unwrap();
        let file = RecordFile::open(work.path(), RunId(7)).unwrap();
        let counters = BTreeMap::from([("rows".to_owned(), 3)]);
        let message = Some("three".to_owned());
        let end = End { state: TaskState::Unchanged, counters, message, began: 10, ended: 15, milliseconds: 5 };
        let mut ended = record("first", 2);
        file.add(3, &ended, false).unwrap();
        let told = |place, attempt| Records::read(work.path(), RunId(7)).end_of(place, attempt);
        assert_eq!(told(3, 2), None, "it has only begun");
        ended.ended_well(end.clone());
        file.add(3, &ended, false).unwrap();
        assert_eq!((told(3, 2), told(3, 1), told(4, 2)), (Some(end), None, None));
        file.add(3, &record("again", 3), false).unwrap();
        assert_eq!((told(3, 2), told(3, 3)), (None, None), "it has begun once more");
    }

    #[test]
    fn a_store_of_an_earlier_version_has_a_file_for_each_task() {
        let work = tempfile::tempdir().unwrap();
        let folder = folder(work.path(), RunId(7), 2);
        fs::create_dir_all(&folder).unwrap();
        let text = r#"{"mark":"m","attempt":4,"pid":17,"incarnation":"b/1","restart":true,"harmless":false,"ended":false}"#;
        fs::write(folder.join("process.json"), text).unwrap();
        let known = Records::read(work.path(), RunId(7)).of(2).unwrap();
        assert_eq!((known.mark.as_str(), known.attempt, known.pid, known.may_restart()), ("m", 4, Some(17), true));
        assert!(Records::read(work.path(), RunId(7)).of(1).is_none());
        assert_eq!(Records::read(work.path(), RunId(7)).end_of(2, 4), None);
        // Its task is run again: the line of that counts.
        RecordFile::open(work.path(), RunId(7)).unwrap().add(2, &record("again", 5), false).unwrap();
        assert_eq!(Records::read(work.path(), RunId(7)).of(2).unwrap().attempt, 5);
    }
}
