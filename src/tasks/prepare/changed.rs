//! What of an export has changed since the reference, found without sorting what has not.
//!
//! The rows of the reference are known by two numbers each, of the key and of all that the export had in the row, in the
//! order in which it had them. An export mostly has them in that order still, so both are walked side by side; what has no
//! partner nearby is looked for when all is read. Only what differs by its numbers is read as text, which decides. The
//! reference stays the file that it is, with its changes beside it.
//!
//! Whatever is unusual, such as a key twice, a small file, or many changes, is left to the way that sorts everything, which
//! also says what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::connectors::csv::Rows;
use crate::tasks::TaskError;
use crate::tasks::identity::Command;

use super::Export;
use super::delta::Counts;
use super::files::push_value;
use super::numbers::{Hashes, Numbered, Numbers};
use super::rows::{Aside, Shape, delta_file, open};
use super::sorted_file::{SortedFile, push_key};
use super::spans::Spans;
use super::walk::{Found, Walk};
use super::whole::Whole;

/// Bytes of a sorted file from which on it is worth while not to write it anew.
pub(super) const LARGE: u64 = if cfg!(test) { 1 } else { 1 << 20 };
/// Of a sorted file the part that its changes may be.
const MOST_OF: u64 = if cfg!(test) { 1 } else { 8 };
/// Bytes of changed rows that are kept at most.
const MOST_BYTES: u64 = 48 << 20;

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

/// What has changed since the sorted file was written.
struct Overlay {
    changes: Changes,
    /// By the number of the key, whether the export has it.
    met: FxHashMap<u64, bool>,
}

impl Overlay {
    /// None where two keys have one number.
    fn of(folder: &Path, reference: &Whole, shape: &Shape, hashes: Hashes) -> Result<Option<Self>, TaskError> {
        let mut overlay = Self { changes: Changes::new(), met: FxHashMap::default() };
        let Some(file) = &reference.changes else { return Ok(Some(overlay)) };
        let key: Vec<_> = shape.key.iter().map(|column| column + 1).collect();
        let mut file = SortedFile::open(&folder.join(file), &key)?;
        while file.advance()? {
            let mut commands = [Command::Insert, Command::Update, Command::Delete].into_iter();
            let command = commands.find(|command| command.name() == file.value(0));
            let command = command.ok_or_else(|| TaskError::new("the kept changes hold something that is no command"))?;
            let mut line = Vec::new();
            (0..shape.header.len()).for_each(|column| push_value(&mut line, column, file.bytes(column + 1)));
            line.push(b'\n');
            if overlay.met.insert(hashes.number(file.key()), false).is_some() {
                return Ok(None);
            }
            overlay.changes.insert(file.key().to_vec(), (command, line));
        }
        Ok(Some(overlay))
    }
}

/// Compares the export with the reference; none where that needs all rows sorted.
pub(super) fn prepare(
    tick: &dyn Fn(u64) -> Result<(), TaskError>,
    folder: &Path,
    shape: &Shape,
    export: &Export,
    reference: &Whole,
) -> Result<Option<Changed>, TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let path = folder.join(&reference.file);
    let size = std::fs::metadata(&path).map_err(|error| TaskError::io("the prepared file cannot be read", &path, error))?.len();
    if !export.transformations.is_empty() || size < LARGE {
        return Ok(None);
    }
    let mut input = open(shape, export, None)?;
    let Some(known) = Numbers::of(folder, &reference.file, &input.layout()) else { return Ok(None) };
    let Some(mut overlay) = Overlay::of(folder, reference, shape, known.hashes)? else { return Ok(None) };

    let (mut rows, mut null_keys) = (0, 0);
    let mut without_key = Aside::new(folder, shape, "nullpk");
    let mut walk = Walk::new(&known.rows);
    let mut singles = Vec::new();
    let (mut key, mut made) = (Vec::new(), Vec::new());
    while input.advance(export)?.is_some() {
        rows += 1;
        tick(rows)?;
        if !input.key(shape, &mut key) {
            if !shape.link {
                null_keys += 1;
                input.line(&mut made);
                without_key.push(&made).map_err(unwritable)?;
            }
            continue;
        }
        if shape.single == Some(0) {
            singles.push(known.hashes.number(input.first()));
        }
        let (begin, length) = input.span();
        let Ok(length) = u32::try_from(length) else { return Ok(None) };
        let (key, row) = (known.hashes.number(&key), known.hashes.number(input.all(&mut made)));
        let new = Numbered { key, row, begin, length };
        match if overlay.met.is_empty() { None } else { overlay.met.get_mut(&key) } {
            None => walk.meet(new),
            Some(true) => return Ok(None),
            Some(is_met) => {
                *is_met = true;
                walk.meet_other(new);
            }
        }
    }
    singles.sort_unstable();
    if singles.windows(2).any(|two| two[0] == two[1]) {
        return Ok(None);
    }
    let Some(found) = walk.end(|key| overlay.met.contains_key(&key)) else { return Ok(None) };
    let Some(changes) = changes(shape, export, &path, found, &overlay, known.hashes)? else { return Ok(None) };
    let Some((whole, delta, counts)) = write(folder, shape, reference, size, overlay.changes, &changes)? else { return Ok(None) };
    without_key.finish().map_err(unwritable)?;
    Aside::new(folder, shape, "duplicates").finish().map_err(unwritable)?;
    Ok(Some(Changed { whole, delta, counts, rows, null_keys }))
}

/// A row as text: its key, and its line.
type Text = (Vec<u8>, Vec<u8>);

/// Reads rows of an export.
fn read_export(shape: &Shape, export: &Export, spans: Vec<(u64, u64)>) -> Result<Vec<Text>, TaskError> {
    let mut input = open(shape, export, None)?.again(export, spans)?;
    let mut texts = Vec::new();
    while input.advance(export)?.is_some() {
        let mut text = (Vec::new(), Vec::new());
        input.key(shape, &mut text.0);
        input.line(&mut text.1);
        texts.push(text);
    }
    Ok(texts)
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

/// The rows by the numbers of their keys; none where their texts are too long or too many, or rows are missing.
fn by_number(
    rows: &mut [Numbered],
    read: impl FnOnce(Vec<(u64, u64)>) -> Result<Vec<Text>, TaskError>,
) -> Result<Option<FxHashMap<u64, Text>>, TaskError> {
    if rows.iter().map(|row| u64::from(row.length) + 200).sum::<u64>() > MOST_BYTES {
        return Ok(None);
    }
    if rows.is_empty() {
        return Ok(Some(FxHashMap::default()));
    }
    rows.sort_unstable_by_key(|row| row.begin);
    let texts = read(rows.iter().map(|row| (row.begin, u64::from(row.length))).collect())?;
    Ok((texts.len() == rows.len()).then(|| rows.iter().map(|row| row.key).zip(texts).collect()))
}

/// Reads what differs, and says what becomes of each key.
fn changes(
    shape: &Shape,
    export: &Export,
    reference: &Path,
    found: Found,
    overlay: &Overlay,
    hashes: Hashes,
) -> Result<Option<Changes>, TaskError> {
    let Found { others, mut gone, mut came } = found;
    let known: FxHashSet<u64> = others.iter().map(|(_, new)| new.key).collect();
    came.extend(others.iter().map(|(_, new)| *new));
    // Of what had changed before, the changes know more than the file.
    let had_changed = |row: &Numbered| overlay.met.contains_key(&row.key);
    gone.retain(|old| !had_changed(old));
    let mut old: Vec<_> = others.into_iter().map(|(old, _)| old).filter(|old| !had_changed(old)).collect();
    old.extend_from_slice(&gone);
    let Some(mut new) = by_number(&mut came, |spans| read_export(shape, export, spans))? else { return Ok(None) };
    let Some(mut old) = by_number(&mut old, |spans| read_sorted(reference, &shape.key, spans))? else { return Ok(None) };

    let mut changes = Changes::new();
    for row in gone {
        let Some((key, line)) = old.remove(&row.key) else { return Ok(None) };
        changes.insert(key, (Command::Delete, line));
    }
    for (key, (command, line)) in &overlay.changes {
        if *command != Command::Delete && overlay.met.get(&hashes.number(key)) == Some(&false) {
            changes.insert(key.clone(), (Command::Delete, line.clone()));
        }
    }
    for row in came {
        let Some((key, line)) = new.remove(&row.key) else { return Ok(None) };
        let is_known = known.contains(&row.key);
        let before = old.get(&row.key);
        let command = match overlay.changes.get(&key) {
            // Any other command is of another key of this number.
            Some((command, _)) if (*command == Command::Insert) == is_known => return Ok(None),
            Some((Command::Delete, _)) => Command::Insert,
            Some((_, before)) if *before == line => continue,
            Some(_) => Command::Update,
            None if had_changed(&row) => return Ok(None),
            None if !is_known => Command::Insert,
            // It differs in what is not mapped, or in how it is written.
            None if before.is_some_and(|(_, before)| *before == line) => continue,
            None if before.is_some_and(|(before, _)| *before == key) => Command::Update,
            None => return Ok(None),
        };
        if changes.insert(key, (command, line)).is_some() {
            return Ok(None);
        }
    }
    Ok(Some(changes))
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
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let mut file = delta_file(folder, shape).map_err(unwritable)?;
    let mut counts = Counts::default();
    for (command, line) in changes.values() {
        counts.add(*command);
        // The first value of a line is quoted where it is empty, and is not the first one here.
        let line = line.strip_prefix(b"\"\"").filter(|rest| rest.starts_with(b",")).unwrap_or(line);
        file.write(&[command.name().as_bytes(), b",", line].concat()).map_err(unwritable)?;
    }
    Ok((file.finish(&shape.name, "sorted.delta").map_err(unwritable)?, counts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::plan::model::Thresholds;
    use crate::tasks::mappings::ResourceMapping;

    use super::super::Transformations;
    use super::super::delta;
    use super::super::files::ContentFile;
    use super::super::numbers::Numbering;
    use super::super::rows::{csv_line, header_line};
    use super::*;

    type Table = BTreeMap<String, String>;

    fn table() -> impl Strategy<Value = Table> {
        // The value comes first in a row, so that it is also met empty and quoted there.
        prop::collection::btree_map("[a-d]{1,2}", "(|x|y,|\"z|\n|é)", 0..14)
    }

    /// Tables, and whether the export has them in the opposite order.
    fn history() -> impl Strategy<Value = Vec<(Table, bool)>> {
        prop::collection::vec((table(), any::<bool>()), 2..7)
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
        let mut numbering =
            Numbering::new(&open(&shape(), &export(folder, lines(table), opposite), None).unwrap().layout()).unwrap();
        let mut file = ContentFile::new(folder).unwrap();
        let header = header_line(&shape().header);
        file.write(&header).unwrap();
        let mut length = header.len() as u64;
        let lines = lines(table);
        for (at, (key, line)) in table.keys().zip(&lines).enumerate() {
            let at = if opposite { lines.len() - at } else { at } as u64;
            numbering.meet(at, key.as_bytes(), &raw(line));
            numbering.place(at, length, line.len());
            file.write(line).unwrap();
            length += line.len() as u64;
        }
        let file = file.finish("Ship", "sorted.csv").unwrap();
        numbering.save(folder, &file, length).unwrap();
        Whole { file, changes: None }
    }

    /// All that an export has in a row, which is its line but for quotation marks that need not be.
    fn raw(line: &[u8]) -> Vec<u8> {
        line.strip_suffix(b"\n").unwrap().to_vec()
    }

    fn export(folder: &Path, mut lines: Vec<Vec<u8>>, opposite: bool) -> Export {
        if opposite {
            lines.reverse();
        }
        let file = folder.join("export.csv");
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
            for (table, opposite) in &history[1..] {
                let new = sorted(folder, table, *opposite);
                let export = export(folder, lines(table), *opposite);
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
