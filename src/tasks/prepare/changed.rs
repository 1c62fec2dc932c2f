//! What of an export has changed since the reference, found without sorting what has not.
//!
//! The rows of the reference are known by two numbers each, of the key and of all that the export had in the row, in the
//! order in which it had them. An export mostly has them in that order still, so both are walked side by side; what has no
//! partner nearby is looked for when all is read. Where the export was written here, its rows are known by numbers as well,
//! and it is not read. Only what differs is read as text, which decides; the number of the key tells whether a row that
//! differs has a key that stays with another one. The reference stays the file that it is, with its changes beside it.
//!
//! Whatever is unusual, such as a key twice, a small file, or many changes, is left to the way that sorts everything, which
//! also says what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::FxHashSet;

use crate::connectors::csv::Rows;
use crate::tasks::TaskError;
use crate::tasks::identity::Command;

use super::Export;
use super::aside::Aside;
use super::delta::Counts;
use super::exported::{ExportedRow, ExportedRows};
use super::files::push_value;
use super::numbers::{MOST_ROWS, Numbered, Numbers};
use super::rows::{Shape, delta_file, open};
use super::sorted_file::{SortedFile, push_key};
use super::spans::Spans;
use super::walk::{Found, Walk};
use super::whole::Whole;

/// Bytes of a sorted file from which on it is worth while not to write it anew.
pub(super) const LARGE: u64 = if cfg!(test) { 1 } else { 1 << 20 };
/// Of a sorted file the part that its changes may be.
const MOST_OF: u64 = if cfg!(test) { 1 } else { 8 };
/// Bytes of changed rows that are kept at most, and those that a row takes besides its text.
const MOST_BYTES: u64 = 48 << 20;
const BESIDE: u64 = 200;

/// What became of an export.
pub(super) struct Changed {
    pub(super) whole: Whole,
    /// The delta against the reference.
    pub(super) delta: String,
    pub(super) counts: Counts,
    pub(super) rows: u64,
    pub(super) null_keys: u64,
}

/// Rows by key, as lines, and what becomes of them.
type Changes = BTreeMap<Vec<u8>, (Command, Vec<u8>)>;

/// Reads what has changed since the sorted file was written.
fn overlay(folder: &Path, reference: &Whole, shape: &Shape) -> Result<Changes, TaskError> {
    let mut changes = Changes::new();
    let Some(file) = &reference.changes else { return Ok(changes) };
    let key: Vec<_> = shape.key.iter().map(|column| column + 1).collect();
    let mut file = SortedFile::open(&folder.join(file), &key)?;
    while file.advance()? {
        let mut commands = [Command::Insert, Command::Update, Command::Delete].into_iter();
        let command = commands.find(|command| command.name() == file.value(0));
        let command = command.ok_or_else(|| TaskError::new("the kept changes hold something that is no command"))?;
        let mut line = Vec::new();
        (0..shape.header.len()).for_each(|column| push_value(&mut line, column, file.bytes(column + 1)));
        line.push(b'\n');
        changes.insert(file.key().to_vec(), (command, line));
    }
    Ok(changes)
}

/// Takes out of the known rows those that had changed already: of them the changes know more. False where the two do not
/// fit together.
fn take_out(known: &mut Numbers, overlay: &Changes, shape: &Shape) -> bool {
    let mut count = 0;
    let mut had_changed = FxHashSet::default();
    for (key, _) in overlay.iter().filter(|(_, (command, _))| *command != Command::Insert) {
        had_changed.insert(known.hashes.number(shape.unique(key)));
        count += 1;
    }
    if count == 0 {
        return true;
    }
    let before = known.rows.len();
    known.rows.retain(|row| !row.has_key() || !had_changed.contains(&row.key));
    before - known.rows.len() == count
}

/// What of the export and of the known rows has no partner, and how many rows the export has; none where that is too much.
fn walk(
    tick: &dyn Fn(u64) -> Result<(), TaskError>,
    shape: &Shape,
    export: &Export,
    known: &Numbers,
) -> Result<Option<(Found, u64)>, TaskError> {
    let most = (MOST_BYTES / BESIDE) as usize;
    if let Some(mut written) = ExportedRows::of(&export.file).filter(|written| written.hashes == known.hashes) {
        let rows = written.count();
        if rows > MOST_ROWS {
            return Ok(None);
        }
        let mut walk = Walk::new(&known.rows);
        let mut done = 0;
        while let Ok(Some(row)) = written.next() {
            done += 1;
            tick(done)?;
            walk.meet(row);
        }
        if done == rows && written.found_sound() {
            return Ok(walk.end(most).map(|found| (found, rows)));
        }
    }
    let mut input = open(shape, export, None)?;
    let mut walk = Walk::new(&known.rows);
    let (mut rows, mut made) = (0, Vec::new());
    while input.advance(export)?.is_some() {
        rows += 1;
        tick(rows)?;
        let (begin, length) = input.span();
        let Ok(length) = u32::try_from(length) else { return Ok(None) };
        if rows > MOST_ROWS {
            return Ok(None);
        }
        walk.meet(ExportedRow { row: known.hashes.number(input.all(&mut made)), begin, length });
    }
    Ok(walk.end(most).map(|found| (found, rows)))
}

/// Compares the export with the reference; none where that needs all rows sorted.
pub(super) fn prepare(
    tick: &dyn Fn(u64) -> Result<(), TaskError>,
    folder: &Path,
    shape: &Shape,
    export: &Export,
    reference: &Whole,
) -> Result<Option<Changed>, TaskError> {
    let path = folder.join(&reference.file);
    let size = std::fs::metadata(&path).map_err(|error| TaskError::io("the prepared file cannot be read", &path, error))?.len();
    if !export.transformations.is_empty() || size < LARGE {
        return Ok(None);
    }
    let layout = open(shape, export, None)?.layout(shape);
    let Some(mut known) = Numbers::of(folder, &reference.file, &layout) else { return Ok(None) };
    let overlay = overlay(folder, reference, shape)?;
    if !take_out(&mut known, &overlay, shape) {
        return Ok(None);
    }
    let Some((found, rows)) = walk(tick, shape, export, &known)? else { return Ok(None) };
    let Found { mut gone, mut came } = found;
    gone.retain(Numbered::has_key);
    if too_long(came.iter().map(|row| row.length)) || too_long(gone.iter().map(|row| row.length)) {
        return Ok(None);
    }
    came.sort_unstable_by_key(|row| row.begin);
    let (came, null_keys) =
        read_export(folder, shape, export, came.iter().map(|row| (row.begin, u64::from(row.length))).collect())?;
    if is_twice(shape, &known, &gone, &came) {
        return Ok(None);
    }
    drop(known);
    gone.sort_unstable_by_key(|row| row.begin);
    let gone = read_sorted(&path, &shape.key, gone.iter().map(|row| (row.begin, u64::from(row.length))).collect())?;
    let changes = changes(gone, came, &overlay);
    let Some((whole, delta, counts)) = write(folder, shape, reference, size, overlay, &changes)? else { return Ok(None) };
    null_keys.aside.finish().and_then(|()| Aside::new(folder, shape, "duplicates").finish()).map_err(unwritable(folder))?;
    Ok(Some(Changed { whole, delta, counts, rows, null_keys: null_keys.count }))
}

fn unwritable(folder: &Path) -> impl Fn(std::io::Error) -> TaskError {
    move |error| TaskError::io("the prepared files cannot be written", folder, error)
}

/// Whether rows of these lengths are more than is kept of them as text.
fn too_long(lengths: impl Iterator<Item = u32>) -> bool {
    lengths.map(|length| u64::from(length) + BESIDE).sum::<u64>() > MOST_BYTES
}

/// Whether what only one row may have is there twice: among the new rows, or in one of them and in a row that stays.
fn is_twice(shape: &Shape, known: &Numbers, gone: &[Numbered], came: &[Text]) -> bool {
    let numbers: FxHashSet<u64> = came.iter().map(|(key, _)| known.hashes.number(shape.unique(key))).collect();
    let count = |rows: &[Numbered]| rows.iter().filter(|row| row.has_key() && numbers.contains(&row.key)).count();
    numbers.len() < came.len() || !numbers.is_empty() && count(&known.rows) > count(gone)
}

/// A row as text: its key, and its line.
type Text = (Vec<u8>, Vec<u8>);

/// Rows without key.
struct NullKeys<'a> {
    count: u64,
    aside: Aside<'a>,
}

/// Reads rows of an export, and puts aside those without key.
fn read_export<'a>(
    folder: &'a Path,
    shape: &'a Shape,
    export: &Export,
    spans: Vec<(u64, u64)>,
) -> Result<(Vec<Text>, NullKeys<'a>), TaskError> {
    let mut null_keys = NullKeys { count: 0, aside: Aside::new(folder, shape, "nullpk") };
    let mut texts = Vec::new();
    if spans.is_empty() {
        return Ok((texts, null_keys));
    }
    let mut input = open(shape, export, None)?.again(export, spans)?;
    while input.advance(export)?.is_some() {
        let mut text = (Vec::new(), Vec::new());
        input.line(&mut text.1);
        if input.key(shape, &mut text.0) {
            texts.push(text);
        } else if !shape.link {
            null_keys.count += 1;
            null_keys.aside.push(&text.1).map_err(unwritable(folder))?;
        }
    }
    Ok((texts, null_keys))
}

/// Reads rows of a sorted file.
fn read_sorted(path: &Path, key: &[usize], spans: Vec<(u64, u64)>) -> Result<Vec<Text>, TaskError> {
    let unreadable = |error| TaskError::io("the prepared file cannot be read", path, error);
    let mut rows = Rows::new(Spans::open(path, spans).map_err(unreadable)?, b',');
    let mut texts = Vec::new();
    let damaged =
        |error| TaskError { source: Some(Box::new(error)), ..TaskError::new("the prepared file is damaged").file(path) };
    while rows.advance().map_err(damaged)? {
        let (mut name, mut line) = (Vec::new(), Vec::new());
        push_key(&mut name, key.iter().map(|&column| rows.value(column)));
        rows.values().enumerate().for_each(|(column, value)| push_value(&mut line, column, value));
        line.push(b'\n');
        texts.push((name, line));
    }
    Ok(texts)
}

/// What becomes of each key, of the rows that only one side has and of what had changed before.
fn changes(gone: Vec<Text>, came: Vec<Text>, overlay: &Changes) -> Changes {
    let mut changes = Changes::new();
    changes.extend(gone.into_iter().map(|(key, line)| (key, (Command::Delete, line))));
    for (key, (command, line)) in overlay {
        // All that the export has of these rows has come.
        if *command != Command::Delete {
            changes.insert(key.clone(), (Command::Delete, line.clone()));
        }
    }
    for (key, line) in came {
        match changes.get_mut(&key) {
            None => {
                changes.insert(key, (Command::Insert, line));
            }
            // It differs in what is not mapped, or in how it is written.
            Some((_, before)) if *before == line => {
                changes.remove(&key);
            }
            Some(change) => *change = (Command::Update, line),
        }
    }
    changes
}

/// Writes the delta, and what has changed since the sorted file was written; none where that is too much.
fn write(
    folder: &Path,
    shape: &Shape,
    reference: &Whole,
    size: u64,
    mut since: Changes,
    changes: &Changes,
) -> Result<Option<(Whole, String, Counts)>, TaskError> {
    for (key, (command, line)) in changes {
        let command = match (since.get(key).map(|(command, _)| *command), *command) {
            (Some(Command::Insert), Command::Delete) => {
                since.remove(key);
                continue;
            }
            (Some(Command::Insert), _) => Command::Insert,
            (Some(Command::Delete), Command::Insert) => Command::Update,
            (_, command) => command,
        };
        since.insert(key.clone(), (command, line.clone()));
    }
    let bytes = since.values().map(|(_, line)| line.len() as u64 + 8).sum::<u64>();
    if bytes > MOST_BYTES || bytes.saturating_mul(MOST_OF) > size {
        return Ok(None);
    }
    let (delta, counts) = write_changes(folder, shape, changes)?;
    let kept = match since == *changes {
        true if since.is_empty() => None,
        true => Some(delta.clone()),
        false if changes.is_empty() => reference.changes.clone(),
        false if since.is_empty() => None,
        false => Some(write_changes(folder, shape, &since)?.0),
    };
    Ok(Some((Whole { file: reference.file.clone(), changes: kept }, delta, counts)))
}

fn write_changes(folder: &Path, shape: &Shape, changes: &Changes) -> Result<(String, Counts), TaskError> {
    let mut file = delta_file(folder, shape).map_err(unwritable(folder))?;
    let mut counts = Counts::default();
    for (command, line) in changes.values() {
        counts.add(*command);
        // The first value of a line is quoted where it is empty, and is not the first one here.
        let line = line.strip_prefix(b"\"\"").filter(|rest| rest.starts_with(b",")).unwrap_or(line);
        file.write(&[command.name().as_bytes(), b",", line].concat()).map_err(unwritable(folder))?;
    }
    Ok((file.finish(&shape.name, "sorted.delta").map_err(unwritable(folder))?, counts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::plan::model::Thresholds;
    use crate::tasks::mappings::ResourceMapping;

    use super::super::Transformations;
    use super::super::delta;
    use super::super::exported::Numberer;
    use super::super::files::ContentFile;
    use super::super::numbers::Numbering;
    use super::super::rows::{csv_line, header_line};
    use super::super::summed::Hashes;
    use super::*;

    type Table = BTreeMap<String, String>;

    fn table() -> impl Strategy<Value = Table> {
        // The value comes first in a row, so that it is also met empty and quoted there.
        prop::collection::btree_map("[a-d]{1,2}", "(|x|y,|\"z|\n|é)", 0..14)
    }

    /// Tables, whether the export has them in the opposite order, and whether it has the numbers of its rows.
    fn history() -> impl Strategy<Value = Vec<(Table, bool, bool)>> {
        prop::collection::vec((table(), any::<bool>(), any::<bool>()), 2..7)
    }

    fn shape() -> Shape {
        let column = |name: &str| (name.to_owned(), name.to_owned());
        Shape::of_resource(&ResourceMapping {
            entity_type: "Ship".to_owned(),
            table: "Ships".to_owned(),
            columns: vec![column("name"), column("code")],
            key: vec![1],
            thresholds: Thresholds::default(),
        })
    }

    fn lines(table: &Table) -> Vec<Vec<u8>> {
        table.iter().map(|(key, value)| csv_line([value.as_bytes(), key.as_bytes()])).collect()
    }

    /// What sorting everything makes of an export.
    fn sorted(folder: &Path, table: &Table, opposite: bool) -> Whole {
        let export = export(folder, lines(table), opposite);
        let hashes = ExportedRows::of(&export.file).map_or_else(|| Hashes::by_chance().unwrap(), |rows| rows.hashes);
        let mut numbering = Numbering::new(hashes, &open(&shape(), &export, None).unwrap().layout(&shape()));
        let mut file = ContentFile::new(folder).unwrap();
        let header = header_line(&shape().header);
        file.write(&header).unwrap();
        let mut length = header.len() as u64;
        let lines = lines(table);
        for (at, (key, line)) in table.keys().zip(&lines).enumerate() {
            let at = if opposite { lines.len() - at } else { at } as u64;
            numbering.meet(at, Some(key.as_bytes()), hashes.number(raw(line)));
            numbering.place(at, length, line.len());
            file.write(line).unwrap();
            length += line.len() as u64;
        }
        let file = file.finish("Ship", "sorted.csv").unwrap();
        numbering.save(folder, &file, length).unwrap();
        Whole { file, changes: None }
    }

    /// All that an export has in a row, which is its line but for quotation marks that need not be.
    fn raw(line: &[u8]) -> &[u8] {
        line.strip_suffix(b"\n").unwrap()
    }

    /// An export with the numbers of its rows.
    fn export(folder: &Path, lines: Vec<Vec<u8>>, opposite: bool) -> Export {
        let mut numbered = lines.clone();
        if opposite {
            numbered.reverse();
        }
        let export = unnumbered(folder, lines, opposite);
        let mut numberer = Numberer::new(&export.file, b"name,code\n");
        for line in &numbered {
            numberer.push(raw(line));
        }
        numberer.finish(&export.file);
        export
    }

    fn unnumbered(folder: &Path, mut lines: Vec<Vec<u8>>, opposite: bool) -> Export {
        if opposite {
            lines.reverse();
        }
        let file = folder.join("export.csv");
        // In one instant a file can be written twice, which no two runs do. What is left are the keys.
        let numbers = std::fs::OpenOptions::new().write(true).open(folder.join("export.rows"));
        let _ = numbers.map(|file| file.set_len(32).unwrap());
        std::fs::write(&file, [b"name,code\n".to_vec(), lines.concat()].concat()).unwrap();
        Export { file, connection: None, delta: false, source: None, transformations: Transformations::default() }
    }

    fn rows(folder: &Path, whole: &Whole) -> Vec<Vec<u8>> {
        let mut file = SortedFile::open_whole(folder, whole, &[1]).unwrap();
        let mut rows = Vec::new();
        while file.advance().unwrap() {
            let mut line = Vec::new();
            file.push_to(&mut line, 0);
            rows.push(line);
        }
        rows
    }

    proptest! {
        #[test]
        fn nothing_differs_from_sorting_everything(history in history()) {
            let folder = tempfile::tempdir().unwrap();
            let (folder, shape) = (folder.path(), shape());
            let mut reference = sorted(folder, &history[0].0, history[0].1);
            for (table, opposite, numbered) in &history[1..] {
                let new = sorted(folder, table, *opposite);
                let export = if *numbered { export } else { unnumbered }(folder, lines(table), *opposite);
                let Some(changed) = prepare(&|_| Ok(()), folder, &shape, &export, &reference).unwrap() else {
                    reference = new;
                    continue;
                };
                let mut expected = delta_file(folder, &shape).unwrap();
                let sink = |line: &[u8]| { expected.write(line).unwrap(); Ok(()) };
                let counts = delta::difference(folder, &reference, &new, &shape.key, sink).unwrap();
                let delta = expected.finish("Ship", "sorted.delta").unwrap();
                prop_assert_eq!((changed.delta, changed.counts), (delta, counts));
                prop_assert_eq!(rows(folder, &changed.whole), lines(table));
                prop_assert_eq!(changed.rows, table.len() as u64);
                reference = changed.whole;
            }
        }
    }

    /// A table of many rows, of which few change.
    fn many() -> Table {
        (0..200).map(|number| (format!("k{number:03}"), "x".repeat(number % 7))).collect()
    }

    #[test]
    fn changes_are_kept_beside_the_file_until_they_are_too_many() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, shape, mut table) = (folder.path(), shape(), many());
        let mut reference = sorted(folder, &table, false);
        let first = reference.file.clone();
        let mut kept = 0;
        for round in 0..200 {
            table.insert(format!("k{round:03}"), "other".to_owned());
            let export = export(folder, lines(&table), false);
            let Some(changed) = prepare(&|_| Ok(()), folder, &shape, &export, &reference).unwrap() else { break };
            assert_eq!((changed.counts.updated, changed.counts.total()), (1, 1));
            assert_eq!(changed.whole.file, first);
            reference = changed.whole;
            kept = round;
        }
        assert!((20..199).contains(&kept), "{kept}");
        assert_eq!(rows(folder, &reference).len(), 200);
        // What is taken back is no change any more.
        let export = export(folder, lines(&many()), true);
        let changed = prepare(&|_| Ok(()), folder, &shape, &export, &reference).unwrap().unwrap();
        assert_eq!(changed.counts.updated, kept + 1);
        assert_eq!(rows(folder, &changed.whole), lines(&many()));
    }

    #[test]
    fn a_key_that_comes_twice_is_not_judged_here() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, shape, table) = (folder.path(), shape(), many());
        let mut changed = table.clone();
        changed.insert("k007".to_owned(), "other".to_owned());
        changed.insert("new".to_owned(), "other".to_owned());
        changed.remove("k008");
        let file = sorted(folder, &table, false);
        let once = prepare(&|_| Ok(()), folder, &shape, &export(folder, lines(&changed), false), &file).unwrap().unwrap();
        for reference in [&file, &once.whole] {
            for key in ["k001", "k007", "k199", "new"] {
                for value in [changed[key].as_str(), "third"] {
                    let mut lines = lines(&changed);
                    lines.push(csv_line([value.as_bytes(), key.as_bytes()]));
                    for opposite in [false, true] {
                        let export = export(folder, lines.clone(), opposite);
                        let judged = prepare(&|_| Ok(()), folder, &shape, &export, reference).unwrap();
                        assert!(judged.is_none(), "{key} {value} {opposite} {reference}");
                    }
                }
            }
        }
    }
}
