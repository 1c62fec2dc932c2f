//! What a search gave, kept beside the store to put changes into.
//!
//! The file holds one record per entry, in no order: what tells it apart, its name, the number that its changes raise, and
//! its rows in every table. Its sums do not depend on the order. A file that is damaged or gone costs one reading of
//! everything.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::connectors::ldap::Entry;
use crate::tasks::identity::hex;
use crate::tasks::{AfterCommit, TaskError};

use super::changes::Marks;
use super::tables::Source;

/// No part of a record is longer.
const LONGEST: u32 = 1 << 30;

/// What the store keeps of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) server: String,
    pub(super) how: String,
    pub(super) cookie: Option<Vec<u8>>,
    pub(super) file: String,
    pub(super) content: String,
    pub(super) names: String,
    pub(super) unsettled: bool,
}

impl State {
    pub(super) fn load(store: &Connection, connection: &str, search: &str) -> Result<Option<Self>, TaskError> {
        let sql = "SELECT server, how, cookie, file, content, names, unsettled FROM directory_snapshot
                   WHERE connection = ?1 AND search = ?2";
        let row = store.query_row(sql, [connection, search], |row| {
            Ok(Self {
                server: row.get(0)?,
                how: row.get(1)?,
                cookie: row.get(2)?,
                file: row.get(3)?,
                content: row.get(4)?,
                names: row.get(5)?,
                unsettled: row.get(6)?,
            })
        });
        Ok(row.optional()?)
    }

    pub(super) fn save(&self, store: &Connection, connection: &str, search: &str) -> Result<(), TaskError> {
        let Self { server, how, cookie, file, content, names, unsettled } = self;
        store.execute(
            "INSERT OR REPLACE INTO directory_snapshot VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![connection, search, server, how, cookie, file, content, names, unsettled],
        )?;
        Ok(())
    }
}

/// The folder of the snapshots of a connection.
pub(super) fn folder(work: &Path, connection: &str) -> PathBuf {
    work.join("Directories").join(connection)
}

/// Removes, once the transaction is committed, the snapshots that nothing names any more.
pub(super) fn sweep_after_commit(work: &Path, connection: &str, kept: Vec<String>) -> AfterCommit {
    let folder = folder(work, connection);
    let kept: BTreeSet<String> = kept.into_iter().collect();
    Box::new(move || {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            // A killed export leaves its temporary files.
            if (name.ends_with(".snapshot") || name.starts_with(".tmp")) && !kept.contains(&name) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    })
}

/// An entry in a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Empty where the server did not tell it.
    pub(super) id: Vec<u8>,
    pub(super) dn: Vec<u8>,
    /// Raised by every change; empty where the server did not tell it.
    pub(super) number: Vec<u8>,
    /// Its rows in each table.
    pub(super) rows: Vec<Vec<u8>>,
}

impl Record {
    pub(super) fn of(entry: &Entry, source: &Source, marks: &Marks) -> Self {
        let number = entry.values(marks.number).first().cloned().unwrap_or_default();
        let rows = source.targets.iter().map(|target| target.rows(entry)).collect();
        Self { id: marks.id_of(entry).unwrap_or_default(), dn: entry.dn.clone().into_bytes(), number, rows }
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.clear();
        for part in [&self.id, &self.dn, &self.number].into_iter().chain(&self.rows) {
            bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
            bytes.extend_from_slice(part);
        }
    }
}

/// Adds up digests, so that the order of what is added makes no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum([u64; 4]);

impl Sum {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let digest = Sha256::digest(bytes);
        for (lane, part) in self.0.iter_mut().zip(digest.chunks_exact(8)) {
            *lane = lane.wrapping_add(part.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)));
        }
    }

    pub(super) fn text(&self) -> String {
        hex(&self.0.iter().flat_map(|lane| lane.to_be_bytes()).collect::<Vec<u8>>())
    }
}

/// A snapshot that can be read.
pub(super) struct Snapshot {
    file: PathBuf,
    content: String,
    tables: usize,
}

/// Why reading a snapshot ended early.
pub(super) enum Stop {
    /// It is not what was written.
    Damaged,
    /// The reader has an error.
    Failed(TaskError),
}

impl From<TaskError> for Stop {
    fn from(error: TaskError) -> Self {
        Self::Failed(error)
    }
}

impl Snapshot {
    pub(super) fn new(folder: &Path, state: &State, source: &Source) -> Self {
        Self { file: folder.join(&state.file), content: state.content.clone(), tables: source.targets.len() }
    }

    /// Gives `sink` every record. That the file was damaged may come out at its end.
    pub(super) fn read(&self, mut sink: impl FnMut(Record) -> Result<(), Stop>) -> Result<(), Stop> {
        let mut input = BufReader::with_capacity(256 * 1024, File::open(&self.file).map_err(|_| Stop::Damaged)?);
        let mut sum = Sum::default();
        let mut bytes = Vec::new();
        while let Some(id) = part(&mut input).map_err(|_| Stop::Damaged)? {
            let mut next = || part(&mut input).ok().flatten().ok_or(Stop::Damaged);
            let mut record = Record { id, dn: next()?, number: next()?, rows: Vec::with_capacity(self.tables) };
            for _ in 0..self.tables {
                record.rows.push(next()?);
            }
            record.write(&mut bytes);
            sum.add(&bytes);
            sink(record)?;
        }
        if sum.text() == self.content { Ok(()) } else { Err(Stop::Damaged) }
    }
}

/// A part of a record; none at the end of the file.
fn part(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let mut first = input.take(4);
    let mut head = Vec::with_capacity(4);
    first.read_to_end(&mut head)?;
    if head.is_empty() {
        return Ok(None);
    }
    if head.len() < 4 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    length.copy_from_slice(&head);
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() == length as usize { Ok(Some(bytes)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
