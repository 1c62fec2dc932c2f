//! `jobwright.toml`: read with the place of every key and value, then validated as a whole.
//!
//! Every problem is reported, each with its place; a configuration with a problem is not used.

mod error;
pub mod executors;
mod fulfilment;
mod nearest;
mod print;
mod rebase;
pub mod schedule;
mod selector;
mod table;
mod validate;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::finding::{RuleInfo, Severity};
use crate::fmt::Style;
use crate::source::discovery::Selection;
use crate::source::{Glob, decode};

pub use error::{ConfigError, PROBLEM, Refused};
pub use executors::Executors;
pub use fulfilment::{FULFILMENTS, Fulfilment, PLACEHOLDER};
pub use nearest::nearest;
pub use print::print;
pub use rebase::Rebase;
pub use schedule::Schedule;
pub use selector::{Selector, UnknownSelector};

/// Name of the configuration file.
pub const FILE_NAME: &str = "jobwright.toml";

/// The dialects by the names of the command line and the configuration file, oldest first.
pub const DIALECTS: [&str; 3] = ["6.1", "6.2", "saas"];

/// A valid configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file it was read from; `None` for the defaults.
    pub path: Option<PathBuf>,
    /// `[files]`: which files are taken.
    pub files: Selection,
    /// `[check]`: what is reported, and as what.
    pub check: Check,
    /// `[executors]`: which programs execute tasks.
    pub executors: Executors,
    /// `[fulfilment]`: what connections do with orders, by connection as written.
    pub fulfilment: BTreeMap<String, Fulfilment>,
    /// `[schedule]`: what `jobwright schedule` does beside starting jobs.
    pub schedule: Schedule,
    /// `[fmt]`: how formatted files look.
    pub fmt: Style,
    rebase: Rebase,
}

/// `[check]`: what is reported, and as what.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// From what severity on the exit code says so.
    pub fail_on: Option<Severity>,
    /// Rules that speak; empty: all.
    pub select: Vec<Selector>,
    /// Rules that are silent.
    pub ignore: Vec<Selector>,
    /// The baseline of findings that are known.
    pub baseline: Option<PathBuf>,
    /// The version of the dialect, one of [`DIALECTS`].
    pub dialect: Option<&'static str>,
    /// Severities by rule name.
    pub severity: BTreeMap<&'static str, Level>,
    /// What holds for some files only, in the order written; the last word counts.
    pub paths: Vec<PathPolicy>,
}

/// `[[check.paths]]`: what holds for some files only.
#[derive(Clone, Debug, Default)]
pub struct PathPolicy {
    /// The files, by paths relative to the configuration file.
    pub patterns: Vec<Glob>,
    /// Rules that are silent there.
    pub ignore: Vec<Selector>,
    /// Severities by rule name.
    pub severity: BTreeMap<&'static str, Level>,
}

impl PathPolicy {
    /// Whether it holds for the file of that path, relative to the configuration file.
    pub fn applies(&self, path: &str) -> bool {
        self.patterns.iter().any(|glob| glob.matches(path))
    }
}

/// A configured severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The rule is silent.
    Off,
    /// Findings of the rule have this severity.
    On(Severity),
}

impl Config {
    /// Reads and validates a file. Rules and categories are held against `rules`.
    pub fn load(path: &Path, rules: &[&'static RuleInfo]) -> Result<Self, ConfigError> {
        let unreadable = |message: String| ConfigError::Unreadable { path: path.to_owned(), message };
        let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        Self::of_bytes(path, bytes, rules)
    }

    /// As [`Config::load`], of a file whose bytes come from elsewhere.
    pub fn of_bytes(path: &Path, bytes: Vec<u8>, rules: &[&'static RuleInfo]) -> Result<Self, ConfigError> {
        let unreadable = |message: String| ConfigError::Unreadable { path: path.to_owned(), message };
        let text = decode(bytes).map_err(|error| unreadable(error.to_string()))?.text;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let shown = path.to_string_lossy().replace('\\', "/");
        let mut config = Self::parse(&shown, text, folder, rules)?;
        config.path = Some(path.to_owned());
        config.rebase = env::current_dir().map_or_else(|_| Rebase::default(), |working| Rebase::new(folder, &working));
        Ok(config)
    }

    /// With file names shown relative to another folder than the current one.
    #[must_use]
    pub fn seen_from(mut self, working_folder: &Path) -> Self {
        if let Some(folder) = self.path.as_deref().and_then(Path::parent) {
            self.rebase = Rebase::new(folder, working_folder);
        }
        self
    }

    /// Validates the `text` of a configuration file in `folder`, shown as `shown`.
    pub fn parse(shown: &str, text: String, folder: &Path, rules: &[&'static RuleInfo]) -> Result<Self, Box<Refused>> {
        validate::validate(shown, text, folder, rules)
    }

    /// A file's path as shown, as [`PathPolicy::applies`] takes it: relative to the configuration file.
    pub fn path_of<'p>(&self, shown: &'p str) -> Cow<'p, str> {
        self.rebase.apply(shown)
    }

    /// The configuration file in the folder of `path` or the nearest folder above.
    pub fn find(path: &Path) -> Option<PathBuf> {
        let real = fs::canonicalize(path).ok()?;
        let found = real.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())?;
        // Shown as short as it can be.
        let working_folder = env::current_dir().and_then(fs::canonicalize).ok();
        let short = working_folder.and_then(|folder| found.strip_prefix(folder).ok().map(Path::to_owned));
        Some(short.unwrap_or(found))
    }
}
