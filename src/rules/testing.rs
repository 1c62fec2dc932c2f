//! What tests of rules share: a configuration given as text, judged by every rule.

use crate::finding::Finding;
use crate::grammar::Dialect;
use crate::ir::Program;
use crate::rules::{Policy, check};
use crate::source::{SourceFile, Sources};

/// The findings of one rule, sorted by place, and the program they point into. Text that is no whole file is put into a
/// root element, on its line.
pub(crate) fn findings(xml: &str, rule: &str) -> (Program, Vec<Finding>) {
    findings_in(xml, rule, Dialect::default())
}

/// As [`findings`], judged by that version of the dialect.
pub(crate) fn findings_in(xml: &str, rule: &str, dialect: Dialect) -> (Program, Vec<Finding>) {
    let whole = xml.starts_with("<?xml") || xml.starts_with("<ConfigurationFile");
    let text = if whole {
        xml.to_owned()
    } else {
        format!("<ConfigurationFile xmlns=\"{}\">{xml}</ConfigurationFile>", crate::grammar::NAMESPACE)
    };
    let mut sources = Sources::default();
    sources.push(SourceFile::new("test.xml", text));
    let mut program = Program::build(sources, dialect);
    let problems = crate::scaffold::expand(&mut program);
    let mut found = check(&program, &problems, &Policy::default(), Vec::new()).findings;
    found.retain(|finding| finding.rule.name == rule);
    found.sort_by_key(|finding| finding.location.span.start);
    (program, found)
}

/// The lines that a rule reports, sorted.
pub(crate) fn lines(xml: &str, rule: &str) -> Vec<u32> {
    let (program, found) = findings(xml, rule);
    found.iter().map(|finding| program.sources.get(finding.location.file).position(finding.location.span.start).line).collect()
}
