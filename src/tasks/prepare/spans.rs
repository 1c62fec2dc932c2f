//! Parts of a file, read as if they were all of it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes between two spans that are read along: passing over them would take longer.
const GAP: u64 = if cfg!(test) { 2 } else { 8 << 10 };
/// Bytes read at once at most.
const MOST: u64 = if cfg!(test) { 5 } else { 256 << 10 };

/// Reads the spans of a file that were asked for, one behind the other.
pub(super) struct Spans {
    file: File,
    /// Where each begins and how long it is, the last one first.
    coming: Vec<(u64, u64)>,
    /// Where the rest of the present one begins, and how long it is.
    at: u64,
    left: u64,
    /// A stretch of the file, and where it begins there.
    window: Vec<u8>,
    from: u64,
    begun: bool,
}

impl Spans {
    /// The spans are in the order of the file.
    pub(super) fn open(path: &Path, mut spans: Vec<(u64, u64)>) -> io::Result<Self> {
        spans.reverse();
        Ok(Self { file: File::open(path)?, coming: spans, at: 0, left: 0, window: Vec::new(), from: 0, begun: false })
    }

    /// Reads the present span on, and those that follow soon.
    fn look(&mut self) -> io::Result<()> {
        let mut end = self.at + self.left;
        for (begin, length) in self.coming.iter().rev() {
            if *begin < end || *begin - end > GAP || begin + length - self.at > MOST {
                break;
            }
            end = begin + length;
        }
        self.window.resize((end - self.at).min(MOST) as usize, 0);
        self.from = self.at;
        read_at(&self.file, &mut self.window, self.at).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::new(error.kind(), "the file is shorter than it was"),
            _ => error,
        })
    }
}

#[cfg(unix)]
fn read_at(file: &File, to: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, to, at)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, to: &mut [u8], at: u64) -> io::Result<()> {
    io::Seek::seek(&mut file, io::SeekFrom::Start(at))?;
    file.read_exact(to)
}

impl Read for Spans {
    fn read(&mut self, mut to: &mut [u8]) -> io::Result<usize> {
        if !self.begun && !to.is_empty() {
            self.begun = true;
            // What looks like a byte-order mark is none inside a file: nothing before it, and it would be taken for one.
            to[0] = b'\n';
            return Ok(1);
        }
        let mut read = 0;
        while !to.is_empty() {
            if self.left == 0 {
                let Some(next) = self.coming.pop() else { break };
                (self.at, self.left) = next;
                continue;
            }
            let known = self.at.checked_sub(self.from).and_then(|offset| self.window.get(offset as usize..));
            let Some(known) = known.filter(|known| !known.is_empty()) else {
                self.look()?;
                continue;
            };
            let many = to.len().min(known.len()).min(usize::try_from(self.left).unwrap_or(usize::MAX));
            let (now, later) = to.split_at_mut(many);
            now.copy_from_slice(&known[..many]);
            to = later;
            read += many;
            self.at += many as u64;
            self.left -= many as u64;
        }
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
        assert_eq!(read(&[(0, 1), (2, 1), (4, 3), (9, 1)]).unwrap(), "\n024569");
        assert_eq!(read(&[(0, 1), (4, 1)]).unwrap(), "\n04");
        assert_eq!(read(&[(1, 8)]).unwrap(), "\n12345678");
        assert_eq!(read(&[]).unwrap(), "\n");
        assert_eq!(read(&[(8, 3)]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
