//! What of an export has changed since the reference, found without sorting what has not.
//!
//! The rows of the reference are known by two numbers each, of the key and of the whole row; a row of the export that has
//! both is the same. What is left is little, is sorted, and is merged into the reference. Whatever is unusual, such as a
//! key twice, is left to the way that sorts everything, which says what is wrong.

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;

use crate::tasks::identity::Command;
use crate::tasks::{TaskContext, TaskError};

use super::Export;
use super::delta::Counts;
use super::files::{ContentFile, SortedFile};
use super::rows::{Aside, Shape, delta_file, header_line, open};

/// Rows of a reference that are known by their numbers at most: some 40 bytes each.
const MOST_ROWS: usize = 4_000_000;
/// Bytes of changed rows that are kept at most.
const MOST_BYTES: usize = 48 << 20;

/// What became of an export.
pub(super) struct Changed {
    /// The sorted file that it makes.
    pub(super) file: String,
    /// The delta against the reference.
    pub(super) delta: String,
    pub(super) counts: Counts,
    pub(super) rows: u64,
    pub(super) null_keys: u64,
}

/// What is known of the row of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The export has not had it yet.
    Missing,
    /// The export has it as it was.
    Same,
    /// The export has it with other values.
    Other,
}

/// The rows of a reference, by the number of their key.
struct Known {
    hashes: RandomState,
    /// Key and whole of each row, in the order of the file.
    rows: Vec<(u64, u64)>,
    fates: Vec<Fate>,
    /// Places in `rows` plus one, 0 for none; twice as many as rows.
    table: Vec<u32>,
}

impl Known {
    /// Reads the reference; none where there are too many rows, or two keys of one number.
    fn of(reference: &Path, key: &[usize]) -> Result<Option<Self>, TaskError> {
        let hashes = RandomState::new();
        let mut file = SortedFile::open(reference, key)?;
        let mut rows = Vec::new();
        let mut line = Vec::new();
        while file.advance()? {
            if rows.len() == MOST_ROWS {
                return Ok(None);
            }
            line.clear();
            file.push_to(&mut line, 0);
            rows.push((number(&hashes, &file.key), number(&hashes, &line)));
        }
        let fates = vec![Fate::Missing; rows.len()];
        let table = vec![0; (rows.len() * 2).next_power_of_two().max(2)];
        let mut known = Self { hashes, rows, fates, table };
        for place in 0..known.rows.len() {
            match known.slot(known.rows[place].0) {
                Ok(_) => return Ok(None),
                Err(slot) => known.table[slot] = place as u32 + 1,
            }
        }
        Ok(Some(known))
    }

    /// The place of the row whose key has that number, or the slot of the table where it would stand.
    fn slot(&self, key: u64) -> Result<usize, usize> {
        let mask = self.table.len() - 1;
        let mut slot = key as usize & mask;
        while self.table[slot] != 0 {
            let place = self.table[slot] as usize - 1;
            if self.rows[place].0 == key {
                return Ok(place);
            }
            slot = (slot + 1) & mask;
        }
        Err(slot)
    }

    /// What becomes of a row: true where it is new or other, false where it is as it was; none where its key was there
    /// before.
    fn meet(&mut self, key: &[u8], line: &[u8]) -> Option<bool> {
        let Ok(place) = self.slot(number(&self.hashes, key)) else { return Some(true) };
        let fate = if self.rows[place].1 == number(&self.hashes, line) { Fate::Same } else { Fate::Other };
        let before = std::mem::replace(&mut self.fates[place], fate);
        (before == Fate::Missing).then_some(fate == Fate::Other)
    }
}

fn number(hashes: &RandomState, bytes: &[u8]) -> u64 {
    let mut hash = hashes.build_hasher();
    hash.write(bytes);
    hash.finish()
}

/// Compares the export with the reference; none where that needs all rows sorted.
pub(super) fn prepare(
    context: &TaskContext<'_>,
    folder: &Path,
    shape: &Shape,
    export: &Export,
    reference: &Path,
) -> Result<Option<Changed>, TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    if !export.transformations.is_empty() {
        return Ok(None);
    }
    let Some(mut known) = Known::of(reference, &shape.key)? else { return Ok(None) };
    let (mut rows, mut null_keys) = (0, 0);
    let mut without_key = Aside::new(folder, shape, "nullpk");
    let mut changes: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    let mut kept = 0;
    let mut singles = Vec::new();
    let mut input = open(shape, export, None)?;
    let (mut key, mut line) = (Vec::new(), Vec::new());
    while input.advance(export)?.is_some() {
        rows += 1;
        context.tick(rows, None)?;
        input.line(&mut line);
        if !input.key(shape, &mut key) {
            if !shape.link {
                null_keys += 1;
                without_key.push(&line).map_err(unwritable)?;
            }
            continue;
        }
        if shape.single == Some(0) {
            singles.push(number(&known.hashes, input.first()));
        }
        match known.meet(&key, &line) {
            None => return Ok(None),
            Some(false) => {}
            Some(true) => {
                kept += key.len() + line.len() + 100;
                if kept > MOST_BYTES || changes.insert(key.clone(), line.clone()).is_some() {
                    return Ok(None);
                }
            }
        }
    }
    singles.sort_unstable();
    if singles.windows(2).any(|two| two[0] == two[1]) {
        return Ok(None);
    }
    let (file, delta, counts) = merge(folder, shape, reference, &known.fates, &changes)?;
    without_key.finish().map_err(unwritable)?;
    Aside::new(folder, shape, "duplicates").finish().map_err(unwritable)?;
    Ok(Some(Changed { file, delta, counts, rows, null_keys }))
}

/// Writes the reference with the changes, and the delta that they are.
fn merge(
    folder: &Path,
    shape: &Shape,
    reference: &Path,
    fates: &[Fate],
    changes: &BTreeMap<Vec<u8>, Vec<u8>>,
) -> Result<(String, String, Counts), TaskError> {
    let unwritable = |error| TaskError::io("the prepared files cannot be written", folder, error);
    let mut whole = ContentFile::new(folder).map_err(unwritable)?;
    whole.write(&header_line(&shape.header)).map_err(unwritable)?;
    let mut delta = delta_file(folder, shape).map_err(unwritable)?;
    let mut counts = Counts::default();
    let mut tell = |command: Command, row: &[u8]| {
        counts.add(command);
        // The first value of a line is quoted where it is empty, and is not the first one here.
        let row = row.strip_prefix(b"\"\"").filter(|rest| rest.starts_with(b",")).unwrap_or(row);
        delta.write(&[command.name().as_bytes(), b",", row].concat()).map_err(unwritable)
    };
    let mut old = SortedFile::open(reference, &shape.key)?;
    let mut fates = fates.iter();
    let mut changes = changes.iter().peekable();
    let mut line = Vec::new();
    while old.advance()? {
        let fate = fates.next().copied().unwrap_or(Fate::Missing);
        while let Some((_, row)) = changes.next_if(|(key, _)| **key < old.key) {
            tell(Command::Insert, row)?;
            whole.write(row).map_err(unwritable)?;
        }
        if let Some((_, row)) = changes.next_if(|(key, _)| **key == old.key) {
            tell(Command::Update, row)?;
            whole.write(row).map_err(unwritable)?;
            continue;
        }
        line.clear();
        old.push_to(&mut line, 0);
        if fate == Fate::Same {
            whole.write(&line).map_err(unwritable)?;
        } else {
            tell(Command::Delete, &line)?;
        }
    }
    for (_, row) in changes {
        tell(Command::Insert, row)?;
        whole.write(row).map_err(unwritable)?;
    }
    let delta = delta.finish(&shape.name, "sorted.delta").map_err(unwritable)?;
    let whole = whole.finish(&shape.name, "sorted.csv").map_err(unwritable)?;
    Ok((whole, delta, counts))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::plan::model::Thresholds;
    use crate::tasks::mappings::ResourceMapping;

    use super::super::delta;
    use super::super::rows::csv_line;
    use super::*;

    type Table = BTreeMap<String, String>;

    fn table() -> impl Strategy<Value = Table> {
        // The value comes first in a row, so that it is also met empty and quoted there.
        prop::collection::btree_map("[a-d]{1,2}", "(|x|y,|\"z|\n|é)", 0..14)
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

    fn line(key: &str, value: &str) -> Vec<u8> {
        csv_line([value.as_bytes(), key.as_bytes()])
    }

    fn sorted(folder: &Path, shape: &Shape, table: &Table) -> String {
        let mut file = ContentFile::new(folder).unwrap();
        file.write(&header_line(&shape.header)).unwrap();
        for (key, value) in table {
            file.write(&line(key, value)).unwrap();
        }
        file.finish(&shape.name, "sorted.csv").unwrap()
    }

    proptest! {
        #[test]
        fn nothing_differs_from_sorting_everything(old in table(), new in table()) {
            let folder = tempfile::tempdir().unwrap();
            let (folder, shape) = (folder.path(), shape());
            let (reference, whole) = (sorted(folder, &shape, &old), sorted(folder, &shape, &new));
            let mut known = Known::of(&folder.join(&reference), &shape.key).unwrap().unwrap();
            let met = |(key, value): (&String, &String)| {
                let line = line(key, value);
                known.meet(key.as_bytes(), &line).unwrap().then(|| (key.clone().into_bytes(), line))
            };
            let changes: BTreeMap<_, _> = new.iter().rev().filter_map(met).collect();
            let (file, delta, counts) = merge(folder, &shape, &folder.join(&reference), &known.fates, &changes).unwrap();
            prop_assert_eq!(file, whole.clone());
            let mut expected = delta_file(folder, &shape).unwrap();
            let (old, new) = (folder.join(&reference), folder.join(&whole));
            let sums = delta::difference(&old, &new, &shape.key, |line| { expected.write(line).unwrap(); Ok(()) }).unwrap();
            prop_assert_eq!((delta, counts), (expected.finish(&shape.name, "sorted.delta").unwrap(), sums));
        }
    }

    #[test]
    fn a_key_that_comes_twice_is_not_judged_here() {
        let folder = tempfile::tempdir().unwrap();
        let shape = shape();
        let reference = sorted(folder.path(), &shape, &Table::from([("a".to_owned(), "x".to_owned())]));
        let mut known = Known::of(&folder.path().join(reference), &shape.key).unwrap().unwrap();
        assert_eq!(known.meet(b"a", &line("a", "x")), Some(false));
        assert_eq!(known.meet(b"a", &line("a", "x")), None);
        assert_eq!(known.meet(b"b", &line("b", "x")), Some(true));
    }
}
