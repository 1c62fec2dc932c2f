//! Baselines: the findings that a configuration is known to have, so that only new ones are reported.
//!
//! An entry is a rule, a file and a structural place with a count, never a line: what moves within a file, or with it to
//! another name, stays known. An entry that matches nothing any more is itself a finding.

mod file;
mod stale;

use std::collections::BTreeMap;

use crate::config::Rebase;
use crate::finding::{Category, Finding, Report, Severity};
use crate::source::{SourceFile, Sources};

use super::Policy;

pub use file::BaselineError;
pub(crate) use stale::RULE as STALE;

/// What makes findings the same over time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// The file, relative to the baseline's folder.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// The structural place, or the message where the finding has none.
    pub place: Place,
}

/// Where in a file a finding is, without lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Elements and identifiers from the root inwards.
    Anchor(String),
    /// The headline, for findings that lie nowhere in the structure.
    Message(String),
}

/// Known findings of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What they are.
    pub known: Known,
    /// How many.
    pub count: usize,
    /// The line of the entry, from 0.
    pub line: usize,
}

/// A baseline file.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// The entries, in the order of the file.
    pub entries: Vec<Entry>,
    /// The file as shown.
    shown: String,
    text: String,
    rebase: Rebase,
}

/// What is left of a baseline's entries.
#[derive(Debug)]
pub struct Matched {
    /// How many findings were known.
    pub known: usize,
    /// For each entry: how many of its findings are gone.
    pub gone: Vec<usize>,
    /// For each entry: whether its file was not judged, so that nothing can be said.
    pub unjudged: Vec<bool>,
}

impl Baseline {
    /// The baseline of everything in `report`: what `text` of a new file is made of.
    pub fn of(report: &Report, sources: &Sources, rebase: Rebase) -> Self {
        let mut counts: BTreeMap<Known, usize> = BTreeMap::new();
        let baseline = Self { rebase, ..Self::default() };
        for finding in report.findings.iter().filter(|finding| takes(finding)) {
            *counts.entry(baseline.known(finding, sources)).or_default() += 1;
        }
        let entries = counts.into_iter().map(|(known, count)| Entry { known, count, line: 0 }).collect();
        Self { entries, ..baseline }
    }

    fn known(&self, finding: &Finding, sources: &Sources) -> Known {
        let shown = &sources.get(finding.location.file).path;
        let place = match finding.anchor.as_str() {
            "" => Place::Message(finding.message.clone()),
            anchor => Place::Anchor(anchor.to_owned()),
        };
        Known { file: self.rebase.apply(shown).into_owned(), rule: finding.rule.name.to_owned(), place }
    }

    /// Takes the known findings out of `report`. `exists` says whether a file of the baseline's folder is there.
    pub fn apply(&self, report: &mut Report, sources: &Sources, exists: impl Fn(&str) -> bool) -> Matched {
        let mut left: Vec<usize> = self.entries.iter().map(|entry| entry.count).collect();
        let mut by_known: BTreeMap<&Known, Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            by_known.entry(&entry.known).or_default().push(index);
        }
        let judged: Vec<String> = {
            let mut files: Vec<String> = sources.iter().map(|(_, file)| self.rebase.apply(&file.path).into_owned()).collect();
            files.sort_unstable();
            files
        };
        let is_judged = |file: &String| judged.binary_search(file).is_ok();
        let mut taken = vec![false; report.findings.len()];
        let open: Vec<(usize, Known)> = (report.findings.iter().enumerate().filter(|(_, finding)| takes(finding)))
            .map(|(index, finding)| (index, self.known(finding, sources)))
            .collect();
        for (index, known) in &open {
            let entry = by_known.get(known).and_then(|entries| entries.iter().find(|&&entry| left[entry] > 0));
            if let Some(&entry) = entry {
                left[entry] -= 1;
                taken[*index] = true;
            }
        }
        // What is left of files that are gone may have moved with them.
        let mut moved: BTreeMap<(&str, &Place), Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.entries.iter().enumerate() {
            if left[index] > 0 && !is_judged(&entry.known.file) && !exists(&entry.known.file) {
                moved.entry((&entry.known.rule, &entry.known.place)).or_default().push(index);
            }
        }
        for (index, known) in &open {
            let entries = moved.get(&(known.rule.as_str(), &known.place));
            let entry = entries.and_then(|entries| entries.iter().find(|&&entry| left[entry] > 0));
            if let Some(&entry) = entry.filter(|_| !taken[*index]) {
                left[entry] -= 1;
                taken[*index] = true;
            }
        }
        let unjudged = |entry: &Entry| !is_judged(&entry.known.file) && exists(&entry.known.file);
        let unjudged = self.entries.iter().map(unjudged).collect();
        let known = taken.iter().filter(|taken| **taken).count();
        let mut taken = taken.into_iter();
        report.retain(|_| !taken.next().unwrap_or(false));
        report.summary.baseline += known;
        Matched { known, gone: left, unjudged }
    }

    /// Adds a `stale-baseline` finding for each entry of which findings are gone, pointing into the baseline's own text.
    pub fn report_stale(&self, matched: &Matched, report: &mut Report, sources: &mut Sources, policy: &Policy) {
        let file = sources.push(SourceFile::new(&*self.shown, &*self.text));
        let mut stale = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let gone = matched.gone[index];
            let judged = super::find(&entry.known.rule).is_none_or(|rule| policy.is_on(&rule.info));
            if gone > 0 && judged && !matched.unjudged[index] {
                stale.push(stale::finding(entry, gone, file, sources.get(file), &self.shown));
            }
        }
        policy.apply(sources, &mut stale);
        report.add(sources, stale);
    }

    /// Takes out what is gone; returns how many findings were.
    pub fn prune(&mut self, matched: &Matched) -> usize {
        let mut pruned = 0;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            if !matched.unjudged[index] {
                pruned += matched.gone[index];
                entry.count -= matched.gone[index].min(entry.count);
            }
        }
        self.entries.retain(|entry| entry.count > 0);
        pruned
    }

    /// How many findings it knows.
    pub fn total(&self) -> usize {
        self.entries.iter().map(|entry| entry.count).sum()
    }
}

/// Whether a baseline may know a finding: a text that is not XML stays an error, and a baseline does not excuse itself.
fn takes(finding: &Finding) -> bool {
    let broken = finding.rule.category == Category::Syntax && finding.severity == Severity::Error;
    !broken && finding.rule.name != STALE.info.name
}
