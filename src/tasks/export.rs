//! `ExportTask`: what a connection holds, as normalized CSV.
//!
//! The output is written beside and renamed, so it is whole or absent. In an incremental export a source that is what
//! the last *consumed* batch was made of is unchanged: an export whose synchronization never happened counts for
//! nothing. A task ends unchanged only if no export of its connector in the job has anything new, since preparing
//! needs all of them.

mod ldap;
mod record;
mod sql;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rusqlite::OptionalExtension;

use crate::connectors::csv::{CsvError, CsvOptions, CsvSource, is_csv_package, newest_match};
use crate::connectors::ldap::is_ldap_package;
use crate::connectors::sql::is_sql_package;
use crate::plan::model::{Connection, Plan, Task};

use super::mappings::Mappings;
use super::prepare::{Draft, Numberer, Transformations, push_value};
use super::settings::ConnectionSettings;
use super::{EmbeddedTask, Settings, TaskContext, TaskEnd, TaskError, TaskReport};

pub(super) use record::ExportRecord;
use record::announce;

/// The embedded `ExportTask`.
pub(super) struct Export;

/// The file that is read and how.
struct Source {
    file: PathBuf,
    delta: bool,
    options: CsvOptions,
    /// What besides the file makes what is synchronized.
    salt: String,
}

impl EmbeddedTask for Export {
    fn check_settings(&self, plan: &Plan, task: &Task, settings: &Settings) -> Result<(), TaskError> {
        let id = task.text("Connection").unwrap_or_default();
        // What is wrong with the connection itself, the task tells.
        let Some(connection) = plan.model.connections.iter().find(|connection| connection.id == id) else { return Ok(()) };
        if plan.model.connectors.iter().any(|connector| connector.id == connection.connector && connector.deactivated) {
            return Ok(());
        }
        if is_csv_package(&connection.package) {
            options(settings, connection).map(|_| ())
        } else if is_ldap_package(&connection.package) {
            ldap::check(&plan.model, connection, settings)
        } else if is_sql_package(&connection.package) {
            sql::options(settings, connection).map(|_| ())
        } else {
            Ok(())
        }
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let connection = connection(context, context.task.text("Connection"))?;
        if context.plan.model.connectors.iter().any(|c| c.id == connection.connector && c.deactivated) {
            let message = format!("connector {} is deactivated", connection.connector);
            return Ok(TaskReport::new(TaskEnd::Unchanged).message(message));
        }
        let complete = context.task.is("IgnoreCookieFile") || context.task.is("InitMode");
        if is_ldap_package(&connection.package) {
            return ldap::export(context, connection, complete);
        }
        if is_sql_package(&connection.package) {
            return sql::run(context, connection, complete);
        }
        let Some(source) = source(context, connection, complete, context.task.is("InitMode"))? else {
            let message = format!("connection {} has no Path, which a complete export reads", connection.id);
            return Ok(TaskReport::new(TaskEnd::Unchanged).message(message));
        };
        // Lengths are told without reading a file.
        let differs = |own| siblings(context, own).any(|one| is_of_other_length(context, one));
        let may_be_unchanged = !complete && !differs(connection);
        if may_be_unchanged && source.is_consumed(context, connection)? && !siblings_changed(context, connection) {
            let message = format!("{} is what was last synchronized", source.file.display());
            return Ok(TaskReport::new(TaskEnd::Unchanged).message(message));
        }
        let (rows, hash) = write_output(context, connection, &source)?;
        let (from, skipped) = (source.file.to_string_lossy().into_owned(), source.options.skip);
        ExportRecord { hash, delta: source.delta, source: from, skipped }.save(context.transaction, &connection.id)?;
        Ok(TaskReport::new(TaskEnd::Completed).count("rows", rows).message(format!("{rows} rows of {}", source.file.display())))
    }
}

impl TaskContext<'_> {
    /// The hash of what the last consumed batch was made of.
    fn consumed(&self, connection: &str) -> Result<Option<String>, TaskError> {
        let sql = "SELECT hash FROM cookie WHERE connection = ?1";
        Ok(self.transaction.query_row(sql, [connection], |row| row.get(0)).optional()?)
    }

    /// Whether the last consumed batch was made of this source.
    fn is_consumed(&self, connection: &str, hash: &str) -> Result<bool, TaskError> {
        Ok(self.consumed(connection)?.is_some_and(|known| known == hash))
    }
}

/// The connection of an export task, checked to be one that can be exported here.
fn connection<'a>(context: &TaskContext<'a>, id: Option<&str>) -> Result<&'a Connection, TaskError> {
    let id = id.ok_or_else(|| TaskError::new(format!("task {} names no connection", context.task.id)))?;
    let connection = context.plan.model.connections.iter().find(|connection| connection.id == id);
    let connection = connection.ok_or_else(|| TaskError::new(format!("the plan has no connection {id}")))?;
    let embedded = [is_csv_package, is_ldap_package, is_sql_package];
    if !embedded.iter().any(|is_of| is_of(&connection.package)) {
        let message = format!("connection {id} of package {} has no embedded export", connection.package);
        return Err(TaskError::new(message).help(
            "embedded are Usercube.CSV, Usercube.CSV.Complete, the LDAP packages, and Usercube.SQL on SQLite files; run others \
             with the process executor",
        ));
    }
    Ok(connection)
}

/// The file a connection reads in this mode; none where the mode has no path.
fn source(
    context: &TaskContext<'_>,
    connection: &Connection,
    complete: bool,
    initial: bool,
) -> Result<Option<Source>, TaskError> {
    let options = options(context.settings, connection)?;
    let (path, delta) = match (&options.path, &options.path_incremental) {
        (Some(path), _) if complete => (path, false),
        (_, Some(path)) if !complete => (path, true),
        (Some(path), _) => (path, false),
        // An initialization loads the changes where they are all there is.
        (None, Some(path)) if initial => (path, true),
        _ => return Ok(None),
    };
    // In a pattern a backslash is no separator.
    let place = if options.is_pattern { context.settings.data_base.join(path) } else { context.settings.resolve(path) };
    let file = if options.is_pattern {
        let found = newest_match(&place).map_err(|error| at(&place, error))?;
        found.ok_or_else(|| TaskError::new("no file matches this pattern").file(&place))?
    } else {
        place
    };
    if !file.exists() {
        return Err(TaskError::new(format!("the file that connection {} reads does not exist", connection.id))
            .file(&file)
            .help("check Path and the data folder"));
    }
    check_allowed(context.settings, connection, &file)?;
    Ok(Some(Source { file, delta, options, salt: salt(connection) }))
}

/// What of a connection makes another batch of the same source; empty for most.
fn salt(connection: &Connection) -> String {
    if connection.transformations.is_empty() { String::new() } else { format!("{:?}", connection.transformations) }
}

/// Refuses a file outside the folders that connections may read.
fn check_allowed(settings: &Settings, connection: &Connection, file: &Path) -> Result<(), TaskError> {
    if settings.allows(file) {
        return Ok(());
    }
    Err(TaskError::new(format!("connection {} reads outside SourcesRootPaths", connection.id))
        .file(file)
        .help("move the file, or add its folder to SourcesRootPaths in the agent's settings"))
}

/// The settings of a connection to CSV files.
fn options(settings: &Settings, connection: &Connection) -> Result<CsvOptions, TaskError> {
    CsvOptions::read(own_settings(settings, connection, "its Path")?).map_err(|error| TaskError::new(error.to_string()))
}

/// What the settings say of a connection; `wanted` is what an entry needs.
fn own_settings<'s>(settings: &'s Settings, connection: &Connection, wanted: &str) -> Result<&'s ConnectionSettings, TaskError> {
    settings.connection(&connection.id).ok_or_else(|| {
        let file = settings.file.display();
        let place = if settings.file.as_os_str().is_empty() { "(no settings file)".into() } else { format!("{file}") };
        TaskError::new(format!("connection {} has no settings under Connections in {place}", connection.id))
            .help(format!("add an entry with {wanted}"))
    })
}

/// Whether a connection would export now what was last synchronized; so it is where it has nothing to read in this mode.
fn is_unchanged(context: &TaskContext<'_>, connection: &Connection) -> Result<bool, TaskError> {
    if is_sql_package(&connection.package) {
        return context.is_consumed(&connection.id, &sql::hash(context, connection)?);
    }
    source(context, connection, false, false)?.map_or(Ok(true), |source| source.is_consumed(context, connection))
}

/// The connections of the same connector that this job exports too.
fn siblings<'c>(context: &TaskContext<'c>, own: &'c Connection) -> impl Iterator<Item = &'c Connection> {
    let exports = context.job.tasks.iter().filter(|task| task.element == "ExportTask");
    let connections = &context.plan.model.connections;
    let others = exports.filter_map(|task| task.text("Connection")).filter(move |id| *id != own.id);
    others.filter_map(move |id| connections.iter().find(|other| other.id == id && other.connector == own.connector))
}

/// Whether an export of this connection can be one of changes only.
pub(super) fn gives_changes(settings: &Settings, connection: &Connection) -> bool {
    is_csv_package(&connection.package) && options(settings, connection).is_ok_and(|options| options.path_incremental.is_some())
}

/// Whether the length of the file that a connection reads says that it is not what was last synchronized.
fn is_of_other_length(context: &TaskContext<'_>, connection: &Connection) -> bool {
    if !is_csv_package(&connection.package) {
        return false;
    }
    let Ok(Some(source)) = source(context, connection, false, false) else { return false };
    let length = std::fs::metadata(&source.file).map(|data| of_length(data.len()));
    match (length, context.consumed(&connection.id)) {
        (Ok(length), Ok(Some(known))) => !known.ends_with(&length),
        _ => false,
    }
}

/// Whether another export of the connector in this job has something new; in doubt it has.
fn siblings_changed(context: &TaskContext<'_>, own: &Connection) -> bool {
    siblings(context, own).any(|sibling| {
        // What a directory holds is not asked twice in a run.
        if is_ldap_package(&sibling.package) {
            return true;
        }
        let unchanged = connection(context, Some(&sibling.id)).and_then(|sibling| is_unchanged(context, sibling));
        !unchanged.unwrap_or(false)
    })
}

impl Source {
    /// Whether the last consumed batch was made of what the file holds. One of another length is told without reading it.
    fn is_consumed(&self, context: &TaskContext<'_>, connection: &Connection) -> Result<bool, TaskError> {
        let Some(known) = context.consumed(&connection.id)? else { return Ok(false) };
        let unreadable = |error| TaskError::io("the file cannot be read", &self.file, error);
        let mut file = File::open(&self.file).map_err(unreadable)?;
        if !known.ends_with(&of_length(file.metadata().map_err(unreadable)?.len())) {
            return Ok(false);
        }
        let mut sum = Sum::of(self);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match file.read(&mut buffer).map_err(unreadable)? {
                0 => return Ok(known == sum.end()),
                read => sum.take(&buffer[..read]),
            }
        }
    }
}

/// What a hash of so many bytes ends with.
fn of_length(length: u64) -> String {
    format!(":{length}")
}

/// The hash of a file's bytes and of how they are read. It is a cryptographic one: whoever writes some values of a file must
/// not be able to make it look as it was.
struct Sum {
    hash: blake3::Hasher,
    length: u64,
}

impl Sum {
    fn of(source: &Source) -> Self {
        let mut hash = blake3::Hasher::new();
        let how = (source.delta, source.options.separator, source.options.skip, &source.options.trims);
        hash.update(format!("{how:?} {:?}\n", source.options.encoding.map(encoding_rs::Encoding::name)).as_bytes());
        hash.update(source.salt.as_bytes());
        Self { hash, length: 0 }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
    }

    fn end(self) -> String {
        format!("{}{}", self.hash.finalize().to_hex(), of_length(self.length))
    }
}

/// Bytes read at once.
const PIECE: usize = 256 << 10;
/// Rows after which a task reports how far it is.
const TICK: u64 = 4096;

/// A file that somebody else reads, and hashes beside whoever looks at it here.
struct Handed {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    /// What of the piece was taken.
    taken: usize,
}

impl Read for Handed {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.piece.len() {
            // Who has hung up has read all.
            let Ok(piece) = self.pieces.recv() else { return Ok(0) };
            (self.piece, self.taken) = (piece?, 0);
        }
        let rest = &self.piece[self.taken..];
        let count = rest.len().min(to.len());
        to[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        Ok(count)
    }
}

/// Reads a file to its end, piece by piece, and gives the hash of all of it; none where nobody wants the pieces any more.
fn hand_over(mut file: File, mut sum: Sum, to: &SyncSender<io::Result<Vec<u8>>>) -> Option<String> {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        match file.by_ref().take(PIECE as u64).read_to_end(&mut piece) {
            Ok(0) => return Some(sum.end()),
            Ok(_) => {
                sum.take(&piece);
                to.send(Ok(piece)).ok()?;
            }
            Err(error) => {
                to.send(Err(error)).ok()?;
                return None;
            }
        }
    }
}

fn at(file: &Path, error: CsvError) -> TaskError {
    TaskError { row: error.row, ..TaskError::new(error.message).file(file) }
}

/// Where the export of a table lies. Mappings may write a table as the name of its file.
pub(super) fn output_file(work: &Path, table: &str) -> PathBuf {
    let table = table.strip_suffix(".csv").unwrap_or(table);
    work.join("ExportOutput").join(format!("{table}.csv"))
}

/// Writes the output; gives back how many rows it has, and the hash of what they were read from.
fn write_output(context: &TaskContext<'_>, connection: &Connection, source: &Source) -> Result<(u64, String), TaskError> {
    let file = File::open(&source.file).map_err(|error| TaskError::io("the file cannot be read", &source.file, error))?;
    let target = output_file(context.work, &connection.id);
    let (folder, name) = (target.parent().unwrap_or(context.work), target.file_name().unwrap_or_default().to_string_lossy());
    thread::scope(|scope| {
        let (to, pieces) = sync_channel(8);
        let sum = Sum::of(source);
        let reader = scope.spawn(move || hand_over(file, sum, &to));
        let input = Handed { pieces, piece: Vec::new(), taken: 0 };
        // What is left when this fails nobody takes, and the reader ends.
        let (rows, output, numberer) = write_rows(context, connection, source, &target, input)?;
        let hash = reader.join().ok().flatten().ok_or_else(|| TaskError::new("the file could not be hashed"))?;
        announce(&target, &hash, numberer.length())
            .and_then(|()| output.persist(folder, &name))
            .map_err(|error| TaskError::io("the export cannot be written", &target, error))?;
        numberer.finish(&target);
        Ok((rows, hash))
    })
}

/// Writes the rows; what is written has no place yet.
fn write_rows(
    context: &TaskContext<'_>,
    connection: &Connection,
    source: &Source,
    target: &Path,
    file: Handed,
) -> Result<(u64, Draft, Numberer), TaskError> {
    let mut input = CsvSource::read(file, &source.options).map_err(|error| at(&source.file, error))?;
    check_header(context, connection, source, input.header())?;
    let unwritable = |error: io::Error| TaskError::io("the export cannot be written", target, error);
    let folder = target.parent().unwrap_or(context.work);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let mut output = Draft::new(folder).map_err(unwritable)?;
    let mut line = Vec::new();
    for (index, name) in input.header().iter().enumerate() {
        push_value(&mut line, index, name.as_bytes());
    }
    line.push(b'\n');
    output.write(&line).map_err(unwritable)?;
    let mut numberer = Numberer::new(target, &line);
    // A row that is written as it will be needs no new one.
    let kept = source.options.separator == b',' && source.options.trims.is_empty();
    let mut rows = 0;
    loop {
        if kept {
            let before = rows;
            let passed = input.pass_plain(|row| {
                rows += 1;
                numberer.push(row);
            });
            if let Some(passed) = passed {
                output.write(passed).map_err(unwritable)?;
            }
            (before / TICK + 1..=rows / TICK).try_for_each(|ticks| context.tick(ticks * TICK, None))?;
        }
        if !input.advance().map_err(|error| at(&source.file, error))? {
            break;
        }
        rows += 1;
        context.tick(rows, None)?;
        line.clear();
        match input.plain() {
            Some(row) if kept => {
                if row.starts_with(b",") {
                    line.extend_from_slice(b"\"\"");
                }
                line.extend_from_slice(row);
            }
            _ if source.options.trims.is_empty() => {
                input.values().enumerate().for_each(|(index, value)| push_value(&mut line, index, value));
            }
            _ => {
                for (index, value) in input.values().enumerate() {
                    let text = std::str::from_utf8(value)
                        .map_err(|_| TaskError::new("bytes that are not valid text").file(&source.file).row(input.line()))?;
                    push_value(&mut line, index, source.options.trimmed(text).as_bytes());
                }
            }
        }
        numberer.push(&line);
        line.push(b'\n');
        output.write(&line).map_err(unwritable)?;
    }
    Ok((rows, output, numberer))
}

impl TaskContext<'_> {
    /// Reports progress and obeys a cancel, now and then.
    pub(super) fn tick(&self, done: u64, of: Option<u64>) -> Result<(), TaskError> {
        if !done.is_multiple_of(TICK) {
            return Ok(());
        }
        (self.progress)(done, of);
        if (self.cancelled)() { Err(TaskError::cancelled()) } else { Ok(()) }
    }
}

fn check_header(context: &TaskContext<'_>, connection: &Connection, source: &Source, header: &[String]) -> Result<(), TaskError> {
    let mappings = Mappings::of(&context.plan.model, &connection.connector)?;
    let columns = mappings.columns();
    let mapped = columns.get(connection.id.as_str()).map(Vec::as_slice).unwrap_or_default();
    let mapped = Transformations::of(connection, &connection.id)?.needed(mapped);
    let missing: Vec<&str> =
        mapped.iter().filter(|column| !header.iter().any(|name| name == *column)).map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let row = source.options.skip + 1;
    let separator = source.options.separator_name();
    if let [only] = header {
        let error = TaskError::new(format!(
            "read with the separator {separator}, the header is one column, and the mapped {} missing",
            listed(&missing)
        ));
        let better = [';', ',', '\t', '|'].into_iter().find(|sign| only.contains(*sign));
        let help = match better {
            Some('\t') => "the header holds tabs: set Separator to \"\\t\" for this connection".to_owned(),
            Some(sign) => format!("the header holds {sign:?}: set Separator to \"{sign}\" for this connection"),
            None => "check Separator and NumberOfLinesToSkip of this connection".to_owned(),
        };
        return Err(error.file(&source.file).row(row).help(help));
    }
    let message = format!("the mapped {} missing in the header", listed(&missing));
    Err(TaskError::new(message).file(&source.file).row(row).help(format!("its columns are {}", header.join(", "))))
}

/// `column X is` or `columns X, Y are`.
fn listed(names: &[&str]) -> String {
    match names {
        [one] => format!("column {one} is"),
        many => format!("columns {} are", many.join(", ")),
    }
}
