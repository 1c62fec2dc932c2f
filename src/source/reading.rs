//! Files to texts, several at a time.

use std::fs;
use std::io::Read;
use std::path::Path;

use rayon::prelude::*;

use super::discovery::{Discovery, Found};
use super::encoding::{decode_kept, recover};
use super::{DecodeError, FileId, SourceFile, Sources, Span};

/// Why a file has no text, or a folder no files.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unread {
    /// A folder that could not be listed, or a dangling link.
    #[error("it cannot be opened: {0}")]
    Folder(String),
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    File(String),
    /// The text does not fit offsets of 32 bits.
    #[error("the file is larger than 4 GiB")]
    TooLarge,
    /// The bytes are no text.
    #[error(transparent)]
    Encoding(#[from] DecodeError),
}

/// A file whose text is not known. It stands in the sources, so that a finding can point at it: with what could be read
/// of it, which may be nothing.
#[derive(Clone, Debug)]
pub struct ReadProblem {
    /// Its number.
    pub file: FileId,
    /// What went wrong.
    pub cause: Unread,
    /// Where, in what could be read.
    pub at: Span,
}

/// The texts of a configuration.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The texts, by path.
    pub sources: Sources,
    /// What could not be read, in the order of the files.
    pub problems: Vec<ReadProblem>,
    /// For each file: whether the command line named it.
    pub named: Vec<bool>,
}

/// Reads and decodes what was found, in parallel; the order is that of the paths.
pub fn read(discovery: Discovery) -> Loaded {
    let mut texts: Vec<(SourceFile, bool, Option<Broken>)> = discovery.files.into_par_iter().map(open).collect();
    for folder in discovery.unlisted {
        let cause = Unread::Folder(folder.message);
        texts.push((SourceFile::new(folder.shown, ""), false, Some((cause, Span::empty(0)))));
    }
    texts.sort_by(|(a, ..), (b, ..)| a.path.cmp(&b.path));

    let mut loaded = Loaded::default();
    for (text, named, cause) in texts {
        let file = loaded.sources.push(text);
        loaded.named.push(named);
        loaded.problems.extend(cause.map(|(cause, at)| ReadProblem { file, cause, at }));
    }
    loaded
}

/// What went wrong, and where in what could be read.
type Broken = (Unread, Span);

fn open(found: Found) -> (SourceFile, bool, Option<Broken>) {
    let disk = found.placed.then(|| found.path.clone());
    let bytes = match found.content {
        Some(bytes) => Ok(bytes),
        None => bytes_of(&found.path),
    };
    let (mut file, problem) = match bytes.map(decode_kept) {
        Ok(Ok(decoded)) if u32::try_from(decoded.text.len()).is_ok() => {
            let mut file = SourceFile::new(found.shown, decoded.text);
            file.bom = decoded.bom;
            file.utf8 = decoded.utf8;
            (file, None)
        }
        // A text from another encoding may have grown.
        Ok(Ok(_)) => (SourceFile::new(found.shown, ""), Some((Unread::TooLarge, Span::empty(0)))),
        Ok(Err((error, bytes))) => {
            let recovered = recover(&bytes, &error);
            let at = recovered.as_ref().map_or(Span::empty(0), |recovered| recovered.at);
            let mut file = SourceFile::new(found.shown, recovered.map_or_else(String::new, |recovered| recovered.text));
            // Never written: what could not be read would be lost.
            file.utf8 = false;
            (file, Some((Unread::Encoding(error), at)))
        }
        Err(cause) => (SourceFile::new(found.shown, ""), Some((cause, Span::empty(0)))),
    };
    file.disk = disk;
    (file, found.named, problem)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Unread> {
    let failed = |error: std::io::Error| Unread::File(error.to_string());
    let mut file = fs::File::open(path).map_err(failed)?;
    // Asked first, so that a file too large is never taken into memory.
    let size = u32::try_from(file.metadata().map_err(failed)?.len()).map_err(|_| Unread::TooLarge)? as usize;
    if size >= 2 * STRETCH
        && let Some(bytes) = bytes_in_stretches(&file, size)
    {
        return Ok(bytes);
    }
    let mut bytes = Vec::with_capacity(size);
    // What the file held when it was opened, without asking once more for its end: configurations come as thousands of
    // small files.
    (&mut file).take(size as u64).read_to_end(&mut bytes).map_err(failed)?;
    if size == 0 {
        // Pipes and the like have no size.
        file.take(u64::from(u32::MAX) + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    Ok(bytes)
}

/// How much of a large file is read at once, in bytes.
const STRETCH: usize = 4 << 20;

/// A large file, its stretches read side by side: most of the time goes into getting memory for it. Nothing where that does
/// not work, as with a file that was cut meanwhile.
#[cfg(unix)]
fn bytes_in_stretches(file: &fs::File, size: usize) -> Option<Vec<u8>> {
    use std::os::unix::fs::FileExt;
    let mut bytes = vec![0; size];
    let read = |(number, stretch): (usize, &mut [u8])| file.read_exact_at(stretch, (number * STRETCH) as u64).is_ok();
    bytes.par_chunks_mut(STRETCH).enumerate().all(read).then_some(bytes)
}

#[cfg(not(unix))]
fn bytes_in_stretches(_: &fs::File, _: usize) -> Option<Vec<u8>> {
    None
}

#[cfg(test)]
mod tests {
    use super::super::discovery::{Selection, discover};
    use super::*;

    #[cfg(unix)]
    #[test]
    fn stretches_of_a_large_file_are_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.xml");
        let content: Vec<u8> = (0..(2 * STRETCH + 12_345) / 4).flat_map(|number| (number as u32).to_le_bytes()).collect();
        fs::write(&path, &content).unwrap();
        assert!(bytes_of(&path).unwrap() == content);
        // A file that was cut after it was measured is read by the other way, which takes what is left.
        let file = fs::File::open(&path).unwrap();
        assert!(bytes_in_stretches(&file, content.len() + 1).is_none());
    }

    #[test]
    fn what_cannot_be_read_keeps_its_place_and_the_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.xml"), b"<a>\n\xff</a>").unwrap();
        fs::write(folder.path().join("b.xml"), "<b/>").unwrap();
        let found = discover(&[folder.path().to_owned()], folder.path(), &Selection::default()).unwrap();
        let loaded = read(found);
        assert_eq!(loaded.sources.len(), 2);
        assert_eq!(loaded.sources.get(FileId(1)).text, "<b/>");
        assert_eq!(loaded.problems[0].file, FileId(0));
        assert!(matches!(loaded.problems[0].cause, Unread::Encoding(_)));
        assert_eq!((loaded.sources.get(FileId(0)).text.as_str(), loaded.problems[0].at), ("<a>\n\u{FFFD}</a>", Span::new(4, 7)));
        assert!(!loaded.sources.get(FileId(0)).utf8, "what is lost must not be written back");
    }
}
