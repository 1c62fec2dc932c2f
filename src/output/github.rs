//! Workflow commands: GitHub Actions shows them on the lines of a pull request.

use std::io::{self, Write};

use super::model::Document;
use crate::finding::Severity;

pub(super) fn render(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &document.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let (start, end) = (finding.place.start, finding.place.end);
        write!(out, "::{command} title={},file={},line={}", property(finding.rule), property(finding.place.file), start.line)?;
        // Columns are only taken where the place stays on one line.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        } else {
            write!(out, ",endLine={}", end.line)?;
        }
        write!(out, "::{}", data(finding.message))?;
        for line in finding.notes.iter().map(String::as_str).chain(finding.help) {
            write!(out, "%0A{}", data(line))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};
    use super::*;

    #[test]
    fn a_command_a_finding_with_nothing_that_ends_it_early() {
        assert_eq!(property("50%,\na:b"), "50%25%2C%0Aa%3Ab");
        insta::assert_snapshot!(testing::rendered(Format::Github), @r#"
        ::error title=dirty-without-flag,file=AD/Jobs.xml,line=2,col=36,endColumn=41::Dirty without a flag task before it in job `Été`%0AThe task computes only what was flagged; with no SetRecentlyModifiedFlagTask before it that is nothing, so every change of the day is lost without a word.%0Aput a SetRecentlyModifiedFlagTask before it:%0A    <SetRecentlyModifiedFlagTask Identifier="Flag"/>
        ::error title=unknown-attribute,file=AD/Role Model.xml,line=1,col=23,endColumn=32::InvokeExpressionTask has no attribute `Identifer`%0Awrite `Identifier`
        ::warning title=unused-task,file=AD/Role Model.xml,line=1,col=34,endColumn=41::no job runs `Nettoyé`
        "#);
    }
}
