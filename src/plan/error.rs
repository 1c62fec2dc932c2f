//! Why a plan cannot be used.

use super::model::PLAN_VERSION;

/// Why a plan cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The text is no JSON, or breaks off.
    #[error("the plan is not JSON: line {line}, column {column}: {message}")]
    NotJson {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the reader says.
        message: String,
    },
    /// JSON, but of something else.
    #[error("this is JSON, but no plan: {message}")]
    NotAPlan {
        /// What is missing or of the wrong type, with its place where it is known.
        message: String,
    },
    /// Written by a later jobwright.
    #[error("the plan is of version {found}, and this jobwright reads version {PLAN_VERSION}")]
    Newer {
        /// The plan's version.
        found: u64,
    },
    /// Written by an earlier jobwright whose plans are no longer read.
    #[error("the plan is of version {found}, which this jobwright no longer reads (it reads version {PLAN_VERSION})")]
    Older {
        /// The plan's version.
        found: u64,
    },
    /// Changed after it was compiled.
    #[error("the plan says digest {stated}, but its content has {computed}: it was changed after it was compiled")]
    Digest {
        /// The digest in the plan.
        stated: String,
        /// The digest of what the plan holds.
        computed: String,
    },
}

impl PlanError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotJson { .. } => "the file is damaged or no plan: compile it again with `jobwright plan -o FILE`",
            Self::NotAPlan { .. } => "compile a plan with `jobwright plan -o FILE`",
            Self::Newer { .. } => "use the jobwright that wrote it, or a later one",
            Self::Older { .. } => "compile the configuration again with `jobwright plan -o FILE`",
            Self::Digest { .. } => {
                "a plan is not edited by hand: change the configuration and compile it again with `jobwright plan -o FILE`"
            }
        }
    }
}
