//! The syntax rules: what the parser and the decoder could not accept, as findings.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::NAMESPACE;
use crate::source::{DecodeError, Location, ReadProblem, Span, Unread};
use crate::syntax::{Document, Namespace, SyntaxClass};

use super::{Check, ElementView, Rule, Sink};

const fn rule(name: &'static str, summary: &'static str) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Syntax, severity: Severity::Error, summary }, check: Check::Engine }
}

/// The row of `xml-syntax`.
pub(crate) static XML_SYNTAX: Rule = rule("xml-syntax", "the text is not well-formed XML");
/// The row of `xml-namespace`.
pub(crate) static XML_NAMESPACE: Rule = Rule {
    check: Check::Several(&[Check::Element(|_| true, check_namespace), Check::Unknown(check_namespace)]),
    ..rule("xml-namespace", "a prefix that is not bound, or a name in another namespace than it should be")
};
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
        finding = finding.note(match error.kind.class() {
            SyntaxClass::Doctype => {
                "entities of a declaration can grow without bound or read other files: none is ever expanded here"
            }
            SyntaxClass::Xml | SyntaxClass::Namespace => "the deployment refuses the whole file, whatever else is right in it",
        });
        if let Some(help) = error.kind.help() {
            finding = finding.help(help);
        }
        if let Some(related) = error.related {
            finding = finding.related(Location::new(document.file(), related), error.kind.related_label());
        }
        sink.push(finding);
    }
}

/// A file whose text is not known: what kept it from being read or decoded, and where in what could be read of it.
pub fn undecodable(at: Location, message: impl Into<String>, label: &str, help: &str) -> Finding {
    Finding::new(&ENCODING.info, at, message)
        .label(label)
        .note("until it can be read, nothing else is said of this file, and nothing is compiled or run from it")
        .help(help)
}

/// The finding for a file that could not be read: `encoding` too, since its text is as unknown.
pub fn unread(problem: &ReadProblem) -> Finding {
    let (label, help) = match &problem.cause {
        Unread::Encoding(error) => (
            match error {
                DecodeError::Invalid { .. } => "the first of them",
                DecodeError::Unknown { .. } => "no known encoding",
                DecodeError::Conflict { .. } => "not what the bytes are",
                DecodeError::Unsupported { .. } | DecodeError::TooLarge { .. } => "nothing of this file is known",
            },
            error.help(),
        ),
        Unread::Folder(_) | Unread::File(_) => ("nothing of this file is known", "check that it exists and may be read"),
        Unread::TooLarge => ("nothing of this file is known", "split the file"),
    };
    undecodable(Location::new(problem.file, problem.at), problem.cause.to_string(), label, help)
}

/// Elements and attributes whose names the configuration's elements have, in another namespace.
fn check_namespace(view: &ElementView<'_>, sink: &mut Sink) {
    if view.parent_kind.is_some() {
        foreign_element(view, sink);
    }
    let Some(def) = view.def() else { return };
    // Only attributes beyond those in no namespace are of interest.
    if view.document.attributes(view.element).len() == view.attributes.len() {
        return;
    }
    for attribute in view.document.attributes(view.element) {
        let name = view.document.attribute_name(attribute);
        let text = view.document.attribute_name_text(attribute);
        let span = view.document.attribute_name_span(attribute);
        if view.document.attribute_namespace(attribute) != Namespace::Foreign
            || def.attribute(name, text).is_none()
            || is_reported(view.document, span)
        {
            continue;
        }
        let message =
            format!("`{}` is in a namespace, so it is not the attribute `{text}` of `{}`", span.of(view.text), def.name);
        sink.push(
            Finding::new(&XML_NAMESPACE.info, Location::new(view.file, span), message)
                .label("no prefix expected")
                .note("attributes of the configuration are in no namespace: the product does not see this one")
                .help(format!("write `{text}` without prefix"))
                .anchor(format!("{}/@{text}", view.anchor())),
        );
    }
}

fn foreign_element(view: &ElementView<'_>, sink: &mut Sink) {
    let expected = view.document.root().map(|root| view.document.namespace(root));
    let namespace = view.document.namespace(view.element);
    if expected == Some(namespace) {
        return;
    }
    let span = view.document.name_span(view.element);
    let outer = view.document.parent(view.element).map(|parent| view.document.namespace(parent));
    // What stands in a foreign element is foreign with it.
    if outer != expected || is_reported(view.document, span) {
        return;
    }
    let written = span.of(view.text);
    let message = match namespace {
        Namespace::None => format!("element `{written}` is in no namespace"),
        _ => format!("element `{written}` is in another namespace than the configuration's"),
    };
    sink.push(
        Finding::new(&XML_NAMESPACE.info, Location::new(view.file, span), message)
            .label("not the configuration's namespace")
            .note("the product takes no elements of other namespaces: to it, this one is not there")
            .help(format!("write it without prefix and without `xmlns` of its own: the root's `{NAMESPACE}` holds for it"))
            .anchor(view.anchor()),
    );
}

/// Whether the name has been found wrong as XML already, as with a prefix that is not bound.
fn is_reported(document: &Document, name: Span) -> bool {
    document.errors().iter().any(|error| error.span.start < name.end && name.start < error.span.end)
}

#[cfg(test)]
mod tests {
    use super::super::testing::lines;

    #[test]
    fn names_in_another_namespace_are_found() {
        let found = |xml: &str| lines(xml, "xml-namespace");
        assert_eq!(found("<x:Job xmlns:x=\"urn:x\"/>"), [1]);
        assert_eq!(found("\n<Job xmlns=\"\" Identifier=\"A\"/>"), [2]);
        assert_eq!(found("<Job xmlns:x=\"urn:x\"\nx:Identifier=\"A\"/>"), [2]);
        assert_eq!(found("\n<x:Job/>"), [2], "once, as a prefix that is not bound");
    }

    #[test]
    fn an_element_in_another_namespace_still_declares_what_others_name() {
        let text = "<Policy xmlns=\"urn:other\" Identifier=\"P\"/><SingleRole Identifier=\"R\" Policy=\"P\"/>";
        assert!(lines(text, "unresolved-reference").is_empty());
        assert_eq!(lines(text, "xml-namespace"), [1]);
    }

    #[test]
    fn names_where_they_should_be_are_not() {
        let found = |xml: &str| lines(xml, "xml-namespace");
        assert!(found("<u:Job xmlns:u=\"urn:schemas-usercube-com:configuration\" Identifier=\"A\"/>").is_empty());
        assert!(found("<Job xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\" xml:space=\"preserve\" Identifier=\"A\"/>").is_empty());
        assert!(found("<x:a xmlns:x=\"urn:x\"><x:b/></x:a>").len() == 1, "once for all that is inside");
    }

    #[test]
    fn broken_text_and_doctypes_are_found() {
        assert_eq!(lines("<Job\nA=\"1\" A=\"2\"/>", "xml-syntax"), [2]);
        assert_eq!(lines("<?xml version=\"1.0\"?>\n<!DOCTYPE a><a/>", "doctype"), [2]);
        assert!(lines("<Job Identifier=\"A &amp; B\"/>", "xml-syntax").is_empty());
        assert_eq!(lines("\n<!DOCTYPE a SYSTEM \"a.dtd\"><a/>", "doctype"), [2]);
        assert_eq!(lines("<?xml version=\"1.0\"?><!DOCTYPE a [\n<!ENTITY b \"c\">]><a/>", "doctype"), [1]);
        assert!(lines("<!-- <!DOCTYPE a> -->", "doctype").is_empty());
        assert!(lines("<Job DisplayName_L1=\"&lt;!DOCTYPE a&gt;\"/>", "doctype").is_empty());
    }
}
