//! Values that are not of their property's type. What the store knows of the property stays, and a person is told where
//! the value stands.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::BufWriter;

use crate::expr::value::Value;
use crate::plan::model::Model;
use crate::tasks::mappings::ResourceMapping;
use crate::tasks::prepare::{SortedFile, persist, places, push_value};
use crate::tasks::{TaskContext, TaskError};

use super::output_folder;

/// Types whose values are looked at. What stands in the others can be any text.
const KINDS: [&str; 7] = ["Bool", "Byte", "DateTime", "Double", "Int16", "Int32", "Int64"];
/// Values of an entity type that are listed; their number is exact.
const LISTED: usize = 1000;
/// Values that the message of the task tells.
const TOLD: usize = 3;

/// The columns of a mapping that hold something else than text.
pub(super) struct Typed {
    entity_type: String,
    /// Column of the file, its name in the export, property, type, and whether it is a part of the key.
    columns: Vec<(usize, String, String, String, bool)>,
}

/// A value that was not taken.
#[derive(Clone, Debug)]
struct Fault {
    entity_type: String,
    key: Vec<u8>,
    property: String,
    column: String,
    kind: String,
    value: String,
    kept: Option<String>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) count: u64,
    first: Vec<Fault>,
}

impl Typed {
    pub(super) fn of(model: &Model, mapping: &ResourceMapping) -> Self {
        let entity_type = model.entity_types.iter().find(|known| known.id == mapping.entity_type);
        let mut written = model.entity_type_mappings.iter();
        let written =
            written.find(|known| known.entity_type == mapping.entity_type && known.table.as_ref() == Some(&mapping.table));
        let kind = |property: &str| {
            let found = entity_type?.properties.iter().find(|known| known.id == property)?;
            // A format of the system's own says how the text is read.
            let formatted = written?.properties.iter().any(|known| known.property == property && known.format.is_some());
            (!formatted && KINDS.contains(&found.kind.as_str())).then(|| found.kind.clone())
        };
        let columns = mapping.columns.iter().enumerate().filter_map(|(index, (property, column))| {
            Some((index, column.clone(), property.clone(), kind(property)?, mapping.key.contains(&index)))
        });
        Self { entity_type: mapping.entity_type.clone(), columns: columns.collect() }
    }

    /// The columns of the row, whose values start at `start`, that do not hold what they should.
    pub(super) fn wrong(&self, row: &SortedFile, start: usize) -> Vec<usize> {
        let is_wrong = |(index, _, _, kind, _): &&(usize, String, String, String, bool)| {
            let text = row.value(index + start);
            !text.is_empty() && Value::text(text).store(kind).is_err()
        };
        self.columns.iter().filter(is_wrong).map(|(index, ..)| *index).collect()
    }

    /// Notes a value that was not taken, and gives what stands in its place: what was known; of a key it is itself, since
    /// that names the resource.
    pub(super) fn instead<'v>(
        &self,
        column: usize,
        row: &'v SortedFile,
        start: usize,
        known: &'v str,
        faults: &mut Faults,
    ) -> &'v str {
        let value = row.value(column + start);
        let Some((_, name, property, kind, is_key)) = self.columns.iter().find(|(index, ..)| *index == column) else {
            return value;
        };
        let kept = if *is_key { value } else { known };
        faults.count += 1;
        if faults.first.len() < LISTED {
            faults.first.push(Fault {
                entity_type: self.entity_type.clone(),
                key: row.key().to_vec(),
                property: property.clone(),
                column: name.clone(),
                kind: kind.clone(),
                value: value.to_owned(),
                kept: (!kept.is_empty()).then(|| kept.to_owned()),
            });
        }
        kept
    }
}

impl Faults {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.first.extend(other.first);
    }

    /// Writes the list of them beside that of orphans, and says it in words. The file of an earlier run goes where `is_whole`
    /// says that all rows were looked at: changes tell nothing of the others.
    pub(super) fn tell(
        &self,
        context: &TaskContext<'_>,
        connector: &str,
        mappings: &[ResourceMapping],
        is_whole: bool,
    ) -> Result<Option<String>, TaskError> {
        let folder = output_folder(context.work);
        let name = format!("{}.values.csv", connector.replace(['/', '\\'], "_"));
        let target = folder.join(&name);
        if self.count == 0 && !is_whole {
            return Ok(None);
        }
        if self.count == 0 {
            return match std::fs::remove_file(&target) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
                _ => Ok(None),
            };
        }
        let mut words = match self.count {
            1 => "1 value is not of its property's type and was not taken:".to_owned(),
            many => format!("{many} values are not of their properties' types and were not taken:"),
        };
        let mut lines = b"file,row,column,value,entity_type,key,property,type,kept\n".to_vec();
        let mut found = BTreeMap::new();
        for mapping in mappings {
            let own = self.first.iter().filter(|fault| fault.entity_type == mapping.entity_type);
            let keys: BTreeSet<Vec<u8>> = own.map(|fault| fault.key.clone()).collect();
            if !keys.is_empty() {
                // An export that is gone by now leaves the values without a place.
                found.insert(mapping.entity_type.as_str(), places(context, connector, mapping, &keys).unwrap_or_default());
            }
        }
        for (index, fault) in self.first.iter().enumerate() {
            let place = found.get(fault.entity_type.as_str()).and_then(|found| found.get(&fault.key));
            let (file, row) = place.map_or_else(Default::default, |(file, row)| (file.display().to_string(), row.to_string()));
            let key = String::from_utf8_lossy(&fault.key).replace('\u{1f}', ", ");
            let kept = fault.kept.as_deref().unwrap_or_default();
            let (value, column) = (fault.value.as_str(), fault.column.as_str());
            let line = [&file, &row, column, value, &fault.entity_type, &key, &fault.property, &fault.kind, kept];
            line.iter().enumerate().for_each(|(index, value)| push_value(&mut lines, index, value.as_bytes()));
            lines.push(b'\n');
            if index < TOLD {
                let shown: String = value.chars().take(60).collect();
                let place = if row.is_empty() { String::new() } else { format!("{file}, row {row}, ") };
                let kept = if kept.is_empty() { "stays empty".to_owned() } else { format!("stays `{kept}`") };
                let (of, property, kind) = (&fault.entity_type, &fault.property, &fault.kind);
                // Writing to a text cannot fail.
                let _ = write!(words, " {place}column {column}: `{shown}` is no {kind}, {property} of {of} {key} {kept};");
            }
        }
        std::fs::create_dir_all(&folder)?;
        let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(&folder)?);
        std::io::Write::write_all(&mut output, &lines)?;
        persist(output, &target)?;
        let _ = write!(words, " correct them in the source; Synchronization/{name} among the work files lists them");
        Ok(Some(words))
    }
}
