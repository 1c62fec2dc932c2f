//! Findings and runs out: one file per format; those of findings are all rendered from [`model::Document`], so that no
//! two formats can disagree.
//!
//! A renderer writes to any [`io::Write`] and knows nothing of the command line.

mod checkstyle;
mod concise;
mod error;
mod escape;
mod full;
mod github;
mod gitlab;
mod html;
mod inspect;
mod json;
mod junit;
pub mod model;
mod positions;
mod run;
mod sarif;
mod schema;
mod snippet;
mod statistics;
mod summary;
#[cfg(test)]
mod testing;
mod wrap;

use std::io;

use crate::finding::{Report, RuleInfo};
use crate::plan::model::Job;
use crate::source::Sources;

pub use error::{Failure, render_failure};
pub use escape::printable;
pub use inspect::{Inspected, render_inspected};
pub use run::{RunFormat, render_run, render_waiting};
pub use schema::{EVENTS, INSPECT, REPORT, SCHEMA};
pub use statistics::statistics;
pub use summary::headline;
pub(crate) use wrap::fill;

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Drawn into the source text, for people.
    #[default]
    Full,
    /// One line each.
    Concise,
    /// One JSON document, version 1.
    Json,
    /// One JSON object a line: the findings, then the summary.
    Jsonl,
    /// SARIF 2.1.0, for code-scanning pages.
    Sarif,
    /// Workflow commands of GitHub Actions, shown on the pull request.
    Github,
    /// A GitLab code-quality report.
    Gitlab,
    /// A `JUnit` test report: a file is a suite, a finding a failure.
    Junit,
    /// The XML of Checkstyle, which many CI servers read.
    Checkstyle,
    /// One page for a browser, with filters and the graphs of the jobs.
    Html,
}

impl Format {
    /// All formats in the order of the help text.
    pub const ALL: [Self; 10] = [
        Self::Full,
        Self::Concise,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Html,
    ];

    /// The word of the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Html => "html",
        }
    }

    /// Whether a program reads it rather than a person.
    pub const fn is_data(self) -> bool {
        !matches!(self, Self::Full | Self::Concise)
    }

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// What a renderer needs beside the findings.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// All rules, for formats that carry their descriptions.
    pub rules: &'a [&'static RuleInfo],
    /// The page of a rule as Markdown.
    pub page: fn(&str) -> Option<&'static str>,
    /// Whether to colour (format `full` and `concise`).
    pub color: bool,
    /// Columns of the terminal, or how wide lines may get where there is none.
    pub width: usize,
    /// Whether the text formats end with the numbers.
    pub summary: bool,
    /// The jobs, for formats that draw them.
    pub jobs: &'a [Job],
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self { rules: &[], page: |_| None, color: false, width: 120, summary: true, jobs: &[] }
    }
}

/// Writes a report. The error is that of `out`.
pub fn render(
    format: Format,
    report: &Report,
    sources: &Sources,
    context: &Context<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let document = model::Document::new(report, sources);
    match format {
        Format::Full => full::render(&document, sources, context, out),
        Format::Concise => concise::render(&document, context, out),
        Format::Json => json::render(&document, out),
        Format::Jsonl => json::render_lines(&document, out),
        Format::Sarif => sarif::render(&document, sources, context, out),
        Format::Github => github::render(&document, out),
        Format::Gitlab => gitlab::render(&document, out),
        Format::Junit => junit::render(&document, out),
        Format::Checkstyle => checkstyle::render(&document, out),
        Format::Html => html::render(&document, sources, context, out),
    }
}
