//! The rows of an export as numbers, written while it is exported, so that who prepares it need not read it again.
//!
//! They lie beside the export and tell by its length, its time and its place on the disk which file they are of. They are a
//! help and no more: where they are missing, damaged or of another file, the export is read. Nothing here is flushed.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, BufWriter, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use tempfile::NamedTempFile;

use super::changed::LARGE;
use super::summed::{Hashes, KEYS, SumReader, SumWriter, half, word};

const MAGIC: &[u8; 16] = b"jobwright exprt2";
const HEAD: usize = MAGIC.len() + KEYS;
/// Bytes of a row: its number, and how many bytes it has in the export.
const SIZE: usize = 12;
/// Bytes that say which file the rows are of, and where its first row begins.
const OF: usize = 40;
/// Them and the sum.
const END: i64 = 48;
/// Rows in bytes that are read or written at once.
const PIECE: usize = SIZE * 8192;

/// A row of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExportedRow {
    /// Of all that it has in it, mapped or not; of equal rows only.
    pub(super) row: u64,
    /// Where it begins in the export, and how many bytes it has there.
    pub(super) begin: u64,
    pub(super) length: u32,
}

/// The file of the numbers of an export.
fn beside(export: &Path) -> PathBuf {
    export.with_extension("rows")
}

/// What tells a file from any other that stood or will stand in its place.
fn identity(data: &Metadata) -> [u64; 4] {
    #[cfg(unix)]
    let place = std::os::unix::fs::MetadataExt::ino(data);
    #[cfg(not(unix))]
    let place = 0;
    let time = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    [data.len(), place, time.as_secs(), u64::from(time.subsec_nanos())]
}

/// Numbers the rows of an export while they are written.
pub(in crate::tasks) struct Numberer {
    hashes: Hashes,
    folder: PathBuf,
    /// Made once there is much to write.
    file: Option<SumWriter<BufWriter<NamedTempFile>>>,
    bytes: Vec<u8>,
    header: u64,
    length: u64,
    /// Whether they are given up: a row is too long to be known here, or they cannot be written.
    is_over: bool,
}

impl Numberer {
    /// Of the export that will be `target`. The keys of the numbers stay what they were for the last one, so that both can
    /// be compared.
    pub(in crate::tasks) fn new(target: &Path, header: &[u8]) -> Self {
        let mut head = [0; HEAD];
        let before = File::open(beside(target)).and_then(|mut file| io::Read::read_exact(&mut file, &mut head));
        let hashes = match before {
            Ok(()) if head.starts_with(MAGIC) => Ok(Hashes::of_keys(&head[MAGIC.len()..])),
            _ => Hashes::by_chance(),
        };
        let (is_over, hashes) = (hashes.is_err(), hashes.unwrap_or_else(|_| Hashes::of_keys(&[0; KEYS])));
        let folder = target.parent().unwrap_or(Path::new("")).to_path_buf();
        let header = header.len() as u64;
        Self { hashes, folder, file: None, bytes: Vec::new(), header, length: header, is_over }
    }

    /// A row as it is written, without its line ending, which has one byte.
    #[inline]
    pub(in crate::tasks) fn push(&mut self, row: &[u8]) {
        let length = row.len() as u64 + 1;
        self.length += length;
        if self.is_over {
            return;
        }
        let Ok(short) = u32::try_from(length) else { return self.give_up() };
        self.bytes.extend_from_slice(&self.hashes.number(row).to_le_bytes());
        self.bytes.extend_from_slice(&short.to_le_bytes());
        if self.bytes.len() >= PIECE && self.write().is_err() {
            self.give_up();
        }
    }

    /// Bytes of the export so far.
    pub(in crate::tasks) fn length(&self) -> u64 {
        self.length
    }

    fn give_up(&mut self) {
        (self.is_over, self.file, self.bytes) = (true, None, Vec::new());
    }

    fn write(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            slot => {
                let file = BufWriter::with_capacity(256 << 10, NamedTempFile::new_in(&self.folder)?);
                let mut file = SumWriter::new(file, &self.hashes);
                file.write(MAGIC)?;
                file.write(&self.hashes.keys())?;
                slot.insert(file)
            }
        };
        file.write(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    /// The export has its place: puts its numbers beside it, or removes those of an earlier one where it is small. Whatever
    /// keeps them from being there, such as a full disk, the export is whole without them.
    pub(in crate::tasks) fn finish(self, target: &Path) {
        let _ = self.put(target);
    }

    fn put(mut self, target: &Path) -> io::Result<()> {
        let data = std::fs::metadata(target)?;
        if self.is_over || self.length < LARGE || data.len() != self.length {
            return std::fs::remove_file(beside(target));
        }
        for number in identity(&data).into_iter().chain([self.header]) {
            self.bytes.extend_from_slice(&number.to_le_bytes());
        }
        self.write()?;
        let Some(file) = self.file else { return Ok(()) };
        let file = file.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.persist(beside(target)).map_err(|error| error.error)?;
        Ok(())
    }
}

/// The rows of an export, read by their numbers.
pub(super) struct ExportedRows {
    pub(super) hashes: Hashes,
    file: SumReader<BufReader<File>>,
    piece: Vec<u8>,
    /// What of the piece was taken.
    taken: usize,
    /// Rows behind the piece.
    left: u64,
    begin: u64,
}

impl ExportedRows {
    /// Those of an export, if they are there and of that file.
    pub(super) fn of(export: &Path) -> Option<Self> {
        // Whatever keeps them from being read, there is another way.
        Self::open(export).ok()?
    }

    fn open(export: &Path) -> io::Result<Option<Self>> {
        let mut file = File::open(beside(export))?;
        let rows = file.metadata()?.len().checked_sub((HEAD + OF + 8) as u64).unwrap_or(1);
        if !rows.is_multiple_of(SIZE as u64) {
            return Ok(None);
        }
        let mut end = [0; OF];
        file.seek(SeekFrom::End(-END))?;
        io::Read::read_exact(&mut file, &mut end)?;
        if identity(&std::fs::metadata(export)?) != [0, 8, 16, 24].map(|at| word(&end[at..])) {
            return Ok(None);
        }
        let mut head = [0; HEAD];
        file.rewind()?;
        io::Read::read_exact(&mut file, &mut head)?;
        if !head.starts_with(MAGIC) {
            return Ok(None);
        }
        let hashes = Hashes::of_keys(&head[MAGIC.len()..]);
        let file = SumReader::new(BufReader::with_capacity(256 << 10, file), &hashes, &head);
        Ok(Some(Self { hashes, file, piece: Vec::new(), taken: 0, left: rows / SIZE as u64, begin: word(&end[32..]) }))
    }

    /// How many there are, of which none was taken yet.
    pub(super) fn count(&self) -> u64 {
        self.left
    }

    /// The next row.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Option<ExportedRow>> {
        if self.taken == self.piece.len() {
            if self.left == 0 {
                return Ok(None);
            }
            let many = self.left.min((PIECE / SIZE) as u64);
            self.piece.resize(many as usize * SIZE, 0);
            self.file.read(&mut self.piece)?;
            (self.left, self.taken) = (self.left - many, 0);
        }
        let row = &self.piece[self.taken..self.taken + SIZE];
        self.taken += SIZE;
        let row = ExportedRow { row: word(row), begin: self.begin, length: half(&row[8..]) };
        self.begin += u64::from(row.length);
        Ok(Some(row))
    }

    /// Whether all that was read is as it was written.
    pub(super) fn found_sound(mut self) -> bool {
        let mut end = [0; OF];
        self.left == 0 && self.file.read(&mut end).and_then(|()| self.file.finish()).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [&str; 3] = ["a,1", "\"\",\"b\n\"", "c,3"];

    fn write(export: &Path) {
        let header = b"name,code\n";
        let mut numberer = Numberer::new(export, header);
        let mut text = header.to_vec();
        for row in ROWS {
            numberer.push(row.as_bytes());
            text.extend_from_slice(row.as_bytes());
            text.push(b'\n');
        }
        std::fs::write(export, text).unwrap();
        numberer.finish(export);
    }

    fn read(export: &Path) -> Option<Vec<ExportedRow>> {
        let mut rows = ExportedRows::of(export)?;
        assert_eq!(rows.count(), 3);
        let mut all = Vec::new();
        while let Some(row) = rows.next().ok()? {
            all.push(row);
        }
        rows.found_sound().then_some(all)
    }

    #[test]
    fn rows_are_known_by_their_numbers_and_places() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("it.csv");
        write(&export);
        let hashes = ExportedRows::of(&export).unwrap().hashes;
        let text = std::fs::read_to_string(&export).unwrap();
        let rows = read(&export).unwrap();
        for (row, written) in rows.iter().zip(ROWS) {
            let there = &text[row.begin as usize..row.begin as usize + row.length as usize];
            assert_eq!(there, format!("{written}\n"));
            assert_eq!(row.row, hashes.number(written.as_bytes()));
        }
        // The next export of the table is comparable.
        write(&export);
        assert_eq!(read(&export), Some(rows));
    }

    #[test]
    fn numbers_that_are_not_whole_or_of_another_file_are_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let export = folder.path().join("it.csv");
        write(&export);
        let file = beside(&export);
        let whole = std::fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            std::fs::write(&file, damaged).unwrap();
            assert_eq!(read(&export), None, "byte {at}");
            std::fs::write(&file, &whole[..at]).unwrap();
            assert_eq!(read(&export), None, "up to byte {at}");
        }
        std::fs::write(&file, [&whole[..], b"\0"].concat()).unwrap();
        assert_eq!(read(&export), None, "more than was written");
        std::fs::write(&file, &whole).unwrap();
        assert!(read(&export).is_some());
        // The same bytes are another file all the same.
        let text = std::fs::read(&export).unwrap();
        std::fs::write(folder.path().join("other"), text).unwrap();
        std::fs::rename(folder.path().join("other"), &export).unwrap();
        assert_eq!(read(&export), None);
    }
}
