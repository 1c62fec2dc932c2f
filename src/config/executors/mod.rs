//! `[executors]`: which program executes the tasks of an element instead of jobwright itself.
//!
//! A command is a program and its arguments, never a line for a shell. Arguments and environment hold placeholders,
//! which are checked when the file is read: one that no task can fill never reaches a run.

mod duration;
mod print;
mod product;
mod read;
mod template;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use product::product_mapping;
pub use template::{Name, Piece, Template};

use duration::{read_duration, shown_duration};
pub(super) use print::{command_table, executors_table};
pub(super) use read::{read_command_for_run, read_executors};

/// `[executors]`, valid.
#[derive(Clone, Debug, Default)]
pub struct Executors {
    /// By task element.
    pub elements: BTreeMap<&'static str, Mapping>,
    /// `[executors.job-runner]`: the program that whole jobs are handed to.
    pub job_runner: Option<Command>,
    /// `[executors.secrets]`: where the values of `{secret.NAME}` come from.
    pub secrets: BTreeMap<String, SecretSource>,
}

impl Executors {
    /// Whether no program is named.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.job_runner.is_none()
    }
}

/// The programs for one task element.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// For every task of the element.
    pub command: Option<Command>,
    /// For tasks whose connection is of that package, by the package's name in lower case.
    pub packages: BTreeMap<String, Command>,
}

/// One program with all that belongs to starting it.
#[derive(Clone, Debug)]
pub struct Command {
    /// Where it is, or its name on the path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<Argument>,
    /// Environment variables beside those of every task.
    pub env: BTreeMap<String, Template>,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How long it is waited for after it was asked to end, before it is ended by force.
    pub grace: Duration,
    /// How often it is tried again after a failure, as long as it reported no effect.
    pub retries: u32,
    /// The wait before the first retry; doubled before each further one.
    pub backoff: Duration,
    /// What becomes of a task whose program was cut off.
    pub restart: Restart,
    /// How many bytes of its output are kept.
    pub output_limit: u64,
    /// Options nobody has filled in yet; a command with one is refused.
    pub missing: Vec<String>,
}

/// What becomes of a task whose program was cut off, so that nobody knows whether it took effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// Somebody has to say.
    #[default]
    Ask,
    /// It can be run again without harm.
    Yes,
}

/// One entry of `args`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// One argument.
    One(Template),
    /// One argument per item of a list.
    Each(Name),
    /// Arguments that are there only where a value is set and neither false nor 0, or, `negated`, only where it is not.
    When {
        /// The value.
        value: Name,
        /// Whether the condition is turned round.
        negated: bool,
        /// The arguments; no conditions among them.
        then: Vec<Argument>,
    },
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable of jobwright itself.
    Environment(String),
    /// A file; line ends at its end do not count.
    File(PathBuf),
    /// A text in the settings file, by its path of keys.
    Setting(Vec<String>),
}

impl Executors {
    /// The command for tasks of an element with a connection of that package.
    pub fn command(&self, element: &str, package: Option<&str>) -> Option<&Command> {
        let mapping = self.elements.get(element)?;
        let of_package = package.and_then(|package| mapping.packages.get(&package.to_lowercase()));
        of_package.or(mapping.command.as_ref())
    }

    /// Elements whose command for all tasks lacks something.
    pub fn incomplete(&self) -> impl Iterator<Item = &'static str> {
        let lacks = |mapping: &Mapping| mapping.command.as_ref().is_some_and(|command| !command.missing.is_empty());
        self.elements.iter().filter(move |(_, mapping)| lacks(mapping)).map(|(element, _)| *element)
    }

    /// Elements every task of which has a whole command.
    pub fn covered(&self) -> impl Iterator<Item = &'static str> {
        let whole = |mapping: &Mapping| mapping.command.as_ref().is_some_and(|command| command.missing.is_empty());
        self.elements.iter().filter(move |(_, mapping)| whole(mapping)).map(|(element, _)| *element)
    }
}
