//! Edits that remove a finding.

use serde::{Deserialize, Serialize};

use crate::source::Location;

/// Whether an edit may be applied without being looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// The meaning that was intended is certain.
    Safe,
    /// A likely intention; look before applying.
    Unsafe,
}

/// Replacement of one place by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub location: Location,
    /// What stands there afterwards, as raw XML.
    pub text: String,
}

/// One or more edits that belong together. They never overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// In the order of their places.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix whose intention is certain.
    pub fn safe(location: Location, text: impl Into<String>) -> Self {
        Self { safety: Safety::Safe, edits: vec![Edit { location, text: text.into() }] }
    }

    /// A fix to look at before applying.
    pub fn risky(location: Location, text: impl Into<String>) -> Self {
        Self { safety: Safety::Unsafe, edits: vec![Edit { location, text: text.into() }] }
    }
}
