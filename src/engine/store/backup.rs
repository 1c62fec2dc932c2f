//! Copies of a store, taken also while a run goes on.
//!
//! Each file is copied as it is at one moment: the history first, then the data, so that every outcome the history tells
//! of is in the copy of the data; a run that goes on is interrupted in the copy and can be continued there. Work files
//! that count are named after their content, so copies of them cannot be of the wrong moment. Everything is made under
//! other names first; the data file gets its name last, so that a copy that has it is complete.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;
use walkdir::WalkDir;

use super::{Store, beside, private, second_file};
use crate::engine::error::EngineError;
use crate::tasks;

/// How often the data are copied anew because a run swept a file that the copy names.
const ATTEMPTS: u32 = 8;
/// Folders inside the folder of work files.
const DEPTH: usize = 16;

impl Store {
    /// Copies the store to `to` and files beside it, whose names it gives back. Nothing is overwritten.
    pub fn backup(&self, to: &Path) -> Result<[PathBuf; 3], EngineError> {
        let copies = [to.to_owned(), second_file(to), beside(to, "-work")];
        if let Some(taken) = copies.iter().find(|file| file.symlink_metadata().is_ok()) {
            return Err(EngineError::Exists { file: taken.clone() });
        }
        if let Some(folder) = to.parent() {
            private::folder(folder).map_err(|error| EngineError::io(folder, "created", error))?;
        }
        let drafts = copies.each_ref().map(|copy| draft(copy));
        let [data, runs, work] = &drafts;
        let made = (|| {
            copy_database(&self.runs, runs, "DELETE FROM lock")?;
            self.copy_data_and_files(data, work)?;
            for (draft, copy) in [(work, &copies[2]), (runs, &copies[1]), (data, &copies[0])] {
                fs::rename(draft, copy).map_err(|error| EngineError::io(copy, "created", error))?;
            }
            Ok(())
        })();
        if made.is_err() {
            discard(&drafts);
        }
        made.map(|()| copies)
    }

    /// The data with all files that they name.
    fn copy_data_and_files(&self, data: &Path, work: &Path) -> Result<(), EngineError> {
        let mut left = ATTEMPTS;
        loop {
            discard(&[data.to_owned(), work.to_owned()]);
            copy_database(&self.data, data, "")?;
            copy_folder(&self.work, work, DEPTH).map_err(|error| EngineError::io(work, "written", error))?;
            let copied = Connection::open(data).and_then(|copy| tasks::work_files(&copy, work));
            let missing = copied.map_err(|error| EngineError::database(data, error))?.into_iter().find(|file| !file.exists());
            left -= 1;
            match missing {
                Some(_) if left > 0 => {}
                // The original lacks it as well: `check` tells what that means, and the copy is as good.
                _ => return Ok(()),
            }
        }
    }
}

fn draft(copy: &Path) -> PathBuf {
    let mut name = copy.as_os_str().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    PathBuf::from(name)
}

/// Removes what an attempt left; what stays bears a name that says what it is.
fn discard(drafts: &[PathBuf]) {
    for draft in drafts {
        let _ = if draft.is_dir() { fs::remove_dir_all(draft) } else { fs::remove_file(draft) };
    }
}

/// Copies a database, then tidies up the copy.
fn copy_database(from: &Connection, to: &Path, tidy: &str) -> Result<(), EngineError> {
    private::file(to).map_err(|error| EngineError::io(to, "created", error))?;
    let copied = || -> rusqlite::Result<()> {
        let mut target = Connection::open(to)?;
        // All pages in one step: readers do not keep writers waiting, and a copy in pieces would begin anew with every
        // commit of a busy run.
        Backup::new(from, &mut target)?.run_to_completion(i32::MAX, Duration::from_millis(5), None)?;
        target.execute_batch(tidy)?;
        target.close().map_err(|(_, error)| error)
    };
    copied().map_err(|error| EngineError::database(to, error))
}

/// Copies a folder to that depth; files that vanish or are half written are not for keeping.
fn copy_folder(from: &Path, to: &Path, depth: usize) -> io::Result<()> {
    private::folder(to)?;
    let entries = WalkDir::new(from).min_depth(1).max_depth(depth + 1).into_iter();
    for entry in entries.filter_entry(|entry| !entry.file_name().to_string_lossy().starts_with(".tmp")) {
        let failed = |error: walkdir::Error| error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
        let entry = match entry.map_err(failed) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entry => entry?,
        };
        let Ok(inside) = entry.path().strip_prefix(from) else { continue };
        let target = to.join(inside);
        if entry.file_type().is_dir() {
            if entry.depth() <= depth {
                private::folder(&target)?;
            }
        } else if entry.file_type().is_file() {
            match fs::copy(entry.path(), &target) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                copied => {
                    copied?;
                    File::open(&target)?.sync_all()?;
                }
            }
        }
    }
    Ok(())
}
