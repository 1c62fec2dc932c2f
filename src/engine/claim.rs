//! One execution per task, whatever jobs and processes share the store.
//!
//! Whoever executes a task holds a lock of the operating system that is the task's own. The lock ends with the process
//! that holds it, however that ends, so nobody has to judge whether a holder still lives. Where the system can lock a
//! part of a file, all tasks share one file and each has its byte; elsewhere each has its file.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

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
        // Identifiers compare without case and may hold what file names may not.
        let digest = Sha256::digest(task.to_lowercase());
        let locks = work.join("locks");
        // The files stay: removing one could take it from under somebody who has just opened it.
        let file = open(&locks, "tasks")?;
        match part::try_lock(&file, u64::from_be_bytes(std::array::from_fn(|at| digest[at]))) {
            Some(locked) => return Ok(locked?.then_some(Self { _held: Some(file) })),
            None => drop(file),
        }
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let file = open(&locks, &name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _held: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(Some(Self { _held: None })),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Opens a file of the folder; makes both where they are missing.
fn open(folder: &Path, name: &str) -> io::Result<File> {
    let open = || File::options().create(true).truncate(false).write(true).open(folder.join(name));
    match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            open()
        }
        file => file,
    }
}

/// Locks of single bytes that belong to the opened file, as those of whole files do.
#[cfg(target_os = "linux")]
mod part {
    use std::fs::File;
    use std::io;

    use nix::errno::Errno;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc;

    /// Locks the byte of that number, whether the file has it or not; false if somebody else has. None where the file
    /// system knows no such locks.
    pub(super) fn try_lock(file: &File, byte: u64) -> Option<io::Result<bool>> {
        let whole = libc::flock {
            l_type: i16::try_from(libc::F_WRLCK).unwrap_or_default(),
            l_whence: i16::try_from(libc::SEEK_SET).unwrap_or_default(),
            // Numbers of bytes are signed.
            l_start: (byte >> 2).cast_signed(),
            l_len: 1,
            l_pid: 0,
        };
        match fcntl(file, FcntlArg::F_OFD_SETLK(&whole)) {
            Ok(_) => Some(Ok(true)),
            Err(Errno::EAGAIN | Errno::EACCES) => Some(Ok(false)),
            Err(Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP) => None,
            Err(error) => Some(Err(error.into())),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod part {
    use std::fs::File;
    use std::io;

    pub(super) fn try_lock(_file: &File, _byte: u64) -> Option<io::Result<bool>> {
        None
    }
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
        let files = fs::read_dir(work.path().join("locks")).unwrap().count();
        assert!(files == 1 || cfg!(not(target_os = "linux")), "{files} files for two tasks");
    }
}
