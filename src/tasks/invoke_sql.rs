//! `InvokeSqlCommandTask`: statements run on a `SQLite` database that the settings declare.
//!
//! A query only reads, and its results become CSV files. A command is one transaction of that database, committed before
//! the outcome is: a kill in between makes the same command run again, so a command has to be one that may.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use rusqlite::Connection;
use rusqlite::fallible_iterator::FallibleIterator;
use tempfile::NamedTempFile;

use crate::connectors::csv::encoding;
use crate::connectors::sql::{
    FACTORY, Guarded, Mode, Rows, SqlError, SqlOptions, SqlText, Target, confine, guarded, is_sqlite, open, release,
};
use crate::plan::model::{Plan, Task, Value};

use super::export::output_file;
use super::prepare::{persist, push_value};
use super::{EmbeddedTask, Settings, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `InvokeSqlCommandTask`.
pub(super) struct InvokeSqlCommand;

/// What a task asks for, checked.
struct Request {
    database: PathBuf,
    mode: Mode,
    text: SqlText,
    timeout: Duration,
    is_command: bool,
    encoding: &'static Encoding,
}

/// What was done.
struct Done {
    files: Vec<BufWriter<NamedTempFile>>,
    rows: u64,
}

impl EmbeddedTask for InvokeSqlCommand {
    fn check_settings(&self, _plan: &Plan, task: &Task, settings: &Settings) -> Result<(), TaskError> {
        Request::read(task, settings).map(|_| ())
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let request = Request::read(context.task, context.settings)?;
        refuse_own_store(context, &request.database)?;
        let sql = match &request.text {
            SqlText::Command(sql) => sql.clone(),
            SqlText::File(file) => {
                let file = context.settings.resolve(file);
                std::fs::read_to_string(&file).map_err(|error| TaskError::io("the SQL file cannot be read", &file, error))?
            }
        };
        let file = &request.database;
        let mode = if request.is_command { request.mode } else { Mode::ReadOnly };
        let database = open(file, mode).map_err(|error| TaskError::new(error.message).file(file))?;
        let target = output(context);
        let folder = target.parent().unwrap_or(context.work).to_path_buf();
        let cancelled = |rows| {
            (context.progress)(rows, None);
            (context.cancelled)()
        };
        let work = |database: Connection, count: &AtomicU64| {
            if request.is_command { command(database, &sql) } else { query(database, &sql, &folder, request.encoding, count) }
        };
        let done = guarded(database, request.timeout, cancelled, work).map_err(|end| match end {
            Guarded::Failed(error) if error.file.is_none() => error.file(file),
            Guarded::Failed(error) => error,
            Guarded::Cancelled => TaskError::cancelled(),
            Guarded::TimedOut => TaskError::new(format!("the statement took more than {} s", request.timeout.as_secs()))
                .file(file)
                .help("correct it, or raise Timeout, in seconds, of the task"),
        })?;
        if request.is_command {
            let message = format!("{} rows changed in {}", done.rows, file.display());
            return Ok(TaskReport::new(TaskEnd::Completed).count("changed", done.rows).message(message));
        }
        let files = done.files.len() as u64;
        for (number, output) in done.files.into_iter().enumerate() {
            let target = numbered(&target, number);
            persist(output, &target).map_err(|error| TaskError::io("the result cannot be written", &target, error))?;
        }
        let message = format!("{} rows to {}", done.rows, target.display());
        Ok(TaskReport::new(TaskEnd::Completed).count("rows", done.rows).count("files", files).message(message))
    }
}

impl Request {
    fn read(task: &Task, settings: &Settings) -> Result<Self, TaskError> {
        let wrong = |message: String| TaskError::new(format!("task {}: {message}", task.id));
        let set = |name: &str| task.text(name).filter(|text| !text.trim().is_empty());
        let text = match (set("SQLCommand"), set("SQLInputFile")) {
            (Some(command), _) => SqlText::Command(command.to_owned()),
            (None, Some(file)) => SqlText::File(file.to_owned()),
            (None, None) => return Err(wrong("neither SQLCommand nor SQLInputFile says what to run".to_owned())),
        };
        let provider = set("ProviderAssemblyQualifiedName").or(set("Provider"));
        if provider.is_none_or(|provider| !is_sqlite(provider)) {
            let said = provider.map_or("Provider is not set, which stands for SQL Server".to_owned(), |provider| {
                format!("the provider {provider} has no embedded form")
            });
            return Err(wrong(said).help(format!(
                "embedded are SQLite files: set Provider=\"{FACTORY}\"; for others name a program under \
                 [executors.InvokeSqlCommandTask]"
            )));
        }
        let declared = settings.keys_at(&["Databases"]);
        let Some(id) = set("DatabaseIdentifier") else {
            return Err(wrong("it names no database; the product's own has no embedded form".to_owned())
                .help("set DatabaseIdentifier to one that is declared under Databases in the settings"));
        };
        let path = ["Databases", id];
        let string = settings.text_at(&path).map_err(|error| TaskError::new(error.to_string()))?;
        let Some(string) = string else {
            let place = settings.file.display();
            let known = if declared.is_empty() { "none is".to_owned() } else { format!("declared are {}", declared.join(", ")) };
            let near = crate::config::nearest(id, declared.iter().copied());
            let help = near.map_or(known, |near| format!("did you mean {near}?"));
            return Err(wrong(format!("database {id} is not declared under Databases in {place}")).help(help));
        };
        let target = Target::parse(string.expose());
        let target = target.map_err(|message| TaskError::new(settings.wrong(&path, message).to_string()))?;
        let timeout = match task.attributes.get("Timeout") {
            Some(Value::Int(seconds)) => u64::try_from(*seconds).map_err(|_| wrong(format!("Timeout is {seconds}")))?,
            _ => 0,
        };
        let encoding = match set("Encoding") {
            None => UTF_8,
            Some(name) => encoding(name).ok_or_else(|| wrong(format!("{name} is not a known encoding")))?,
        };
        Ok(Self {
            database: settings.resolve(&target.file),
            mode: target.mode,
            text,
            timeout: SqlOptions::limit(timeout),
            is_command: task.is("IsNotAQuery"),
            encoding,
        })
    }
}

/// The store is not a database like others: what the tasks know of it would be wrong afterwards.
fn refuse_own_store(context: &TaskContext<'_>, file: &Path) -> Result<(), TaskError> {
    let Some(store) = context.transaction.path().filter(|path| !path.is_empty()).map(Path::new) else { return Ok(()) };
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let (store, file) = (whole(store), whole(file));
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let history = format!("{}-runs", stem(&store));
    if store == file || (store.parent() == file.parent() && stem(&file) == history) {
        return Err(TaskError::new("this is jobwright's own store, which statements of tasks must not reach")
            .file(&file)
            .help("name another database; to look into the store use the views that CreateDatabaseViewsTask makes"));
    }
    Ok(())
}

/// Where the first result goes.
fn output(context: &TaskContext<'_>) -> PathBuf {
    let id = &context.task.id;
    let name: String = id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    match context.task.text("OutputPath").filter(|path| !path.trim().is_empty()) {
        None => output_file(context.work, &name),
        Some(path) => {
            let path = context.settings.resolve(path);
            let is_file = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
            if is_file { path } else { path.join(format!("{name}.csv")) }
        }
    }
}

/// Where the result of that number, from 0, goes.
fn numbered(first: &Path, number: usize) -> PathBuf {
    if number == 0 {
        return first.to_path_buf();
    }
    let stem = first.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    first.with_file_name(format!("{stem}_{}.csv", number + 1))
}

fn failed(error: impl Into<SqlError>) -> TaskError {
    TaskError::new(error.into().message)
}

/// Runs statements as one transaction.
fn command(mut database: Connection, sql: &str) -> Result<Done, TaskError> {
    database.execute_batch("BEGIN IMMEDIATE").map_err(failed)?;
    confine(&mut database).map_err(failed)?;
    let before = database.total_changes();
    let mut number = 0;
    let mut batch = rusqlite::Batch::new(&database, sql);
    loop {
        number += 1;
        let at =
            |error: rusqlite::Error| TaskError::new(format!("statement {number}: {}; nothing is changed", SqlError::from(error)));
        let Some(mut statement) = batch.next().map_err(at)? else { break };
        let mut rows = statement.raw_query();
        while rows.next().map_err(at)?.is_some() {}
    }
    if database.is_autocommit() {
        return Err(TaskError::new("the database has ended the transaction of the statements"));
    }
    let rows = database.total_changes() - before;
    release(&mut database).map_err(failed)?;
    database.execute_batch("COMMIT").map_err(failed)?;
    Ok(Done { files: Vec::new(), rows })
}

/// Runs queries, and writes the result of each.
fn query(
    mut database: Connection,
    sql: &str,
    folder: &Path,
    encoding: &'static Encoding,
    count: &AtomicU64,
) -> Result<Done, TaskError> {
    database.execute_batch("BEGIN").map_err(failed)?;
    confine(&mut database).map_err(failed)?;
    std::fs::create_dir_all(folder)?;
    let mut done = Done { files: Vec::new(), rows: 0 };
    let mut batch = rusqlite::Batch::new(&database, sql);
    while let Some(mut statement) = batch.next().map_err(failed)? {
        let rows = Rows::of(&mut statement).map_err(|error| failed(error).help("set IsNotAQuery=\"true\" for a command"))?;
        let output = write(rows, folder, encoding, count)?;
        done.files.push(output);
    }
    done.rows = count.load(Ordering::Relaxed);
    if done.files.is_empty() {
        Err(TaskError::new("the SQL text holds no statement").help("write one into SQLCommand, or into the file of SQLInputFile"))
    } else {
        Ok(done)
    }
}

fn write(
    mut rows: Rows<'_>,
    folder: &Path,
    encoding: &'static Encoding,
    count: &AtomicU64,
) -> Result<BufWriter<NamedTempFile>, TaskError> {
    let mut output = BufWriter::with_capacity(256 * 1024, NamedTempFile::new_in(folder)?);
    if encoding == UTF_16LE || encoding == UTF_16BE {
        put(&mut output, "\u{feff}", encoding)?;
    }
    let mut values = rows.names().to_vec();
    let mut line = Vec::new();
    loop {
        line.clear();
        for (index, value) in values.iter().enumerate() {
            push_value(&mut line, index, value.as_bytes());
        }
        line.push(b'\n');
        put(&mut output, &String::from_utf8_lossy(&line), encoding)?;
        if !rows.next(&mut values).map_err(failed)? {
            return Ok(output);
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes a text in an encoding.
fn put(output: &mut impl Write, text: &str, encoding: &'static Encoding) -> io::Result<()> {
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let units = text.encode_utf16();
        let bytes: Vec<u8> =
            units.flat_map(|unit| if encoding == UTF_16LE { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        return output.write_all(&bytes);
    }
    match encoding.encode(text) {
        (_, _, true) => {
            let message = format!("a sign of the row {:?} does not exist in {}", text.trim_end(), encoding.name());
            Err(io::Error::new(io::ErrorKind::InvalidData, message))
        }
        (bytes, ..) => output.write_all(&bytes),
    }
}
