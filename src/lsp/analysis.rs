//! What the texts of a configuration come to at one moment: first the program, later what rules say of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use super::sound::Doubt;
use super::uri;
use crate::compile::{self, Built};
use crate::config::Config;
use crate::finding::{Finding, Fingerprint, Report};
use crate::ir::Program;
use crate::ir::references::Occurrences;
use crate::plan::{self, Plan};
use crate::rules::Policy;
use crate::rules::baseline::Baseline;
use crate::source::{FileId, Sources};

/// How many elements a small configuration has at most.
const SMALL: usize = 20_000;

/// The program that the texts make.
#[derive(Debug)]
pub(super) struct Analysis {
    built: Built,
    addresses: Vec<Option<String>>,
    elements: usize,
    plan: OnceLock<Plan>,
    written: OnceLock<Option<Program>>,
}

impl Analysis {
    pub(super) fn new(built: Built, addresses: Vec<Option<String>>) -> Self {
        let elements = built.program.documents.iter().map(|document| document.len()).sum();
        Self { built, addresses, elements, plan: OnceLock::new(), written: OnceLock::new() }
    }

    /// The program, scaffoldings expanded.
    pub(super) fn program(&self) -> &Program {
        &self.built.program
    }

    /// What the next program can take over.
    pub(super) fn built(&self) -> &Built {
        &self.built
    }

    /// The address of a file.
    pub(super) fn address(&self, file: FileId) -> Option<&str> {
        self.addresses.get(file.index())?.as_deref()
    }

    /// The file of an address.
    pub(super) fn file(&self, address: &str) -> Option<FileId> {
        let index = self.addresses.iter().position(|known| known.as_deref() == Some(address))?;
        Some(FileId(index as u32))
    }

    /// Who names what, unless finding it out takes a while.
    pub(super) fn occurrences_at_once(&self) -> Option<&Occurrences> {
        let program = &self.built.program;
        if self.is_small() { Some(program.occurrences()) } else { program.known_occurrences() }
    }

    /// Whether it is built anew quickly enough to wait for it while somebody types.
    pub(super) fn is_small(&self) -> bool {
        self.elements <= SMALL
    }

    /// The plan, made when first asked for.
    pub(super) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| plan::build(self.written()))
    }

    /// The program of what is written, without guesses at misspelt attributes: what the commands plan and expand.
    pub(super) fn written(&self) -> &Program {
        self.written.get_or_init(|| compile::as_written(&self.built.program)).as_ref().unwrap_or(&self.built.program)
    }
}

/// What rules say of a program.
#[derive(Debug)]
pub(super) struct Judgement {
    /// The program.
    pub(super) of: Arc<Analysis>,
    /// The texts, and behind them that of the baseline where something is wrong with it.
    pub(super) sources: Sources,
    report: Arc<Report>,
    doubt: Doubt,
}

impl Judgement {
    /// Runs the rules, and takes out what the baseline knows. Nothing where `stop` says so.
    pub(super) fn new(of: Arc<Analysis>, config: Config, folder: &Path, stop: &AtomicBool) -> Option<Self> {
        let mut report = of.built.check(config.clone(), stop)?;
        let mut sources = of.program().sources.clone();
        if let Some((file, baseline)) = baseline(&config, folder) {
            let policy = Policy::new(config);
            let base = file.parent().unwrap_or(Path::new("")).to_owned();
            let matched = baseline.apply(&mut report, &sources, |file| base.join(file).exists());
            baseline.report_stale(&matched, &mut report, &mut sources, &policy);
        }
        Some(Self { of, sources, report: Arc::new(report), doubt: Doubt::default() })
    }

    /// Nothing is said.
    pub(super) fn none(of: Arc<Analysis>) -> Self {
        let sources = of.program().sources.clone();
        Self { of, sources, report: Arc::default(), doubt: Doubt::default() }
    }

    /// The address of a file, that of the baseline among them.
    pub(super) fn address(&self, file: FileId) -> Option<String> {
        if let Some(address) = self.of.address(file) {
            return Some(address.to_owned());
        }
        let is_baseline = file.index() >= self.of.program().sources.len();
        let path = self.sources.get(file).disk.as_ref().filter(|_| is_baseline)?;
        uri::of_path(path).map(|uri| uri.as_str().to_owned())
    }

    /// All findings, those among them that are held back.
    #[cfg(test)]
    pub(super) fn all_findings(&self) -> impl Iterator<Item = (&Finding, &Fingerprint)> {
        self.report.findings.iter().zip(&self.report.fingerprints)
    }

    /// What the rules say, whatever is shown of it.
    pub(super) fn report(&self) -> &Arc<Report> {
        &self.report
    }

    /// Shows other findings than the rules have.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        self.doubt = doubt;
    }

    /// The findings to show with their fingerprints: those of the rules in their order, then those kept from before.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Finding, &Fingerprint)> {
        let all = self.report.findings.iter().zip(&self.report.fingerprints).enumerate();
        let now = all.filter(|(index, _)| !self.doubt.held_back.contains(index)).map(|(_, finding)| finding);
        now.chain(self.doubt.kept.iter().map(|(finding, name)| (finding, name)))
    }
}

fn baseline(config: &Config, folder: &Path) -> Option<(PathBuf, Baseline)> {
    let file = config.check.baseline.clone()?;
    let baseline = Baseline::load(&file).ok()?.seen_from(&file, folder);
    Some((file, baseline))
}
