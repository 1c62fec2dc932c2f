//! The outcome of a check: findings in their one order, counted and named.

use std::cmp::Ordering;

use serde::Serialize;

use super::{Finding, Fingerprint, Severity, fingerprint};
use crate::source::Sources;

/// What a run looked at and what it found, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Files judged.
    pub files: usize,
    /// Elements in them.
    pub elements: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are notes.
    pub notes: usize,
    /// Findings silenced by comments.
    pub suppressed: usize,
    /// Findings known from a baseline.
    pub baseline: usize,
    /// Findings counted above but not listed, because only so many were asked for.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// The numbers of a run that its findings do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files judged.
    pub files: usize,
    /// Elements in them.
    pub elements: usize,
    /// Findings silenced by comments, not listed.
    pub suppressed: usize,
    /// Findings known from a baseline, not listed.
    pub baseline: usize,
}

/// The findings of a run by file, offset and rule, with their fingerprints.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The numbers.
    pub summary: Summary,
    /// The findings, sorted.
    pub findings: Vec<Finding>,
    /// The fingerprint of each finding, in the same order.
    pub fingerprints: Vec<Fingerprint>,
}

impl Report {
    /// Sorts, counts and names the findings.
    pub fn new(sources: &Sources, mut findings: Vec<Finding>, totals: Totals) -> Self {
        sort(sources, &mut findings);
        let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let summary = Summary {
            files: totals.files,
            elements: totals.elements,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            suppressed: totals.suppressed,
            baseline: totals.baseline,
            left_out: 0,
        };
        let fingerprints = fingerprint::fingerprints(sources, &findings);
        Self { summary, findings, fingerprints }
    }

    /// Keeps the findings that `wanted` says yes to, with their fingerprints, and counts again.
    pub fn retain(&mut self, mut wanted: impl FnMut(&Finding) -> bool) {
        let pairs = std::mem::take(&mut self.findings).into_iter().zip(std::mem::take(&mut self.fingerprints));
        (self.findings, self.fingerprints) = pairs.filter(|(finding, _)| wanted(finding)).unzip();
        self.recount();
    }

    /// Adds findings of rules that have found nothing yet, each at its place in the order.
    pub fn add(&mut self, sources: &Sources, findings: Vec<Finding>) {
        let named = fingerprint::fingerprints(sources, &findings);
        let pairs = std::mem::take(&mut self.findings).into_iter().zip(std::mem::take(&mut self.fingerprints));
        let mut pairs: Vec<_> = pairs.chain(findings.into_iter().zip(named)).collect();
        pairs.sort_by(|(a, _), (b, _)| order(sources, a, b));
        (self.findings, self.fingerprints) = pairs.into_iter().unzip();
        self.recount();
    }

    /// Lists at most `most` findings, the gravest; the numbers still tell of all.
    pub fn limit(&mut self, most: usize) {
        let mut ranks: Vec<usize> = (0..self.findings.len()).collect();
        ranks.sort_by_key(|&index| (std::cmp::Reverse(self.findings[index].severity), index));
        let mut kept = vec![false; ranks.len()];
        ranks.iter().take(most).for_each(|&index| kept[index] = true);
        let summary = self.summary;
        let mut kept = kept.into_iter();
        self.retain(|_| kept.next().unwrap_or(false));
        self.summary = Summary { left_out: summary.left_out + ranks.len() - self.findings.len(), ..summary };
    }

    fn recount(&mut self) {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
        self.summary = Summary { errors, warnings, notes, ..self.summary };
    }

    /// Whether something was found that is at least as grave as `level`.
    pub fn fails(&self, level: Severity) -> bool {
        let Summary { errors, warnings, notes, .. } = self.summary;
        let counted = [(Severity::Error, errors), (Severity::Warning, warnings), (Severity::Note, notes)];
        counted.iter().any(|&(severity, count)| severity >= level && count > 0)
    }
}

/// The order of findings everywhere: file, offset, rule; then what is left to differ in, so that the order in which
/// checks ran never shows.
pub fn sort(sources: &Sources, findings: &mut [Finding]) {
    findings.sort_by(|a, b| order(sources, a, b));
}

fn order(sources: &Sources, a: &Finding, b: &Finding) -> Ordering {
    let key = |f: &Finding| (f.location.span.start, f.rule.name, f.location.span.end);
    let by_path = || sources.get(a.location.file).path.cmp(&sources.get(b.location.file).path);
    let file = if a.location.file == b.location.file { Ordering::Equal } else { by_path() };
    file.then_with(|| a.location.file.cmp(&b.location.file))
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| a.message.cmp(&b.message))
        .then_with(|| a.anchor.cmp(&b.anchor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Category, RuleInfo};
    use crate::source::{FileId, Location, SourceFile, Span};

    static RULE: RuleInfo = RuleInfo { name: "b-rule", category: Category::Schema, severity: Severity::Warning, summary: "" };
    static FIRST: RuleInfo = RuleInfo { name: "a-rule", category: Category::Schema, severity: Severity::Note, summary: "" };

    #[test]
    fn findings_stand_in_order_of_path_offset_rule_whatever_came_first() {
        let sources = Sources::new(vec![SourceFile::new("z.xml", "<a/>"), SourceFile::new("a.xml", "<a/>")]);
        let at = |rule, file, start| Finding::new(rule, Location::new(FileId(file), Span::new(start, start + 1)), "m");
        let mut findings = vec![at(&RULE, 0, 0), at(&RULE, 1, 2), at(&RULE, 1, 0), at(&FIRST, 1, 2), at(&RULE, 1, 2)];
        let report = Report::new(&sources, findings.clone(), Totals { files: 2, ..Totals::default() });
        let order: Vec<_> = report.findings.iter().map(|f| (f.location.file.0, f.location.span.start, f.rule.name)).collect();
        assert_eq!(order, [(1, 0, "b-rule"), (1, 2, "a-rule"), (1, 2, "b-rule"), (1, 2, "b-rule"), (0, 0, "b-rule")]);
        assert_eq!((report.summary.warnings, report.summary.notes, report.summary.files), (4, 1, 2));
        assert!(report.fails(Severity::Warning) && !report.fails(Severity::Error));

        let mut unique = report.fingerprints.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), 5, "equal findings get names of their own");
        findings.reverse();
        let again = Report::new(&sources, findings, Totals::default());
        assert_eq!(again.fingerprints, report.fingerprints);
    }
}
