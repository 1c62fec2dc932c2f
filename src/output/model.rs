//! Findings as data: the JSON of version 1, which every other format is rendered from.

use serde::Serialize;

use super::positions::Positions;
use crate::finding::{Edit, Finding, Fingerprint, Report, RuleInfo, Safety, Severity, Summary};
use crate::source::{FileId, Location, Position, Sources, Span};

/// Version of the JSON layout.
pub const VERSION: u32 = 1;

/// Who wrote a document.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tool {
    /// The program.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Tool {
    /// This program.
    pub const THIS: Self = Self { name: "jobwright", version: env!("CARGO_PKG_VERSION") };
}

/// All findings of a run.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// Version of the layout.
    pub version: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// The numbers.
    pub summary: Summary,
    /// The findings, by file, offset and rule.
    pub findings: Vec<Item<'a>>,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct Item<'a> {
    /// Name of the rule.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The headline.
    pub message: &'a str,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place<'a>,
    /// A few words beside the place; empty for none.
    pub label: &'a str,
    /// Why it matters.
    pub notes: &'a [String],
    /// What to do.
    pub help: Option<&'a str>,
    /// Places that explain it.
    pub related: Vec<Beside<'a>>,
    /// An edit that removes it.
    pub fix: Option<Patch<'a>>,
    /// Identity over time.
    pub fingerprint: Fingerprint,
    /// The rule's row in the catalogue.
    #[serde(skip)]
    pub info: &'static RuleInfo,
}

/// A place in a file.
#[derive(Debug, Serialize)]
pub struct Place<'a> {
    /// The file as shown.
    pub file: &'a str,
    /// The first character.
    pub start: Position,
    /// After the last character.
    pub end: Position,
    /// The number of the file in this run.
    #[serde(skip)]
    pub id: FileId,
}

impl Place<'_> {
    /// The place in the run's own terms.
    pub fn location(&self) -> Location {
        Location::new(self.id, Span::new(self.start.offset, self.end.offset))
    }
}

/// A place that explains a finding.
#[derive(Debug, Serialize)]
pub struct Beside<'a> {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place<'a>,
    /// What is there.
    pub message: &'a str,
}

/// A fix.
#[derive(Debug, Serialize)]
pub struct Patch<'a> {
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// Edits that belong together.
    pub edits: Vec<Replacement<'a>>,
}

/// A replacement of one place by a text.
#[derive(Debug, Serialize)]
pub struct Replacement<'a> {
    /// The file as shown.
    pub file: &'a str,
    /// First byte.
    pub start: u32,
    /// After the last byte.
    pub end: u32,
    /// What stands there afterwards.
    pub text: &'a str,
    /// The number of the file in this run.
    #[serde(skip)]
    pub id: FileId,
}

impl<'a> Document<'a> {
    /// The report as data.
    pub fn new(report: &'a Report, sources: &'a Sources) -> Self {
        let mut positions = Positions::new(sources);
        let mut place = |at: Location| Place {
            file: &sources.get(at.file).path,
            start: positions.at(at.file, at.span.start),
            end: positions.at(at.file, at.span.end),
            id: at.file,
        };
        let mut item = |(finding, fingerprint): (&'a Finding, &Fingerprint)| Item {
            rule: finding.rule.name,
            severity: finding.severity,
            message: &finding.message,
            place: place(finding.location),
            label: &finding.label,
            notes: &finding.notes,
            help: finding.help.as_deref(),
            related: finding.related.iter().map(|r| Beside { place: place(r.location), message: &r.message }).collect(),
            fix: finding.fix.as_ref().map(|fix| Patch {
                safety: fix.safety,
                edits: fix.edits.iter().map(|edit| Replacement::new(edit, sources)).collect(),
            }),
            fingerprint: *fingerprint,
            info: finding.rule,
        };
        let findings = report.findings.iter().zip(&report.fingerprints).map(&mut item).collect();
        Self { version: VERSION, tool: Tool::THIS, summary: report.summary, findings }
    }
}

impl<'a> Replacement<'a> {
    fn new(edit: &'a Edit, sources: &'a Sources) -> Self {
        let Location { file, span } = edit.location;
        Self { file: &sources.get(file).path, start: span.start, end: span.end, text: &edit.text, id: file }
    }
}
