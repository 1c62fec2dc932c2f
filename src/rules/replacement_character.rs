//! `replacement-character`: a value that an earlier conversion damaged.

use memchr::memmem;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::source::{Location, Span};
use crate::syntax::{Document, ElementId, Namespace};

use super::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "replacement-character",
        category: Category::Syntax,
        severity: Severity::Warning,
        summary: "a value with the replacement character: text was damaged by an earlier conversion",
    },
    check: Check::Root(check),
};

/// The character itself, the same read once as Windows-1252, and the references that stand for it.
const DAMAGED: [&str; 5] = ["\u{FFFD}", "\u{EF}\u{BF}\u{BD}", "&#xFFFD;", "&#xfffd;", "&#65533;"];

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    // Nearly no file has any.
    if !may_be_damaged(view.text) {
        return;
    }
    for element in view.document.elements() {
        for attribute in view.document.attributes(element) {
            let value = view.document.value_span(attribute);
            let Some(place) = damage(value.of(view.text)) else { continue };
            if view.document.attribute_namespace(attribute) == Namespace::Declaration {
                continue;
            }
            let place = Span::new(value.start + place.start, value.start + place.end);
            sink.push(finding(view, element, view.document.attribute_name_text(attribute), Location::new(view.file, place)));
        }
    }
}

/// Whether any of [`DAMAGED`] can be in a text. Most texts have neither letters beyond ASCII nor numbers of characters.
fn may_be_damaged(text: &str) -> bool {
    let has = |part: &str| memmem::find(text.as_bytes(), part.as_bytes()).is_some();
    let (characters, references) = DAMAGED.split_at(2);
    (!text.is_ascii() && characters.iter().any(|one| has(one))) || (has("&#") && references.iter().any(|one| has(one)))
}

fn finding(view: &ElementView<'_>, element: ElementId, attribute: &str, place: Location) -> Finding {
    let document: &Document = view.document;
    let message = format!("`{attribute}` of `{}` holds a character that was lost", document.name_text(element));
    Finding::new(&RULE.info, place, message)
        .label("a replacement character")
        .note("a tool read the text in the wrong encoding and wrote this mark for what it could not read; what stood here is gone, and names that hold it match nothing")
        .help("write the intended character again, and keep the file in UTF-8")
        .anchor(format!("{}/@{attribute}", super::element::anchor(view.program, view.file, element)))
}

/// The first run of damaged characters in a raw value.
fn damage(raw: &str) -> Option<Span> {
    let start = DAMAGED.iter().filter_map(|damaged| raw.find(damaged)).min()?;
    let mut end = start;
    while let Some(damaged) = DAMAGED.iter().find(|damaged| raw[end..].starts_with(**damaged)) {
        end += damaged.len();
    }
    Some(Span::new(start as u32, end as u32))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{findings, lines};

    const NAME: &str = "replacement-character";

    #[test]
    fn damaged_values_are_found() {
        assert_eq!(lines("<Job Identifier=\"A\"\nDisplayName_L1=\"Soci\u{FFFD}t\u{FFFD}\"/>", NAME), [2]);
        assert_eq!(lines("<Job Identifier=\"A\"\nDisplayName_L1=\"Soci\u{EF}\u{BF}\u{BD}t\"/>", NAME), [2]);
        assert_eq!(lines("<Zebra Stripes=\"&#xFFFD;\"/>\n<Job Identifier=\"&#65533;\"/>", NAME), [1, 2]);
        let (program, found) = findings("<Job Identifier=\"A\u{FFFD}\u{FFFD}B\"/>", NAME);
        assert_eq!(program.sources.slice(found[0].location), "\u{FFFD}\u{FFFD}");
    }

    #[test]
    fn other_signs_are_not() {
        assert!(lines("<Job Identifier=\"Soci\u{E9}t\u{E9} \u{EF}\u{BF}\"/>", NAME).is_empty());
        assert!(lines("<!-- \u{FFFD} --><Job Identifier=\"A\"/>", NAME).is_empty());
    }
}
