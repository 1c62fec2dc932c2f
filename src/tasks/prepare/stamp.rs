//! What tells a file from any other that stood or will stand in its place.

use std::fmt;
use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// The length of a file, its place on the disk, and when it was written: seconds since 1970, and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tasks) struct Stamp([u64; 4]);

impl Stamp {
    pub(super) fn of(data: &Metadata) -> Self {
        #[cfg(unix)]
        let place = std::os::unix::fs::MetadataExt::ino(data);
        #[cfg(not(unix))]
        let place = 0;
        let time = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        Self([data.len(), place, time.as_secs(), u64::from(time.subsec_nanos())])
    }

    /// That of a file which is there.
    pub(in crate::tasks) fn at(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|data| Self::of(&data))
    }

    pub(super) fn numbers(self) -> [u64; 4] {
        self.0
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [length, place, seconds, nanoseconds] = self.0;
        write!(f, "{length}-{place}-{seconds}.{nanoseconds:09}")
    }
}
