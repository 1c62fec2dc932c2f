//! The rows of a sorted file as numbers, in the order in which an export had them.
//!
//! They lie beside the sorted file, so that the next export, which mostly comes in the same order, is compared with them
//! one by one and the file is not read. They are a help and no more: where they are missing, damaged or of another file,
//! they are made anew from the sorted file. The numbers of a file are keyed by chance, so that nobody can make two rows of
//! one number.

use std::fs::File;
use std::hash::Hasher;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use siphasher::sip::SipHasher13;
use tempfile::NamedTempFile;

use crate::tasks::TaskError;

use super::sorted_file::SortedFile;

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

    /// Of the key of a row and of its line without the line feed; where the key is all of it, that says as much.
    pub(super) fn row(&self, key: &[u8], line: &[u8], is_key: bool) -> [u64; 2] {
        let number = self.number(key);
        [number, if is_key { number } else { self.number(line) }]
    }
}

/// A row known by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Numbered {
    pub(super) key: u64,
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

    /// Those of the sorted file `name`; none where it has too many rows.
    pub(super) fn of(folder: &Path, name: &str, key: &[usize], header: &[u8], is_key: bool) -> Result<Option<Self>, TaskError> {
        let path = folder.join(name);
        let length =
            std::fs::metadata(&path).map_err(|error| TaskError::io("the prepared file cannot be read", &path, error))?.len();
        match File::open(beside(folder, name)).and_then(|file| Self::read(&mut BufReader::with_capacity(256 << 10, file), length))
        {
            Ok(Some(numbers)) => return Ok(Some(numbers)),
            // Whatever keeps them from being read, the rows themselves are there.
            Ok(None) | Err(_) => {}
        }
        let mut numbers = Self::new()?;
        let mut sorted = SortedFile::open(&path, key)?;
        let mut begin = header.len() as u64;
        let mut line = Vec::new();
        while sorted.advance()? {
            line.clear();
            sorted.push_to(&mut line, 0);
            let [key, row] = numbers.hashes.row(sorted.key(), &line[..line.len() - 1], is_key);
            numbers.rows.push(Numbered { key, row, begin, length: line.len() as u32 });
            begin += line.len() as u64;
            if numbers.rows.len() > MOST_ROWS {
                return Ok(None);
            }
        }
        // Lines of another form than they were written in are not where they were counted.
        Ok((begin == length).then_some(numbers))
    }

    fn read(file: &mut impl Read, of_length: u64) -> io::Result<Option<Self>> {
        let mut head = [0; 48];
        file.read_exact(&mut head)?;
        let [first, second, length, count] = [16, 24, 32, 40].map(|at| word(&head[at..]));
        if !head.starts_with(MAGIC) || length != of_length || count > MOST_ROWS as u64 {
            return Ok(None);
        }
        let hashes = Hashes::keyed([first, second]);
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
    is_key: bool,
    /// Whether there are too many.
    is_over: bool,
}

impl Numbering {
    /// `is_key` tells that nothing but its key is in a row.
    pub(super) fn new(is_key: bool) -> Result<Self, TaskError> {
        Ok(Self { numbers: Numbers::new()?, is_key, is_over: false })
    }

    /// A row is read; its line ends with a line feed.
    pub(super) fn meet(&mut self, at_line: u64, key: &[u8], line: &[u8]) {
        let place = at_line as usize;
        if self.is_over || place > MOST_ROWS {
            self.is_over = true;
            self.numbers.rows = Vec::new();
            return;
        }
        self.numbers.rows.resize(place + 1, Numbered { key: 0, row: 0, begin: 0, length: 0 });
        let [key, row] = self.numbers.hashes.row(key, &line[..line.len() - 1], self.is_key);
        (self.numbers.rows[place].key, self.numbers.rows[place].row) = (key, row);
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
        for number in self.numbers.keys.into_iter().chain([length, self.numbers.rows.len() as u64]) {
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
    const HEADER: &[u8] = b"code,name\n";

    /// A sorted file, and its numbers in the order of `LINES`.
    fn write(folder: &Path) {
        let mut numbering = Numbering::new(false).unwrap();
        for (at, (key, line)) in LINES.iter().enumerate() {
            numbering.meet(at as u64 * 2 + 2, key.as_bytes(), line.as_bytes());
        }
        let mut whole = HEADER.to_vec();
        for at in [1, 0, 2] {
            numbering.place(at * 2 + 2, whole.len() as u64, LINES[at as usize].1.len());
            whole.extend_from_slice(LINES[at as usize].1.as_bytes());
        }
        std::fs::write(folder.join("it.sorted.csv"), &whole).unwrap();
        numbering.save(folder, "it.sorted.csv", whole.len() as u64).unwrap();
    }

    fn read(folder: &Path) -> Vec<&'static str> {
        let numbers = Numbers::of(folder, "it.sorted.csv", &[0], HEADER, false).unwrap().unwrap();
        let line = |row: &Numbered| {
            let known = |(key, line): &&(&str, &str)| {
                numbers.hashes.row(key.as_bytes(), &line.as_bytes()[..line.len() - 1], false) == [row.key, row.row]
            };
            let (_, line) = LINES.iter().find(known).unwrap();
            let whole = std::fs::read(folder.join("it.sorted.csv")).unwrap();
            assert_eq!(&whole[row.begin as usize..row.begin as usize + row.length as usize], line.as_bytes());
            *line
        };
        numbers.rows.iter().map(line).collect()
    }

    #[test]
    fn numbers_are_kept_in_the_order_of_the_export() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        assert_eq!(read(folder.path()), LINES.map(|(_, line)| line));
    }

    #[test]
    fn numbers_that_are_not_whole_are_made_anew_in_the_order_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let file = folder.path().join("it.sorted.rows");
        let whole = std::fs::read(&file).unwrap();
        let sorted = [1, 0, 2].map(|at: usize| LINES[at].1);
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&file, damaged).unwrap();
            assert_eq!(read(folder.path()), sorted, "byte {at}");
            std::fs::write(&file, &whole[..at]).unwrap();
            assert_eq!(read(folder.path()), sorted, "up to byte {at}");
        }
        std::fs::remove_file(&file).unwrap();
        assert_eq!(read(folder.path()), sorted);
    }

    #[test]
    fn numbers_belong_to_a_sorted_file() {
        assert_eq!(numbered("a.0.sorted.rows"), "a.0.sorted.csv");
        assert_eq!(numbered("a.0.sorted.delta"), "a.0.sorted.delta");
    }
}
