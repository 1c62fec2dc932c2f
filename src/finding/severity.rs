//! Severities and categories of rules.

use serde::{Deserialize, Serialize};

/// How much a finding matters, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice; never fails a run unless asked for.
    Note,
    /// It works but loses changes, wastes work or hides a failure.
    Warning,
    /// The configuration is rejected or the job does the wrong thing.
    Error,
}

impl Severity {
    /// The lower-case word of configuration files and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A part of the rule catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// The text as XML.
    Syntax,
    /// Elements, attributes and values against the dialect.
    Schema,
    /// Identifiers and what names them.
    References,
    /// Tasks, levels and dependencies of a job.
    JobStructure,
    /// The chain export, prepare, synchronize.
    Synchronization,
    /// Tagging and dirty computation in incremental jobs.
    DirtyMode,
    /// Computation, orders and fulfilment.
    Provisioning,
    /// Cron expressions.
    Schedule,
    /// Scaffoldings and what they generate.
    Scaffolding,
    /// Suppression comments and baselines.
    Directives,
}

impl Category {
    /// All categories in the order of the catalogue.
    pub const ALL: [Self; 10] = [
        Self::Syntax,
        Self::Schema,
        Self::References,
        Self::JobStructure,
        Self::Synchronization,
        Self::DirtyMode,
        Self::Provisioning,
        Self::Schedule,
        Self::Scaffolding,
        Self::Directives,
    ];

    /// The name used by `--select`, `--ignore` and configuration files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Schema => "schema",
            Self::References => "references",
            Self::JobStructure => "job-structure",
            Self::Synchronization => "synchronization",
            Self::DirtyMode => "dirty-mode",
            Self::Provisioning => "provisioning",
            Self::Schedule => "schedule",
            Self::Scaffolding => "scaffolding",
            Self::Directives => "directives",
        }
    }
}
