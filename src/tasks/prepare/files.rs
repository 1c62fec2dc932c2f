//! The work files of a connector: sorted files and deltas, named after their content.
//!
//! A file that counts is named in the store; its name holds the digest of its bytes, so that a file left behind by a
//! killed run can never stand for another.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::tasks::TaskError;
use crate::tasks::identity::hex;

use super::draft::Draft;

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
    draft: Draft,
    folder: PathBuf,
}

impl ContentFile {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self { draft: Draft::hashed(folder)?, folder: folder.to_path_buf() })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.draft.write(bytes)
    }

    /// Names the file `<name>.<digest>.<ending>` and gives that name.
    pub(super) fn finish(self, name: &str, ending: &str) -> io::Result<String> {
        self.draft.persist_as(&self.folder, |hash| {
            let digest = hex(&hash.unwrap_or_default().finalize());
            let name = format!("{}.{}.{ending}", file_part(name), &digest[..32]);
            (name.clone(), name)
        })
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
        let endings = [".sorted.csv", ".sorted.delta", super::numbers::ENDING];
        let ours = endings.iter().any(|ending| name.ends_with(ending)) || name.starts_with(".tmp");
        let ours = ours && !entry.file_type()?.is_dir();
        // The numbers of a file are kept with it.
        if ours && !keep.contains(&super::numbers::numbered(&name)) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
