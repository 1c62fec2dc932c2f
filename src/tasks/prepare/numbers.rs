//! The rows of a sorted file as numbers, in the order in which an export had them.
//!
//! They lie beside the sorted file, so that the next export, which mostly comes in the same order, is compared with them
//! one by one and the file is not read. They are a help and no more: where they are missing, damaged, of another file or of
//! an export with other columns, everything is sorted.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read};
use std::path::Path;

use tempfile::NamedTempFile;

use super::summed::{Hashes, KEYS, SumReader, SumWriter, half, word};

/// How the names of such files end.
pub(super) const ENDING: &str = ".sorted.rows";
const OF: &str = ".sorted.csv";
const MAGIC: &[u8; 16] = b"jobwright rows 3";
const HEAD: usize = MAGIC.len() + KEYS + 24;
/// Rows that are known by their numbers at most, of all mappings looked at at a time together. Each takes 32 bytes in
/// memory, and up to 28 more while an export in another order is compared with it: 240 MB at most.
pub(super) const MOST_ROWS: u64 = 4_000_000;
/// Bytes of a row in the file.
const SIZE: usize = 28;
/// In place of where a row begins that has no key, and no place in the sorted file.
const NOWHERE: u64 = u64::MAX;

/// The name of the sorted file whose numbers `name` holds; any other name as it is.
pub(super) fn numbered(name: &str) -> String {
    name.strip_suffix(ENDING).map_or_else(|| name.to_owned(), |of| format!("{of}{OF}"))
}

/// A row known by its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Numbered {
    /// Of what no other row has; of a row without key nothing.
    pub(super) key: u64,
    /// Of all that its export had in it; equal ones are of equal rows, and equal rows mostly have equal ones.
    pub(super) row: u64,
    /// Where it begins in its file, and how many bytes it has there.
    pub(super) begin: u64,
    pub(super) length: u32,
}

impl Numbered {
    /// Whether it stands in the sorted file.
    pub(super) fn has_key(&self) -> bool {
        self.begin != NOWHERE
    }
}

fn layout_number(hashes: &Hashes, layout: &[usize]) -> u64 {
    hashes.number(&layout.iter().flat_map(|column| column.to_le_bytes()).collect::<Vec<u8>>())
}

/// The rows of a sorted file.
pub(super) struct Numbers {
    pub(super) hashes: Hashes,
    pub(super) rows: Vec<Numbered>,
}

/// What the head of such a file says.
struct Head {
    hashes: Hashes,
    length: u64,
    layout: u64,
    count: u64,
    bytes: [u8; HEAD],
}

impl Head {
    fn read(file: &mut impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; HEAD];
        file.read_exact(&mut bytes)?;
        if !bytes.starts_with(MAGIC) {
            return Ok(None);
        }
        let hashes = Hashes::of_keys(&bytes[MAGIC.len()..]);
        let [length, layout, count] = [32, 40, 48].map(|at| word(&bytes[at..]));
        Ok((count <= MOST_ROWS).then_some(Self { hashes, length, layout, count, bytes }))
    }
}

impl Numbers {
    /// How many there seem to be of the sorted file `name`.
    pub(super) fn count(folder: &Path, name: &str) -> u64 {
        let head = File::open(beside(folder, name)).and_then(|mut file| Head::read(&mut file));
        head.ok().flatten().map_or(0, |head| head.count)
    }

    /// Those of the sorted file `name`, if they are there and of an export of that layout.
    pub(super) fn of(folder: &Path, name: &str, layout: &[usize]) -> Option<Self> {
        // Whatever keeps them from being read, there is another way.
        let length = std::fs::metadata(folder.join(name)).ok()?.len();
        let file = File::open(beside(folder, name)).ok()?;
        Self::read(BufReader::with_capacity(256 << 10, file), length, layout).ok()?
    }

    fn read(mut file: impl Read, length: u64, layout: &[usize]) -> io::Result<Option<Self>> {
        let Some(head) = Head::read(&mut file)? else { return Ok(None) };
        if head.length != length || head.layout != layout_number(&head.hashes, layout) {
            return Ok(None);
        }
        let mut file = SumReader::new(file, &head.hashes, &head.bytes);
        let count = head.count as usize;
        let mut rows = Vec::with_capacity(count);
        let mut piece = vec![0; SIZE * 4096];
        while rows.len() < count {
            let many = (count - rows.len()).min(4096);
            let piece = &mut piece[..many * SIZE];
            file.read(piece)?;
            for row in piece.as_chunks::<SIZE>().0 {
                let (key, row_number) = (word(row), word(&row[8..]));
                rows.push(Numbered { key, row: row_number, begin: word(&row[16..]), length: half(&row[24..]) });
            }
        }
        Ok(file.finish()?.then_some(Self { hashes: head.hashes, rows }))
    }
}

/// The file of the numbers of a sorted file.
fn beside(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join(format!("{}{ENDING}", name.strip_suffix(OF).unwrap_or(name)))
}

/// Numbers rows while an export is sorted: each is met twice, when it is read and when it has its place.
pub(super) struct Numbering {
    pub(super) hashes: Hashes,
    layout: u64,
    /// By line of the export; those without length have no place.
    rows: Vec<Numbered>,
    /// Whether there are too many.
    is_over: bool,
}

impl Numbering {
    /// Of an export whose columns stand so.
    pub(super) fn new(hashes: Hashes, layout: &[usize]) -> Self {
        Self { hashes, layout: layout_number(&hashes, layout), rows: Vec::new(), is_over: false }
    }

    /// A row is read: what makes it the only one, none where it has no key, and the number of all that the export has in it.
    pub(super) fn meet(&mut self, at_line: u64, key: Option<&[u8]>, row: u64) {
        if self.is_over || at_line > MOST_ROWS {
            self.is_over = true;
            self.rows = Vec::new();
            return;
        }
        let place = at_line as usize;
        if place >= self.rows.len() {
            self.rows.resize(place + 1, Numbered { key: 0, row: 0, begin: 0, length: 0 });
        }
        let begin = if key.is_some() { 0 } else { NOWHERE };
        self.rows[place] = Numbered { key: key.map_or(0, |key| self.hashes.number(key)), row, begin, length: 0 };
    }

    /// A row has its place in the sorted file.
    pub(super) fn place(&mut self, at_line: u64, begin: u64, length: usize) {
        if let Some(row) = self.rows.get_mut(at_line as usize) {
            (row.begin, row.length) = (begin, length as u32);
        }
    }

    /// Writes the numbers beside the sorted file `name`, which has that length. Nothing is flushed: what is not whole later
    /// is not used.
    pub(super) fn save(mut self, folder: &Path, name: &str, length: u64) -> io::Result<()> {
        self.rows.retain(|row| row.length > 0 || !row.has_key());
        if self.is_over {
            return Ok(());
        }
        let mut file = SumWriter::new(BufWriter::with_capacity(256 << 10, NamedTempFile::new_in(folder)?), &self.hashes);
        file.write(MAGIC)?;
        file.write(&self.hashes.keys())?;
        for number in [length, self.layout, self.rows.len() as u64] {
            file.write(&number.to_le_bytes())?;
        }
        let mut bytes = Vec::new();
        for part in self.rows.chunks(4096) {
            for row in part {
                for number in [row.key, row.row, row.begin] {
                    bytes.extend_from_slice(&number.to_le_bytes());
                }
                bytes.extend_from_slice(&row.length.to_le_bytes());
            }
            file.write(&bytes)?;
            bytes.clear();
        }
        let file = file.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(beside(folder, name)).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [(&str, &str); 3] = [("b", "b,1\n"), ("a", "a,\"\"\"\"\n"), ("c", "c,3\n")];

    /// A sorted file, and its numbers in the order of `LINES`, with a row without key behind them.
    fn write(folder: &Path) -> Vec<Numbered> {
        let hashes = Hashes::by_chance().unwrap();
        let mut numbering = Numbering::new(hashes, &[0, 1]);
        for (at, (key, line)) in LINES.iter().enumerate() {
            numbering.meet(at as u64 * 2 + 2, Some(key.as_bytes()), hashes.number(line.as_bytes()));
        }
        numbering.meet(9, None, 77);
        let mut whole = b"code,name\n".to_vec();
        for at in [1, 0, 2] {
            numbering.place(at * 2 + 2, whole.len() as u64, LINES[at as usize].1.len());
            whole.extend_from_slice(LINES[at as usize].1.as_bytes());
        }
        std::fs::write(folder.join("it.sorted.csv"), &whole).unwrap();
        numbering.save(folder, "it.sorted.csv", whole.len() as u64).unwrap();
        let numbered = |(key, line): (&str, &str)| {
            let begin = whole.windows(line.len()).position(|part| part == line.as_bytes()).unwrap() as u64;
            Numbered { key: hashes.number(key.as_bytes()), row: hashes.number(line.as_bytes()), begin, length: line.len() as u32 }
        };
        let without_key = Numbered { key: 0, row: 77, begin: NOWHERE, length: 0 };
        LINES.map(numbered).into_iter().chain([without_key]).collect()
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
        assert_eq!(Numbers::count(folder.path(), "it.sorted.csv"), 4);
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
