//! The work files of a connector: sorted files and deltas, named after their content.
//!
//! A file that counts is named in the store; its name holds the digest of its bytes, so that a file left behind by a
//! killed run can never stand for another.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use csv::ByteRecord;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::tasks::TaskError;
use crate::tasks::identity::hex;

/// Separates the parts of a key of several columns.
pub(crate) const KEY_SEPARATOR: u8 = 0x1f;

/// Appends a value to a CSV line; `index` is its column.
pub(crate) fn push_value(line: &mut Vec<u8>, index: usize, value: &[u8]) {
    if index > 0 {
        line.push(b',');
    }
    // An empty first value is quoted, so that a line of one column is never blank.
    let quoted = value.iter().any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r')) || (index == 0 && value.is_empty());
    if !quoted {
        line.extend_from_slice(value);
        return;
    }
    line.push(b'"');
    for &byte in value {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

/// Flushes a temporary file to disk and gives it its name, which is on disk as well before a store can name the file.
pub(crate) fn persist(output: BufWriter<NamedTempFile>, target: &Path) -> io::Result<()> {
    let file = output.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// An identifier as part of a file name.
fn file_part(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect()
}

/// The folder of a connector's prepared files.
pub(crate) fn folder(work: &Path, connector: &str) -> PathBuf {
    work.join("Collect").join(file_part(connector))
}

/// Writes a file whose name holds the digest of its content.
pub(super) struct ContentFile {
    output: BufWriter<NamedTempFile>,
    hash: Sha256,
    folder: PathBuf,
}

impl ContentFile {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        let file = NamedTempFile::new_in(folder)?;
        let output = BufWriter::with_capacity(256 * 1024, file);
        Ok(Self { output, hash: Sha256::new(), folder: folder.to_path_buf() })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.output.write_all(bytes)
    }

    /// Names the file `<name>.<digest>.<ending>` and gives that name.
    pub(super) fn finish(self, name: &str, ending: &str) -> io::Result<String> {
        let digest = hex(&self.hash.finalize());
        let name = format!("{}.{}.{ending}", file_part(name), &digest[..32]);
        persist(self.output, &self.folder.join(&name))?;
        Ok(name)
    }
}

/// Checks that a content-named file holds what its name says.
pub(crate) fn verify(path: &Path) -> Result<(), TaskError> {
    let mut hash = Sha256::new();
    let unreadable = |error| TaskError::io("the prepared file cannot be read", path, error);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    let digest = hex(&hash.finalize());
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if name.contains(&digest[..32]) {
        Ok(())
    } else {
        Err(TaskError::new("the prepared file was changed after it was written").file(path).help("prepare again"))
    }
}

/// Removes the files of a connector that are not in `keep`.
pub(crate) fn sweep(folder: &Path, keep: &BTreeSet<String>) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A killed run leaves its temporary files; nobody else writes here while the connector's task commits.
        let ours = [".sorted.csv", ".sorted.delta"].iter().any(|ending| name.ends_with(ending)) || name.starts_with(".tmp");
        if ours && !keep.contains(&name) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Reads a sorted file row by row.
pub(crate) struct SortedFile {
    path: PathBuf,
    reader: csv::Reader<BufReader<File>>,
    /// Columns of the key.
    key_columns: Vec<usize>,
    /// Key of the current row.
    pub(crate) key: Vec<u8>,
    /// The current row.
    pub(crate) record: ByteRecord,
}

impl SortedFile {
    /// Opens a file whose rows are sorted by the columns given.
    pub(crate) fn open(path: &Path, key_columns: &[usize]) -> Result<Self, TaskError> {
        let unreadable = |error| TaskError::io("the prepared file cannot be read", path, error);
        let file = BufReader::with_capacity(256 * 1024, File::open(path).map_err(unreadable)?);
        let mut reader = csv::ReaderBuilder::new().buffer_capacity(256 * 1024).from_reader(file);
        reader.byte_headers().map_err(|error| damaged(path, error))?;
        let key_columns = key_columns.to_vec();
        Ok(Self { path: path.to_path_buf(), reader, key_columns, key: Vec::new(), record: ByteRecord::new() })
    }

    /// Names of the columns.
    pub(crate) fn header(&mut self) -> Result<Vec<String>, TaskError> {
        let header = self.reader.headers().map_err(|error| damaged(&self.path, error))?;
        Ok(header.iter().map(str::to_owned).collect())
    }

    /// Goes to the next row; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, TaskError> {
        let more = self.reader.read_byte_record(&mut self.record).map_err(|error| damaged(&self.path, error))?;
        self.key.clear();
        for (index, &column) in self.key_columns.iter().enumerate() {
            if index > 0 {
                self.key.push(KEY_SEPARATOR);
            }
            self.key.extend_from_slice(self.record.get(column).unwrap_or_default());
        }
        Ok(more)
    }

    /// A value of the current row.
    pub(crate) fn value(&self, column: usize) -> &str {
        self.record.get(column).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }
}

fn damaged(path: &Path, error: csv::Error) -> TaskError {
    let row = error.position().map(csv::Position::line);
    TaskError { row, source: Some(Box::new(error)), ..TaskError::new("the prepared file is damaged").file(path) }
}
