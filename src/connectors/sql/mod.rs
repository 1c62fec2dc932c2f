//! Databases as sources: `SQLite` files, of the packages for SQL the generic one.
//!
//! A source is opened for reading only, one statement at a time, and nothing it does takes longer than it may.

mod connection_string;
mod guard;
mod options;
mod reader;

pub use connection_string::{Mode, Target};
pub use guard::{Guarded, guarded};
pub use options::{SqlOptions, SqlText};
pub use reader::{Rows, open, read_only};
pub(crate) use reader::{confine, release};

/// What is wrong with a database or a statement.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    /// What is wrong.
    pub message: String,
    /// Row of the result, from 1.
    pub row: Option<u64>,
}

impl SqlError {
    /// An error that no row is to blame for.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), row: None }
    }
}

impl From<rusqlite::Error> for SqlError {
    fn from(error: rusqlite::Error) -> Self {
        // The statement itself is not repeated: it may hold what nobody should read.
        match error {
            rusqlite::Error::SqlInputError { msg, offset, .. } if offset >= 0 => {
                Self::new(format!("{msg}, at byte {offset} of its statement"))
            }
            rusqlite::Error::SqlInputError { msg, .. } => Self::new(msg),
            other => Self::new(other.to_string()),
        }
    }
}

/// Whether the package reads SQL databases in general.
pub fn is_sql_package(package: &str) -> bool {
    package.split('@').next().unwrap_or_default().eq_ignore_ascii_case("Usercube.SQL")
}

/// The providers of `SQLite`, as .NET names their factories, assemblies and invariant names.
const PROVIDERS: [&str; 2] = ["Microsoft.Data.Sqlite", "System.Data.SQLite"];
/// How a provider of `SQLite` is written in full.
pub const FACTORY: &str = "Microsoft.Data.Sqlite.SqliteFactory";

/// Whether a name of a provider, its class or its assembly is one of `SQLite`.
pub fn is_sqlite(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    name == "sqlite"
        || PROVIDERS.iter().any(|known| {
            let rest = name.strip_prefix(&known.to_ascii_lowercase());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ',']))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_of_sqlite_are_known_by_any_of_their_names() {
        for name in [FACTORY, "System.Data.SQLite.SQLiteFactory", "Microsoft.Data.Sqlite, Version=8.0.0.0", "SQLite"] {
            assert!(is_sqlite(name), "{name}");
        }
        for name in ["MySql.Data.MySqlClient.MySqlClientFactory", "Microsoft.Data.SqlClient", "System.Data.SQLiteX"] {
            assert!(!is_sqlite(name), "{name}");
        }
        assert!(is_sql_package("usercube.sql@0000001"));
        assert!(!is_sql_package("Usercube.SQL.MySQL@0000001"));
    }
}
