//! The rows of a sorted file as numbers, in the order in which an export had them.
//!
//! They lie beside the sorted file, so that the next export, which mostly comes in the same order, is compared with them
//! one by one and the file is not read. They are a help and no more: where they are missing, damaged, of another file or of
//! an export with other columns, everything is sorted. The numbers of a file are keyed by chance, so that nobody can make
//! two rows of one number.

use std::fs::File;
use std::hash::Hasher;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use siphasher::sip::SipHasher13;
use tempfile::NamedTempFile;

use crate::tasks::TaskError;

/// How the names of such files end.
pub(super) const ENDING: &str = ".sorted.rows";
const OF: &str = ".sorted.csv";
const MAGIC: &[u8; 16] = b"jobwright rows 1";
/// Rows that are known by their numbers at most: each takes 32 bytes in memory.
const MOST_ROWS: usize = 4_000_000;
/// Bytes of a row in the file.
const SIZE: usize = 28;

/// The name of the sorted file whose numbers `name` holds; any other name as it is.
pub(super) fn numbered(name: &str) -> String {
    name.strip_suffix(ENDING).map_or_else(|| name.to_owned(), |of| format!("{of}{OF}"))
}

/// What makes numbers of bytes.
#[derive(Clone, Copy)]
pub(super) struct Hashes(SipHasher13);

impl Hashes {
    fn keyed([first, second]: [u64; 2]) -> Self {
        Self(SipHasher13::new_with_keys(first, second))
    }

    pub(super) fn number(&self, bytes: &[u8]) -> u64 {
        self.0.hash(bytes)
    }

    fn layout(&self, layout: &[usize]) -> u64 {
        self.number(&layout.iter().flat_map(|column| column.to_le_bytes()).collect::<Vec<u8>>())
    }
}

/// A row known by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Numbered {
    pub(super) key: u64,
    /// Of all that its export had in it; equal ones are of equal rows, and equal rows mostly have equal ones.
    pub(super) row: u64,
    /// Where it begins in its file, and how many bytes it has there.
    pub(super) begin: u64,
    pub(super) length: u32,
}

/// The rows of a sorted file.
pub(super) struct Numbers {
    keys: [u64; 2],
    pub(super) hashes: Hashes,
    pub(super) rows: Vec<Numbered>,
}

impl Numbers {
    fn new() -> Result<Self, TaskError> {
        let mut chance = [0; 16];
        getrandom::fill(&mut chance)
            .map_err(|error| TaskError::new(format!("the system has no random numbers to give: {error}")))?;
        let [first, second] = [0, 8].map(|at| word(&chance[at..]));
        Ok(Self { keys: [first, second], hashes: Hashes::keyed([first, second]), rows: Vec::new() })
    }

    /// Those of the sorted file `name`, if they are there and of an export of that layout.
    pub(super) fn of(folder: &Path, name: &str, layout: &[usize]) -> Option<Self> {
        // Whatever keeps them from being read, there is another way.
        let length = std::fs::metadata(folder.join(name)).ok()?.len();
        let file = File::open(beside(folder, name)).ok()?;
        Self::read(&mut BufReader::with_capacity(256 << 10, file), length, layout).ok()?
    }

    fn read(file: &mut impl Read, of_length: u64, of_layout: &[usize]) -> io::Result<Option<Self>> {
        let mut head = [0; 56];
        file.read_exact(&mut head)?;
        let [first, second, length, layout, count] = [16, 24, 32, 40, 48].map(|at| word(&head[at..]));
        if !head.starts_with(MAGIC) || length != of_length || count > MOST_ROWS as u64 {
            return Ok(None);
        }
        let hashes = Hashes::keyed([first, second]);
        if layout != hashes.layout(of_layout) {
            return Ok(None);
        }
        let mut sum = hashes.0;
        sum.write(&head);
        let mut rows = Vec::with_capacity(count as usize);
        let mut piece = vec![0; SIZE * 4096];
        while rows.len() < count as usize {
            let many = (count as usize - rows.len()).min(4096);
            let piece = &mut piece[..many * SIZE];
            file.read_exact(piece)?;
            sum.write(piece);
            rows.extend(piece.chunks_exact(SIZE).map(|row| Numbered {
                key: word(row),
                row: word(&row[8..]),
                begin: word(&row[16..]),
                length: u32::from_le_bytes(std::array::from_fn(|byte| row[24 + byte])),
            }));
        }
        let mut end = [0; 8];
        file.read_exact(&mut end)?;
        Ok((word(&end) == sum.finish()).then_some(Self { keys: [first, second], hashes, rows }))
    }
}

/// The file of the numbers of a sorted file.
fn beside(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join(format!("{}{ENDING}", name.strip_suffix(OF).unwrap_or(name)))
}

fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|byte| bytes[byte]))
}

/// Numbers rows while an export is sorted: each is met twice, when it is read and when it has its place.
pub(super) struct Numbering {
    /// By line of the export; those without length have no place.
    numbers: Numbers,
    layout: u64,
    /// Whether there are too many.
    is_over: bool,
}

impl Numbering {
    /// Of an export whose columns stand so.
    pub(super) fn new(layout: &[usize]) -> Result<Self, TaskError> {
        let numbers = Numbers::new()?;
        let layout = numbers.hashes.layout(layout);
        Ok(Self { numbers, layout, is_over: false })
    }

    /// A row is read: its key, and all that the export has in it.
    pub(super) fn meet(&mut self, at_line: u64, key: &[u8], all: &[u8]) {
        let place = at_line as usize;
        if self.is_over || place > MOST_ROWS {
            self.is_over = true;
            self.numbers.rows = Vec::new();
            return;
        }
        if place >= self.numbers.rows.len() {
            self.numbers.rows.resize(place + 1, Numbered { key: 0, row: 0, begin: 0, length: 0 });
        }
        let hashes = self.numbers.hashes;
        let row = &mut self.numbers.rows[place];
        (row.key, row.row) = (hashes.number(key), hashes.number(all));
    }

    /// A row has its place in the sorted file.
    pub(super) fn place(&mut self, at_line: u64, begin: u64, length: usize) {
        if let Some(row) = self.numbers.rows.get_mut(at_line as usize) {
            (row.begin, row.length) = (begin, length as u32);
        }
    }

    /// Writes the numbers beside the sorted file `name`, which has that length. Nothing is flushed: what is not whole later
    /// is not used.
    pub(super) fn save(mut self, folder: &Path, name: &str, length: u64) -> io::Result<()> {
        self.numbers.rows.retain(|row| row.length > 0);
        if self.is_over {
            return Ok(());
        }
        let mut file = BufWriter::with_capacity(256 << 10, NamedTempFile::new_in(folder)?);
        let mut sum = self.numbers.hashes.0;
        let mut bytes = MAGIC.to_vec();
        for number in self.numbers.keys.into_iter().chain([length, self.layout, self.numbers.rows.len() as u64]) {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for part in self.numbers.rows.chunks(4096) {
            for row in part {
                for number in [row.key, row.row, row.begin] {
                    bytes.extend_from_slice(&number.to_le_bytes());
                }
                bytes.extend_from_slice(&row.length.to_le_bytes());
            }
            sum.write(&bytes);
            file.write_all(&bytes)?;
            bytes.clear();
        }
        sum.write(&bytes);
        file.write_all(&bytes)?;
        file.write_all(&sum.finish().to_le_bytes())?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(beside(folder, name)).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [(&str, &str); 3] = [("b", "b,1\n"), ("a", "a,\"\"\"\"\n"), ("c", "c,3\n")];

    /// A sorted file, and its numbers in the order of `LINES`.
    fn write(folder: &Path) -> Vec<Numbered> {
        let mut numbering = Numbering::new(&[0, 1]).unwrap();
        for (at, (key, line)) in LINES.iter().enumerate() {
            numbering.meet(at as u64 * 2 + 2, key.as_bytes(), line.as_bytes());
        }
        let mut whole = b"code,name\n".to_vec();
        for at in [1, 0, 2] {
            numbering.place(at * 2 + 2, whole.len() as u64, LINES[at as usize].1.len());
            whole.extend_from_slice(LINES[at as usize].1.as_bytes());
        }
        std::fs::write(folder.join("it.sorted.csv"), &whole).unwrap();
        let hashes = numbering.numbers.hashes;
        numbering.save(folder, "it.sorted.csv", whole.len() as u64).unwrap();
        let numbered = |(key, line): (&str, &str)| {
            let begin = whole.windows(line.len()).position(|part| part == line.as_bytes()).unwrap() as u64;
            Numbered { key: hashes.number(key.as_bytes()), row: hashes.number(line.as_bytes()), begin, length: line.len() as u32 }
        };
        LINES.map(numbered).to_vec()
    }

    fn read(folder: &Path, layout: &[usize]) -> Option<Vec<Numbered>> {
        Numbers::of(folder, "it.sorted.csv", layout).map(|numbers| numbers.rows)
    }

    #[test]
    fn numbers_are_kept_in_the_order_of_the_export() {
        let folder = tempfile::tempdir().unwrap();
        let written = write(folder.path());
        assert_eq!(read(folder.path(), &[0, 1]), Some(written));
        assert_eq!(read(folder.path(), &[1, 0]), None, "of an export with other columns");
    }

    #[test]
    fn numbers_that_are_not_whole_or_of_another_file_are_not_used() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let file = folder.path().join("it.sorted.rows");
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&file, damaged).unwrap();
            assert_eq!(read(folder.path(), &[0, 1]), None, "byte {at}");
            std::fs::write(&file, &whole[..at]).unwrap();
            assert_eq!(read(folder.path(), &[0, 1]), None, "up to byte {at}");
        }
        std::fs::write(&file, &whole).unwrap();
        assert!(read(folder.path(), &[0, 1]).is_some());
        std::fs::write(folder.path().join("it.sorted.csv"), "code,name\n").unwrap();
        assert_eq!(read(folder.path(), &[0, 1]), None);
    }

    #[test]
    fn numbers_belong_to_a_sorted_file() {
        assert_eq!(numbered("a.0.sorted.rows"), "a.0.sorted.csv");
        assert_eq!(numbered("a.0.sorted.delta"), "a.0.sorted.delta");
    }
}
