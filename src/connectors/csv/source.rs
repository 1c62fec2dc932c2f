//! One CSV file, row by row, with the line of every row.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, UTF_8};

use super::decode::{Malformed, Transcoder};
use super::options::CsvOptions;
use super::rows::{RowError, Rows};

/// What is wrong with a CSV file.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CsvError {
    /// What is wrong.
    pub message: String,
    /// Line of the file, from 1.
    pub row: Option<u64>,
}

/// A CSV file being read.
pub struct CsvSource {
    rows: Rows<Box<dyn Read>>,
    header: Vec<String>,
    skipped: u64,
    encoding: &'static Encoding,
}

impl CsvSource {
    /// Opens a file and reads its header.
    pub fn open(path: &Path, options: &CsvOptions) -> Result<Self, CsvError> {
        Self::read(File::open(path).map_err(|error| unreadable(&error))?, options)
    }

    /// Reads the header of what `file` gives.
    pub fn read(file: impl Read + 'static, options: &CsvOptions) -> Result<Self, CsvError> {
        let mut file = BufReader::with_capacity(128 * 1024, file);
        let start = file.fill_buf().map_err(|error| unreadable(&error))?;
        let marked = Encoding::for_bom(start).map(|(encoding, _)| encoding);
        // The mark in the file is certain; a setting can be out of date.
        let encoding = marked.or(options.encoding).unwrap_or(UTF_8);
        let mut input: Box<dyn BufRead> = if encoding == UTF_8 {
            if marked.is_some() {
                file.consume(3);
            }
            Box::new(file)
        } else {
            Box::new(BufReader::with_capacity(128 * 1024, Transcoder::new(file, encoding)))
        };
        let mut line = Vec::new();
        for _ in 0..options.skip {
            line.clear();
            if input.read_until(b'\n', &mut line).map_err(|error| from_io(&error))? == 0 {
                break;
            }
        }
        let rows = Rows::new(Box::new(input) as Box<dyn Read>, options.separator);
        let mut source = Self { rows, header: Vec::new(), skipped: options.skip, encoding };
        source.read_header(options)?;
        Ok(source)
    }

    fn read_header(&mut self, options: &CsvOptions) -> Result<(), CsvError> {
        let skipped = self.skipped;
        let encoding = self.encoding;
        let more = self.rows.advance().map_err(|error| from_row(&error, skipped))?;
        let row = Some(skipped + 1);
        for name in self.rows.values().filter(|_| more) {
            let name = std::str::from_utf8(name).map_err(|_| not_text(encoding, row))?;
            let name = options.trimmed(name.trim()).to_owned();
            if self.header.contains(&name) {
                return Err(CsvError { message: format!("the header names the column {name:?} twice"), row });
            }
            self.header.push(name);
        }
        if self.header.is_empty() || self.header == [""] {
            return Err(CsvError { message: "there is no header line".to_owned(), row });
        }
        Ok(())
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Goes to the next row, whose values are valid UTF-8; false at the end.
    pub fn advance(&mut self) -> Result<bool, CsvError> {
        if !self.rows.advance().map_err(|error| from_row(&error, self.skipped))? {
            return Ok(false);
        }
        let is_text = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok();
        let valid = match self.rows.plain() {
            _ if self.encoding != UTF_8 => true,
            Some(row) => self.rows.is_judged() || is_text(row),
            None => self.rows.values().all(is_text),
        };
        if valid { Ok(true) } else { Err(not_text(self.encoding, Some(self.line()))) }
    }

    /// Passes over rows that come next and are to be written as they are, separated as they are read: gives each to `take`, and
    /// gives back all of them. None where the next row has to be looked at by itself.
    pub(crate) fn pass_plain(&mut self, take: impl FnMut(&[u8])) -> Option<&[u8]> {
        let is_decoded = self.encoding != UTF_8;
        let valid = |rows: &[u8]| match std::str::from_utf8(rows) {
            Err(error) if !is_decoded => error.valid_up_to(),
            _ => rows.len(),
        };
        self.rows.pass_plain(valid, take)
    }

    /// The line of the file at which the row begins.
    pub fn line(&self) -> u64 {
        self.rows.line() + self.skipped
    }

    /// The values of the row.
    pub fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.values()
    }

    /// The whole row without its line ending, where no value of it is quoted.
    pub fn plain(&self) -> Option<&[u8]> {
        self.rows.plain()
    }
}

fn not_text(encoding: &'static Encoding, row: Option<u64>) -> CsvError {
    CsvError { message: format!("bytes that are not valid {}; is Encoding set for this file?", encoding.name()), row }
}

fn unreadable(error: &io::Error) -> CsvError {
    let message = match error.kind() {
        io::ErrorKind::NotFound => "the file does not exist".to_owned(),
        _ => format!("the file cannot be read: {error}"),
    };
    CsvError { message, row: None }
}

fn from_io(error: &io::Error) -> CsvError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Malformed>()) {
        Some(malformed) => CsvError {
            message: format!("bytes that are not valid {}; is Encoding set for this file?", malformed.encoding),
            row: Some(malformed.line),
        },
        None => unreadable(error),
    }
}

fn from_row(error: &RowError, skipped: u64) -> CsvError {
    match error {
        RowError::Io(error) => from_io(error),
        _ => CsvError { message: error.to_string(), row: error.line().map(|line| line + skipped) },
    }
}

/// The newest file whose name matches the pattern that ends `path`; of equally new ones the last by name.
pub fn newest_match(path: &Path) -> Result<Option<PathBuf>, CsvError> {
    let wrong = |message: String| CsvError { message, row: None };
    let Some(pattern) = path.file_name().and_then(|name| name.to_str()) else {
        return Err(wrong("the path ends without a file name pattern".to_owned()));
    };
    let regex = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
        .map_err(|error| wrong(format!("the file name {pattern:?} is no regular expression: {error}")))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut newest = None;
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(&error))? {
        let entry = entry.map_err(|error| unreadable(&error))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Ok(metadata) = entry.metadata() else { continue };
        if !metadata.is_file() || !regex.is_match(&name) {
            continue;
        }
        let found = (metadata.modified().ok(), name, entry.path());
        if newest.as_ref().is_none_or(|best| *best < found) {
            newest = Some(found);
        }
    }
    Ok(newest.map(|(_, _, path)| path))
}
