//! Where rows stand in the file that a connection read, for people who are to correct them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::tasks::mappings::ResourceMapping;
use crate::tasks::{TaskContext, TaskError};

use super::export;
use super::rows::{Shape, open};

/// File and row by key, of the keys of a mapping that the export has.
pub(in crate::tasks) fn places(
    context: &TaskContext<'_>,
    connector: &str,
    mapping: &ResourceMapping,
    keys: &BTreeSet<Vec<u8>>,
) -> Result<BTreeMap<Vec<u8>, (PathBuf, u64)>, TaskError> {
    let shape = Shape::of_resource(mapping);
    let export = export(context, connector, &shape.table)?;
    let mut input = open(&shape, &export, None)?;
    let (mut found, mut key) = (BTreeMap::new(), Vec::new());
    while found.len() < keys.len() && input.advance(&export)?.is_some() {
        if input.key(&shape, &mut key) && keys.contains(&key) {
            let place = match &export.source {
                Some((file, skipped)) => (PathBuf::from(file), input.row() + skipped),
                None => (export.file.clone(), input.row()),
            };
            found.insert(key.clone(), place);
        }
    }
    Ok(found)
}
