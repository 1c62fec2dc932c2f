//! Parts of a file, read as if they were all of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Reads the spans of a file that were asked for, one behind the other.
pub(super) struct Spans {
    file: File,
    /// Where each begins and how long it is, the last one first.
    coming: Vec<(u64, u64)>,
    /// Bytes left of the present one.
    left: u64,
    /// Where the file stands.
    at: u64,
    begun: bool,
}

impl Spans {
    /// The spans are in the order of the file.
    pub(super) fn open(path: &Path, mut spans: Vec<(u64, u64)>) -> io::Result<Self> {
        spans.reverse();
        Ok(Self { file: File::open(path)?, coming: spans, left: 0, at: 0, begun: false })
    }
}

impl Read for Spans {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if !std::mem::replace(&mut self.begun, true) && !to.is_empty() {
            // What looks like a byte-order mark is none inside a file: nothing before it, and it would be taken for one.
            to[0] = b'\n';
            return Ok(1);
        }
        while self.left == 0 {
            let Some((begin, length)) = self.coming.pop() else { return Ok(0) };
            if begin != self.at {
                self.at = self.file.seek(SeekFrom::Start(begin))?;
            }
            self.left = length;
        }
        let most = to.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.file.read(&mut to[..most])?;
        if read == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is shorter than it was"));
        }
        self.left -= read as u64;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("it");
        std::fs::write(&path, "0123456789").unwrap();
        let read = |spans: &[(u64, u64)]| {
            let mut text = String::new();
            Spans::open(&path, spans.to_vec()).unwrap().read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read(&[(1, 2), (3, 1), (7, 0), (8, 2)]).unwrap(), "\n12389");
        assert_eq!(read(&[(8, 3)]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
