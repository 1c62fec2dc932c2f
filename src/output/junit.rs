//! `JUnit` XML: a file is a suite; each of its errors and warnings a failed case, each note a passed one.

use std::io::{self, Write};

use super::escape::xml;
use super::model::{Document, Item, Tool};
use crate::finding::Severity;

pub(super) fn render(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let failures = document.summary.errors + document.summary.warnings;
    // A report without any case reads as "nothing was run".
    let tests = document.findings.len().max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">", Tool::THIS.name)?;
    for suite in document.findings.chunk_by(|a, b| a.place.id == b.place.id) {
        let failed = suite.iter().filter(|finding| finding.severity != Severity::Note).count();
        let file = xml(suite[0].place.file);
        writeln!(out, "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\">", suite.len())?;
        for finding in suite {
            case(finding, &file, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if document.findings.is_empty() {
        writeln!(out, "  <testsuite name=\"check\" tests=\"1\" failures=\"0\" errors=\"0\">")?;
        writeln!(out, "    <testcase name=\"nothing found\" classname=\"{}\"/>", Tool::THIS.name)?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(finding: &Item<'_>, file: &str, out: &mut dyn Write) -> io::Result<()> {
    let start = finding.place.start;
    let at = format!("{} at {}:{}", finding.rule, start.line, start.column);
    writeln!(out, "    <testcase name=\"{at}\" classname=\"{file}\" file=\"{file}\" line=\"{}\">", start.line)?;
    let lines = std::iter::once(finding.message).chain(finding.notes.iter().map(String::as_str)).chain(finding.help);
    let text: Vec<String> = lines.map(xml).collect();
    let text = text.join("\n");
    match finding.severity {
        Severity::Note => writeln!(out, "      <system-out>{text}</system-out>")?,
        severity => {
            let (kind, message) = (severity.name(), xml(finding.message));
            writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>")?;
        }
    }
    writeln!(out, "    </testcase>")
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Format, render, testing};
    use crate::finding::Report;
    use crate::source::Sources;

    #[test]
    fn a_suite_a_file() {
        insta::assert_snapshot!(testing::rendered(Format::Junit), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="jobwright" tests="3" failures="3" errors="0">
          <testsuite name="AD/Jobs.xml" tests="1" failures="1" errors="0">
            <testcase name="dirty-without-flag at 2:36" classname="AD/Jobs.xml" file="AD/Jobs.xml" line="2">
              <failure type="error" message="Dirty without a flag task before it in job `Été`">Dirty without a flag task before it in job `Été`
        The task computes only what was flagged; with no SetRecentlyModifiedFlagTask before it that is nothing, so every change of the day is lost without a word.
        put a SetRecentlyModifiedFlagTask before it:&#10;    &lt;SetRecentlyModifiedFlagTask Identifier=&quot;Flag&quot;/&gt;</failure>
            </testcase>
          </testsuite>
          <testsuite name="AD/Role Model.xml" tests="2" failures="2" errors="0">
            <testcase name="unknown-attribute at 1:23" classname="AD/Role Model.xml" file="AD/Role Model.xml" line="1">
              <failure type="error" message="InvokeExpressionTask has no attribute `Identifer`">InvokeExpressionTask has no attribute `Identifer`
        write `Identifier`</failure>
            </testcase>
            <testcase name="unused-task at 1:34" classname="AD/Role Model.xml" file="AD/Role Model.xml" line="1">
              <failure type="warning" message="no job runs `Nettoyé`">no job runs `Nettoyé`</failure>
            </testcase>
          </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_clean_run_has_one_case_that_passed() {
        let mut out = Vec::new();
        render(Format::Junit, &Report::default(), &Sources::default(), &Context::default(), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("<testcase name=\"nothing found\""));
    }
}
