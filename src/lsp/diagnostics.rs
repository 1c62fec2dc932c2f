//! Findings as diagnostics, sent only where they differ from what the client has.

use std::collections::BTreeMap;
use std::fmt::Write;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString,
    PublishDiagnosticsParams,
};

use super::analysis::Judgement;
use super::encoding::Encoding;
use super::virtual_documents::rule_address;
use super::workspace::Workspace;
use crate::config::ConfigError;
use crate::finding::{Finding, Severity};
use crate::source::{Location, Sources};

/// What the client was told, by address.
#[derive(Debug, Default)]
pub(super) struct Published {
    told: BTreeMap<String, (Option<i32>, Vec<Diagnostic>)>,
}

impl Published {
    /// What to tell the client now that everything is judged. Documents of which nothing is said any more are told so once.
    pub(super) fn update(&mut self, workspace: &Workspace) -> Vec<PublishDiagnosticsParams> {
        let mut found: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for judgement in workspace.configurations().iter().filter_map(|one| one.judged()) {
            for (finding, fingerprint) in judgement.findings() {
                let Some(address) = judgement.address(finding.location.file) else { continue };
                let mut diagnostic = diagnostic(workspace.encoding, judgement, finding);
                diagnostic.data = Some(fingerprint.to_string().into());
                found.entry(address).or_default().push(diagnostic);
            }
        }
        for one in workspace.configurations() {
            if let Some(error) = &one.refused
                && let Some(uri) = super::uri::of_path(&one.config_file())
            {
                found.insert(uri.as_str().to_owned(), refused(workspace.encoding, error));
            }
        }
        for address in self.told.keys() {
            found.entry(address.clone()).or_default();
        }
        // Of an open document its newest text is told to be judged, even where nothing is wrong with it.
        for (address, _) in workspace.documents.iter() {
            found.entry(address.to_owned()).or_default();
        }
        let mut messages = Vec::new();
        let mut told = BTreeMap::new();
        for (address, diagnostics) in found {
            let version = workspace.documents.get(&address).map(|document| document.version);
            let now = (version, diagnostics);
            if self.told.get(&address) != Some(&now)
                && let Ok(uri) = address.parse()
            {
                messages.push(PublishDiagnosticsParams { uri, diagnostics: now.1.clone(), version });
            }
            if version.is_some() || !now.1.is_empty() {
                told.insert(address, now);
            }
        }
        self.told = told;
        messages
    }
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
