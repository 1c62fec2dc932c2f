//! Opening and creating one file of the store, without ever touching a file that is not ours.
//!
//! A file is judged by its first bytes before the database opens it: whose it is by `application_id`. A new one is made
//! complete under another name and put in place in one step, so that no crash leaves half a store behind.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::schema::Part;
use super::{lock, private, second_file};
use crate::engine::error::EngineError;
use crate::engine::process::System;

/// How long a short transaction of another process is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a look at the first bytes tells.
enum Look {
    Absent,
    Empty,
    Ours,
}

/// Opens the file as a store, creating or migrating it where needed. `store` names the store that it belongs to once it
/// is created.
pub(super) fn open_or_create(file: &Path, part: Part, store: &str) -> Result<Connection, EngineError> {
    let look = look(file, part)?;
    if !matches!(look, Look::Ours) {
        create(file, part, store, matches!(look, Look::Empty))?;
    }
    open(file, part)
}

/// Opens the file as a store; it must exist.
pub(super) fn open_existing(file: &Path, part: Part) -> Result<Connection, EngineError> {
    match look(file, part)? {
        Look::Ours => open(file, part),
        Look::Absent => Err(EngineError::NoStore { file: file.to_owned() }),
        Look::Empty => Err(EngineError::Foreign { file: file.to_owned(), what: "it is empty".to_owned() }),
    }
}

/// Asks the identity data something without changing any file; nothing where there is no store yet.
pub fn peek<T>(file: &Path, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<Option<T>, EngineError> {
    let failed = |error| EngineError::database(file, error);
    if !matches!(look(file, Part::Data)?, Look::Ours) {
        return Ok(None);
    }
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    // Without a log nobody writes at this moment, and even a reader would leave one behind.
    let quiet = !Path::new(&log).exists();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let name = uri(file, quiet).map_err(|error| EngineError::io(file, "opened", error))?;
    let connection = Connection::open_with_flags(name, flags).map_err(failed)?;
    let (connection, version) = with_version(connection, file).map_err(failed)?;
    if version > Part::Data.version() {
        return Err(EngineError::Newer { file: file.to_owned(), found: version, known: Part::Data.version() });
    }
    question(&connection).map(Some).map_err(failed)
}

/// A file as `SQLite` takes it with options.
fn uri(file: &Path, immutable: bool) -> io::Result<String> {
    let mut uri = String::from("file:");
    let absolute = std::path::absolute(file)?;
    let text = absolute.to_string_lossy().replace('\\', "/");
    if !text.starts_with('/') {
        uri.push('/');
    }
    for character in text.chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str(if immutable { "?immutable=1" } else { "?mode=ro" });
    Ok(uri)
}

/// Reads the header of the file, and nothing else.
fn look(file: &Path, part: Part) -> Result<Look, EngineError> {
    let foreign = |what: String| Err(EngineError::Foreign { file: file.to_owned(), what });
    let mut header = Vec::with_capacity(100);
    match File::open(file) {
        Ok(opened) => {
            if opened.metadata().is_ok_and(|data| !data.is_file()) {
                return foreign("it is not a regular file".to_owned());
            }
            opened.take(100).read_to_end(&mut header).map_err(|error| EngineError::io(file, "read", error))?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Look::Absent),
        Err(error) => return Err(EngineError::io(file, "read", error)),
    };
    if header.is_empty() {
        return Ok(Look::Empty);
    }
    if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") {
        return foreign("it is no SQLite database".to_owned());
    }
    let found = u32::from_be_bytes([header[68], header[69], header[70], header[71]]);
    if found == part.application_id() {
        return Ok(Look::Ours);
    }
    foreign(match part {
        Part::Data if found == Part::Runs.application_id() => "it holds the run history of a store".to_owned(),
        Part::Runs if found == Part::Data.application_id() => "it holds the identity data of a store".to_owned(),
        _ => "it is a SQLite database of another program".to_owned(),
    })
}

/// Makes a complete file under a name of its own, then gives it the right name unless another process was faster.
fn create(file: &Path, part: Part, store: &str, replace: bool) -> Result<(), EngineError> {
    if let Some(folder) = file.parent() {
        private::folder(folder).map_err(|error| EngineError::io(folder, "created", error))?;
    }
    let draft = draft_of(file);
    remove_database(&draft);
    private::file(&draft).map_err(|error| EngineError::io(file, "created", error))?;
    let made = (|| {
        let mut connection = Connection::open(&draft)?;
        // Nobody knows the draft: there is nothing to go back to, and one flush of the whole is enough.
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "journal_mode", "MEMORY")?;
        let transaction = connection.transaction()?;
        transaction.pragma_update(None, "application_id", part.application_id())?;
        part.migrate(&transaction, 0)?;
        transaction.execute("INSERT INTO meta VALUES ('store', ?1)", [store])?;
        transaction.commit()?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.close().map_err(|(_, error)| error)
    })();
    let made = made.map_err(|error| match EngineError::database(file, error) {
        EngineError::Database { file, source } if !draft.exists() => {
            EngineError::Io { file, action: "created", source: io::Error::other(source) }
        }
        other => other,
    });
    let flush = || File::options().write(true).open(&draft).and_then(|whole| whole.sync_all());
    let made = made.and_then(|()| flush().map_err(|error| EngineError::io(file, "created", error)));
    if made.is_err() {
        remove_database(&draft);
    }
    made?;
    let placed = if replace {
        fs::rename(&draft, file)
    } else {
        match fs::hard_link(&draft, file) {
            // Not every file system has links; there, the last of several first starts wins.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(&draft, file),
            _ => Ok(()),
        }
    };
    remove_database(&draft);
    placed.map_err(|error| EngineError::io(file, "created", error))
}

fn draft_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    PathBuf::from(name)
}

/// Removes what an earlier attempt may have left.
fn remove_database(file: &Path) {
    for ending in ["", "-journal", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        // Nothing to remove is the usual case, and a rest does no harm.
        let _ = fs::remove_file(PathBuf::from(name));
    }
}

/// Whether the file system takes nothing: it is read-only, or full.
fn is_unwritable(connection: &Connection, error: &rusqlite::Error) -> bool {
    let full = error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
    full || connection.is_readonly("main").unwrap_or(false)
}

/// Why a file that was opened for reading only cannot be written.
pub(super) fn why_unwritable(file: &Path) -> EngineError {
    let tried = Connection::open(file).and_then(|connection| {
        let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0));
        // A file that may not be written is read-only first and whatever follows from that second.
        if connection.is_readonly("main")? { Ok(0) } else { version }
    });
    match tried {
        Err(error) => EngineError::database(file, error),
        Ok(_) => EngineError::ReadOnly { file: file.to_owned() },
    }
}

/// The version of the store, and the connection by which it can be read.
fn with_version(connection: Connection, file: &Path) -> rusqlite::Result<(Connection, u32)> {
    match read_version(&connection) {
        // Readers of a log need a file beside it, which cannot be made where nothing can be written.
        Err(error) if is_unwritable(&connection, &error) && !has_log(file) => {
            let connection = open_unchanging(file).map_err(|_| error)?;
            let version = read_version(&connection)?;
            Ok((connection, version))
        }
        version => Ok((connection, version?)),
    }
}

/// The version of the store; waits from now on for short transactions of others.
fn read_version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Whether transactions stand in the log of the database that are not in its file.
fn has_log(file: &Path) -> bool {
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(PathBuf::from(log)).is_ok_and(|data| data.len() > 0)
}

/// Opens for reading what neither this process nor, without a log, anybody else is changing.
fn open_unchanging(file: &Path) -> rusqlite::Result<Connection> {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let escaped: String = path.to_string_lossy().chars().fold(String::new(), |mut uri, c| {
        match c {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            '\\' if cfg!(windows) => uri.push('/'),
            c => uri.push(c),
        }
        uri
    });
    let slash = if escaped.starts_with('/') { "" } else { "/" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(format!("file:{slash}{escaped}?immutable=1"), flags)
}

/// Refuses to bring a store up to date while a process of the version that made it runs a job in it: the two would not keep
/// each other from executing one task at a time.
fn forbid_upgrade(file: &Path, part: Part) -> Result<(), EngineError> {
    let runs = match part {
        Part::Data => second_file(file),
        Part::Runs => file.to_owned(),
    };
    if !matches!(look(&runs, Part::Runs)?, Look::Ours) {
        return Ok(());
    }
    let failed = |error| EngineError::database(&runs, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&runs, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    match lock::living(&connection, &System).map_err(failed)? {
        None => Ok(()),
        Some(held) => {
            Err(EngineError::Outdated { file: file.to_owned(), run: held.run, pid: held.holder.pid, since: held.since })
        }
    }
}

/// Opens a file known to be ours: refuses a newer version before anything is written, migrates an older one.
fn open(file: &Path, part: Part) -> Result<Connection, EngineError> {
    let failed = |error| EngineError::database(file, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    let (mut connection, version) = with_version(connection, file).map_err(failed)?;
    if version > part.version() {
        return Err(EngineError::Newer { file: file.to_owned(), found: version, known: part.version() });
    }
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    if version < part.version() {
        forbid_upgrade(file, part)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another process may have migrated it since.
        let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
        part.migrate(&transaction, version).map_err(failed)?;
        transaction.commit().map_err(failed)?;
    }
    Ok(connection)
}
