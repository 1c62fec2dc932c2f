//! The links of one association made equal to a sorted file, or changed by a delta.
//!
//! A row that names a resource which does not exist is an orphan: it is kept, and becomes a link as soon as the
//! resource comes. All new links of a delta go through the orphans, so that order never matters.

use std::path::Path;

use rusqlite::{Connection, params};

use crate::tasks::identity::{Layout, association_number};
use crate::tasks::mappings::{LinkMapping, Naming};
use crate::tasks::prepare::{Item, SortedFile};
use crate::tasks::{TaskContext, TaskError};

use super::resources::Moment;
use super::thresholds::Tally;

const TABLES: &str = "
    CREATE TEMP TABLE IF NOT EXISTS stage_link (command INTEGER NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS wanted (from_id INTEGER, to_id INTEGER, PRIMARY KEY (from_id, to_id)) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS found (first TEXT, second TEXT, from_id INTEGER, to_id INTEGER);
    CREATE TEMP TABLE IF NOT EXISTS closing (
      association INTEGER, from_id INTEGER, to_id INTEGER, PRIMARY KEY (association, from_id, to_id)) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS naming_0 (value TEXT, id INTEGER, PRIMARY KEY (value, id)) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS naming_1 (value TEXT, id INTEGER, PRIMARY KEY (value, id)) WITHOUT ROWID;
    CREATE TEMP TABLE IF NOT EXISTS unlinked (first TEXT, second TEXT, PRIMARY KEY (first, second)) WITHOUT ROWID;
    DELETE FROM temp.unlinked; DELETE FROM temp.stage_link; DELETE FROM temp.wanted;
    DELETE FROM temp.found; DELETE FROM temp.closing;
    DELETE FROM temp.naming_0; DELETE FROM temp.naming_1;";

/// Joins that turn the values `s.first` and `s.second` into the resources `f` and `t`.
fn joins(store: &Connection, mapping: &LinkMapping) -> Result<String, TaskError> {
    let mut sql = String::new();
    for (index, (end, (alias, value))) in mapping.ends.iter().zip([("f", "first"), ("t", "second")]).enumerate() {
        let layout = Layout::of(store, &end.entity_type, &[])?;
        let join = match &end.naming {
            Naming::Key => {
                format!(" CROSS JOIN resource {alias} ON {alias}.type = {} AND {alias}.key = s.{value}", layout.number)
            }
            Naming::Property(property) => {
                let place = value_sql("r", &layout, property, mapping)?;
                let fill = format!(
                    "INSERT OR IGNORE INTO temp.naming_{index} SELECT {place}, r.id FROM resource r
                     WHERE r.type = ?1 AND {place} IS NOT NULL"
                );
                store.execute(&fill, [layout.number])?;
                format!(" CROSS JOIN temp.naming_{index} {alias} ON {alias}.value = s.{value}")
            }
        };
        sql.push_str(&join);
    }
    Ok(sql)
}

/// SQL of the value of a synchronized property.
fn value_sql(alias: &str, layout: &Layout, property: &str, mapping: &LinkMapping) -> Result<String, TaskError> {
    match layout.index(property) {
        Some(index) => Ok(format!("json_extract({alias}.body, '$[{index}]')")),
        // Nothing has been synchronized yet that could hold it.
        None if layout.properties.is_empty() => Ok("NULL".to_owned()),
        None => Err(TaskError::new(format!(
            "association {} names resources by the property {property}, which no entity type mapping fills",
            mapping.association
        ))),
    }
}

/// Applies one item to the links of its association; `touched` tells whether resources at its ends changed.
pub(super) fn apply(
    context: &TaskContext<'_>,
    mapping: &LinkMapping,
    item: &Item,
    folder: &Path,
    touched: bool,
    moment: Moment,
) -> Result<(Tally, u64), TaskError> {
    let store: &Connection = context.transaction;
    let number = association_number(store, &mapping.association)?;
    let count =
        |sql: &str| -> Result<u64, TaskError> { Ok(store.query_row(sql, [number], |row| row.get::<_, i64>(0))?.unsigned_abs()) };
    let mut tally = Tally::default();
    store.execute_batch(TABLES)?;
    // A resource that is named by another property than its key can have changed its name.
    let renamed = touched && mapping.ends.iter().any(|end| end.naming != Naming::Key);
    let is_whole = item.delta.is_none() || renamed;
    match (&item.delta, &item.file) {
        (_, Some(file)) if is_whole => {
            load(context, SortedFile::open_whole(folder, file, &[0, 1])?, 0)?;
            replace(store, mapping, number, &mut tally, moment)?;
        }
        (Some(delta), _) => {
            load(context, SortedFile::open(&folder.join(delta), &[1, 2])?, 1)?;
            change(store, mapping, number, &mut tally, moment)?;
        }
        _ => {}
    }
    refuse_second_link(store, mapping, number, is_whole)?;
    Ok((tally, count("SELECT count(*) FROM orphan WHERE association = ?1")?))
}

fn load(context: &TaskContext<'_>, mut file: SortedFile, start: usize) -> Result<(), TaskError> {
    let mut insert = context.transaction.prepare_cached("INSERT INTO temp.stage_link VALUES (?1, ?2, ?3)")?;
    let mut done = 0;
    while file.advance()? {
        let command = if start == 1 && file.value(0) == "delete" { 3 } else { 1 };
        insert.execute(params![command, file.value(start), file.value(start + 1)])?;
        done += 1;
        context.tick(done, None)?;
    }
    Ok(())
}

/// Makes the links equal to what is staged.
fn replace(store: &Connection, mapping: &LinkMapping, number: i64, tally: &mut Tally, moment: Moment) -> Result<(), TaskError> {
    let joins = joins(store, mapping)?;
    let is_empty = "SELECT NOT EXISTS (SELECT 1 FROM link WHERE association = ?1)";
    let wanted = if store.query_row(is_empty, [number], |row| row.get(0))? {
        let sql = format!("INSERT OR IGNORE INTO link SELECT ?1, f.id, t.id, ?2 FROM temp.stage_link s {joins}");
        let wanted = store.execute(&sql, [number, moment.seq])? as u64;
        if moment.keep {
            let sql =
                "INSERT OR FAIL INTO link_change SELECT association, from_id, to_id, 1, ?2 FROM link WHERE association = ?1";
            store.execute(sql, [number, moment.seq])?;
        }
        tally.inserted += wanted;
        wanted
    } else {
        let sql = format!("INSERT OR IGNORE INTO temp.wanted SELECT f.id, t.id FROM temp.stage_link s {joins}");
        let wanted = store.execute(&sql, [])? as u64;
        store.execute(
            "INSERT OR IGNORE INTO temp.closing SELECT association, from_id, to_id FROM link l WHERE association = ?1
             AND NOT EXISTS (SELECT 1 FROM temp.wanted w WHERE w.from_id = l.from_id AND w.to_id = l.to_id)",
            [number],
        )?;
        tally.deleted += close(store, moment)?;
        tally.inserted += open(store, number, moment)?;
        wanted
    };
    let staged = store.query_row("SELECT count(*) FROM temp.stage_link", [], |row| row.get::<_, i64>(0))?;
    if staged.unsigned_abs() != wanted {
        let sql = format!(
            "INSERT OR IGNORE INTO temp.unlinked SELECT o.first, o.second FROM temp.stage_link o WHERE NOT EXISTS
             (SELECT 1 FROM (SELECT o.first AS first, o.second AS second) s {joins})"
        );
        store.execute(&sql, [])?;
    }
    // What waited before waits since then.
    let sql = "DELETE FROM orphan WHERE association = ?1 AND (first, second) NOT IN (SELECT first, second FROM temp.unlinked)";
    store.execute(sql, [number])?;
    let sql = "INSERT OR IGNORE INTO orphan SELECT ?1, first, second, ?2 FROM temp.unlinked";
    store.execute(sql, [number, moment.seq])?;
    Ok(())
}

/// Applies what is staged as a delta.
fn change(store: &Connection, mapping: &LinkMapping, number: i64, tally: &mut Tally, moment: Moment) -> Result<(), TaskError> {
    store.execute(
        "DELETE FROM orphan WHERE association = ?1
         AND (first, second) IN (SELECT first, second FROM temp.stage_link WHERE command = 3)",
        [number],
    )?;
    let sql = "INSERT OR IGNORE INTO orphan SELECT ?1, first, second, ?2 FROM temp.stage_link WHERE command = 1";
    store.execute(sql, [number, moment.seq])?;
    let idle = "SELECT NOT EXISTS (SELECT 1 FROM temp.stage_link)
                AND NOT EXISTS (SELECT 1 FROM orphan WHERE association = ?1)";
    if store.query_row(idle, [number], |row| row.get(0))? {
        return Ok(());
    }
    let joins = joins(store, mapping)?;
    let sql =
        format!("INSERT OR IGNORE INTO temp.closing SELECT ?1, f.id, t.id FROM temp.stage_link s {joins} WHERE s.command = 3");
    store.execute(&sql, [number])?;
    tally.deleted += close(store, moment)?;
    tally.inserted += settle(store, &joins, number, moment)?;
    Ok(())
}

/// Makes links of the orphans whose resources are there.
fn settle(store: &Connection, joins: &str, number: i64, moment: Moment) -> Result<u64, TaskError> {
    let sql =
        format!("INSERT INTO temp.found SELECT s.first, s.second, f.id, t.id FROM orphan s {joins} WHERE s.association = ?1");
    if store.execute(&sql, [number])? == 0 {
        return Ok(0);
    }
    store.execute("INSERT OR IGNORE INTO temp.wanted SELECT from_id, to_id FROM temp.found", [])?;
    let opened = open(store, number, moment)?;
    let sql = "DELETE FROM orphan WHERE association = ?1 AND (first, second) IN (SELECT first, second FROM temp.found)";
    store.execute(sql, [number])?;
    Ok(opened)
}

/// Makes links of another connector's orphans whose resources have come with this one.
pub(super) fn heal(store: &Connection, mapping: &LinkMapping, moment: Moment) -> Result<u64, TaskError> {
    let number = association_number(store, &mapping.association)?;
    let sql = "SELECT EXISTS (SELECT 1 FROM orphan WHERE association = ?1)";
    if !store.query_row(sql, [number], |row| row.get::<_, bool>(0))? {
        return Ok(0);
    }
    store.execute_batch(TABLES)?;
    let joins = joins(store, mapping)?;
    let healed = settle(store, &joins, number, moment)?;
    refuse_second_link(store, mapping, number, false)?;
    Ok(healed)
}

/// Adds the wanted links that are not there.
fn open(store: &Connection, number: i64, moment: Moment) -> Result<u64, TaskError> {
    let missing = "FROM temp.wanted w WHERE NOT EXISTS
        (SELECT 1 FROM link l WHERE l.association = ?1 AND l.from_id = w.from_id AND l.to_id = w.to_id)";
    if moment.keep {
        let sql = format!("INSERT OR FAIL INTO link_change SELECT ?1, w.from_id, w.to_id, 1, ?2 {missing}");
        store.execute(&sql, [number, moment.seq])?;
    }
    let sql = format!("INSERT OR FAIL INTO link SELECT ?1, w.from_id, w.to_id, ?2 {missing}");
    Ok(store.execute(&sql, [number, moment.seq])? as u64)
}

/// Ends the links listed for closing.
fn close(store: &Connection, moment: Moment) -> Result<u64, TaskError> {
    let listed = "FROM temp.closing c CROSS JOIN link l
        ON l.association = c.association AND l.from_id = c.from_id AND l.to_id = c.to_id";
    if moment.keep {
        let sql = format!("INSERT OR FAIL INTO link_change SELECT l.association, l.from_id, l.to_id, 3, ?1 {listed}");
        store.execute(&sql, [moment.seq])?;
    }
    let sql = format!("INSERT OR FAIL INTO link_past SELECT l.association, l.from_id, l.to_id, l.valid_from, ?1 {listed}");
    let closed = store.execute(&sql, [moment.seq])?;
    store.execute(
        "DELETE FROM link WHERE (association, from_id, to_id) IN (SELECT association, from_id, to_id FROM temp.closing)",
        [],
    )?;
    store.execute("DELETE FROM temp.closing", [])?;
    Ok(closed as u64)
}

/// Ends the links of the resources staged for deletion; what named them is an orphan now.
pub(super) fn close_of_deleted(
    store: &Connection,
    entity_type: &str,
    all_links: &[LinkMapping],
    moment: Moment,
) -> Result<u64, TaskError> {
    let gone = "SELECT EXISTS (SELECT 1 FROM temp.stage WHERE command = 3)";
    if !store.query_row(gone, [], |row| row.get::<_, bool>(0))? {
        return Ok(0);
    }
    store.execute_batch(TABLES)?;
    let mut closed = 0;
    for mapping in all_links {
        let number = association_number(store, &mapping.association)?;
        let mut values = Vec::new();
        for (end, (alias, column)) in mapping.ends.iter().zip([("f", "from_id"), ("t", "to_id")]) {
            let layout = Layout::of(store, &end.entity_type, &[])?;
            values.push(match &end.naming {
                Naming::Key => format!("{alias}.key"),
                Naming::Property(property) => value_sql(alias, &layout, property, mapping)?,
            });
            if end.entity_type == entity_type {
                let sql = format!(
                    "INSERT OR IGNORE INTO temp.closing SELECT l.association, l.from_id, l.to_id
                     FROM temp.stage g CROSS JOIN link l ON l.association = ?1 AND l.{column} = g.id WHERE g.command = 3"
                );
                store.execute(&sql, [number])?;
            }
        }
        let [first, second] = &values[..] else { continue };
        let sql = format!(
            "INSERT OR IGNORE INTO orphan SELECT c.association, {first}, {second}, ?1 FROM temp.closing c
             CROSS JOIN resource f ON f.id = c.from_id CROSS JOIN resource t ON t.id = c.to_id
             WHERE {first} IS NOT NULL AND {second} IS NOT NULL"
        );
        store.execute(&sql, [moment.seq])?;
        closed += close(store, moment)?;
    }
    Ok(closed)
}

/// A resource that takes one link cannot have two. All links are looked at where more than the wanted ones came, or where
/// nobody has before: noted is which ends were found to keep to it.
fn refuse_second_link(store: &Connection, mapping: &LinkMapping, number: i64, is_whole: bool) -> Result<(), TaskError> {
    for (end, column) in mapping.ends.iter().zip(["from_id", "to_id"]) {
        let note = format!("single:{column}:{}", mapping.association);
        if !end.single {
            store.execute("DELETE FROM identity_meta WHERE name = ?1", [note])?;
            continue;
        }
        let is_noted = "SELECT EXISTS (SELECT 1 FROM identity_meta WHERE name = ?1)";
        let is_kept = !is_whole && store.query_row(is_noted, [&note], |row| row.get(0))?;
        let wanted = format!("(SELECT DISTINCT {column} AS id FROM temp.wanted) w CROSS JOIN");
        let sql = format!(
            "SELECT r.key FROM
               (SELECT l.{column} AS id FROM {} link l WHERE l.association = ?1 {} GROUP BY l.{column} HAVING count(*) > 1) two
             CROSS JOIN resource r ON r.id = two.id ORDER BY r.key LIMIT 1",
            if is_kept { wanted.as_str() } else { "" },
            if is_kept { format!("AND l.{column} = w.id") } else { String::new() },
        );
        let mut statement = store.prepare(&sql)?;
        if let Some(row) = statement.query([number])?.next()? {
            let (key, kind, name): (String, _, _) = (row.get(0)?, &end.entity_type, &mapping.association);
            return Err(TaskError::new(format!("{key} of entity type {kind} has two links in {name}, which takes one"))
                .help(format!("leave one of them in the source of {name}, or let its property hold many")));
        }
        if !is_kept {
            store.execute("INSERT OR REPLACE INTO identity_meta VALUES (?1, 1)", [note])?;
        }
    }
    Ok(())
}
