//! `SynchronizeTask`: a prepared batch applied to resources and links, if no threshold objects.
//!
//! The batch is applied and held against the thresholds afterwards; when one is exceeded, all but the change list is
//! undone. What an approval applies is exactly that list: the prepared files are named by their
//! content, and an approval is refused if the connector's resources are no longer what the list was computed for.

mod links;
mod listed;
mod pending;
mod resources;
mod thresholds;
mod typed;

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use crate::plan::model::{Connector, Thresholds};

use super::identity::next_moment;
use super::mappings::{LinkMapping, Mappings};
use super::prepare::{Batch, Item, folder, sweep_after_commit, verify};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use resources::Moment;
use thresholds::{Before, enough};
pub(super) use thresholds::{Tally, exceeded};
use typed::Faults;

pub use listed::{ChangeCounts, ChangeList, ListedChange, change_list, is_gone};
pub use pending::blocked_list;

/// The embedded `SynchronizeTask`.
pub(super) struct Synchronize;

/// What applying a batch did.
#[derive(Default)]
struct Applied {
    resources: Tally,
    links: Tally,
    orphans: u64,
    /// Links of other connectors that had waited for these resources.
    healed: u64,
    /// Other connectors whose links were made or ended with these resources.
    others: BTreeSet<String>,
    /// Values that were not taken.
    faults: Faults,
    /// What exceeds a threshold, one line each.
    exceeded: Vec<String>,
}

/// How often a batch is held against the thresholds anew because another process changed the store meanwhile.
const ATTEMPTS: u32 = 3;

impl EmbeddedTask for Synchronize {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        for _ in 0..ATTEMPTS {
            if let Some(report) = Self::attempt(context)? {
                return Ok(report);
            }
        }
        let message = "other processes changed the store each time when changes were held against the thresholds";
        Err(TaskError::new(message).help("continue the run: it reads the store anew"))
    }
}

impl Synchronize {
    /// Synchronizes what waits; none where another process changed what the changes were held against.
    fn attempt(context: &TaskContext<'_>) -> Result<Option<TaskReport>, TaskError> {
        let task = context.task;
        let id = task
            .text("Connector")
            .ok_or_else(|| TaskError::new(format!("task {} names no connector", task.id)).help("set its Connector"))?;
        let connector = context.plan.model.connectors.iter().find(|connector| connector.id == id);
        let connector = connector.ok_or_else(|| TaskError::not_in_plan("connector", id))?;
        let store: &Connection = context.transaction;
        let waiting = Batch::waiting(store, id)?;
        if let Some(approved) = context.approval {
            check_approval(context, id, approved, waiting.as_ref())?;
        }
        let Some(batch) = waiting else {
            let message = format!("nothing is prepared for connector {id}");
            return Ok(Some(TaskReport::new(TaskEnd::Unchanged).message(message)));
        };
        // The first load of an empty store has nothing that a threshold could protect.
        let initial = context.job.mode == crate::plan::model::JobMode::Initialization;
        let free = context.approval.is_some() || task.is("ForceSynchronization") || initial;

        let past = store.query_row("SELECT ifnull(max(rowid), 0) FROM link_past", [], |row| row.get(0))?;
        let moment = Moment { seq: next_moment(store, context.run)?, keep: task.is("DoNotDeleteChanges"), past };
        let mappings = Mappings::of(&context.plan.model, id)?;
        let applied = apply(context, connector, &mappings, &batch, moment)?;
        if !free && !applied.exceeded.is_empty() {
            return block(context, &batch, &mappings, &applied, moment);
        }
        if let Some(approved) = context.approval
            && !pending::is_kept(store, &batch, &mappings, moment)?
        {
            let message = format!("the change list {approved} is stale: it would now change something else than it says");
            return Err(TaskError::new(message).help(AGAIN));
        }
        consume(store, id, &batch)?;
        store.execute("INSERT OR REPLACE INTO synchronized VALUES (?1, ?2)", params![id, moment.seq])?;
        let changed = applied.resources.changes() + applied.links.changes() > 0;
        for of in applied.others.iter().map(String::as_str).chain(changed.then_some(id)) {
            let sql = "INSERT OR REPLACE INTO identity_meta VALUES (?1, ?2)";
            store.execute(sql, params![revision_name(of), moment.seq])?;
        }
        if task.is("Orphans") {
            pending::write_orphans(context, id, &mappings)?;
        }
        let mut report = report(if changed { TaskEnd::Completed } else { TaskEnd::Unchanged }, &applied);
        let mut words: Vec<String> = pending::waiting_links(context, &mappings)?.into_iter().collect();
        let is_whole = batch.items.iter().all(|item| item.link || item.delta.is_none());
        if let Some(said) = applied.faults.tell(context, id, &mappings.resources, is_whole)? {
            report = report.count("refused_values", applied.faults.count);
            words.push(said);
        }
        if applied.healed > 0 {
            report = report.count("links_healed", applied.healed);
        }
        if !words.is_empty() {
            report = report.message(words.join("; "));
        }
        report.after_commit.push(sweep_after_commit(context, id)?);
        Ok(Some(report))
    }
}

fn revision_name(connector: &str) -> String {
    format!("revision:{connector}")
}

/// The last moment at which a synchronization, its own or another one's, changed what a connector holds.
fn revision(store: &Connection, connector: &str) -> Result<i64, TaskError> {
    let sql = "SELECT value FROM identity_meta WHERE name = ?1";
    Ok(store.query_row(sql, [revision_name(connector)], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// What to do about a list that cannot be applied any more.
const AGAIN: &str = "continue the run once more: it reads the data anew, and blocks anew if there is reason to";

/// Refuses an approval of another list than the one that waits, or of one that the store has moved away from.
fn check_approval(context: &TaskContext<'_>, connector: &str, approved: &str, waiting: Option<&Batch>) -> Result<(), TaskError> {
    let Some(batch) = waiting.filter(|batch| batch.id == approved && batch.state == "blocked") else {
        let message = format!("the approved change list {approved} of connector {connector} no longer waits");
        let help = match waiting {
            Some(batch) => format!(
                "list {} took its place; approve that one, or continue this run once more to read the data anew",
                batch.id
            ),
            None => AGAIN.to_owned(),
        };
        return Err(TaskError::new(message).help(help));
    };
    if revision(context.transaction, connector)? != batch.revision {
        let message = format!("the change list {approved} is stale: what connector {connector} holds was changed since");
        return Err(TaskError::new(message).help(AGAIN));
    }
    let folder = folder(context.work, connector);
    for file in batch.items.iter().flat_map(Item::files) {
        verify(&folder.join(file))?;
    }
    Ok(())
}

/// Applies a batch and holds what it did against the thresholds.
fn apply(
    context: &TaskContext<'_>,
    connector: &Connector,
    mappings: &Mappings,
    batch: &Batch,
    moment: Moment,
) -> Result<Applied, TaskError> {
    let model = &context.plan.model;
    let folder = folder(context.work, &connector.id);
    let of = |other: &Connector| Some((other.id.clone(), Mappings::of(model, &other.id).ok()?.links));
    let links_of: Vec<(String, Vec<LinkMapping>)> = model.connectors.iter().filter_map(of).collect();
    let all_links: Vec<LinkMapping> = links_of.iter().flat_map(|(_, links)| links.clone()).collect();
    let store: &Connection = context.transaction;
    let mut applied = Applied::default();
    let (mut touched, mut held) = (Vec::new(), Vec::new());
    for item in batch.items.iter().filter(|item| !item.link) {
        let mapping = mappings.resources.iter().find(|mapping| mapping.entity_type == item.name);
        let mapping = mapping.ok_or_else(|| unmapped("entity type", &item.name))?;
        let (mut tally, faults) = resources::apply(context, mapping, item, &folder, &all_links, moment)?;
        applied.faults.add(faults);
        if tally.changes() > 0 {
            touched.push(item.name.as_str());
        }
        let before = Before { link: false, name: &item.name, inserted: tally.inserted, deleted: tally.deleted };
        tally.stored = before.count(store, enough(tally, mapping.thresholds))?;
        let scope = format!("entity type mapping {}", item.name);
        applied.exceeded.extend(exceeded(&scope, "resources", tally, mapping.thresholds));
        applied.resources.add(tally);
        held.push(before);
    }
    let closed_before = closed_links(store, moment)?;
    applied.links.deleted += closed_before;
    let mut moved = if closed_before > 0 { closed_associations(store, moment)? } else { BTreeSet::new() };
    // Links of other connectors' associations, which went with their resources.
    let mut foreign = closed_before;
    for item in batch.items.iter().filter(|item| item.link) {
        let mapping = mappings.links.iter().find(|mapping| mapping.association == item.name);
        let mapping = mapping.ok_or_else(|| unmapped("association", &item.name))?;
        let is_touched = mapping.ends.iter().any(|end| touched.contains(&end.entity_type.as_str()));
        let (mut tally, orphans) = links::apply(context, mapping, item, &folder, is_touched, moment)?;
        applied.links.add(tally);
        applied.orphans += orphans;
        // Links that went with their resources count for the mapping too.
        let gone = closed_of(store, &mapping.association, moment)?;
        foreign = foreign.saturating_sub(gone.saturating_sub(tally.deleted));
        tally.deleted = gone;
        let before = Before { link: true, name: &item.name, inserted: tally.inserted, deleted: gone };
        tally.stored = before.count(store, enough(tally, without_updates(mapping.thresholds)))?;
        held.push(before);
        let scope = format!("association mapping {}", item.name);
        applied.exceeded.extend(exceeded(&scope, "links", tally, without_updates(mapping.thresholds)));
    }
    applied.resources.stored = count(store, held.iter().filter(|before| !before.link), applied.resources, connector.thresholds)?;
    let (links, thresholds) = (held.iter().filter(|before| before.link), without_updates(connector.link_thresholds));
    applied.links.stored = foreign + count(store, links, applied.links, thresholds)?;
    let is_own = |mapping: &&LinkMapping| mappings.links.iter().any(|own| own.association == mapping.association);
    let is_touched = |mapping: &&LinkMapping| mapping.ends.iter().any(|end| touched.contains(&end.entity_type.as_str()));
    for mapping in all_links.iter().filter(|mapping| !is_own(mapping)).filter(is_touched) {
        let healed = heal(store, mapping, moment)?;
        applied.healed += healed;
        if healed > 0 {
            moved.insert(mapping.association.clone());
        }
    }
    let has_moved = |links: &[LinkMapping]| links.iter().any(|mapping| moved.contains(&mapping.association));
    let others = links_of.iter().filter(|(id, links)| *id != connector.id && has_moved(links));
    applied.others = others.map(|(id, _)| id.clone()).collect();
    let scope = format!("connector {}", connector.id);
    applied.exceeded.extend(exceeded(&scope, "resources", applied.resources, connector.thresholds));
    applied.exceeded.extend(exceeded(&scope, "links", applied.links, thresholds));
    Ok(applied)
}

/// Makes links of another connector's orphans. What is wrong with its data is told by its own synchronization, and keeps this
/// one from nothing.
fn heal(store: &Connection, mapping: &LinkMapping, moment: Moment) -> Result<u64, TaskError> {
    store.execute_batch("SAVEPOINT heal")?;
    let healed = links::heal(store, mapping, moment);
    if healed.is_err() {
        store.execute_batch("ROLLBACK TO heal")?;
    }
    store.execute_batch("RELEASE heal")?;
    Ok(healed.unwrap_or_default())
}

/// How many all mappings held before: exactly, or enough for the changes to be within the percentages.
fn count<'b>(
    store: &Connection,
    mut held: impl Iterator<Item = &'b Before<'b>>,
    tally: Tally,
    thresholds: Thresholds,
) -> Result<u64, TaskError> {
    let enough = enough(tally, thresholds);
    held.try_fold(0, |stored: u64, before| Ok(stored + before.count(store, enough.saturating_sub(stored))?))
}

fn without_updates(thresholds: Thresholds) -> Thresholds {
    Thresholds { updated: crate::plan::model::Limit::default(), ..thresholds }
}

fn unmapped(what: &str, name: &str) -> TaskError {
    TaskError::new(format!("{what} {name} was prepared but is not mapped any more"))
        .help("run the preparation of its connector again")
}

fn closed_links(store: &Connection, moment: Moment) -> Result<u64, TaskError> {
    let sql = "SELECT count(*) FROM link_past WHERE rowid > ?1";
    Ok(store.query_row(sql, [moment.past], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

fn closed_associations(store: &Connection, moment: Moment) -> Result<BTreeSet<String>, TaskError> {
    let sql = "SELECT name FROM association WHERE id IN (SELECT association FROM link_past WHERE rowid > ?1)";
    let mut statement = store.prepare(sql)?;
    let names = statement.query_map([moment.past], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}

fn closed_of(store: &Connection, association: &str, moment: Moment) -> Result<u64, TaskError> {
    let sql = "SELECT count(*) FROM link_past WHERE rowid > ?1
               AND association = (SELECT id FROM association WHERE name = ?2)";
    Ok(store.query_row(sql, params![moment.past, association], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Undoes the changes, keeps their list, and waits for a person; none where another process changed what they were held
/// against.
fn block(
    context: &TaskContext<'_>,
    batch: &Batch,
    mappings: &Mappings,
    applied: &Applied,
    moment: Moment,
) -> Result<Option<TaskReport>, TaskError> {
    let store: &Connection = context.transaction;
    let list = pending::collect(store, mappings, moment)?;
    let connector = context.task.text("Connector").unwrap_or_default();
    let before = revision(store, connector)?;
    undo(context)?;
    // Another process may have committed in between, mostly what became of another task.
    let waiting = Batch::waiting(store, connector)?.is_some_and(|waiting| waiting.ordinal == batch.ordinal);
    if !waiting || revision(store, connector)? != before {
        return Ok(None);
    }
    pending::keep(store, batch, before, &applied.exceeded, &list)?;
    let message = format!("change list {} is held back: {}", batch.id, applied.exceeded.join("; "));
    Ok(Some(report(TaskEnd::Blocked, applied).message(message)))
}

/// Takes back all that was done since the transaction began, which is what this task did, and begins it again, however long
/// another process writes meanwhile. A savepoint would have every synchronization copy what it changes, for the few that are
/// taken back.
fn undo(context: &TaskContext<'_>) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    store.execute_batch("ROLLBACK")?;
    loop {
        if (context.cancelled)() {
            return Err(TaskError::new("ended before its changes were held back"));
        }
        match store.execute_batch("BEGIN IMMEDIATE") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            begun => return Ok(begun?),
        }
    }
}

/// Records that the store now holds what the batch was made of.
fn consume(store: &Connection, connector: &str, batch: &Batch) -> Result<(), TaskError> {
    for item in &batch.items {
        // Where only changes are known, no file says any more what the whole is.
        let sql = "DELETE FROM reference WHERE connector = ?1 AND mapping = ?2";
        store.execute(sql, params![connector, item.mapping()])?;
        if let Some(file) = &item.file {
            let sql = "INSERT INTO reference VALUES (?1, ?2, ?3)";
            store.execute(sql, params![connector, item.mapping(), file.to_string()])?;
        }
    }
    Batch::remember_sources(store, &batch.sources)?;
    store.execute("DELETE FROM pending WHERE batch = ?1", [batch.ordinal])?;
    store.execute("UPDATE batch SET state = 'consumed', items = '[]' WHERE ordinal = ?1", [batch.ordinal])?;
    Ok(())
}

fn report(outcome: TaskEnd, applied: &Applied) -> TaskReport {
    TaskReport::new(outcome)
        .count("inserted", applied.resources.inserted)
        .count("updated", applied.resources.updated)
        .count("deleted", applied.resources.deleted)
        .count("links_inserted", applied.links.inserted)
        .count("links_deleted", applied.links.deleted)
        .count("orphans", applied.orphans)
}

/// Where the work files of a connector's synchronization go.
fn output_folder(work: &Path) -> std::path::PathBuf {
    work.join("Synchronization")
}
