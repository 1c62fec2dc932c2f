//! One execution per task, whatever jobs and processes share the store.
//!
//! Whoever executes a task holds a lock of the operating system on a file of the task's own. The lock ends with the
//! process that holds it, however that ends, so nobody has to judge whether a holder still lives.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A task that nobody else executes while this is kept.
#[derive(Debug)]
pub(super) struct Claim {
    /// None where the file system knows no locks: embedded tasks have the store's write lock beside this one.
    _held: Option<File>,
}

impl Claim {
    /// Claims the task; none if somebody else executes it now.
    pub(super) fn take(work: &Path, task: &str) -> io::Result<Option<Self>> {
        let path = file_of(work, task);
        // The file stays: removing it could take it from under somebody who has just opened it.
        let open = || File::options().create(true).truncate(false).write(true).open(&path);
        let file = match (open(), path.parent()) {
            (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                open()?
            }
            (file, _) => file?,
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _held: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(Some(Self { _held: None })),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Identifiers compare without case and may hold what file names may not.
fn file_of(work: &Path, task: &str) -> PathBuf {
    let digest = Sha256::digest(task.to_lowercase());
    let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    work.join("locks").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_claimed_once_until_the_claim_is_dropped() {
        let work = tempfile::tempdir().unwrap();
        let claim = Claim::take(work.path(), "Daily_Export").unwrap();
        assert!(claim.is_some());
        assert!(Claim::take(work.path(), "DAILY_export").unwrap().is_none(), "identifiers compare without case");
        assert!(Claim::take(work.path(), "../Daily").unwrap().is_some(), "another task is free");
        drop(claim);
        assert!(Claim::take(work.path(), "Daily_Export").unwrap().is_some());
    }
}
