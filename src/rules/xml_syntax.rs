//! The syntax rules: what the parser and the decoder could not accept, as findings.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::source::Location;
use crate::syntax::{Document, SyntaxClass};

use super::{Check, Rule, Sink};

const fn rule(name: &'static str, summary: &'static str) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Syntax, severity: Severity::Error, summary }, check: Check::Engine }
}

/// The row of `xml-syntax`.
pub(crate) static XML_SYNTAX: Rule = rule("xml-syntax", "the text is not well-formed XML");
/// The row of `xml-namespace`.
pub(crate) static XML_NAMESPACE: Rule =
    rule("xml-namespace", "a prefix that is not bound, or a name in another namespace than it should be");
/// The row of `doctype`.
pub(crate) static DOCTYPE: Rule = rule("doctype", "a document type declaration");
/// The row of `encoding`.
pub(crate) static ENCODING: Rule = rule("encoding", "bytes that are not valid in the file's encoding");

/// Reports what is wrong with a text as XML.
pub(super) fn report(document: &Document, sink: &mut Sink) {
    for error in document.errors() {
        let rule = match error.kind.class() {
            SyntaxClass::Xml => &XML_SYNTAX,
            SyntaxClass::Namespace => &XML_NAMESPACE,
            SyntaxClass::Doctype => &DOCTYPE,
        };
        let mut finding =
            Finding::new(&rule.info, Location::new(document.file(), error.span), error.kind.message()).label(error.kind.label());
        if let Some(help) = error.kind.help() {
            finding = finding.help(help);
        }
        if let Some(related) = error.related {
            finding = finding.related(Location::new(document.file(), related), error.kind.related_label());
        }
        sink.push(finding);
    }
}

/// A file that could not be read, or whose bytes are no text.
pub fn undecodable(location: Location, cause: &str) -> Finding {
    Finding::new(&ENCODING.info, location, format!("the file is not judged: {cause}"))
        .note("everything in it is missing from the configuration that is judged")
        .help("save it as UTF-8, or make it readable")
}
