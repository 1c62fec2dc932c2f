//! The finding model: what every layer above reports with, and what every output format renders.
//!
//! A finding cannot be built without a rule and a place. Its severity is the rule's default until the one policy in
//! `rules::policy` has spoken; no check sets it from configuration.

mod article;
mod fingerprint;
mod fix;
mod headline;
mod nearest;
mod report;
mod severity;

use crate::source::Location;

pub(crate) use article::{article, with_article};
pub use fingerprint::{Fingerprint, fingerprints};
pub use fix::{Edit, Fix, Safety};
pub(crate) use nearest::{nearest, perhaps_meant};
pub use report::{Report, Summary, Totals, sort};
pub use severity::{Category, Severity};

/// What is fixed about a rule: the row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The name, which suppressions, configuration files and SARIF consumers use.
    pub name: &'static str,
    /// The part of the catalogue it stands in.
    pub category: Category,
    /// The severity where nothing else is said.
    pub severity: Severity,
    /// One line: what the rule finds.
    pub summary: &'static str,
}

/// A second place that explains the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The place.
    pub location: Location,
    /// What is there.
    pub message: String,
}

/// One thing found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static RuleInfo,
    /// How much it matters; starts as the rule's default.
    pub severity: Severity,
    /// The place that is underlined.
    pub location: Location,
    /// What is wrong, in one line that stands alone, with the names involved.
    pub message: String,
    /// A few words beside the underlined place; empty for none.
    pub label: String,
    /// Why it matters in operation.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Other places that explain this one.
    pub related: Vec<Related>,
    /// An edit that removes the finding.
    pub fix: Option<Fix>,
    /// The structural place (job, task, attribute …) that the fingerprint is made of instead of a line number.
    pub anchor: String,
    /// Whether the finding's severity was set by the check itself (a case of the rule graver or milder than its
    /// default), for which a configured severity still wins.
    pub severity_is_special: bool,
}

impl Finding {
    /// A finding of `rule` at `location`: `message` says what is wrong in one line that stands alone. Long
    /// text that it quotes is shortened.
    pub fn new(rule: &'static RuleInfo, location: Location, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity,
            location,
            message: headline::shortened(message.into()),
            label: String::new(),
            notes: Vec::new(),
            help: None,
            related: Vec::new(),
            fix: None,
            anchor: String::new(),
            severity_is_special: false,
        }
    }

    /// A few words beside the underlined place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Why it matters in operation.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// What to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Another place that explains this one.
    #[must_use]
    pub fn related(mut self, location: Location, message: impl Into<String>) -> Self {
        self.related.push(Related { location, message: message.into() });
        self
    }

    /// An edit that removes the finding.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The structural place for the fingerprint.
    #[must_use]
    pub fn anchor(mut self, anchor: impl Into<String>) -> Self {
        self.anchor = anchor.into();
        self
    }

    /// Another severity than the rule's default, for a case that the catalogue itself sets apart.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self.severity_is_special = true;
        self
    }
}
