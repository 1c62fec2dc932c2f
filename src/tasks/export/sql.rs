//! Exports of databases: `SQLite` files as sources of the package for SQL in general.
//!
//! What a statement gives is written beside and hashed while it is read; the package has no incremental mode, so what
//! the last consumed batch was made of is told by that hash.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::fallible_iterator::FallibleIterator;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::connectors::sql::{Guarded, Mode, Rows, SqlError, SqlOptions, SqlText, confine, guarded, open};
use crate::plan::model::Connection;
use crate::tasks::identity::hex;
use crate::tasks::mappings::{Mappings, connection_of};
use crate::tasks::prepare::{Transformations, push_value};
use crate::tasks::{Settings, TaskContext, TaskEnd, TaskError, TaskReport};

use super::record::put;
use super::{ExportRecord, listed, output_file};

/// A statement and the file that its rows go to.
struct Query {
    table: String,
    sql: String,
    /// Columns that must be among those it gives.
    columns: Vec<String>,
}

/// Rows that were read.
struct Read {
    table: String,
    output: BufWriter<NamedTempFile>,
    rows: u64,
}

/// The settings of a connection.
pub(super) fn options(settings: &Settings, connection: &Connection) -> Result<SqlOptions, TaskError> {
    let own = super::own_settings(settings, connection, "its ConnectionString and SqlCommand")?;
    SqlOptions::read(own).map_err(|error| TaskError::new(error.to_string()))
}

/// Exports a connection.
pub(super) fn run(context: &TaskContext<'_>, connection: &Connection, complete: bool) -> Result<TaskReport, TaskError> {
    let (file, read, hash) = read(context, connection)?;
    if !complete && context.is_consumed(&connection.id, &hash)? && !super::siblings_changed(context, connection) {
        let message = format!("{} gives what was last synchronized", file.display());
        return Ok(TaskReport::new(TaskEnd::Unchanged).message(message));
    }
    let rows = read.iter().map(|read| read.rows).sum();
    for Read { table, output, .. } in read {
        let target = output_file(context.work, &table);
        put(output, &target, &hash).map_err(|error| TaskError::io("the export cannot be written", &target, error))?;
    }
    // Rows are told by the exported file: in a database they have no lines.
    ExportRecord { hash, delta: false, source: String::new(), skipped: 0 }.save(context.transaction, &connection.id)?;
    Ok(TaskReport::new(TaskEnd::Completed).count("rows", rows).message(format!("{rows} rows of {}", file.display())))
}

/// The hash of what a connection would export now.
pub(super) fn hash(context: &TaskContext<'_>, connection: &Connection) -> Result<String, TaskError> {
    read(context, connection).map(|(_, _, hash)| hash)
}

fn read(context: &TaskContext<'_>, connection: &Connection) -> Result<(PathBuf, Vec<Read>, String), TaskError> {
    let options = options(context.settings, connection)?;
    let file = database(context.settings, connection, &options)?;
    let queries = queries(context, connection, &options)?;
    let folder = output_file(context.work, "").parent().map(Path::to_path_buf).unwrap_or_default();
    let database = open(&file, Mode::ReadOnly).map_err(|error| TaskError::new(error.message).file(&file))?;
    let cancelled = |rows| {
        (context.progress)(rows, None);
        (context.cancelled)()
    };
    let work = |mut database: rusqlite::Connection, count: &AtomicU64| -> Result<_, TaskError> {
        // All tables as they are at one moment.
        database.execute_batch("BEGIN").map_err(SqlError::from).map_err(failed)?;
        confine(&mut database).map_err(failed)?;
        std::fs::create_dir_all(&folder)?;
        let mut hash = Sha256::new();
        hash.update(format!("sql {}\n", super::salt(connection)));
        let mut read = Vec::new();
        for query in &queries {
            read.push(read_query(&database, query, &folder, &mut hash, count)?);
        }
        Ok((read, hex(&hash.finalize())))
    };
    let (read, hash) = guarded(database, options.timeout, cancelled, work).map_err(|end| match end {
        Guarded::Failed(error) if error.file.is_none() => error.file(&file),
        Guarded::Failed(error) => error,
        Guarded::Cancelled => TaskError::cancelled(),
        Guarded::TimedOut => {
            let seconds = options.timeout.as_secs();
            TaskError::new(format!("the database gave no row for {seconds} s"))
                .file(&file)
                .help(format!("correct the statement, or raise Timeout, in seconds, of connection {}", connection.id))
        }
    })?;
    Ok((file, read, hash))
}

fn failed(error: SqlError) -> TaskError {
    TaskError::new(error.message)
}

/// The database file, looked at as any file that a connection reads.
fn database(settings: &Settings, connection: &Connection, options: &SqlOptions) -> Result<PathBuf, TaskError> {
    let file = settings.resolve(&options.target.file);
    if !file.exists() {
        return Err(TaskError::new(format!("the database that connection {} reads does not exist", connection.id))
            .file(&file)
            .help("check Data Source in ConnectionString and the data folder"));
    }
    super::check_allowed(settings, connection, &file)?;
    Ok(file)
}

/// What is exported: the result of the statement, or the mapped tables.
fn queries(context: &TaskContext<'_>, connection: &Connection, options: &SqlOptions) -> Result<Vec<Query>, TaskError> {
    let model = &context.plan.model;
    let mappings = Mappings::of(model, &connection.connector)?;
    let mut mapped = mappings.columns();
    mapped.retain(|table, _| connection_of(model, &connection.connector, table).is_some_and(|own| own.id == connection.id));
    let columns = |table: &str, mapped: &[&str]| Ok::<_, TaskError>(Transformations::of(connection, table)?.needed(mapped));
    let sql = match &options.text {
        Some(SqlText::Command(sql)) => sql.clone(),
        Some(SqlText::File(file)) => {
            let file = context.settings.resolve(file);
            std::fs::read_to_string(&file).map_err(|error| TaskError::io("the SqlFile cannot be read", &file, error))?
        }
        None => {
            let prefix = format!("{}_", connection.id);
            let table = |(table, mapped): (&&str, &Vec<&str>)| {
                let name = table.strip_prefix(&prefix).ok_or_else(|| {
                    TaskError::new(format!("connection {} has neither SqlCommand nor SqlFile", connection.id))
                        .help(format!("set SqlCommand, or map tables of the database by the names {prefix}TABLE"))
                })?;
                let columns = columns(table, mapped)?;
                let list = columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
                Ok(Query { table: (*table).to_owned(), sql: format!("SELECT {list} FROM {}", quoted(name)), columns })
            };
            let queries: Vec<Query> = mapped.iter().map(table).collect::<Result<_, TaskError>>()?;
            if queries.is_empty() {
                let message =
                    format!("connection {} has neither SqlCommand nor SqlFile, and no table of it is mapped", connection.id);
                return Err(TaskError::new(message).help("set SqlCommand"));
            }
            return Ok(queries);
        }
    };
    let own = mapped.get(connection.id.as_str()).map(Vec::as_slice).unwrap_or_default();
    Ok(vec![Query { table: connection.id.clone(), sql, columns: columns(&connection.id, own)? }])
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn read_query(
    database: &rusqlite::Connection,
    query: &Query,
    folder: &Path,
    hash: &mut Sha256,
    count: &AtomicU64,
) -> Result<Read, TaskError> {
    let mut batch = rusqlite::Batch::new(database, &query.sql);
    let statement = batch.next().map_err(SqlError::from).map_err(failed)?;
    let mut statement = statement.ok_or_else(|| TaskError::new("the SQL text holds no statement"))?;
    if !matches!(batch.next(), Ok(None)) {
        return Err(TaskError::new("the SQL text holds several statements; an export is the result of one query"));
    }
    let mut rows = Rows::of(&mut statement).map_err(failed)?;
    let names = rows.names().to_vec();
    let missing: Vec<&str> = query.columns.iter().filter(|column| !names.contains(column)).map(String::as_str).collect();
    if !missing.is_empty() {
        let message = format!("the mapped {} missing in what the statement gives", listed(&missing));
        return Err(TaskError::new(message).help(format!("its columns are {}", names.join(", "))));
    }
    let mut output = BufWriter::with_capacity(256 * 1024, NamedTempFile::new_in(folder)?);
    let mut line = Vec::new();
    let mut put = |values: &[String]| -> io::Result<()> {
        line.clear();
        for (index, value) in values.iter().enumerate() {
            push_value(&mut line, index, value.as_bytes());
        }
        line.push(b'\n');
        hash.update(&line);
        output.write_all(&line)
    };
    put(&names)?;
    let (mut values, mut read) = (Vec::new(), 0);
    while rows.next(&mut values).map_err(failed)? {
        put(&values)?;
        read += 1;
        count.fetch_add(1, Ordering::Relaxed);
    }
    Ok(Read { table: query.table.clone(), output, rows: read })
}
