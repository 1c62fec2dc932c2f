//! GitLab code quality: a JSON array that the merge request shows.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{Document, Item};
use crate::finding::{Fingerprint, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: Fingerprint,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

pub(super) fn render(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = document.findings.iter().map(issue).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issue<'a>(finding: &'a Item<'a>) -> Issue<'a> {
    Issue {
        description: finding.message,
        check_name: finding.rule,
        fingerprint: finding.fingerprint,
        severity: match finding.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location {
            path: finding.place.file,
            lines: Lines { begin: finding.place.start.line, end: finding.place.end.line },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};

    #[test]
    fn an_issue_a_finding() {
        let issues: serde_json::Value = serde_json::from_str(&testing::rendered(Format::Gitlab)).unwrap();
        insta::assert_snapshot!(issues[2], @r#"{"check_name":"unused-task","description":"no job runs `Nettoyé`","fingerprint":"78a0682a8d7be6df37432c32c7b50f1b","location":{"lines":{"begin":1,"end":1},"path":"AD/Role Model.xml"},"severity":"minor"}"#);
    }
}
