//! Sorting rows by key in bounded memory.
//!
//! Rows are kept as bytes in one arena; a full arena is sorted and written to a temporary file, and the files are
//! merged at the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut;

/// Bytes of rows held in memory before a part is written out.
const ARENA: usize = 96 << 20;

/// A row to sort.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    /// What it is sorted by.
    pub(super) key: Vec<u8>,
    /// Line of the file it came from; rows of equal key keep the order of their lines.
    pub(super) line: u64,
    /// A number that tells whether whole source rows are equal.
    pub(super) whole: u64,
    /// The row as a CSV line.
    pub(super) text: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Entry {
    /// The first bytes of the key as a number, which orders most rows without a look at the rows.
    prefix: u128,
    start: usize,
    key: u32,
    text: u32,
    line: u64,
    whole: u64,
}

/// Collects rows and gives them back in order.
pub(super) struct Sorter {
    folder: PathBuf,
    limit: usize,
    arena: Vec<u8>,
    entries: Vec<Entry>,
    parts: Vec<File>,
}

impl Sorter {
    /// Temporary files, where needed, lie in `folder`.
    pub(super) fn new(folder: &Path) -> Self {
        Self::with_limit(folder, ARENA)
    }

    fn with_limit(folder: &Path, limit: usize) -> Self {
        Self { folder: folder.to_path_buf(), limit, arena: Vec::new(), entries: Vec::new(), parts: Vec::new() }
    }

    /// Takes a row.
    pub(super) fn push(&mut self, key: &[u8], line: u64, whole: u64, text: &[u8]) -> io::Result<()> {
        let held = self.arena.len() + self.entries.len() * size_of::<Entry>();
        if held > 0 && held + key.len() + text.len() > self.limit {
            self.spill()?;
        }
        let start = self.arena.len();
        self.arena.extend_from_slice(key);
        self.arena.extend_from_slice(text);
        self.entries.push(Entry { prefix: prefix(key), start, key: key.len() as u32, text: text.len() as u32, line, whole });
        Ok(())
    }

    fn sort(&mut self) {
        let arena = &self.arena;
        let key = |entry: &Entry| &arena[entry.start..entry.start + entry.key as usize];
        self.entries
            .par_sort_unstable_by(|a, b| a.prefix.cmp(&b.prefix).then_with(|| key(a).cmp(key(b))).then(a.line.cmp(&b.line)));
    }

    fn row(&self, entry: Entry) -> (&[u8], &[u8]) {
        self.arena[entry.start..entry.start + (entry.key + entry.text) as usize].split_at(entry.key as usize)
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut part = BufWriter::with_capacity(256 * 1024, tempfile::tempfile_in(&self.folder)?);
        for &entry in &self.entries {
            let (key, text) = self.row(entry);
            part.write_all(&entry.key.to_le_bytes())?;
            part.write_all(&entry.text.to_le_bytes())?;
            part.write_all(&entry.line.to_le_bytes())?;
            part.write_all(&entry.whole.to_le_bytes())?;
            part.write_all(key)?;
            part.write_all(text)?;
        }
        let mut part = part.into_inner().map_err(io::IntoInnerError::into_error)?;
        part.rewind()?;
        self.parts.push(part);
        self.arena.clear();
        self.entries.clear();
        Ok(())
    }

    /// Hands out all rows by key, then line.
    pub(super) fn finish<E: From<io::Error>>(mut self, mut sink: impl FnMut(&Row) -> Result<(), E>) -> Result<(), E> {
        let mut row = Row { key: Vec::new(), line: 0, whole: 0, text: Vec::new() };
        if self.parts.is_empty() {
            self.sort();
            for &entry in &self.entries {
                let (key, text) = self.row(entry);
                row.key.clear();
                row.key.extend_from_slice(key);
                row.text.clear();
                row.text.extend_from_slice(text);
                (row.line, row.whole) = (entry.line, entry.whole);
                sink(&row)?;
            }
            return Ok(());
        }
        self.spill()?;
        self.arena = Vec::new();
        self.entries = Vec::new();
        let mut parts: Vec<_> = self.parts.into_iter().map(|part| BufReader::with_capacity(128 * 1024, part)).collect();
        let mut heap = BinaryHeap::new();
        for (index, part) in parts.iter_mut().enumerate() {
            heap.extend(read_row(part)?.map(|row| Reverse((row, index))));
        }
        while let Some(Reverse((row, index))) = heap.pop() {
            sink(&row)?;
            heap.extend(read_row(&mut parts[index])?.map(|row| Reverse((row, index))));
        }
        Ok(())
    }
}

/// The first bytes of a key; a shorter key comes before all that begin with it, as it does itself.
fn prefix(key: &[u8]) -> u128 {
    let mut first = [0; 16];
    let length = key.len().min(16);
    first[..length].copy_from_slice(&key[..length]);
    u128::from_be_bytes(first)
}

fn read_row(part: &mut impl Read) -> io::Result<Option<Row>> {
    let mut head = [0; 24];
    match part.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| head[at + byte]));
    let lengths = word(0);
    let mut row = Row {
        key: vec![0; (lengths & 0xffff_ffff) as usize],
        line: word(8),
        whole: word(16),
        text: vec![0; (lengths >> 32) as usize],
    };
    part.read_exact(&mut row.key)?;
    part.read_exact(&mut row.text)?;
    Ok(Some(row))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_come_out_in_order_however_little_memory_there_is(
            rows in prop::collection::vec(("[a-c]{0,3}", "[x-z]{0,5}"), 0..60), limit in 1usize..400,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::with_limit(folder.path(), limit);
            for (line, (key, text)) in rows.iter().enumerate() {
                sorter.push(key.as_bytes(), line as u64, 7, text.as_bytes()).unwrap();
            }
            let mut sorted = Vec::new();
            sorter.finish::<io::Error>(|row| { sorted.push((row.key.clone(), row.line, row.text.clone())); Ok(()) }).unwrap();
            let mut expected: Vec<_> = rows.iter().enumerate()
                .map(|(line, (key, text))| (key.clone().into_bytes(), line as u64, text.clone().into_bytes())).collect();
            expected.sort();
            prop_assert_eq!(sorted, expected);
        }
    }
}
