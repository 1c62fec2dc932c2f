//! The texts of one run.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::{FileId, LineIndex, Location, Position, Span};

/// One decoded source text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// How the file is shown and compared: relative to the working folder, `/`-separated; outside it, relative to the
    /// path given on the command line.
    pub path: String,
    /// The text as UTF-8, without its byte-order mark.
    pub text: String,
    /// Length in bytes of the byte-order mark that stood before `text` in the file; 0 where the file was not UTF-8.
    pub bom: u8,
    /// Whether writing `text` back as UTF-8 keeps the file's declared encoding true (a fix may be applied).
    pub utf8: bool,
    /// Where the file is; `None` for a text that came from elsewhere.
    pub disk: Option<PathBuf>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A text under the name it is shown by.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), bom: 0, utf8: true, disk: None, lines: OnceLock::new() }
    }

    /// The line starts, read at the first call.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(offset, &self.text)
    }
}

/// All texts of a run, in the order of their paths. Copies share the texts.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// Takes the files in the order given, which is the order of their ids.
    pub fn new(files: Vec<SourceFile>) -> Self {
        Self { files: files.into_iter().map(Arc::new).collect() }
    }

    /// Adds a file after the others.
    pub fn push(&mut self, file: SourceFile) -> FileId {
        self.files.push(Arc::new(file));
        FileId(self.files.len() as u32 - 1)
    }

    /// Puts another text in the place of a file's.
    pub fn replace(&mut self, id: FileId, text: String) {
        let old = &self.files[id.index()];
        let lines = OnceLock::new();
        let new = SourceFile { path: old.path.clone(), text, bom: old.bom, utf8: old.utf8, disk: old.disk.clone(), lines };
        self.files[id.index()] = Arc::new(new);
    }

    /// Puts another file in the place of one.
    pub fn put(&mut self, id: FileId, file: Arc<SourceFile>) {
        self.files[id.index()] = file;
    }

    /// The file of that id, to be kept beyond this run.
    pub fn shared(&self, id: FileId) -> &Arc<SourceFile> {
        &self.files[id.index()]
    }

    /// The file of that id.
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// The text at a place.
    pub fn slice(&self, at: Location) -> &str {
        at.span.of(&self.get(at.file).text)
    }

    /// Start and end of a place as lines and columns.
    pub fn positions(&self, file: FileId, span: Span) -> (Position, Position) {
        let file = self.get(file);
        (file.position(span.start), file.position(span.end))
    }

    /// All files with their ids, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), &**file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
