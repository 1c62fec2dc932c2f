//! The files that an export writes: beside their places, and put there only when everything was read.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::tasks::TaskError;
use crate::tasks::export::output_file;
use crate::tasks::export::record::put;
use crate::tasks::prepare::{persist, push_value};

use super::snapshot::{Record, Sum};
use super::tables::Source;

type Temporary = BufWriter<NamedTempFile>;

/// The files of one search being written.
pub(super) struct Output {
    snapshot: Temporary,
    tables: Vec<(String, Temporary)>,
    content: Sum,
    names: Sum,
    records: u64,
    rows: u64,
    bytes: Vec<u8>,
}

/// The files of one search, written and not yet in their places.
pub(super) struct Written {
    snapshot: Temporary,
    tables: Vec<(String, Temporary)>,
    /// Stands for the records.
    pub(super) content: String,
    /// Stands for which entries there are and what their names are.
    pub(super) names: String,
    pub(super) rows: u64,
}

fn unwritable(error: io::Error) -> TaskError {
    TaskError { source: Some(Box::new(error)), ..TaskError::new("the export cannot be written") }
}

fn temporary(folder: &Path) -> Result<Temporary, TaskError> {
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    Ok(BufWriter::with_capacity(256 * 1024, NamedTempFile::new_in(folder).map_err(unwritable)?))
}

impl Output {
    pub(super) fn new(work: &Path, snapshots: &Path, source: &Source) -> Result<Self, TaskError> {
        let mut tables = Vec::new();
        for target in &source.targets {
            let place = output_file(work, &target.table);
            let mut file = temporary(place.parent().unwrap_or(work))?;
            let mut line = Vec::new();
            for (index, name) in target.header.iter().enumerate() {
                push_value(&mut line, index, name.as_bytes());
            }
            line.push(b'\n');
            file.write_all(&line).map_err(unwritable)?;
            tables.push((target.table.clone(), file));
        }
        Ok(Self {
            snapshot: temporary(snapshots)?,
            tables,
            content: Sum::default(),
            names: Sum::default(),
            records: 0,
            rows: 0,
            bytes: Vec::new(),
        })
    }

    pub(super) fn take(&mut self, record: &Record) -> Result<(), TaskError> {
        record.write(&mut self.bytes);
        self.snapshot.write_all(&self.bytes).map_err(unwritable)?;
        self.content.add(&self.bytes);
        let name = Record { number: Vec::new(), rows: Vec::new(), ..record.clone() };
        name.write(&mut self.bytes);
        self.names.add(&self.bytes);
        for ((_, file), rows) in self.tables.iter_mut().zip(&record.rows) {
            file.write_all(rows).map_err(unwritable)?;
            self.rows += lines(rows);
        }
        self.records += 1;
        Ok(())
    }

    /// How many entries it took.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    pub(super) fn finish(mut self) -> Result<Written, TaskError> {
        // What does not fit on the disk is told before any file takes its place.
        self.snapshot.flush().map_err(unwritable)?;
        for (_, file) in &mut self.tables {
            file.flush().map_err(unwritable)?;
        }
        Ok(Written {
            snapshot: self.snapshot,
            tables: self.tables,
            content: self.content.text(),
            names: self.names.text(),
            rows: self.rows,
        })
    }
}

/// How many CSV lines a text holds; a line break inside quotes ends none.
fn lines(text: &[u8]) -> u64 {
    let mut quoted = false;
    let ends = text.iter().filter(|byte| {
        quoted ^= **byte == b'"';
        **byte == b'\n' && !quoted
    });
    ends.count() as u64
}

impl Written {
    /// The name of the snapshot, which stands for its content.
    pub(super) fn snapshot_name(&self, source: &str) -> String {
        let safe: String = source.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        format!("{safe}.{}.snapshot", &self.content[..32])
    }

    /// Puts the files in their places, as those of the export of that hash; without one, only the snapshot.
    pub(super) fn persist(self, work: &Path, snapshots: &Path, name: &str, export: Option<&str>) -> Result<(), TaskError> {
        persist(self.snapshot, &snapshots.join(name)).map_err(unwritable)?;
        if let Some(hash) = export {
            for (table, file) in self.tables {
                put(file, &output_file(work, &table), hash).map_err(unwritable)?;
            }
        }
        Ok(())
    }
}
