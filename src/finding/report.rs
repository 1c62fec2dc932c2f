//! The outcome of a check: findings in their one order, counted and named.

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
        };
        let fingerprints = fingerprint::fingerprints(sources, &findings);
        Self { summary, findings, fingerprints }
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
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.location.span.start, f.rule.name, f.location.span.end);
        let by_path = || sources.get(a.location.file).path.cmp(&sources.get(b.location.file).path);
        let file = if a.location.file == b.location.file { std::cmp::Ordering::Equal } else { by_path() };
        file.then_with(|| a.location.file.cmp(&b.location.file))
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.message.cmp(&b.message))
            .then_with(|| a.anchor.cmp(&b.anchor))
    });
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
