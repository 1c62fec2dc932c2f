//! A small report for the tests of the formats.

use super::{Context, Format, render};
use crate::finding::{Category, Finding, Fix, Report, RuleInfo, Severity, Totals};
use crate::source::{FileId, Location, SourceFile, Sources, Span};

pub(super) static DIRTY: RuleInfo = RuleInfo {
    name: "dirty-without-flag",
    category: Category::DirtyMode,
    severity: Severity::Error,
    summary: "a Dirty task without a flag task before it",
};
pub(super) static UNKNOWN: RuleInfo = RuleInfo {
    name: "unknown-attribute",
    category: Category::Schema,
    severity: Severity::Error,
    summary: "an attribute that the element does not have",
};
pub(super) static ADVICE: RuleInfo =
    RuleInfo { name: "unused-task", category: Category::References, severity: Severity::Note, summary: "a task no job runs" };

/// The place of `part` in file `id`.
pub(super) fn place(sources: &Sources, id: u32, part: &str) -> Location {
    let start = sources.get(FileId(id)).text.find(part).unwrap() as u32;
    Location::new(FileId(id), Span::new(start, start + part.len() as u32))
}

/// Two files with accents, tabs, wide characters and CRLF, and a finding of each severity.
pub(super) fn sample() -> (Sources, Report) {
    let jobs = "<Job Identifier=\"Été\">\r\n\t<ComputeRoleModelTask Name=\"漢字 é\" Dirty=\"true\"/>\r\n</Job>\r\n";
    let tasks = "<InvokeExpressionTask Identifer=\"Nettoyé\"/>\n";
    let sources = Sources::new(vec![SourceFile::new("AD/Jobs.xml", jobs), SourceFile::new("AD/Role Model.xml", tasks)]);
    let findings = vec![
        Finding::new(&UNKNOWN, place(&sources, 1, "Identifer"), "InvokeExpressionTask has no attribute `Identifer`")
            .label("not an attribute")
            .help("write `Identifier`")
            .fix(Fix::safe(place(&sources, 1, "Identifer"), "Identifier"))
            .anchor("InvokeExpressionTask/@Identifer"),
        Finding::new(&DIRTY, place(&sources, 0, "Dirty"), "Dirty without a flag task before it in job `Été`")
            .label("nothing is flagged here")
            .note("The task computes only what was flagged; with no SetRecentlyModifiedFlagTask before it that is nothing, so every change of the day is lost without a word.")
            .help("put a SetRecentlyModifiedFlagTask before it:\n    <SetRecentlyModifiedFlagTask Identifier=\"Flag\"/>")
            .related(place(&sources, 0, "Job"), "the job")
            .related(place(&sources, 1, "InvokeExpressionTask"), "the only task before it")
            .anchor("Été/漢字"),
        Finding::new(&ADVICE, place(&sources, 1, "Nettoyé"), "no job runs `Nettoyé`").severity(Severity::Warning),
    ];
    let report = Report::new(&sources, findings, Totals { files: 2, elements: 3, suppressed: 1, baseline: 0 });
    (sources, report)
}

/// The sample in a format, with the version left out.
pub(super) fn rendered(format: Format) -> String {
    let (sources, report) = sample();
    let page: fn(&str) -> Option<&'static str> = |rule| (rule == "unused-task").then_some("# unused-task\n\nRuns never.\n");
    let context = Context { rules: &[&DIRTY, &UNKNOWN, &ADVICE], page, color: false, width: 80, summary: true, jobs: &[] };
    let mut out = Vec::new();
    render(format, &report, &sources, &context, &mut out).unwrap();
    String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]")
}
