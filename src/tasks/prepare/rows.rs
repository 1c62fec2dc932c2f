//! The rows of one mapping: from the export to sorted, clean files.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, Read};
use std::path::Path;

use csv::ByteRecord;
use rustc_hash::FxHasher;

use crate::connectors::csv::{RowError, Rows};
use crate::tasks::identity::Command;
use crate::tasks::mappings::{LinkMapping, ResourceMapping};
use crate::tasks::{TaskContext, TaskError};

use super::aside::Aside;
use super::delta::{self, Changes, Counts};
use super::files::{ContentFile, KEY_SEPARATOR, push_value};
use super::numbers::Numbering;
use super::row_numbers::RowNumbers;
use super::sorted_file::SortedFile;
use super::sorter::Sorter;
use super::spans::Spans;
use super::transform::Bound;
use super::whole::Whole;
use super::{Export, Totals};

/// What of a table makes the rows of a mapping.
pub(super) struct Shape {
    pub(super) link: bool,
    /// Entity type or association.
    pub(super) name: String,
    pub(super) table: String,
    /// Columns of the export.
    columns: Vec<String>,
    /// Columns of the sorted file: properties, or `first` and `second`.
    pub(super) header: Vec<String>,
    /// Indexes into them.
    pub(super) key: Vec<usize>,
    /// The column of links of which each value can stand in one row only.
    pub(super) single: Option<usize>,
}

impl Shape {
    pub(super) fn of_resource(mapping: &ResourceMapping) -> Self {
        let (header, columns) = mapping.columns.iter().cloned().unzip();
        let (name, table) = (mapping.entity_type.clone(), mapping.table.clone());
        Self { link: false, name, table, columns, header, key: mapping.key.clone(), single: None }
    }

    pub(super) fn of_link(mapping: &LinkMapping) -> Self {
        Self {
            link: true,
            name: mapping.association.clone(),
            table: mapping.table.clone(),
            columns: mapping.columns.to_vec(),
            header: vec!["first".to_owned(), "second".to_owned()],
            key: vec![0, 1],
            single: mapping.ends.iter().position(|end| end.single),
        }
    }

    /// What of a key no other row has: where a first value takes one link, the value alone.
    pub(super) fn unique<'k>(&self, key: &'k [u8]) -> &'k [u8] {
        let end = key.iter().position(|byte| *byte == KEY_SEPARATOR).filter(|_| self.single == Some(0));
        &key[..end.unwrap_or(key.len())]
    }

    fn key_of(&self, values: &[&[u8]]) -> Option<Vec<u8>> {
        let parts: Vec<_> = self.key.iter().map(|&index| values[index]).collect();
        (!parts.iter().any(|part| part.is_empty())).then(|| parts.join(&KEY_SEPARATOR))
    }
}

fn shown(key: &[u8]) -> String {
    String::from_utf8_lossy(key).replace(char::from(KEY_SEPARATOR), ", ")
}

pub(super) fn csv_line<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Vec<u8> {
    let mut line = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        push_value(&mut line, index, value);
    }
    line.push(b'\n');
    line
}

pub(super) fn header_line(columns: &[String]) -> Vec<u8> {
    csv_line(columns.iter().map(String::as_bytes))
}

/// An error at a row of the file that the connection read.
fn at_row(export: &Export, row: u64, message: String) -> TaskError {
    match &export.source {
        Some((file, skipped)) => TaskError::new(message).file(Path::new(file)).row(row + skipped),
        None => TaskError::new(message).file(&export.file).row(row),
    }
}

/// An export being read, transformed where its connection says so.
pub(super) struct Input<'e> {
    rows: Rows<Box<dyn Read>>,
    steps: Bound<'e>,
    read: ByteRecord,
    made: ByteRecord,
    /// Where the mapped columns stand in a row.
    columns: Vec<usize>,
    /// Whether they are all its columns, in its order, as they stand in the export.
    whole: bool,
    /// Columns of the export.
    count: usize,
    command: usize,
}

impl Input<'_> {
    /// Goes to the next row; none at the end, else whether the transformations let it stay.
    pub(super) fn advance(&mut self, export: &Export) -> Result<Option<bool>, TaskError> {
        if !self.rows.advance().map_err(|error| bad_row(export, error))? {
            return Ok(None);
        }
        if self.steps.is_empty() {
            return Ok(Some(true));
        }
        self.read.clear();
        self.rows.values().for_each(|value| self.read.push_field(value));
        Ok(Some(self.steps.apply(&self.read, &mut self.made)))
    }

    /// The line of the row in the export.
    pub(super) fn row(&self) -> u64 {
        self.rows.line()
    }

    /// Where the row stands in the export, and how many bytes it has there.
    pub(super) fn span(&self) -> (u64, u64) {
        self.rows.span()
    }

    /// Reads rows of the export again, by their spans in the order of the file; their lines are not known then.
    pub(super) fn again(self, export: &Export, spans: Vec<(u64, u64)>) -> Result<Self, TaskError> {
        let spans =
            Spans::open(&export.file, spans).map_err(|error| TaskError::io("the export cannot be read", &export.file, error))?;
        Ok(Self { rows: Rows::new(Box::new(spans), b','), ..self })
    }

    fn value(&self, column: usize) -> &[u8] {
        if self.steps.is_empty() { self.rows.value(column) } else { self.made.get(column).unwrap_or_default() }
    }

    fn values(&self) -> Vec<&[u8]> {
        self.columns.iter().map(|&column| self.value(column)).collect()
    }

    /// All that the export has in the row, mapped or not: as it is written where no value is quoted, else made in `made`.
    pub(super) fn all<'t>(&'t self, made: &'t mut Vec<u8>) -> &'t [u8] {
        self.rows.plain().unwrap_or_else(|| {
            made.clear();
            self.rows.values().enumerate().for_each(|(index, value)| push_value(made, index, value));
            made
        })
    }

    /// How the columns of the export stand: how many there are, which are mapped, and which of these make the key.
    pub(super) fn layout(&self, shape: &Shape) -> Vec<usize> {
        let single = shape.single.map_or(0, |column| column + 1);
        [&[self.count, single, shape.key.len()], &shape.key[..], &self.columns[..]].concat()
    }

    /// Makes `line` the mapped values of the row, as a line of CSV.
    pub(super) fn line(&self, line: &mut Vec<u8>) {
        line.clear();
        match self.rows.plain() {
            Some(row) if self.whole && !row.starts_with(b",") => line.extend_from_slice(row),
            _ => {
                let values = self.columns.iter().map(|&column| self.value(column));
                values.enumerate().for_each(|(index, value)| push_value(line, index, value));
            }
        }
        line.push(b'\n');
    }

    /// Makes `key` that of the row; false where a part of it is empty.
    pub(super) fn key(&self, shape: &Shape, key: &mut Vec<u8>) -> bool {
        key.clear();
        for (index, &place) in shape.key.iter().enumerate() {
            let part = self.value(self.columns[place]);
            if part.is_empty() {
                return false;
            }
            if index > 0 {
                key.push(KEY_SEPARATOR);
            }
            key.extend_from_slice(part);
        }
        true
    }

    /// A number that tells whether whole rows are equal; where all columns are mapped, their line tells as much.
    fn whole(&self) -> u64 {
        let mut whole = FxHasher::default();
        if !self.steps.is_empty() {
            self.made.iter().for_each(|value| value.hash(&mut whole));
        } else if !self.whole {
            self.rows.values().for_each(|value| value.hash(&mut whole));
        }
        whole.finish()
    }
}

/// Opens an export and finds the mapped columns in it, and the command column where one is asked for.
pub(super) fn open<'e>(shape: &Shape, export: &'e Export, command: Option<&str>) -> Result<Input<'e>, TaskError> {
    let file = File::open(&export.file).map_err(|error| TaskError::io("the export cannot be read", &export.file, error))?;
    let mut rows = Rows::new(Box::new(file) as Box<dyn Read>, b',');
    let more = rows.advance().map_err(|error| bad_row(export, error))?;
    let names: Vec<String> = rows.values().filter(|_| more).map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let steps = export.transformations.bind(&names).map_err(|column| {
        let message = format!("a transformation of table {} reads the column {column}, which the export lacks", shape.table);
        at_row(export, 1, message).help(format!("its columns are {}", names.join(", ")))
    })?;
    let header = steps.header();
    let find = |column: &str| {
        header.iter().position(|name| name == column).ok_or_else(|| {
            let what = if shape.link { "association" } else { "entity type" };
            let message = format!("{what} {} is mapped onto the column {column}, which the export lacks", shape.name);
            at_row(export, 1, message).help(format!("its columns are {}", header.join(", ")))
        })
    };
    let columns = shape.columns.iter().map(|column| find(column)).collect::<Result<Vec<_>, _>>()?;
    let command = match command {
        None => 0,
        Some(column) => header.iter().position(|name| name.eq_ignore_ascii_case(column)).ok_or_else(|| {
            let message = format!("a file of changes needs the column {column}, which says what each row does");
            at_row(export, 1, message).help("name another column in ColumnName of the prepare task")
        })?,
    };
    let whole = steps.is_empty() && columns.iter().copied().eq(0..header.len());
    let count = names.len();
    Ok(Input { rows, steps, read: ByteRecord::new(), made: ByteRecord::new(), columns, whole, count, command })
}

fn bad_row(export: &Export, error: RowError) -> TaskError {
    let row = error.line().unwrap_or(1);
    TaskError { source: Some(Box::new(error)), ..at_row(export, row, "the export cannot be read".to_owned()) }
}

/// Sorts an export: mapped columns, no empty keys, no row twice.
pub(super) fn write_sorted(
    context: &TaskContext<'_>,
    folder: &Path,
    shape: &Shape,
    export: &Export,
    totals: &mut Totals,
) -> Result<Whole, TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let mut input = open(shape, export, None)?;
    let (mut null_keys, mut duplicates) = (Aside::new(folder, shape, "nullpk"), Aside::new(folder, shape, "duplicates"));
    let mut sorter = Sorter::new(folder);
    let mut numbers = RowNumbers::of(export)?;
    let mut numbering = Numbering::new(numbers.hashes, &input.layout(shape));
    let (mut key, mut text) = (Vec::new(), Vec::new());
    while let Some(stays) = input.advance(export)? {
        totals.rows += 1;
        context.tick(totals.rows, None)?;
        if !stays {
            totals.filtered += 1;
            continue;
        }
        let number = numbers.next(&input);
        input.line(&mut text);
        if !input.key(shape, &mut key) {
            // A row without a second value is a resource without that link, which is no fault.
            if shape.link {
                numbering.meet(input.row(), None, number);
            } else {
                totals.null_keys += 1;
                null_keys.push(&text).map_err(unwritable)?;
            }
            continue;
        }
        numbering.meet(input.row(), Some(shape.unique(&key)), number);
        sorter.push(&key, input.row(), input.whole(), &text).map_err(unwritable)?;
    }
    totals.odd_dates += input.steps.odd_dates();
    let mut output = ContentFile::new(folder).map_err(unwritable)?;
    let header = header_line(&shape.header);
    output.write(&header).map_err(unwritable)?;
    let mut length = header.len() as u64;
    let mut last: Option<super::sorter::Row> = None;
    let mut repeated = 0;
    sorter.finish::<TaskError>(|row| {
        if let Some(last) = &last {
            if last.key == row.key {
                if !shape.link && (last.text != row.text || last.whole == row.whole) {
                    return Err(duplicate_key(shape, export, last, row));
                }
                repeated += 1;
                return duplicates.push(&row.text).map_err(unwritable);
            }
            if shape.single == Some(0) && shape.unique(&last.key) == shape.unique(&row.key) {
                let message = format!(
                    "{} has two links in {}, which takes one: this row and row {}",
                    shown(shape.unique(&row.key)),
                    shape.name,
                    last.line
                );
                return Err(at_row(export, row.line, message));
            }
        }
        output.write(&row.text).map_err(unwritable)?;
        numbering.place(row.line, length, row.text.len());
        length += row.text.len() as u64;
        match &mut last {
            Some(last) => last.clone_from(row),
            None => last = Some(row.clone()),
        }
        Ok(())
    })?;
    totals.duplicates += repeated;
    null_keys.finish().and_then(|()| duplicates.finish()).map_err(unwritable)?;
    let file = output.finish(&shape.name, "sorted.csv").map_err(unwritable)?;
    // Rows that were transformed are other ones as soon as the transformation is.
    if length >= super::changed::LARGE && export.transformations.is_empty() && numbers.are_sound() {
        // They help the next preparation, which does without them where they are not there.
        let _ = numbering.save(folder, &file, length);
    }
    Ok(Whole { file, changes: None })
}

fn duplicate_key(shape: &Shape, export: &Export, first: &super::sorter::Row, second: &super::sorter::Row) -> TaskError {
    let skipped = export.source.as_ref().map_or(0, |(_, skipped)| *skipped);
    let message = format!(
        "the key {} of entity type {} is used twice: here and in row {}",
        shown(&second.key),
        shape.name,
        first.line + skipped
    );
    at_row(export, second.line, message).help("a key names one resource; remove one row or correct its key")
}

/// Writes the delta between two sorted files.
pub(super) fn write_delta(folder: &Path, shape: &Shape, old: &Whole, new: &Whole) -> Result<(String, Counts), TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let mut output = delta_file(folder, shape).map_err(unwritable)?;
    let counts = delta::difference(folder, old, new, &shape.key, |line| output.write(line).map_err(unwritable))?;
    Ok((output.finish(&shape.name, "sorted.delta").map_err(unwritable)?, counts))
}

pub(super) fn delta_file(folder: &Path, shape: &Shape) -> io::Result<ContentFile> {
    let mut output = ContentFile::new(folder)?;
    let columns = std::iter::once(b"command".as_slice()).chain(shape.header.iter().map(String::as_bytes));
    output.write(&csv_line(columns))?;
    Ok(output)
}

/// The column that says what each row of a file of changes does.
fn command_column<'c>(context: &TaskContext<'c>) -> &'c str {
    context.task.text("ColumnName").unwrap_or("command")
}

/// Whether an export has the column without which it is no file of changes.
pub(super) fn has_commands(context: &TaskContext<'_>, export: &Path) -> bool {
    let Ok(file) = File::open(export) else { return false };
    let mut rows = Rows::new(file, b',');
    let column = command_column(context).as_bytes();
    matches!(rows.advance(), Ok(true)) && rows.values().any(|name| name.eq_ignore_ascii_case(column))
}

/// Reads a file of changes: what each key becomes. A later row of the file wins.
pub(super) fn read_changes(
    context: &TaskContext<'_>,
    folder: &Path,
    shape: &Shape,
    export: &Export,
    totals: &mut Totals,
) -> Result<ChangeSet, TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let column = command_column(context);
    let mut input = open(shape, export, Some(column))?;
    let mut null_keys = Aside::new(folder, shape, "nullpk");
    let mut set = ChangeSet { changes: Changes::new(), replaced: BTreeSet::new() };
    while let Some(stays) = input.advance(export)? {
        totals.rows += 1;
        context.tick(totals.rows, None)?;
        let row = input.row();
        let word = String::from_utf8_lossy(input.value(input.command)).to_ascii_lowercase();
        let removes = match word.as_str() {
            "insert" | "add" | "update" | "modify" | "merge" => false,
            "delete" | "remove" => true,
            _ => {
                let message = format!("{word:?} in column {column} is no command");
                return Err(at_row(export, row, message).help("commands are insert, update, merge and delete"));
            }
        };
        // What a filter takes out is not there any more, whatever it was before.
        totals.filtered += u64::from(!stays);
        let removes = removes || !stays;
        let values = input.values();
        if shape.link {
            set.replace_links(shape, &values);
        }
        match shape.key_of(&values) {
            Some(key) => {
                let text = (!removes).then(|| csv_line(values.iter().copied()));
                set.changes.insert(key, text);
            }
            None if shape.link => {}
            None => {
                totals.null_keys += 1;
                null_keys.push(&csv_line(values.iter().copied())).map_err(unwritable)?;
            }
        }
    }
    totals.odd_dates += input.steps.odd_dates();
    if !shape.link {
        null_keys.finish().map_err(unwritable)?;
    }
    Ok(set)
}

/// What a file of changes says.
pub(super) struct ChangeSet {
    changes: Changes,
    /// Columns and values of links of which only what `changes` says remains.
    replaced: BTreeSet<(usize, Vec<u8>)>,
}

impl ChangeSet {
    /// A row says all there is to say about a value that can stand in one row only, and about a first value without
    /// a second.
    fn replace_links(&mut self, shape: &Shape, values: &[&[u8]]) {
        let column = shape.single.or_else(|| values[1].is_empty().then_some(0));
        let Some(column) = column.filter(|&column| !values[column].is_empty()) else { return };
        let separator = [KEY_SEPARATOR];
        if column == 0 {
            let start = [values[0], &separator].concat();
            self.changes.retain(|key, _| !key.starts_with(&start));
        } else {
            let end = [&separator, values[1]].concat();
            self.changes.retain(|key, _| !key.ends_with(&end));
        }
        self.replaced.insert((column, values[column].to_vec()));
    }
}

/// Writes the sorted file that `old` becomes by the changes.
pub(super) fn write_updated(folder: &Path, shape: &Shape, old: &Whole, set: &ChangeSet) -> Result<Whole, TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let mut output = ContentFile::new(folder).map_err(unwritable)?;
    output.write(&header_line(&shape.header)).map_err(unwritable)?;
    let replaced = |row: &SortedFile, column: usize| set.replaced.contains(&(column, row.bytes(column).to_vec()));
    let dropped = |row: &SortedFile| shape.link && !set.replaced.is_empty() && (replaced(row, 0) || replaced(row, 1));
    delta::update(folder, old, &shape.key, &set.changes, dropped, |row| output.write(row).map_err(unwritable))?;
    let file = output.finish(&shape.name, "sorted.csv").map_err(unwritable)?;
    Ok(Whole { file, changes: None })
}

/// Writes the changes as a delta, where no reference is known.
pub(super) fn write_changes(folder: &Path, shape: &Shape, set: &ChangeSet) -> Result<(String, Counts), TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let mut output = delta_file(folder, shape).map_err(unwritable)?;
    let mut counts = Counts::default();
    for (key, text) in &set.changes {
        let command = if text.is_some() { Command::Insert } else { Command::Delete };
        let mut line = command.name().as_bytes().to_vec();
        line.push(b',');
        if let Some(text) = text {
            counts.inserted += 1;
            line.extend_from_slice(text);
        } else {
            counts.deleted += 1;
            let parts: Vec<_> = key.split(|byte| *byte == KEY_SEPARATOR).collect();
            let mut values = vec![b"".as_slice(); shape.header.len()];
            for (part, &column) in parts.iter().zip(&shape.key) {
                values[column] = part;
            }
            line.extend_from_slice(&csv_line(values));
        }
        output.write(&line).map_err(unwritable)?;
    }
    Ok((output.finish(&shape.name, "sorted.delta").map_err(unwritable)?, counts))
}
