//! `PrepareSynchronizationTask`: exports made into sorted files per mapping, and into deltas.
//!
//! The reference that a delta is computed against is the sorted file of the last *consumed* batch; the store names it.
//! Nothing prepared and not synchronized can therefore ever be lost: the next delta holds it again.

mod aside;
mod batch;
mod changed;
mod delta;
mod draft;
mod exported;
mod files;
mod numbers;
mod places;
mod row_numbers;
mod rows;
mod sorted_file;
mod sorter;
mod spans;
mod summed;
mod transform;
mod walk;
mod whole;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::export::{ExportRecord, gives_changes, output_file};
use super::mappings::{Mappings, connection_of};
use super::{EmbeddedTask, Settings, TaskContext, TaskEnd, TaskError, TaskReport};
use crate::plan::model::{Plan, Task};

pub(crate) use batch::named_files;
pub(super) use batch::{Batch, Item, sweep_after_commit};
use changed::Changed;
pub(super) use draft::Draft;
pub(super) use exported::Numberer;
pub(crate) use files::verify;
pub(super) use files::{folder, persist, push_value};
use numbers::{MOST_ROWS, Numbers};
pub(super) use places::places;
use rows::Shape;
pub(super) use sorted_file::SortedFile;
pub(super) use transform::Transformations;
pub(super) use whole::Whole;

/// The embedded `PrepareSynchronizationTask`.
pub(super) struct Prepare;

/// The export of a table.
struct Export {
    file: std::path::PathBuf,
    /// The connection and the hash of what it read, empty where that is not known; none where no embedded export has written
    /// it.
    connection: Option<(String, String)>,
    delta: bool,
    /// The file that the connection read and the lines skipped in it, for messages.
    source: Option<(String, u64)>,
    transformations: Transformations,
}

/// What is known of a mapping before it is prepared.
struct Input {
    shape: Shape,
    export: Export,
    /// What was last consumed, where it is there.
    reference: Option<Whole>,
}

/// Counters of the task.
#[derive(Default)]
struct Totals {
    rows: u64,
    duplicates: u64,
    null_keys: u64,
    /// Rows that transformations took out.
    filtered: u64,
    /// Values that transformations were to shift and that are no dates.
    odd_dates: u64,
    changes: delta::Counts,
}

impl Totals {
    fn add(&mut self, changes: delta::Counts) {
        self.changes.inserted += changes.inserted;
        self.changes.updated += changes.updated;
        self.changes.deleted += changes.deleted;
    }
}

impl EmbeddedTask for Prepare {
    fn check_settings(&self, plan: &Plan, task: &Task, _settings: &Settings) -> Result<(), TaskError> {
        let connector = task.text("Connector").unwrap_or_default();
        let mut connections = plan.model.connections.iter().filter(|connection| connection.connector == connector);
        connections.try_for_each(|connection| {
            let mut tables = connection.transformations.iter().map(|one| one.get("Table").map_or("", String::as_str));
            tables.try_for_each(|table| Transformations::of(connection, table).map(|_| ()))
        })
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let task = context.task;
        let connector = task.text("Connector").ok_or_else(|| TaskError::new(format!("task {} names no connector", task.id)))?;
        let incremental = match task.text("SynchronizationMode") {
            Some("Incremental") => true,
            Some("Complete" | "Initial") => false,
            // The variant for changes may leave the mode out.
            None if task.text("Type") == Some("Changes") => true,
            mode => return Err(TaskError::new(format!("unknown SynchronizationMode {}", mode.unwrap_or("(none)")))),
        };
        if let Some(kind) = task.text("Type").filter(|kind| !matches!(*kind, "Changes" | "ActiveDirectory" | "None")) {
            return Err(TaskError::new(format!("preparations of type {kind} have no embedded form")));
        }
        let mappings = Mappings::of(&context.plan.model, connector)?;
        let folder = folder(context.work, connector);
        std::fs::create_dir_all(&folder)
            .map_err(|error| TaskError::io("the folder of work files cannot be made", &folder, error))?;

        let mut totals = Totals::default();
        let mut items = Vec::new();
        let mut sources = BTreeMap::new();
        let shapes = mappings.resources.iter().map(Shape::of_resource).chain(mappings.links.iter().map(Shape::of_link));
        let mut inputs = Vec::new();
        for shape in shapes {
            let export = export(context, connector, &shape.table)?;
            if let Some((connection, hash)) = export.connection.clone() {
                // Where one file of a connection is of unknown origin, all that it gave is.
                let known = sources.entry(connection).or_insert_with(|| hash.clone());
                if hash.is_empty() {
                    known.clear();
                }
            }
            let mapping = Item::of(&shape).mapping();
            let reference = batch::reference(context.transaction, connector, &mapping)?;
            let reference = reference.filter(|whole| is_usable(&folder, whole, &shape));
            inputs.push(Input { shape, export, reference });
        }
        let compared = if incremental { compare(context, &folder, &inputs) } else { Vec::new() };
        let compared = compared.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
        for (input, compared) in inputs.iter().zip(compared) {
            let changed = compared.transpose()?.flatten();
            items.push(prepare(context, &folder, input, incremental, changed, &mut totals)?);
        }
        let unchanged = incremental && items.iter().all(|item| item.delta.is_some()) && totals.changes.total() == 0;
        if unchanged {
            // What waits was made of sources that are gone again.
            Batch::cancel_waiting(context.transaction, connector)?;
            Batch::remember_sources(context.transaction, &sources)?;
        } else {
            Batch::queue(context.transaction, connector, &items, &sources)?;
        }
        let mut report = TaskReport::new(if unchanged { TaskEnd::Unchanged } else { TaskEnd::Completed })
            .count("rows", totals.rows)
            .count("duplicates", totals.duplicates)
            .count("null_keys", totals.null_keys);
        if incremental {
            report = report
                .count("inserted", totals.changes.inserted)
                .count("updated", totals.changes.updated)
                .count("deleted", totals.changes.deleted);
        }
        let mut said = Vec::new();
        if totals.null_keys > 0 || totals.duplicates > 0 {
            said.push(format!("{} without key and {} repeated rows put aside", totals.null_keys, totals.duplicates));
        }
        if totals.filtered > 0 {
            report = report.count("filtered", totals.filtered);
        }
        if totals.odd_dates > 0 {
            report = report.count("no_dates", totals.odd_dates);
            said.push(format!(
                "{} values that a transformation was to shift are no dates and stay as they are",
                totals.odd_dates
            ));
        }
        if !said.is_empty() {
            report = report.message(said.join("; "));
        }
        report.after_commit.push(sweep_after_commit(context, connector)?);
        Ok(report)
    }
}

/// The export of a table and what the store knows of it.
fn export(context: &TaskContext<'_>, connector: &str, table: &str) -> Result<Export, TaskError> {
    let file = output_file(context.work, table);
    let connection = connection_of(&context.plan.model, connector, table);
    if !file.exists() {
        let by = connection.map_or_else(String::new, |connection| format!(" by connection {}", connection.id));
        return Err(TaskError::new(format!("table {table} has not been exported{by}"))
            .file(&file)
            .help("run its export task first"));
    }
    let none = Transformations::default();
    let Some(connection) = connection else {
        return Ok(Export { file, connection: None, delta: false, source: None, transformations: none });
    };
    let transformations = Transformations::of(connection, table)?;
    let Some(record) = ExportRecord::of(context.transaction, &connection.id)? else {
        return Ok(Export { file, connection: None, delta: false, source: None, transformations });
    };
    if !record.is_of(&file) {
        // A run was killed before it could tell what this file was made of, or somebody else has put it there. What it holds
        // counts; it stands for no source, so that no source is ever taken for what it holds.
        let delta = (record.delta || gives_changes(context.settings, connection)) && rows::has_commands(context, &file);
        return Ok(Export {
            file,
            connection: Some((connection.id.clone(), String::new())),
            delta,
            source: None,
            transformations,
        });
    }
    Ok(Export {
        file,
        connection: Some((connection.id.clone(), record.hash)),
        delta: record.delta,
        source: Some((record.source, record.skipped)).filter(|(source, _)| !source.is_empty()),
        transformations,
    })
}

/// Prepares one mapping; `changed` tells what has changed where that is known already.
fn prepare(
    context: &TaskContext<'_>,
    folder: &Path,
    input: &Input,
    incremental: bool,
    changed: Option<Changed>,
    totals: &mut Totals,
) -> Result<Item, TaskError> {
    let Input { shape, export, reference } = input;
    let mut item = Item::of(shape);
    if let Some(changed) = changed {
        totals.rows += changed.rows;
        totals.null_keys += changed.null_keys;
        totals.add(changed.counts);
        (item.file, item.delta) = (Some(changed.whole), Some(changed.delta));
        return Ok(item);
    }
    if export.delta {
        let changes = rows::read_changes(context, folder, shape, export, totals)?;
        let Some(old) = reference else {
            let (file, counts) = rows::write_changes(folder, shape, &changes)?;
            item.delta = Some(file);
            totals.add(counts);
            return Ok(item);
        };
        item.file = Some(rows::write_updated(folder, shape, old, &changes)?);
    } else {
        item.file = Some(rows::write_sorted(context, folder, shape, export, totals)?);
    }
    // Without a reference the whole file is held against the store instead.
    if let (true, Some(old), Some(new)) = (incremental, reference, &item.file) {
        let (file, counts) = rows::write_delta(folder, shape, old, new)?;
        item.delta = Some(file);
        totals.add(counts);
    }
    Ok(item)
}

/// What has changed in each mapping since its reference, where there is one and that can be told without sorting
/// everything. Two are looked at at a time, and one where two would take more memory than the rest of a run.
fn compare(context: &TaskContext<'_>, folder: &Path, inputs: &[Input]) -> Vec<Result<Option<Changed>, TaskError>> {
    let next = AtomicUsize::new(0);
    let work = |tick: &dyn Fn(u64) -> Result<(), TaskError>| {
        let mut done = Vec::new();
        while let Some((at, input)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, inputs.get(at)?))) {
            let reference = input.reference.as_ref().filter(|_| !input.export.delta);
            let changed = |reference| changed::prepare(tick, folder, &input.shape, &input.export, reference);
            done.push((at, reference.map_or(Ok(None), changed)));
        }
        done
    };
    let cancelled = context.cancelled;
    let obey = |rows: u64| if rows.is_multiple_of(4096) && cancelled() { Err(TaskError::cancelled()) } else { Ok(()) };
    let mut done = thread::scope(|scope| {
        let other = (inputs.len() > 1 && fit_together(folder, inputs)).then(|| scope.spawn(|| work(&obey)));
        let mut done = work(&|rows| context.tick(rows, None));
        match other.map(thread::ScopedJoinHandle::join) {
            Some(Ok(others)) => done.extend(others),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => {}
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, changed)| changed).collect()
}

/// Whether any two mappings can be looked at at a time.
fn fit_together(folder: &Path, inputs: &[Input]) -> bool {
    let references = inputs.iter().filter_map(|input| input.reference.as_ref());
    let mut rows: Vec<_> = references.map(|reference| Numbers::count(folder, &reference.file)).collect();
    rows.sort_unstable();
    rows.iter().rev().take(2).sum::<u64>() <= MOST_ROWS
}

/// Whether a reference is there and has the columns that the mapping has now.
fn is_usable(folder: &Path, whole: &Whole, shape: &Shape) -> bool {
    SortedFile::open_whole(folder, whole, &shape.key).is_ok_and(|sorted| {
        let of_changes = sorted.header_of_changes().map(|header| header.get(1..));
        sorted.header() == shape.header && of_changes.is_none_or(|header| header == Some(&shape.header[..]))
    })
}
