//! A CSV file that is changed as a whole: read, changed in memory, written beside and renamed.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::connectors::csv::CsvOptions;
use crate::tasks::TaskError;
use crate::tasks::prepare::persist;

/// Rows by the values in some columns.
type Index = FxHashMap<Vec<String>, Vec<usize>>;

/// The rows of a CSV file.
pub(super) struct Table {
    path: PathBuf,
    separator: u8,
    /// What stands before the header: a byte-order mark, and lines that are skipped.
    before: Vec<u8>,
    windows: bool,
    header: Vec<String>,
    /// None: removed.
    rows: Vec<Option<Vec<String>>>,
    indexes: BTreeMap<Vec<usize>, Index>,
    changed: bool,
}

impl Table {
    /// Reads a file; `path` is where it really is, links followed.
    pub(super) fn read(path: &Path, options: &CsvOptions) -> Result<Self, TaskError> {
        let bytes = std::fs::read(path).map_err(|error| TaskError::io("the CSV file cannot be read", path, error))?;
        let mut start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        for _ in 0..options.skip {
            start += memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len() - start, |end| end + 1);
        }
        let (before, content) = bytes.split_at(start);
        let mut reader = csv::ReaderBuilder::new().delimiter(options.separator).from_reader(content);
        let damaged = |error: csv::Error| {
            let row = error.position().map(|position| position.line() + options.skip);
            TaskError { row, source: Some(Box::new(error)), ..TaskError::new("the CSV file cannot be changed").file(path) }
        };
        let header = reader.headers().map_err(damaged)?.iter().map(str::to_owned).collect();
        let rows = reader.records().map(|row| row.map(|row| Some(row.iter().map(str::to_owned).collect())));
        Ok(Self {
            path: path.to_path_buf(),
            separator: options.separator,
            before: before.to_vec(),
            windows: content.windows(2).any(|pair| pair == b"\r\n"),
            header,
            rows: rows.collect::<Result<_, _>>().map_err(damaged)?,
            indexes: BTreeMap::new(),
            changed: false,
        })
    }

    /// Where a column stands.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The name of a column.
    pub(super) fn name(&self, column: usize) -> &str {
        &self.header[column]
    }

    /// The rows that have these values in these columns.
    pub(super) fn find(&mut self, columns: &[usize], values: &[String]) -> Vec<usize> {
        let rows = &self.rows;
        let index = self.indexes.entry(columns.to_vec()).or_insert_with(|| {
            let mut index = Index::default();
            for (at, row) in rows.iter().enumerate() {
                if let Some(row) = row {
                    index.entry(columns.iter().map(|&column| row[column].clone()).collect()).or_default().push(at);
                }
            }
            index
        });
        let found = index.get(values).into_iter().flatten();
        found.copied().filter(|&at| rows[at].is_some()).collect()
    }

    /// A value of a row.
    pub(super) fn value(&self, row: usize, column: usize) -> &str {
        self.rows[row].as_ref().map_or("", |row| &row[column])
    }

    /// Sets a value of a row.
    pub(super) fn set(&mut self, number: usize, column: usize, value: &str) {
        if let Some(row) = &mut self.rows[number]
            && row[column] != value
        {
            let before = row.clone();
            value.clone_into(&mut row[column]);
            self.changed = true;
            for (columns, index) in self.indexes.iter_mut().filter(|(columns, _)| columns.contains(&column)) {
                let of = |row: &[String]| -> Vec<String> { columns.iter().map(|&column| row[column].clone()).collect() };
                if let Some(rows) = index.get_mut(&of(&before)) {
                    rows.retain(|&at| at != number);
                }
                let rows = index.entry(of(row)).or_default();
                rows.insert(rows.partition_point(|&at| at < number), number);
            }
        }
    }

    /// Adds a row with these values; the others are empty. Gives its number.
    pub(super) fn add(&mut self, values: &[(usize, String)]) -> usize {
        let mut row = vec![String::new(); self.header.len()];
        for (column, value) in values {
            row[*column].clone_from(value);
        }
        for (columns, index) in &mut self.indexes {
            index.entry(columns.iter().map(|&column| row[column].clone()).collect()).or_default().push(self.rows.len());
        }
        self.rows.push(Some(row));
        self.changed = true;
        self.rows.len() - 1
    }

    /// Removes a row.
    pub(super) fn remove(&mut self, row: usize) {
        self.changed |= self.rows[row].take().is_some();
    }

    /// Writes the file anew if something changed; it is whole at any moment.
    pub(super) fn save(&mut self) -> Result<(), TaskError> {
        if !self.changed {
            return Ok(());
        }
        let path = self.path.clone();
        self.write().map_err(|error| TaskError::io("the CSV file cannot be written", &path, error))?;
        self.changed = false;
        Ok(())
    }

    fn write(&self) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let file = tempfile::NamedTempFile::new_in(folder)?;
        file.as_file().set_permissions(std::fs::metadata(&self.path)?.permissions())?;
        let mut output = BufWriter::new(file);
        output.write_all(&self.before)?;
        let end = if self.windows { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(self.separator).terminator(end).from_writer(Vec::new());
        writer.write_record(&self.header)?;
        for row in self.rows.iter().flatten() {
            writer.write_record(row)?;
        }
        let bytes = writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
        output.write_all(&bytes)?;
        persist(output, &self.path)
    }
}
