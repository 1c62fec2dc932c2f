//! Findings as diagnostics, sent only where they differ from what the client has.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{Hash, Hasher};

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString, Position,
    PublishDiagnosticsParams,
};
use rustc_hash::FxHasher;

use super::analysis::Judgement;
use super::configuration::Configuration;
use super::encoding::Encoding;
use super::virtual_documents::rule_address;
use super::workspace::Workspace;
use crate::config::ConfigError;
use crate::finding::{Finding, Fingerprint, Severity};
use crate::source::{Location, Sources};

/// What the client was told, by address.
#[derive(Debug, Default)]
pub(super) struct Published {
    told: BTreeMap<String, Told>,
}

/// What the client was told of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    version: Option<i32>,
    /// A hash of all that was said: most of what is found is the same after a keystroke, and need not be put into words
    /// to know that.
    said: u64,
    /// Whether there was nothing to say.
    nothing: bool,
}

/// A finding with what it was found by.
type Found<'w> = (&'w Judgement, &'w Finding, &'w Fingerprint);

impl Published {
    /// What to tell the client now that everything is judged. Documents of which nothing is said any more are told so once.
    pub(super) fn update(&mut self, workspace: &Workspace) -> Vec<PublishDiagnosticsParams> {
        let encoding = workspace.encoding;
        let mut found: BTreeMap<String, Vec<Found<'_>>> = BTreeMap::new();
        for judgement in workspace.configurations().iter().filter_map(Configuration::judged) {
            let findings: Vec<_> = judgement.findings().collect();
            for of_file in findings.chunk_by(|(a, _), (b, _)| a.location.file == b.location.file) {
                let Some(address) = judgement.address(of_file[0].0.location.file) else { continue };
                found.entry(address).or_default().extend(of_file.iter().map(|(finding, name)| (judgement, *finding, *name)));
            }
        }
        for findings in found.values_mut() {
            findings.sort_by_key(|(_, finding, _)| finding.location.span.start);
        }
        // Of an open document its newest text is told to be judged, even where nothing is wrong with it.
        let known = self.told.keys().map(String::as_str).chain(workspace.documents.iter().map(|(address, _)| address));
        for address in known {
            if !found.contains_key(address) {
                found.insert(address.to_owned(), Vec::new());
            }
        }
        let mut told = BTreeMap::new();
        let mut messages = Vec::new();
        let mut tell = |address: String, now: Told, diagnostics: &dyn Fn() -> Vec<Diagnostic>| {
            if self.told.get(&address) != Some(&now)
                && let Ok(uri) = address.parse()
            {
                messages.push(PublishDiagnosticsParams { uri, diagnostics: diagnostics(), version: now.version });
            }
            if now.version.is_some() || !now.nothing {
                told.insert(address, now);
            }
        };
        let version = |address: &str| workspace.documents.get(address).map(|document| document.version);
        for one in workspace.configurations() {
            if let Some(error) = &one.refused
                && let Some(uri) = super::uri::of_path(&one.config_file())
            {
                let address = uri.as_str().to_owned();
                found.remove(&address);
                let said = hash(&format!("{error:?}"));
                let now = Told { version: version(&address), said, nothing: false };
                tell(address, now, &|| refused(encoding, error));
            }
        }
        for (address, findings) in found {
            let said = hash_of(encoding, &findings);
            let now = Told { version: version(&address), said, nothing: findings.is_empty() };
            tell(address, now, &|| findings.iter().map(|found| named(encoding, *found)).collect());
        }
        self.told = told;
        messages
    }
}

fn named(encoding: Encoding, (judgement, finding, name): Found<'_>) -> Diagnostic {
    Diagnostic { data: Some(name.to_string().into()), ..diagnostic(encoding, judgement, finding) }
}

/// A hash of everything that is said of a document.
fn hash_of(encoding: Encoding, findings: &[Found<'_>]) -> u64 {
    let mut hasher = FxHasher::default();
    for (judgement, finding, name) in findings {
        let mut at = |location: Location| {
            let source = judgement.sources.get(location.file);
            let range = encoding.range(source, location.span);
            let Position { line, character } = range.start;
            (&source.path, line, character, range.end.line, range.end.character).hash(&mut hasher);
        };
        at(finding.location);
        finding.related.iter().for_each(|related| at(related.location));
        finding.related.iter().for_each(|related| related.message.hash(&mut hasher));
        (finding.rule.name, finding.severity, &finding.message, &finding.notes, &finding.help, name).hash(&mut hasher);
    }
    hasher.finish()
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A finding as a diagnostic.
pub(super) fn diagnostic(encoding: Encoding, judgement: &Judgement, finding: &Finding) -> Diagnostic {
    let sources = &judgement.sources;
    let related = finding.related.iter().filter_map(|related| {
        let location = place(encoding, judgement, related.location)?;
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    });
    let related: Vec<_> = related.collect();
    Diagnostic { related_information: (!related.is_empty()).then_some(related), ..plain(encoding, sources, finding) }
}

fn plain(encoding: Encoding, sources: &Sources, finding: &Finding) -> Diagnostic {
    let rule = finding.rule.name;
    let mut message = finding.message.clone();
    for note in &finding.notes {
        let _ = write!(message, "\n{note}");
    }
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    let tag = match rule {
        _ if rule.starts_with("unused-") => Some(DiagnosticTag::UNNECESSARY),
        "deprecated" | "old-name" => Some(DiagnosticTag::DEPRECATED),
        _ => None,
    };
    Diagnostic {
        range: encoding.range(sources.get(finding.location.file), finding.location.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(rule.to_owned())),
        code_description: rule_address(rule).map(|href| CodeDescription { href }),
        source: Some("jobwright".to_owned()),
        message,
        tags: tag.map(|tag| vec![tag]),
        ..Diagnostic::default()
    }
}

fn place(encoding: Encoding, judgement: &Judgement, at: Location) -> Option<lsp_types::Location> {
    let uri = judgement.address(at.file)?.parse().ok()?;
    Some(lsp_types::Location { uri, range: encoding.range(judgement.sources.get(at.file), at.span) })
}

/// What is wrong with jobwright's own configuration.
fn refused(encoding: Encoding, error: &ConfigError) -> Vec<Diagnostic> {
    match error {
        ConfigError::Invalid(refused) => {
            refused.findings.iter().map(|finding| plain(encoding, &refused.sources, finding)).collect()
        }
        ConfigError::Unreadable { .. } => vec![Diagnostic {
            severity: Some(DiagnosticSeverity::ERROR),
            source: Some("jobwright".to_owned()),
            message: error.to_string(),
            ..Diagnostic::default()
        }],
    }
}
