//! How the process ends.

use std::process::ExitCode;

/// The exit codes of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; nothing was found at or above the fail level.
    Done = 0,
    /// Something was found at or above the fail level.
    Findings = 1,
    /// Wrong usage, or a wrong configuration of jobwright itself.
    Usage = 2,
    /// No XML file under the paths given.
    NoFiles = 3,
    /// A bug.
    Internal = 4,
    /// Two things differ (only where `--detailed-exitcode` asks for it).
    Differs = 5,
    /// An unreadable or foreign store, a bad plan, a digest that does not match, a full disk.
    Operational = 6,
    /// The job ended in error.
    JobErrored = 10,
    /// The job ended with a warning (only with `--fail-on warning`).
    JobWarning = 11,
    /// The job is blocked: a threshold, a lock.
    JobBlocked = 12,
    /// The job was cancelled.
    JobCancelled = 13,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
