//! The XML of Checkstyle, which many CI servers and editors read.

use std::io::{self, Write};

use super::escape::xml;
use super::model::{Document, Tool};
use crate::finding::Severity;

pub(super) fn render(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    for file in document.findings.chunk_by(|a, b| a.place.id == b.place.id) {
        writeln!(out, "  <file name=\"{}\">", xml(file[0].place.file))?;
        for finding in file {
            let severity = match finding.severity {
                Severity::Note => "info",
                other => other.name(),
            };
            writeln!(
                out,
                "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" source=\"{}.{}\"/>",
                finding.place.start.line,
                finding.place.start.column,
                xml(finding.message),
                Tool::THIS.name,
                finding.rule,
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};

    #[test]
    fn an_error_a_finding() {
        insta::assert_snapshot!(testing::rendered(Format::Checkstyle), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <checkstyle version="4.3">
          <file name="AD/Jobs.xml">
            <error line="2" column="36" severity="error" message="Dirty without a flag task before it in job `Été`" source="jobwright.dirty-without-flag"/>
          </file>
          <file name="AD/Role Model.xml">
            <error line="1" column="23" severity="error" message="InvokeExpressionTask has no attribute `Identifer`" source="jobwright.unknown-attribute"/>
            <error line="1" column="34" severity="warning" message="no job runs `Nettoyé`" source="jobwright.unused-task"/>
          </file>
        </checkstyle>
        "#);
    }
}
