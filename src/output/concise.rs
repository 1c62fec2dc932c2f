//! `file:line:col: severity[rule] message`, one line a finding.

use std::io::{self, Write};

use super::model::Document;
use super::{Context, escape, summary};
use crate::finding::Severity;

pub(super) fn render(document: &Document<'_>, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &document.findings {
        let (before, after) = if context.color { (paint(finding.severity), "\x1b[0m") } else { ("", "") };
        let start = finding.place.start;
        writeln!(
            out,
            "{}:{}:{}: {before}{}[{}]{after} {}",
            escape::printable(finding.place.file),
            start.line,
            start.column,
            finding.severity.name(),
            finding.rule,
            escape::printable(finding.message),
        )?;
    }
    if context.summary { writeln!(out, "{}", summary::headline(&document.summary)) } else { Ok(()) }
}

/// The bold colour that the drawn format uses too.
fn paint(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "\x1b[1;31m",
        Severity::Warning => "\x1b[1;33m",
        Severity::Note => "\x1b[1;32m",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};

    #[test]
    fn a_line_a_finding() {
        insta::assert_snapshot!(testing::rendered(Format::Concise), @r##"
        AD/Jobs.xml:2:36: error[dirty-without-flag] Dirty without a flag task before it in job `Été`
        AD/Role Model.xml:1:23: error[unknown-attribute] InvokeExpressionTask has no attribute `Identifer`
        AD/Role Model.xml:1:34: warning[unused-task] no job runs `Nettoyé`
        2 errors, 1 warning in 2 files (3 elements); 1 suppressed
        "##);
    }
}
