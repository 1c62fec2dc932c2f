//! Errors of a command as opposed to findings: the command could not do its work.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::Exit;
use crate::config::{ConfigError, Refused, UnknownSelector};
use crate::engine::DEFAULT_STORE;
use crate::engine::shell::store_argument;
use crate::output::Failure;
use crate::source::discovery::DiscoveryError;

/// How a command that somebody is told to type begins; it has a line of its own.
pub(super) const COMMAND: &str = "jobwright ";

/// Why a command could not do its work.
#[derive(Debug)]
pub struct Error {
    /// How the process ends.
    pub exit: Exit,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where the configuration file is to blame: its problems with their places.
    pub refused: Option<Box<Refused>>,
}

impl Error {
    /// An error that ends the process with `exit`.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: None, refused: None }
    }

    /// The command was called in a way that has no meaning.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The surroundings refuse: a store, a plan, a disk.
    pub fn operational(message: impl Into<String>) -> Self {
        Self::new(Exit::Operational, message)
    }

    /// A panic was caught.
    pub fn internal() -> Self {
        Self::new(Exit::Internal, "jobwright failed: this is a bug in it, not in the configuration")
            .help("report it with the lines above and, if you can, the file that causes it")
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the store that the command was told, in the commands that stand on lines of their own.
    #[must_use]
    pub(super) fn on_store(mut self, store: Option<&PathBuf>) -> Self {
        if let (Some(help), Some(store)) = (&mut self.help, store.filter(|store| **store != Path::new(DEFAULT_STORE))) {
            let argument = store_argument(store);
            let told = |line: &str| if line.starts_with(COMMAND) { format!("{line}{argument}") } else { line.to_owned() };
            *help = help.lines().map(told).collect::<Vec<_>>().join("\n");
        }
        self
    }

    /// As data.
    pub fn failure(&self) -> Failure {
        Failure { code: self.exit.code(), message: self.message.clone(), help: self.help.clone() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl miette::Diagnostic for Error {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        let refused = match error {
            ConfigError::Invalid(refused) => Some(refused),
            ConfigError::Unreadable { .. } => None,
        };
        Self { refused, ..Self::usage(message) }
    }
}

impl From<DiscoveryError> for Error {
    fn from(error: DiscoveryError) -> Self {
        let help = match &error {
            DiscoveryError::Missing(_) => Some("name a file or folder that exists".to_owned()),
            DiscoveryError::Neither(_) => Some("pass its content with `-` and `--stdin-filename`".to_owned()),
            DiscoveryError::Refused { .. } => None,
        };
        Self { help, ..Self::usage(error.to_string()) }
    }
}

impl From<UnknownSelector> for Error {
    fn from(error: UnknownSelector) -> Self {
        let help = error.help();
        Self::usage(error.to_string()).help(help)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::operational(format!("the output cannot be written: {error}"))
    }
}
