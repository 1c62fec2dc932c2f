//! The change list of a blocked synchronization, and orphans, for people to look at.

use std::collections::BTreeSet;
use std::io::BufWriter;

use rusqlite::{Connection, OptionalExtension, params};

use crate::tasks::identity::Command;
use crate::tasks::mappings::Mappings;
use crate::tasks::prepare::{Batch, persist, push_value};
use crate::tasks::{TaskContext, TaskError};

use super::output_folder;
use super::resources::Moment;

/// Rows of a list that are kept per entity type or association; its numbers are exact whatever its length.
const MAX_ROWS: i64 = 100_000;

/// A change of a list.
pub(super) struct Change {
    item: String,
    command: Command,
    key: String,
    before: Option<String>,
    after: Option<String>,
}

/// Each gives key, before and after of the changes of one kind made at moment `?2` to entity type or association `?1`.
const RESOURCES: [(Command, &str); 3] = [
    (
        Command::Insert,
        "SELECT r.key, NULL, r.body FROM resource r WHERE r.type = ?1 AND r.valid_from = ?2
         AND NOT EXISTS (SELECT 1 FROM resource_past p WHERE p.type = ?1 AND p.key = r.key AND p.id = r.id)",
    ),
    (
        Command::Update,
        "SELECT p.key, p.body, r.body FROM resource_past p JOIN resource r ON r.id = p.id
         WHERE p.type = ?1 AND p.valid_to = ?2",
    ),
    (
        Command::Delete,
        "SELECT p.key, p.body, NULL FROM resource_past p WHERE p.type = ?1 AND p.valid_to = ?2
         AND NOT EXISTS (SELECT 1 FROM resource r WHERE r.id = p.id)",
    ),
];

const ENDS: &str = "SELECT coalesce((SELECT key FROM resource WHERE id = l.from_id),
      (SELECT key FROM resource_past WHERE id = l.from_id AND valid_to = ?2)) || ' → ' ||
    coalesce((SELECT key FROM resource WHERE id = l.to_id),
      (SELECT key FROM resource_past WHERE id = l.to_id AND valid_to = ?2)), NULL, NULL";

/// Lists what was done at a moment.
pub(super) fn collect(store: &Connection, mappings: &Mappings, moment: Moment) -> Result<Vec<Change>, TaskError> {
    // The past is searched by resource here only.
    store.execute_batch("CREATE INDEX resource_past_id ON resource_past (id)")?;
    let mut list = Vec::new();
    let mut read = |item: &str, command: Command, sql: &str, number: Option<i64>| -> Result<(), TaskError> {
        let Some(number) = number else { return Ok(()) };
        let mut statement = store.prepare(&format!("{sql} ORDER BY 1 LIMIT {MAX_ROWS}"))?;
        let rows = statement.query_map([number, moment.seq], |row| {
            let key: Option<String> = row.get(0)?;
            let item = item.to_owned();
            Ok(Change { item, command, key: key.unwrap_or_default(), before: row.get(1)?, after: row.get(2)? })
        })?;
        for row in rows {
            list.push(row?);
        }
        Ok(())
    };
    let number = |sql: &str, name: &str| store.query_row(sql, [name], |row| row.get::<_, i64>(0)).optional();
    for mapping in &mappings.resources {
        let entity_type = number("SELECT id FROM entity_type WHERE name = ?1", &mapping.entity_type)?;
        for (command, sql) in RESOURCES {
            read(&mapping.entity_type, command, sql, entity_type)?;
        }
    }
    for mapping in &mappings.links {
        let association = number("SELECT id FROM association WHERE name = ?1", &mapping.association)?;
        let inserted = format!("{ENDS} FROM link l WHERE l.association = ?1 AND l.valid_from = ?2");
        read(&mapping.association, Command::Insert, &inserted, association)?;
        let deleted = format!("{ENDS} FROM link_past l WHERE l.association = ?1 AND l.valid_to = ?2");
        read(&mapping.association, Command::Delete, &deleted, association)?;
    }
    Ok(list)
}

/// Whether what was done at a moment is what the kept list of the batch says.
pub(super) fn is_kept(store: &Connection, batch: &Batch, mappings: &Mappings, moment: Moment) -> Result<bool, TaskError> {
    let done = collect(store, mappings, moment)?;
    store.execute_batch("DROP INDEX resource_past_id")?;
    let said = |change: Change| (change.item, change.command as i64, change.key, change.before, change.after);
    let done: BTreeSet<_> = done.into_iter().map(said).collect();
    let mut statement = store.prepare("SELECT item, command, key, before, after FROM pending WHERE batch = ?1")?;
    let kept =
        statement.query_map([batch.ordinal], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
    Ok(done == kept.collect::<rusqlite::Result<BTreeSet<_>>>()?)
}

/// Keeps the list of a batch that waits for approval.
pub(super) fn keep(
    store: &Connection,
    batch: &Batch,
    revision: i64,
    exceeded: &[String],
    list: &[Change],
) -> Result<(), TaskError> {
    store.execute("DELETE FROM pending WHERE batch = ?1", [batch.ordinal])?;
    let mut insert = store.prepare_cached("INSERT INTO pending VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for change in list {
        let command = change.command as i64;
        insert.execute(params![batch.ordinal, change.item, command, change.key, change.before, change.after])?;
    }
    let sql = "UPDATE batch SET state = 'blocked', revision = ?2, report = ?3 WHERE ordinal = ?1";
    store.execute(sql, params![batch.ordinal, revision, exceeded.join("\n")])?;
    Ok(())
}

/// The identifier of the change list that waits for approval for a connector: what
/// [`approval`](crate::tasks::TaskContext::approval) has to hold.
pub fn blocked_list(connection: &Connection, connector: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT ordinal FROM batch WHERE connector = ?1 AND state = 'blocked' ORDER BY ordinal DESC LIMIT 1";
    let ordinal: Option<i64> = connection.query_row(sql, [connector], |row| row.get(0)).optional()?;
    Ok(ordinal.map(|ordinal| format!("{connector}-{ordinal}")))
}

/// What is said of the rows that name resources which do not exist.
pub(super) fn waiting_links(context: &TaskContext<'_>, mappings: &Mappings) -> Result<Option<String>, TaskError> {
    /// Links that are named.
    const TOLD: usize = 3;
    let names: Vec<&str> = mappings.links.iter().map(|mapping| mapping.association.as_str()).collect();
    let sql = "SELECT a.name, o.first, o.second FROM orphan o JOIN association a ON a.id = o.association
               WHERE a.name IN (SELECT value FROM json_each(?1)) ORDER BY o.since DESC, 1, 2, 3";
    let mut statement = context.transaction.prepare(sql)?;
    let mut rows = statement.query([serde_json::Value::from(names).to_string()])?;
    let (mut count, mut shown) = (0_u64, Vec::new());
    while let Some(row) = rows.next()? {
        count += 1;
        if shown.len() < TOLD {
            let (name, first, second): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            shown.push(format!("{name} {first} → {second}"));
        }
    }
    let wait = if count == 1 { "1 link waits for a resource that is" } else { "links wait for resources that are" };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    let rest = count.saturating_sub(shown.len() as u64);
    let rest = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    let list = format!("`jobwright inspect changes {}` lists those that are new", context.run.0);
    Ok((count > 0).then(|| format!("{number}{wait} not there: {}{rest}; {list}", shown.join(", "))))
}

/// Writes the rows that name resources which do not exist.
pub(super) fn write_orphans(context: &TaskContext<'_>, connector: &str, mappings: &Mappings) -> Result<(), TaskError> {
    let folder = output_folder(context.work);
    let target = folder.join(format!("{}.orphans.csv", connector.replace(['/', '\\'], "_")));
    std::fs::create_dir_all(&folder)?;
    let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(&folder)?);
    let mut lines = b"association,first,second\n".to_vec();
    let sql = "SELECT o.first, o.second FROM orphan o JOIN association a ON a.id = o.association
               WHERE a.name = ?1 ORDER BY 1, 2";
    let mut statement = context.transaction.prepare(sql)?;
    for mapping in &mappings.links {
        let mut rows = statement.query([&mapping.association])?;
        while let Some(row) = rows.next()? {
            let (first, second): (String, String) = (row.get(0)?, row.get(1)?);
            for (index, value) in [&mapping.association, &first, &second].into_iter().enumerate() {
                push_value(&mut lines, index, value.as_bytes());
            }
            lines.push(b'\n');
        }
        std::io::Write::write_all(&mut output, &lines)?;
        lines.clear();
    }
    persist(output, &target)?;
    Ok(())
}
