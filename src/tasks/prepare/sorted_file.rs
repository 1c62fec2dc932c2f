//! Sorted files read row by row, as they are or as they became by changes since.

use std::cmp::Ordering;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::connectors::csv::{RowError, Rows};
use crate::tasks::TaskError;
use crate::tasks::identity::Command;

use super::files::{KEY_SEPARATOR, push_value};
use super::whole::Whole;

/// One file, standing at one of its rows.
struct Part {
    path: PathBuf,
    rows: Rows<File>,
    header: Vec<String>,
    /// Columns of the key.
    key_columns: Vec<usize>,
    key: Vec<u8>,
    /// Whether there is a row.
    more: bool,
}

impl Part {
    fn open(path: &Path, key_columns: Vec<usize>) -> Result<Self, TaskError> {
        let file = File::open(path).map_err(|error| TaskError::io("the prepared file cannot be read", path, error))?;
        let mut rows = Rows::new(file, b',');
        let more = rows.advance().map_err(|error| damaged(path, error))?;
        let header = rows.values().filter(|_| more).map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Ok(Self { path: path.to_path_buf(), rows, header, key_columns, key: Vec::new(), more })
    }

    fn advance(&mut self) -> Result<bool, TaskError> {
        self.key.clear();
        self.more = self.rows.advance().map_err(|error| damaged(&self.path, error))?;
        if self.more {
            push_key(&mut self.key, self.key_columns.iter().map(|&column| self.rows.value(column)));
        }
        Ok(self.more)
    }
}

/// Appends a key made of its parts.
pub(super) fn push_key<'v>(key: &mut Vec<u8>, parts: impl Iterator<Item = &'v [u8]>) {
    for (index, part) in parts.enumerate() {
        if index > 0 {
            key.push(KEY_SEPARATOR);
        }
        key.extend_from_slice(part);
    }
}

/// Where the current row stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Base,
    Changes,
    /// In the changes, which replace the row of the base.
    Both,
}

/// Reads a sorted file row by row; with changes, what they make of it.
pub(crate) struct SortedFile {
    base: Part,
    changes: Option<Part>,
    at: At,
}

impl SortedFile {
    /// Opens a file whose rows are sorted by the columns given.
    pub(crate) fn open(path: &Path, key_columns: &[usize]) -> Result<Self, TaskError> {
        Ok(Self { base: Part::open(path, key_columns.to_vec())?, changes: None, at: At::Base })
    }

    /// Opens a sorted file of `folder` together with its changes.
    pub(crate) fn open_whole(folder: &Path, whole: &Whole, key_columns: &[usize]) -> Result<Self, TaskError> {
        let mut sorted = Self::open(&folder.join(&whole.file), key_columns)?;
        if let Some(changes) = &whole.changes {
            // Their first column is the command.
            let columns = key_columns.iter().map(|column| column + 1).collect();
            sorted.changes = Some(Part::open(&folder.join(changes), columns)?);
            sorted.at = At::Both;
        }
        Ok(sorted)
    }

    /// Names of the columns.
    pub(crate) fn header(&self) -> &[String] {
        &self.base.header
    }

    /// Names of the columns of the changes, where there are any.
    pub(super) fn header_of_changes(&self) -> Option<&[String]> {
        self.changes.as_ref().map(|changes| changes.header.as_slice())
    }

    /// Goes to the next row; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, TaskError> {
        let Some(changes) = &mut self.changes else { return self.base.advance() };
        loop {
            if self.at != At::Changes {
                self.base.advance()?;
            }
            if self.at != At::Base {
                changes.advance()?;
            }
            let order = match (self.base.more, changes.more) {
                (false, false) => return Ok(false),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (true, true) => self.base.key.cmp(&changes.key),
            };
            self.at = match order {
                Ordering::Less => At::Base,
                Ordering::Equal => At::Both,
                Ordering::Greater => At::Changes,
            };
            if self.at == At::Base || changes.rows.value(0) != Command::Delete.name().as_bytes() {
                return Ok(true);
            }
        }
    }

    /// The file of the current row, and the column of it that is the first one of the sorted file.
    fn current(&self) -> (&Part, usize) {
        match &self.changes {
            Some(changes) if self.at != At::Base => (changes, 1),
            _ => (&self.base, 0),
        }
    }

    /// Key of the current row.
    pub(crate) fn key(&self) -> &[u8] {
        &self.current().0.key
    }

    /// A value of the current row.
    pub(crate) fn value(&self, column: usize) -> &str {
        std::str::from_utf8(self.bytes(column)).unwrap_or_default()
    }

    /// A value of the current row, as bytes.
    pub(super) fn bytes(&self, column: usize) -> &[u8] {
        let (part, first) = self.current();
        part.rows.value(column + first)
    }

    fn values(&self) -> impl Iterator<Item = &[u8]> {
        let (part, first) = self.current();
        part.rows.values().skip(first)
    }

    /// The current row as it is written, where none of its values is quoted.
    fn plain(&self) -> Option<&[u8]> {
        let (part, first) = self.current();
        part.rows.plain().filter(|_| first == 0)
    }

    /// Whether the current rows of two files hold the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self.plain(), other.plain()) {
            (Some(one), Some(other)) => one == other,
            _ => self.values().eq(other.values()),
        }
    }

    /// Appends the current row as a line, behind `index` other values.
    pub(super) fn push_to(&self, line: &mut Vec<u8>, index: usize) {
        match self.plain() {
            Some(row) => {
                if index > 0 {
                    line.push(b',');
                }
                line.extend_from_slice(row);
            }
            None => self.values().enumerate().for_each(|(at, value)| push_value(line, index + at, value)),
        }
        line.push(b'\n');
    }
}

fn damaged(path: &Path, error: RowError) -> TaskError {
    TaskError { row: error.line(), source: Some(Box::new(error)), ..TaskError::new("the prepared file is damaged").file(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_replace_add_and_take_away_rows() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("base"), "name,code\nx,b\n\"\",d\n\"a\"\"b\",f\n").unwrap();
        std::fs::write(
            folder.path().join("changes"),
            "command,name,code\ninsert,n,a\nupdate,,b\ndelete,,c\ndelete,,d\ninsert,\"p,q\",g\n",
        )
        .unwrap();
        let whole = Whole { file: "base".to_owned(), changes: Some("changes".to_owned()) };
        let mut sorted = SortedFile::open_whole(folder.path(), &whole, &[1]).unwrap();
        let mut lines = Vec::new();
        let mut keys = Vec::new();
        while sorted.advance().unwrap() {
            sorted.push_to(&mut lines, 0);
            keys.extend_from_slice(sorted.key());
            assert_eq!(sorted.bytes(1), sorted.key());
        }
        assert!(!sorted.advance().unwrap());
        assert_eq!(String::from_utf8(lines).unwrap(), "n,a\n\"\",b\n\"a\"\"b\",f\n\"p,q\",g\n");
        assert_eq!(keys, b"abfg");
    }
}
