//! Prepared work of a connector, as the store keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::tasks::{AfterCommit, TaskContext, TaskError};

use super::files;
use super::rows::Shape;
use super::whole::Whole;

/// What one mapping has to be synchronized with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Item {
    /// `entity_type` or `association`.
    pub(crate) link: bool,
    /// The entity type or association.
    pub(crate) name: String,
    /// All that it has; none where only changes are known.
    pub(crate) file: Option<Whole>,
    /// The delta; none: the store is made equal to the whole file.
    pub(crate) delta: Option<String>,
}

impl Item {
    /// With nothing prepared.
    pub(super) fn of(shape: &Shape) -> Self {
        Self { link: shape.link, name: shape.name.clone(), file: None, delta: None }
    }

    /// The names of its files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.file.iter().flat_map(Whole::files).chain(self.delta.as_deref())
    }

    /// The name under which the reference file is kept.
    pub(crate) fn mapping(&self) -> String {
        format!("{}:{}", if self.link { "association" } else { "entity_type" }, self.name)
    }
}

/// Prepared work of a connector.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Number in the store.
    pub(crate) ordinal: i64,
    /// Identifier of its change list, as people see it.
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) items: Vec<Item>,
    /// Connection to hash of the source that was read.
    pub(crate) sources: BTreeMap<String, String>,
    /// State of the connector's resources for which the change list was computed.
    pub(crate) revision: i64,
}

impl Batch {
    /// Queues a batch in place of those that wait.
    pub(crate) fn queue(
        connection: &Connection,
        connector: &str,
        items: &[Item],
        sources: &BTreeMap<String, String>,
    ) -> Result<(), TaskError> {
        Self::cancel_waiting(connection, connector)?;
        let (items, sources) = (to_json(items)?, to_json(sources)?);
        let sql = "INSERT INTO batch (connector, state, items, sources) VALUES (?1, 'queued', ?2, ?3)";
        connection.execute(sql, params![connector, items, sources])?;
        Ok(())
    }

    /// Cancels the batches of a connector that were not consumed.
    pub(crate) fn cancel_waiting(connection: &Connection, connector: &str) -> Result<(), TaskError> {
        let waiting = "SELECT ordinal FROM batch WHERE connector = ?1 AND state IN ('queued', 'blocked')";
        connection.execute(&format!("DELETE FROM pending WHERE batch IN ({waiting})"), [connector])?;
        let sql = "UPDATE batch SET state = 'cancelled', items = '[]' WHERE connector = ?1 AND state IN ('queued', 'blocked')";
        connection.execute(sql, [connector])?;
        Ok(())
    }

    /// The batch of a connector that waits.
    pub(crate) fn waiting(connection: &Connection, connector: &str) -> Result<Option<Self>, TaskError> {
        let row = connection
            .query_row(
                "SELECT ordinal, state, items, sources, revision FROM batch
                 WHERE connector = ?1 AND state IN ('queued', 'blocked') ORDER BY ordinal DESC LIMIT 1",
                [connector],
                |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?, row.get(4)?)),
            )
            .optional()?;
        let Some((ordinal, state, items, sources, revision)) = row else { return Ok(None) };
        let damaged = |_| TaskError::new(format!("the prepared batch {ordinal} of connector {connector} is damaged"));
        let items = serde_json::from_str(&items).map_err(damaged)?;
        let sources = serde_json::from_str(&sources).map_err(damaged)?;
        Ok(Some(Self { ordinal, id: format!("{connector}-{ordinal}"), state, items, sources, revision }))
    }

    /// Records what the sources were that are now synchronized.
    pub(crate) fn remember_sources(connection: &Connection, sources: &BTreeMap<String, String>) -> Result<(), TaskError> {
        for (id, hash) in sources {
            connection.execute("INSERT OR REPLACE INTO cookie VALUES (?1, ?2)", [id, hash])?;
        }
        Ok(())
    }
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, TaskError> {
    serde_json::to_string(value)
        .map_err(|error| TaskError { source: Some(Box::new(error)), ..TaskError::new("the batch cannot be recorded") })
}

/// The reference of a mapping: what was last consumed.
pub(crate) fn reference(connection: &Connection, connector: &str, mapping: &str) -> Result<Option<Whole>, TaskError> {
    let sql = "SELECT file FROM reference WHERE connector = ?1 AND mapping = ?2";
    Ok(connection.query_row(sql, [connector, mapping], |row| row.get::<_, String>(0)).optional()?.map(Whole::from))
}

/// The files that the store names and will read again: references, and batches that wait.
pub(crate) fn named_files(connection: &Connection, work: &Path) -> rusqlite::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut statement = connection.prepare("SELECT connector, file FROM reference ORDER BY connector, file")?;
    for row in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))? {
        let (connector, whole) = row?;
        let folder = files::folder(work, &connector);
        files.extend(Whole::from(whole).files().map(|file| folder.join(file)));
    }
    let sql = "SELECT connector, items FROM batch WHERE state IN ('queued', 'blocked') ORDER BY ordinal";
    let mut statement = connection.prepare(sql)?;
    for row in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))? {
        let (connector, items) = row?;
        let items: Vec<Item> = serde_json::from_str(&items)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, Box::new(error)))?;
        let folder = files::folder(work, &connector);
        files.extend(items.iter().flat_map(Item::files).map(|name| folder.join(name)));
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Removes, once the transaction is committed, the files of a connector that nothing in the store names any more.
pub(crate) fn sweep_after_commit(context: &TaskContext<'_>, connector: &str) -> Result<AfterCommit, TaskError> {
    let mut keep = BTreeSet::new();
    let mut statement = context.transaction.prepare("SELECT file FROM reference WHERE connector = ?1")?;
    for whole in statement.query_map([connector], |row| row.get::<_, String>(0))? {
        keep.extend(Whole::from(whole?).files().map(str::to_owned));
    }
    if let Some(batch) = Batch::waiting(context.transaction, connector)? {
        keep.extend(batch.items.iter().flat_map(Item::files).map(str::to_owned));
    }
    let folder = files::folder(context.work, connector);
    Ok(Box::new(move || files::sweep(&folder, &keep)))
}
