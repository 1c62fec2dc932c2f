//! What the texts of a configuration come to at one moment: first the program, later what rules say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use super::uri;
use crate::compile::Built;
use crate::config::Config;
use crate::finding::{Category, Finding, Fingerprint, Report};
use crate::ir::Program;
use crate::ir::references::Occurrences;
use crate::plan::{self, Plan};
use crate::rules::Policy;
use crate::rules::baseline::Baseline;
use crate::source::{FileId, Location, Sources, Span};
use crate::syntax::Document;

/// How many elements a small configuration has at most.
const SMALL: usize = 20_000;

/// The program that the texts make.
#[derive(Debug)]
pub(super) struct Analysis {
    built: Built,
    addresses: Vec<Option<String>>,
    elements: usize,
    plan: OnceLock<Plan>,
}

impl Analysis {
    pub(super) fn new(built: Built, addresses: Vec<Option<String>>) -> Self {
        let elements = built.program.documents.iter().map(|document| document.len()).sum();
        Self { built, addresses, elements, plan: OnceLock::new() }
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
        self.plan.get_or_init(|| plan::build(&self.built.program))
    }
}

/// What rules say of a program.
#[derive(Debug)]
pub(super) struct Judgement {
    /// The program.
    pub(super) of: Arc<Analysis>,
    /// The texts, and behind them that of the baseline where something is wrong with it.
    pub(super) sources: Sources,
    report: Report,
    /// Findings that are not shown for now, by their place among all.
    held_back: BTreeSet<usize>,
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
        Some(Self { of, sources, report, held_back: BTreeSet::new() })
    }

    /// Nothing is said.
    pub(super) fn none(of: Arc<Analysis>) -> Self {
        let sources = of.program().sources.clone();
        Self { of, sources, report: Report::default(), held_back: BTreeSet::new() }
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

    /// The findings to show with their fingerprints.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Finding, &Fingerprint)> {
        let all = self.report.findings.iter().zip(&self.report.fingerprints).enumerate();
        all.filter(|(index, _)| !self.held_back.contains(index)).map(|(_, finding)| finding)
    }
}

fn baseline(config: &Config, folder: &Path) -> Option<(PathBuf, Baseline)> {
    let file = config.check.baseline.clone()?;
    let baseline = Baseline::load(&file).ok()?.seen_from(&file, folder);
    Some((file, baseline))
}

/// What was found when every text was last well-formed.
#[derive(Debug, Default)]
pub(super) struct Sound {
    known: rustc_hash::FxHashSet<Fingerprint>,
    /// The texts at that time.
    sources: Sources,
}

impl Sound {
    /// Holds back what a broken text may have brought about: findings that nobody knew when all texts were well-formed, in
    /// files that did not change since, and in a broken file away from where it did.
    pub(super) fn apply(&mut self, judgement: &mut Judgement) {
        let program = judgement.of.program();
        // Text between elements is a tag whose `<` is not there yet.
        let is_whole = |document: &Document| document.errors().is_empty() && document.texts().is_empty();
        if program.documents.iter().all(|document| is_whole(document)) {
            self.known = judgement.report.fingerprints.iter().copied().collect();
            self.sources = program.sources.clone();
            return;
        }
        let before: rustc_hash::FxHashMap<&str, &str> =
            self.sources.iter().map(|(_, file)| (file.path.as_str(), file.text.as_str())).collect();
        let mut changes: BTreeMap<FileId, Change> = BTreeMap::new();
        let mut doubtful = |finding: &Finding| {
            let Location { file, span } = finding.location;
            let source = judgement.sources.get(file);
            let change = || before.get(source.path.as_str()).map_or(Change::New, |before| Change::between(before, &source.text));
            let is_broken = program.documents.get(file.index()).is_some_and(|document| !is_whole(document));
            let is_about_text = finding.rule.category == Category::Syntax || finding.rule.name == "stray-text";
            match *changes.entry(file).or_insert_with(change) {
                Change::New => false,
                Change::Nothing => true,
                Change::In(lines) => is_broken && !is_about_text && (span.end < lines.start || lines.end < span.start),
            }
        };
        let findings = judgement.report.findings.iter().zip(&judgement.report.fingerprints).enumerate();
        let held_back: BTreeSet<usize> = findings
            .filter(|(_, (finding, fingerprint))| !self.known.contains(fingerprint) && doubtful(finding))
            .map(|(index, _)| index)
            .collect();
        judgement.held_back = held_back;
    }
}

/// How a text differs from what it was when all was well-formed.
#[derive(Clone, Copy, Debug)]
enum Change {
    /// There was none.
    New,
    /// It does not.
    Nothing,
    /// In these lines.
    In(Span),
}

impl Change {
    fn between(before: &str, text: &str) -> Self {
        if std::ptr::eq(before, text) || before == text {
            return Self::Nothing;
        }
        let same = |(a, b): &(u8, u8)| a == b;
        let (old, new) = (before.as_bytes(), text.as_bytes());
        let start = old.iter().copied().zip(new.iter().copied()).take_while(same).count();
        let most = old.len().min(new.len()) - start;
        let end = old.iter().rev().copied().zip(new.iter().rev().copied()).take(most).take_while(same).count();
        let (start, end) = (start, new.len() - end);
        let line = new[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let line_end = new[end..].iter().position(|&byte| byte == b'\n').map_or(new.len(), |at| end + at);
        Self::In(Span::new(line as u32, line_end as u32))
    }
}
