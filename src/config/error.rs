//! Why a configuration file is not used.

use std::path::PathBuf;

use crate::finding::{Category, Finding, Report, RuleInfo, Severity, Totals};
use crate::source::Sources;

/// The name under which problems of the configuration file are shown. It is no rule of the catalogue: nothing can
/// silence it.
pub static PROBLEM: RuleInfo = RuleInfo {
    name: "configuration",
    category: Category::Directives,
    severity: Severity::Error,
    summary: "jobwright.toml holds something that has no meaning",
};

/// Why a configuration file is not used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such text.
    #[error("the configuration file `{}` cannot be read: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        message: String,
    },
    /// Some of it has no meaning.
    #[error("the configuration file has {} problems", .0.findings.len())]
    Invalid(Box<Refused>),
}

/// The problems of a configuration file, each with its place in the text.
#[derive(Debug)]
pub struct Refused {
    /// The one text.
    pub sources: Sources,
    /// The problems, by place.
    pub findings: Vec<Finding>,
}

impl Refused {
    /// The problems as a report that every output format can render.
    pub fn report(&self) -> Report {
        Report::new(&self.sources, self.findings.clone(), Totals { files: 1, ..Totals::default() })
    }
}

impl From<Box<Refused>> for ConfigError {
    fn from(refused: Box<Refused>) -> Self {
        Self::Invalid(refused)
    }
}
