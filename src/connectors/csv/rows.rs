//! The rows of a CSV text, cut where they lie.
//!
//! A row without quotation marks, which most are, costs one look at its bytes and no copy. All others go through the
//! parser of the `csv` package, so that both read alike: RFC 4180, any line ending, empty lines passed over.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::quotes::Quotes;

/// Bytes read at once.
const PIECE: usize = 256 << 10;

/// What is wrong with a text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A row has more or fewer values than the first one.
    #[error("{found} {} where the header has {expected} columns", if *found == 1 { "value" } else { "values" })]
    Unequal {
        /// From 1.
        line: u64,
        /// How many the first row has.
        expected: usize,
        /// How many this one has.
        found: usize,
    },
    /// A quotation mark is not closed before the text ends.
    #[error("a quotation mark in this row is not closed, so that all that follows would be one value")]
    Open {
        /// From 1.
        line: u64,
    },
    /// Something stands between a closing quotation mark and the end of the value.
    #[error("text follows a closing quotation mark (inside a value such a mark is written twice)")]
    Behind {
        /// From 1.
        line: u64,
    },
}

impl RowError {
    /// The line at which the row begins that is wrong.
    pub(crate) fn line(&self) -> Option<u64> {
        match self {
            Self::Io(_) => None,
            Self::Unequal { line, .. } | Self::Open { line } | Self::Behind { line } => Some(*line),
        }
    }
}

/// A text being read, standing at one of its rows.
pub(crate) struct Rows<R> {
    source: R,
    buffer: Vec<u8>,
    /// The part of `buffer` behind the current row.
    from: usize,
    to: usize,
    /// Where in `buffer` the rows end that were judged: valid, and without quotation marks and carriage returns.
    judged: usize,
    /// Bytes of the source before `buffer`.
    passed: u64,
    /// Where the current row begins in the source.
    begin: u64,
    at_end: bool,
    separator: u8,
    /// The line that begins at `from`.
    next_line: u64,
    line: u64,
    /// The current row in `buffer`; none: its values are in `values`.
    plain: Option<(usize, usize)>,
    /// Where its values end, in the row or in `values`; of a row of `buffer` once somebody asks.
    ends: RefCell<Vec<usize>>,
    is_split: Cell<bool>,
    count: usize,
    values: Vec<u8>,
    parser: Reader,
    expected: Option<usize>,
}

impl<R: Read> Rows<R> {
    /// Reads `source`; values stand between `separator`s.
    pub(crate) fn new(source: R, separator: u8) -> Self {
        let mut parser = ReaderBuilder::new().delimiter(separator).build();
        // What looks like a byte-order mark further on is a value.
        let _ = parser.read_record(b"\n", &mut [], &mut []);
        Self {
            source,
            buffer: Vec::new(),
            from: 0,
            to: 0,
            judged: 0,
            passed: 0,
            begin: 0,
            at_end: false,
            separator,
            next_line: 1,
            line: 1,
            plain: None,
            ends: RefCell::new(Vec::new()),
            is_split: Cell::new(false),
            count: 0,
            values: Vec::new(),
            parser,
            expected: None,
        }
    }

    /// Goes to the next row; false at the end.
    pub(crate) fn advance(&mut self) -> Result<bool, RowError> {
        let mut looked = 0;
        loop {
            let rest = &self.buffer[self.from..self.to];
            let found = memchr::memchr3(b'\n', b'\r', b'"', &rest[looked..]).map(|at| at + looked);
            match found.map(|at| (at, rest[at])) {
                Some((0, b'\n' | b'\r')) => {
                    self.next_line += u64::from(rest[0] == b'\n');
                    self.from += 1;
                }
                Some((_, b'"')) => return self.parse(),
                Some((at, b'\r')) if at + 1 == rest.len() && !self.at_end => {
                    looked = at;
                    self.fill()?;
                }
                Some((at, sign)) => {
                    let both = sign == b'\r' && rest.get(at + 1) == Some(&b'\n');
                    return self.cut(at, 1 + usize::from(both), sign == b'\n' || both);
                }
                None if !self.at_end => {
                    looked = rest.len();
                    self.fill()?;
                }
                None if rest.is_empty() => return Ok(false),
                None => {
                    let length = rest.len();
                    return self.cut(length, 0, false);
                }
            }
        }
    }

    /// Passes over the rows that come next, lie in memory whole and are plain: none of their values is quoted, the first one
    /// is not empty, and a line feed alone ends each. Gives each to `take` without it, and gives back all of them as they are
    /// written; none where the next row is another one or does not lie in memory yet. `valid` tells how many of the bytes it is
    /// given are valid; it is given none twice, unless behind some that are not.
    pub(crate) fn pass_plain(&mut self, valid: impl FnOnce(&[u8]) -> usize, mut take: impl FnMut(&[u8])) -> Option<&[u8]> {
        let expected = self.expected?;
        if self.from == self.to || self.buffer[self.from] == self.separator {
            return None;
        }
        if self.judged <= self.from {
            self.judged = self.from + judge(&self.buffer[self.from..self.to], valid);
        }
        let rest = &self.buffer[self.from..self.judged];
        let (mut end, mut count) = (0, 0);
        for line_feed in memchr::memchr_iter(b'\n', rest) {
            let row = &rest[end..line_feed];
            let is_plain = row.first().is_some_and(|first| *first != self.separator)
                && memchr::memchr_iter(self.separator, row).count() + 1 == expected;
            if !is_plain {
                break;
            }
            take(row);
            (end, count) = (line_feed + 1, count + 1);
        }
        if count == 0 {
            return None;
        }
        let begin = self.from;
        self.from += end;
        self.next_line += count;
        Some(&self.buffer[begin..begin + end])
    }

    /// Makes the next `length` bytes the row.
    fn cut(&mut self, length: usize, ending: usize, counts: bool) -> Result<bool, RowError> {
        let row = &self.buffer[self.from..self.from + length];
        self.count = memchr::memchr_iter(self.separator, row).count() + 1;
        self.is_split.set(false);
        self.begin = self.passed + self.from as u64;
        self.plain = Some((self.from, self.from + length));
        self.line = self.next_line;
        self.next_line += u64::from(counts);
        self.from += length + ending;
        self.check()
    }

    /// Lets the parser read the row.
    fn parse(&mut self) -> Result<bool, RowError> {
        self.plain = None;
        self.line = self.next_line;
        self.begin = self.passed + self.from as u64;
        let (mut written, mut ended) = (0, 0);
        let mut quotes = Quotes::new(self.separator);
        loop {
            let input = &self.buffer[self.from..self.to];
            let row_ends = self.ends.get_mut();
            let (result, read, wrote, ends) = self.parser.read_record(input, &mut self.values[written..], &mut row_ends[ended..]);
            self.next_line += memchr::memchr_iter(b'\n', &input[..read]).count() as u64;
            let sound = quotes.pass(&input[..read]);
            self.from += read;
            if !sound {
                return Err(RowError::Behind { line: self.line });
            }
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::InputEmpty if !self.at_end => self.fill()?,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.values.resize((self.values.len() * 2).max(1024), 0),
                ReadRecordResult::OutputEndsFull => row_ends.resize((row_ends.len() * 2).max(32), 0),
                ReadRecordResult::Record => {
                    if quotes.are_open() {
                        return Err(RowError::Open { line: self.line });
                    }
                    self.count = ended;
                    return self.check();
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn check(&mut self) -> Result<bool, RowError> {
        let expected = *self.expected.get_or_insert(self.count);
        if self.count == expected {
            return Ok(true);
        }
        Err(RowError::Unequal { line: self.line, expected, found: self.count })
    }

    /// Reads more, behind what is there.
    fn fill(&mut self) -> io::Result<()> {
        let first = self.buffer.is_empty();
        self.buffer.copy_within(self.from..self.to, 0);
        self.passed += self.from as u64;
        self.judged = self.judged.saturating_sub(self.from);
        (self.from, self.to) = (0, self.to - self.from);
        if self.buffer.len() < self.to + PIECE {
            self.buffer.resize((self.to + PIECE).max(self.buffer.len() * 2), 0);
        }
        // A mark is looked for once enough is there to see it.
        let enough = if first { 3 } else { 1 };
        let begin = self.to;
        while self.to < begin + enough && !self.at_end {
            match self.source.read(&mut self.buffer[self.to..]) {
                Ok(count) => {
                    self.at_end = count == 0;
                    self.to += count;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if first && self.buffer[..self.to].starts_with(b"\xef\xbb\xbf") {
            self.from = 3;
        }
        Ok(())
    }
}

impl<R> Rows<R> {
    /// The line at which the row begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Where the row begins in the source, and how many bytes it has there with its line ending.
    pub(crate) fn span(&self) -> (u64, u64) {
        (self.begin, self.passed + self.from as u64 - self.begin)
    }

    /// A value of the row; empty where it has none.
    pub(crate) fn value(&self, index: usize) -> &[u8] {
        if index >= self.count {
            return b"";
        }
        let Some((start, end)) = self.plain else {
            let ends = self.ends.borrow();
            return &self.values[index.checked_sub(1).map_or(0, |before| ends[before])..ends[index]];
        };
        let row = &self.buffer[start..end];
        // Most who look at one value alone look at the first.
        if index == 0 && !self.is_split.get() {
            return &row[..memchr::memchr(self.separator, row).unwrap_or(row.len())];
        }
        let mut ends = self.ends.borrow_mut();
        if !self.is_split.replace(true) {
            ends.clear();
            ends.extend(memchr::memchr_iter(self.separator, row));
            ends.push(row.len());
        }
        &row[index.checked_sub(1).map_or(0, |before| ends[before] + 1)..ends[index]]
    }

    /// The values of the row.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).map(|index| self.value(index))
    }

    /// The whole row as it is written, without its line ending, where no value of it is quoted.
    pub(crate) fn plain(&self) -> Option<&[u8]> {
        self.plain.map(|(start, end)| &self.buffer[start..end])
    }

    /// Whether the row was found valid when rows were passed over.
    pub(crate) fn is_judged(&self) -> bool {
        self.plain.is_some_and(|(_, end)| end < self.judged)
    }
}

/// How many bytes the first rows have that end with a line feed, are valid, and hold no quotation mark and no carriage return.
fn judge(bytes: &[u8], valid: impl FnOnce(&[u8]) -> usize) -> usize {
    let rows = |bytes: &[u8]| memchr::memrchr(b'\n', bytes).map_or(0, |last| last + 1);
    let bytes = &bytes[..memchr::memchr2(b'"', b'\r', bytes).unwrap_or(bytes.len())];
    let bytes = &bytes[..rows(bytes)];
    if bytes.is_empty() { 0 } else { rows(&bytes[..valid(bytes)]) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives a few bytes at a time.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(to.len()).min(self.1);
            to[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn read(text: &[u8], step: usize) -> (Vec<Vec<Vec<u8>>>, bool) {
        read_as(text, step, false)
    }

    /// Reads a text row by row, or passes over plain rows between, those with a `b` excepted.
    fn read_as(text: &[u8], step: usize, passing: bool) -> (Vec<Vec<Vec<u8>>>, bool) {
        let mut rows = Rows::new(Slowly(text, step), b';');
        let valid = |bytes: &[u8]| memchr::memchr(b'b', bytes).unwrap_or(bytes.len());
        let mut read = Vec::new();
        loop {
            if passing {
                let mut plain = Vec::new();
                let all = rows.pass_plain(valid, |row| plain.push(row.to_vec())).unwrap_or_default().to_vec();
                assert!(!all.contains(&b'b'));
                assert_eq!(all, plain.iter().flat_map(|row| [row, &b"\n"[..]].concat()).collect::<Vec<_>>());
                read.extend(plain.iter().map(|row| row.split(|byte| *byte == b';').map(<[u8]>::to_vec).collect()));
            }
            match rows.advance() {
                Ok(true) => read.push(rows.values().map(<[u8]>::to_vec).collect()),
                Ok(false) => return (read, true),
                Err(_) => return (read, false),
            }
            let before = text.len() - rows.source.0.len() - (rows.to - rows.from);
            assert_eq!(rows.next_line, 1 + memchr::memchr_iter(b'\n', &text[..before]).count() as u64);
        }
    }

    /// As the `csv` package reads it, as long as marks of quotation say where values end.
    fn expected(text: &[u8]) -> (Vec<Vec<Vec<u8>>>, bool) {
        let value = r#"(?:"(?:[^"]|"")*"[ \t]*|[^";\r\n][^;\r\n]*|)"#;
        let sound = regex_lite::Regex::new(&format!("^{value}(?:;{value})*$")).unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text);
        let mut read = Vec::new();
        let mut record = csv::ByteRecord::new();
        loop {
            let begin = reader.position().byte() as usize;
            match reader.read_byte_record(&mut record) {
                Ok(false) => return (read, true),
                Err(_) => return (read, false),
                Ok(true) => {}
            }
            let row = std::str::from_utf8(&text[begin..reader.position().byte() as usize]).unwrap();
            let row = if begin == 0 { row.strip_prefix('\u{feff}').unwrap_or(row) } else { row };
            if !sound.is_match(row.trim_matches(['\r', '\n'])) {
                return (read, false);
            }
            read.push(record.iter().map(<[u8]>::to_vec).collect());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_the_csv_package_reads_it(text in "[a\";,\n\r\u{feff} ]{0,40}", step in 1usize..9) {
            prop_assert_eq!(read(text.as_bytes(), step), expected(text.as_bytes()));
            prop_assert_eq!(read_as(text.as_bytes(), step, true), expected(text.as_bytes()));
        }

        #[test]
        fn a_table_is_read_as_the_csv_package_reads_it(
            rows in prop::collection::vec(("(a|b\"|\"c;d\"|\"e\"\"\nf\"|)", "[a-c]{0,3}", "(\n|\r\n|\r|\n\n)"), 0..12), step in 1usize..9,
        ) {
            let text: String = rows.iter().map(|(first, second, end)| format!("{first};{second}{end}")).collect();
            prop_assert_eq!(read(text.as_bytes(), step), expected(text.as_bytes()));
            prop_assert_eq!(read_as(text.as_bytes(), step * 8, true), expected(text.as_bytes()));
        }
    }

    #[test]
    fn no_byte_is_judged_twice_whatever_rows_stand_between() {
        let plain = "x;y\n".repeat(50);
        for other in ["", ";y\n", "\n", "\"x\";y\n", "x;y\r\n", "x;\"y\"\n"] {
            for between in ["", "x;y\n", &plain] {
                let text = [between, other].concat().repeat(20_000 / (between.len() + other.len()).max(1));
                let mut rows = Rows::new(Slowly(text.as_bytes(), 4_096), b';');
                let (mut judged, mut read) = (0, 0);
                loop {
                    let valid = |bytes: &[u8]| {
                        judged += bytes.len();
                        bytes.len()
                    };
                    rows.pass_plain(valid, |_| read += 1);
                    if !rows.advance().unwrap() {
                        break;
                    }
                    read += 1;
                }
                assert_eq!(read, memchr::memmem::find_iter(text.as_bytes(), ";").count(), "{other:?} {between:?}");
                assert!(judged <= text.len(), "{other:?} {between:?}: {judged} of {}", text.len());
            }
        }
    }

    #[test]
    fn a_row_is_found_again_where_it_was_read() {
        let text = "\u{feff}a;b\r\n\n\"x\n\"\"y\";1\nz;2\n\n\"u\";3".as_bytes();
        for step in 1..9 {
            let mut rows = Rows::new(Slowly(text, step), b';');
            let mut found = Vec::new();
            while rows.advance().unwrap() {
                let (begin, length) = rows.span();
                let row = &text[begin as usize..(begin + length) as usize];
                let values: Vec<_> = rows.values().map(<[u8]>::to_vec).collect();
                assert_eq!(read(row, 7).0, [values]);
                found.push(String::from_utf8_lossy(row).trim_end().to_owned());
            }
            assert_eq!(found, ["a;b", "\"x\n\"\"y\";1", "z;2", "\"u\";3"]);
        }
    }

    #[test]
    fn rows_behind_an_open_quotation_mark_are_not_lost() {
        for (text, line, behind) in [
            ("a;b\n1;\"x\n2;y\n", 2, false),
            ("a;b\n1;y\n2;\"", 3, false),
            ("a;b\n1;\"x\n2;y\n3;\"z\"\n4;u\n", 2, true),
            ("a;b\n1;\"Jo\" Ash\n", 2, true),
        ] {
            for step in 1..9 {
                let mut rows = Rows::new(Slowly(text.as_bytes(), step), b';');
                let error = loop {
                    match rows.advance() {
                        Ok(more) => assert!(more, "{text:?}"),
                        Err(error) => break error,
                    }
                };
                assert_eq!((error.line(), matches!(error, RowError::Behind { .. })), (Some(line), behind), "{text:?} {step}");
            }
        }
        assert_eq!(read(b"a;b\n\"1\" ;x\"y\n", 3).0[1], [b"1 ".to_vec(), b"x\"y".to_vec()]);
    }

    #[test]
    fn a_row_is_named_by_the_line_it_begins_at() {
        let mut rows = Rows::new(&b"a;b\r\n\n\"x\ny\";1\nz;2"[..], b';');
        let mut lines = Vec::new();
        while rows.advance().unwrap() {
            lines.push((rows.line(), rows.plain().is_some()));
        }
        assert_eq!(lines, [(1, true), (3, false), (5, true)]);
    }
}
