//! A work file on its way to disk: written, hashed and flushed beside whoever makes its content.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

/// Bytes handed over at once.
const PIECE: usize = 256 << 10;
/// Pieces that may wait.
const WAITING: usize = 16;
/// Bytes after which what was written so far is flushed, so that little is left to wait for at the end.
const FLUSHED: usize = if cfg!(test) { PIECE } else { 16 << 20 };

/// A file under a name of its own, until it is whole.
pub(crate) struct Draft {
    piece: Vec<u8>,
    state: State,
}

enum State {
    /// Nothing has been handed over: a small file needs no thread.
    Small(Writer),
    /// The file is written beside.
    Large(SyncSender<Vec<u8>>, JoinHandle<io::Result<Writer>>),
    Done,
}

struct Writer {
    file: NamedTempFile,
    hash: Option<Sha256>,
    unflushed: usize,
}

/// Flushes a large file beside who writes it, so that neither the disk nor the writer waits for the other.
struct Flusher {
    due: SyncSender<()>,
    worker: JoinHandle<io::Result<()>>,
}

impl Flusher {
    fn of(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        let (due, flushes) = sync_channel(1);
        let worker = thread::spawn(move || flushes.iter().try_for_each(|()| file.sync_data()));
        Ok(Self { due, worker })
    }

    /// Asks for a flush, unless one is asked for already. Who has failed takes no more and tells it at the end.
    fn ask(&self) {
        let _ = self.due.try_send(());
    }

    fn end(self) -> io::Result<()> {
        drop(self.due);
        self.worker.join().map_err(|_| gone())?
    }
}

impl Writer {
    fn take(&mut self, piece: &[u8]) -> io::Result<()> {
        if let Some(hash) = &mut self.hash {
            hash.update(piece);
        }
        self.file.write_all(piece)?;
        self.unflushed += piece.len();
        Ok(())
    }

    fn serve(mut self, pieces: &Receiver<Vec<u8>>) -> io::Result<Self> {
        let mut flusher = None;
        let written = pieces.iter().try_for_each(|piece| -> io::Result<()> {
            self.take(&piece)?;
            if self.unflushed >= FLUSHED {
                self.unflushed = 0;
                let flusher = match &mut flusher {
                    Some(flusher) => flusher,
                    none => none.insert(Flusher::of(self.file.as_file())?),
                };
                flusher.ask();
            }
            Ok(())
        });
        let flushed = flusher.map_or(Ok(()), Flusher::end);
        written.and(flushed).map(|()| self)
    }
}

impl Draft {
    /// A file in `folder`.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        Self::with(folder, None)
    }

    /// A file in `folder` whose digest is told at the end.
    pub(super) fn hashed(folder: &Path) -> io::Result<Self> {
        Self::with(folder, Some(Sha256::new()))
    }

    fn with(folder: &Path, hash: Option<Sha256>) -> io::Result<Self> {
        let writer = Writer { file: NamedTempFile::new_in(folder)?, hash, unflushed: 0 };
        Ok(Self { piece: Vec::new(), state: State::Small(writer) })
    }

    /// Adds bytes. A failure to write earlier ones may be told here.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while self.piece.len() + bytes.len() > PIECE {
            let (now, later) = bytes.split_at(PIECE - self.piece.len());
            self.piece.extend_from_slice(now);
            self.hand_over()?;
            bytes = later;
        }
        self.piece.extend_from_slice(bytes);
        Ok(())
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        match std::mem::replace(&mut self.state, State::Done) {
            State::Small(writer) => {
                let (to, pieces) = sync_channel(WAITING);
                let worker = thread::spawn(move || writer.serve(&pieces));
                self.state = State::Large(to, worker);
            }
            other => self.state = other,
        }
        let State::Large(to, _) = &self.state else { return Err(gone()) };
        if to.send(piece).is_ok() {
            return Ok(());
        }
        // It has met an error, which it gives back.
        self.end().map(drop)
    }

    /// Waits until everything is written.
    fn end(&mut self) -> io::Result<Writer> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Small(writer) => Ok(writer),
            State::Large(to, worker) => {
                drop(to);
                worker.join().map_err(|_| gone())?
            }
            State::Done => Err(gone()),
        }
    }

    /// Flushes the file and gives it the name that `name` makes of its digest, which is on disk as well before a store can
    /// name the file.
    pub(super) fn persist_as<T>(mut self, folder: &Path, name: impl FnOnce(Option<Sha256>) -> (String, T)) -> io::Result<T> {
        let mut writer = self.end()?;
        writer.take(&std::mem::take(&mut self.piece))?;
        writer.file.as_file().sync_all()?;
        let (name, told) = name(writer.hash);
        let target = folder.join(name);
        // What it takes the place of goes when nobody has it open any more, which for a large file takes a while.
        #[cfg(unix)]
        let replaced = File::open(&target).ok();
        writer.file.persist(target).map_err(|error| error.error)?;
        #[cfg(unix)]
        if replaced.as_ref().and_then(|file| file.metadata().ok()).is_some_and(|data| data.len() > FLUSHED as u64) {
            thread::spawn(move || drop(replaced));
        }
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(told)
    }

    /// Flushes the file and gives it its name.
    pub(crate) fn persist(self, folder: &Path, name: &str) -> io::Result<()> {
        self.persist_as(folder, |_| (name.to_owned(), ()))
    }
}

impl Drop for Draft {
    /// Leaves nobody behind who writes.
    fn drop(&mut self) {
        let _ = self.end();
    }
}

fn gone() -> io::Error {
    io::Error::other("the file is not written any more")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_what_was_written_whatever_its_size() {
        let folder = tempfile::tempdir().unwrap();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 7] {
            let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut draft = Draft::hashed(folder.path()).unwrap();
            for piece in content.chunks(100_003) {
                draft.write(piece).unwrap();
            }
            let digest = draft.persist_as(folder.path(), |hash| ("it".to_owned(), hash.unwrap().finalize())).unwrap();
            assert_eq!(digest, Sha256::digest(&content));
            assert_eq!(std::fs::read(folder.path().join("it")).unwrap(), content);
        }
    }

    #[test]
    fn a_draft_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = Draft::new(folder.path()).unwrap();
        draft.write(&vec![7; 3 * PIECE]).unwrap();
        drop(draft);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
