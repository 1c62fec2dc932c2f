//! The resources of one mapping made equal to a sorted file, or changed by a delta.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;

use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use crate::tasks::identity::{Command, Layout};
use crate::tasks::mappings::{LinkMapping, ResourceMapping};
use crate::tasks::prepare::{Item, SortedFile};
use crate::tasks::{TaskContext, TaskError};

use super::links;
use super::thresholds::Tally;
use super::typed::{Faults, Typed};

/// Where changes are recorded.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) seq: i64,
    /// Whether change rows are kept for the flag task.
    pub(super) keep: bool,
    /// The last row of `link_past` before it: those behind are of this moment, which is told without reading all history.
    pub(super) past: i64,
}

/// Rows handed over at once.
const PART: usize = 512;
const STAGE: &str = "CREATE TEMP TABLE IF NOT EXISTS stage (command INTEGER NOT NULL, id INTEGER, key TEXT, body TEXT);
    DELETE FROM temp.stage;";

/// Applies one item to the resources of its entity type.
pub(super) fn apply(
    context: &TaskContext<'_>,
    mapping: &ResourceMapping,
    item: &Item,
    folder: &Path,
    all_links: &[LinkMapping],
    moment: Moment,
) -> Result<(Tally, Faults), TaskError> {
    let store: &Connection = context.transaction;
    let names: Vec<_> = mapping.columns.iter().map(|(property, _)| property.as_str()).collect();
    let layout = Layout::of(store, &mapping.entity_type, &names)?;
    // Column of the file to place in the body.
    let slots = names.iter().map(|name| layout.index(name)).collect::<Option<Vec<_>>>();
    let slots = slots.ok_or_else(|| TaskError::damaged(&format!("the properties of {}", mapping.entity_type)))?;
    let typed = Typed::of(&context.plan.model, mapping);
    let mut bodies = Bodies { slots, width: layout.properties.len(), text: String::new(), typed, faults: Faults::default() };
    let mut tally = Tally::default();
    store.execute_batch(STAGE)?;
    match (&item.delta, &item.file) {
        (Some(delta), _) => {
            let key: Vec<_> = mapping.key.iter().map(|index| index + 1).collect();
            stage_delta(context, &layout, SortedFile::open(&folder.join(delta), &key)?, &mut bodies)?;
        }
        (None, Some(file)) => {
            let file = SortedFile::open_whole(folder, file, &mapping.key)?;
            let is_empty = "SELECT NOT EXISTS (SELECT 1 FROM resource WHERE type = ?1)";
            if store.query_row(is_empty, [layout.number], |row| row.get(0))? {
                tally.inserted = insert_all(context, &layout, file, &mut bodies, moment)?;
                return Ok((tally, bodies.faults));
            }
            stage_difference(context, &layout, file, &mut bodies)?;
        }
        (None, None) => return Ok((tally, bodies.faults)),
    }
    let mut counts = store.prepare("SELECT command, count(*) FROM temp.stage GROUP BY command")?;
    for row in counts.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))? {
        let (command, count) = row?;
        match command {
            1 => tally.inserted = count.unsigned_abs(),
            2 => tally.updated = count.unsigned_abs(),
            _ => tally.deleted = count.unsigned_abs(),
        }
    }
    if tally.changes() > 0 {
        apply_stage(store, &layout, &mapping.entity_type, all_links, moment)?;
    }
    Ok((tally, bodies.faults))
}

/// Makes bodies of file rows.
struct Bodies {
    slots: Vec<usize>,
    width: usize,
    text: String,
    typed: Typed,
    faults: Faults,
}

impl Bodies {
    /// The body of the current row, whose values start at a column.
    fn of(&mut self, row: &SortedFile, start: usize) -> &str {
        let mut values = vec![""; self.width];
        for (column, &slot) in self.slots.iter().enumerate() {
            values[slot] = row.value(column + start);
        }
        Layout::body(&values, &mut self.text);
        &self.text
    }

    /// As [`Self::of`], with the values of `stored` in place of those that are not of their property's type.
    fn sound(&mut self, row: &SortedFile, start: usize, stored: Option<&str>) -> Result<&str, TaskError> {
        let wrong = self.typed.wrong(row, start);
        if wrong.is_empty() {
            return Ok(self.of(row, start));
        }
        let known: Vec<Option<String>> = match stored.map(serde_json::from_str).transpose() {
            Ok(known) => known.unwrap_or_default(),
            Err(_) => {
                return Err(TaskError::damaged("the values of a resource"));
            }
        };
        let mut values = vec![""; self.width];
        for (column, &slot) in self.slots.iter().enumerate() {
            values[slot] = if wrong.contains(&column) {
                let known = known.get(slot).and_then(Option::as_deref).unwrap_or_default();
                self.typed.instead(column, row, start, known, &mut self.faults)
            } else {
                row.value(column + start)
            };
        }
        Layout::body(&values, &mut self.text);
        Ok(&self.text)
    }
}

fn text(bytes: &[u8]) -> Result<&str, TaskError> {
    std::str::from_utf8(bytes).map_err(|_| {
        TaskError::new("a prepared file holds bytes that are no text").help("run the preparation of its connector again")
    })
}

/// Fills an entity type that holds nothing.
fn insert_all(
    context: &TaskContext<'_>,
    layout: &Layout,
    mut file: SortedFile,
    bodies: &mut Bodies,
    moment: Moment,
) -> Result<u64, TaskError> {
    let sql = "INSERT INTO resource (type, key, body, valid_from) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = context.transaction.prepare_cached(sql)?;
    let mut count = 0;
    // Bodies are made beside the store that takes them in.
    thread::scope(|scope| {
        let (to, parts) = sync_channel(4);
        let reader = scope.spawn(move || -> Result<(), TaskError> {
            loop {
                let mut part = Vec::with_capacity(PART);
                while part.len() < PART && file.advance()? {
                    part.push((text(file.key())?.to_owned(), bodies.sound(&file, 0, None)?.to_owned()));
                }
                // Nobody listens any more where the store has failed, which is told there.
                if part.is_empty() || to.send(part).is_err() {
                    return Ok(());
                }
            }
        });
        for (key, body) in parts.iter().flatten() {
            insert.execute(params![layout.number, key, body, moment.seq])?;
            count += 1;
            context.tick(count, None)?;
        }
        drop(parts);
        reader.join().map_err(|_| TaskError::new("the prepared file could not be read"))?
    })?;
    if moment.keep {
        let sql = "INSERT OR FAIL INTO change SELECT id, 1, ?2 FROM resource WHERE type = ?1";
        context.transaction.execute(sql, [layout.number, moment.seq])?;
    }
    Ok(count)
}

fn stager(store: &Connection) -> Result<CachedStatement<'_>, TaskError> {
    Ok(store.prepare_cached("INSERT INTO temp.stage VALUES (?1, ?2, ?3, ?4)")?)
}

/// Stages what makes the stored resources equal to the file: both are walked in the order of their keys.
fn stage_difference(
    context: &TaskContext<'_>,
    layout: &Layout,
    mut file: SortedFile,
    bodies: &mut Bodies,
) -> Result<(), TaskError> {
    let mut stage = stager(context.transaction)?;
    let mut stored = context.transaction.prepare_cached("SELECT id, key, body FROM resource WHERE type = ?1 ORDER BY key")?;
    let mut rows = stored.query([layout.number])?;
    let mut row = rows.next()?;
    let mut more = file.advance()?;
    let mut done = 0;
    while more || row.is_some() {
        done += 1;
        context.tick(done, None)?;
        let order = match row {
            None => Ordering::Greater,
            Some(_) if !more => Ordering::Less,
            Some(row) => row.get_ref(1)?.as_bytes().map_err(rusqlite::Error::from)?.cmp(file.key()),
        };
        if let Some(row) = row.filter(|_| order != Ordering::Greater) {
            let id: i64 = row.get(0)?;
            if order == Ordering::Less {
                stage.execute(params![Command::Delete as i64, id, None::<&str>, None::<&str>])?;
            } else {
                let known = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
                if known != bodies.of(&file, 0) {
                    let body = bodies.sound(&file, 0, Some(known))?;
                    if known != body {
                        stage.execute(params![Command::Update as i64, id, None::<&str>, body])?;
                    }
                }
            }
        }
        if order == Ordering::Greater {
            stage.execute(params![Command::Insert as i64, None::<i64>, text(file.key())?, bodies.sound(&file, 0, None)?])?;
        }
        if order != Ordering::Greater {
            row = rows.next()?;
        }
        if order != Ordering::Less {
            more = file.advance()?;
        }
    }
    Ok(())
}

/// Stages what a delta changes; a command that has nothing to do is passed over.
fn stage_delta(context: &TaskContext<'_>, layout: &Layout, mut delta: SortedFile, bodies: &mut Bodies) -> Result<(), TaskError> {
    let mut stage = stager(context.transaction)?;
    let mut find = context.transaction.prepare_cached("SELECT id, body FROM resource WHERE type = ?1 AND key = ?2")?;
    let mut done = 0;
    while delta.advance()? {
        done += 1;
        context.tick(done, None)?;
        let key = text(delta.key())?;
        let found: Option<(i64, String)> =
            find.query_row(params![layout.number, key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if delta.value(0) == Command::Delete.name() {
            if let Some((id, _)) = found {
                stage.execute(params![Command::Delete as i64, id, None::<&str>, None::<&str>])?;
            }
            continue;
        }
        let body = bodies.sound(&delta, 1, found.as_ref().map(|(_, stored)| stored.as_str()))?;
        match found {
            Some((_, stored)) if stored == body => {}
            Some((id, _)) => {
                stage.execute(params![Command::Update as i64, id, None::<&str>, body])?;
            }
            None => {
                stage.execute(params![Command::Insert as i64, None::<i64>, key, body])?;
            }
        }
    }
    Ok(())
}

/// Applies what is staged, keeping what was as history. A failure undoes all that the task did; `OR FAIL` spares each statement
/// the journal from which it would undo itself alone.
fn apply_stage(
    store: &Connection,
    layout: &Layout,
    entity_type: &str,
    all_links: &[LinkMapping],
    moment: Moment,
) -> Result<(), TaskError> {
    links::close_of_deleted(store, entity_type, all_links, moment)?;
    store.execute(
        "INSERT OR FAIL INTO resource_past SELECT r.id, r.type, r.key, r.body, r.computed, r.valid_from, ?1
         FROM temp.stage s CROSS JOIN resource r ON r.id = s.id",
        [moment.seq],
    )?;
    if moment.keep {
        let sql = "INSERT OR FAIL INTO change SELECT id, command, ?1 FROM temp.stage WHERE command <> 1";
        store.execute(sql, [moment.seq])?;
    }
    store.execute(
        "UPDATE OR FAIL resource SET body = s.body, valid_from = ?1 FROM temp.stage s WHERE resource.id = s.id AND s.command = 2",
        [moment.seq],
    )?;
    store.execute("DELETE FROM resource WHERE id IN (SELECT id FROM temp.stage WHERE command = 3)", [])?;
    store.execute(
        "INSERT OR FAIL INTO resource (type, key, body, valid_from) SELECT ?1, key, body, ?2 FROM temp.stage WHERE command = 1",
        [layout.number, moment.seq],
    )?;
    if moment.keep {
        store.execute(
            "INSERT OR FAIL INTO change SELECT r.id, 1, ?2 FROM temp.stage s CROSS JOIN resource r
             ON r.type = ?1 AND r.key = s.key WHERE s.command = 1",
            [layout.number, moment.seq],
        )?;
    }
    Ok(())
}
