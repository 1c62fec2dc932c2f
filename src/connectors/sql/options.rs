//! The settings of a connection to a database.

use std::time::Duration;

use crate::tasks::settings::{ConnectionSettings, SettingsError};

use super::{FACTORY, Target, is_sqlite};

/// How long a row may take where nothing else is said; the default of .NET for a command.
pub(super) const PATIENCE: u64 = 30;

/// Where the statement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlText {
    /// In the settings.
    Command(String),
    /// In a file, named as written.
    File(String),
}

/// The settings of a connection to a database, checked.
#[derive(Clone, Debug)]
pub struct SqlOptions {
    /// The database.
    pub target: Target,
    /// What is exported; none: the mapped tables.
    pub text: Option<SqlText>,
    /// How long the next row may take.
    pub timeout: Duration,
}

impl SqlOptions {
    /// Reads and checks the settings.
    pub fn read(connection: &ConnectionSettings) -> Result<Self, SettingsError> {
        let set = |name: &str| Ok(connection.text(name)?.filter(|text| !text.trim().is_empty()));
        match set("ProviderClassFullName")? {
            Some(provider) if is_sqlite(&provider) => {}
            Some(provider) => {
                let message = format!(
                    "the provider {provider} has no embedded form; SQLite has, {FACTORY}; read others with a program \
                     under [executors.ExportTask]"
                );
                return Err(connection.wrong("ProviderClassFullName", message));
            }
            None => {
                let message = format!(
                    "it is not set, which stands for SQL Server; embedded are SQLite files, with {FACTORY}; read others with \
                     a program under [executors.ExportTask]"
                );
                return Err(connection.wrong("ProviderClassFullName", message));
            }
        }
        let string = connection.secret("ConnectionString")?;
        let string = string.ok_or_else(|| connection.wrong("ConnectionString", "it is not set"))?;
        let target = Target::parse(string.expose()).map_err(|message| connection.wrong("ConnectionString", message))?;
        let text = match (set("SqlCommand")?, set("SqlFile")?) {
            (Some(command), _) => Some(SqlText::Command(command)),
            (None, file) => file.map(SqlText::File),
        };
        Ok(Self { target, text, timeout: seconds(connection.number("Timeout")?) })
    }
}

/// A time limit in seconds; 0 stands for the usual one.
pub(super) fn seconds(number: u64) -> Duration {
    Duration::from_secs(if number == 0 { PATIENCE } else { number })
}

impl SqlOptions {
    /// A time limit as settings and tasks write it: in seconds, 0 for the usual one.
    pub fn limit(number: u64) -> Duration {
        seconds(number)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::tasks::Settings;

    fn read(settings: &str) -> Result<SqlOptions, String> {
        let text = format!("{{\"Connections\": {{\n\"HR\": {{{settings}}}}}}}");
        let settings = Settings::parse(&text, Path::new("a.json"), None).unwrap();
        SqlOptions::read(settings.connection("HR").unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let provider = format!("\"ProviderClassFullName\": \"{FACTORY}\"");
        let message = read(&format!("{provider}, \"ConnectionString\": \"Server=hunter2\"")).unwrap_err();
        assert_eq!(
            message,
            "a.json:2:92: ConnectionString of connection HR: the key Server is none of SQLite; one names the file, as in Data \
             Source=people.db"
        );
        let message = read("\"ProviderClassFullName\": \"MySql.Data.MySqlClient.MySqlClientFactory\"").unwrap_err();
        assert!(message.starts_with("a.json:2:33: ProviderClassFullName of connection HR: the provider MySql."), "{message}");
        assert!(read("").unwrap_err().contains("stands for SQL Server"));
        assert!(read(&provider).unwrap_err().contains("ConnectionString of connection HR: it is not set"));
    }

    #[test]
    fn a_command_goes_before_a_file() {
        let text = format!(
            "\"ProviderClassFullName\": \"{FACTORY}\", \"ConnectionString\": \"Data Source=a.db\", \"SqlFile\": \"a.sql\""
        );
        assert_eq!(read(&text).unwrap().text, Some(SqlText::File("a.sql".to_owned())));
        let options = read(&format!("{text}, \"SqlCommand\": \"SELECT 1\", \"Timeout\": 5")).unwrap();
        assert_eq!((options.text, options.timeout.as_secs()), (Some(SqlText::Command("SELECT 1".to_owned())), 5));
    }
}
