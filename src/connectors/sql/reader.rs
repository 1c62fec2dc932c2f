//! Rows of a statement that only reads, as texts.

use std::path::Path;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Statement};

use crate::expr::value::Value;

use super::{Mode, SqlError};

/// Opens a database file.
pub fn open(file: &Path, mode: Mode) -> Result<Connection, SqlError> {
    let flags = match mode {
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    let unreadable = |error: rusqlite::Error| SqlError::new(format!("the database cannot be opened: {error}"));
    let database = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(unreadable)?;
    // What is no database is told here, not by the first statement.
    database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(unreadable)?;
    Ok(database)
}

/// Opens a database file for reading; statements reach nothing beside it.
pub fn read_only(file: &Path) -> Result<Connection, SqlError> {
    let mut database = open(file, Mode::ReadOnly)?;
    confine(&mut database)?;
    Ok(database)
}

/// Keeps statements from other files and from the transaction that they are part of.
pub(crate) fn confine(database: &mut Connection) -> Result<(), SqlError> {
    let judge = |context: AuthContext<'_>| match context.action {
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::Transaction { .. }
        | AuthAction::Savepoint { .. }
        // Also what an ATTACH of a computed name is told as.
        | AuthAction::Unknown { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    Ok(database.authorizer(Some(judge))?)
}

/// Lets statements do everything again.
pub(crate) fn release(database: &mut Connection) -> Result<(), SqlError> {
    Ok(database.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?)
}

/// The rows of a statement.
pub struct Rows<'s> {
    names: Vec<String>,
    cursor: rusqlite::Rows<'s>,
    read: u64,
}

impl<'s> Rows<'s> {
    /// Starts a statement, which must only read and give rows.
    pub fn of(statement: &'s mut Statement<'_>) -> Result<Self, SqlError> {
        if statement.column_count() == 0 || !statement.readonly() {
            return Err(SqlError::new("the statement is no query: it gives no rows, or changes something"));
        }
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            return Err(SqlError::new(format!("the statement gives the column {:?} twice: name it otherwise with AS", twice.1)));
        }
        Ok(Self { names, cursor: statement.raw_query(), read: 0 })
    }

    /// Names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Puts the texts of the next row into `values`; false at the end. No value is an empty text.
    pub fn next(&mut self, values: &mut Vec<String>) -> Result<bool, SqlError> {
        let Some(row) = self.cursor.next()? else { return Ok(false) };
        self.read += 1;
        values.resize(self.names.len(), String::new());
        for (index, value) in values.iter_mut().enumerate() {
            let wrong = |what: &str| {
                let name = &self.names[index];
                SqlError { message: format!("column {name} of row {} {what}", self.read), row: Some(self.read) }
            };
            value.clear();
            match row.get_ref(index)? {
                ValueRef::Null => {}
                ValueRef::Integer(number) => value.push_str(&number.to_string()),
                ValueRef::Real(number) if number.is_finite() => value.push_str(&Value::Double(number).show()),
                ValueRef::Real(_) => return Err(wrong("is no finite number")),
                ValueRef::Text(text) => {
                    value.push_str(std::str::from_utf8(text).map_err(|_| wrong("is no valid UTF-8 text"))?);
                }
                ValueRef::Blob(_) => return Err(wrong("holds bytes: select hex() of it, or leave it out")),
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(database: &Connection, sql: &str) -> Result<Vec<String>, SqlError> {
        let mut statement = database.prepare(sql)?;
        let mut values = Vec::new();
        Rows::of(&mut statement)?.next(&mut values)?;
        Ok(values)
    }

    #[test]
    fn values_of_every_type_become_texts() {
        let database = Connection::open_in_memory().unwrap();
        let values = first(&database, "SELECT NULL AS a, -7 AS b, 1.0 AS c, 0.1 AS d, 'é,\n' AS e").unwrap();
        assert_eq!(values, ["", "-7", "1", "0.1", "é,\n"]);
        for (sql, part) in [
            ("SELECT x'00ff' AS photo", "column photo of row 1 holds bytes: select hex()"),
            ("SELECT cast(x'ff' AS TEXT) AS t", "column t of row 1 is no valid UTF-8"),
            ("SELECT 1 AS a, 2 AS a", "the column \"a\" twice"),
            ("CREATE TABLE t (a)", "no query"),
            ("SELECT absent", "no such column"),
        ] {
            let error = first(&database, sql).unwrap_err().to_string();
            assert!(error.contains(part), "{sql}: {error}");
        }
    }

    #[test]
    fn a_database_opened_for_reading_reaches_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        assert!(read_only(&file).unwrap_err().message.contains("cannot be opened"));
        Connection::open(&file).unwrap().execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
        let database = read_only(&file).unwrap();
        assert!(database.execute("INSERT INTO t VALUES (2)", []).is_err());
        let other = folder.path().join("b.db");
        let error = database.execute("ATTACH ?1 AS other", [other.to_str()]).unwrap_err().to_string();
        assert!(error.contains("not authorized"), "{error}");
        assert!(!other.exists());
        std::fs::write(&file, "no database at all, but long enough to be looked at as one").unwrap();
        assert!(read_only(&file).unwrap_err().message.contains("not a database"));
    }
}
