//! `extension-not-possible`: a property is to be extended in a record section that extends nothing.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "extension-not-possible",
    Severity::Warning,
    "a property to extend in a record section that extends nothing",
    &[kinds::RECORD_SECTION_PROPERTY],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(own) = view.attribute(names::EXTENSION_KIND) else { return };
    let Some(kind) = view.effective(names::EXTENSION_KIND).filter(|kind| kind != "None") else { return };
    let outer = view.document.parent(view.element).and_then(|section| view.document.find(section, names::EXTENSION_KIND));
    let Some(outer) = outer else { return };
    let value = view.document.value(outer, view.text);
    if own.def.is_none_or(|def| def.canonical(&value) != "None") {
        return;
    }
    let message = format!("a property with `ExtensionKind=\"{kind}\"` stands in a section that extends nothing");
    sink.push(
        view.finding(&RULE, "ExtensionKind", view.value_place(own), message)
            .label("not extended")
            .note("values are copied to contexts without the section only where the section allows it: this one never is")
            .help("let the section extend, or write `ExtensionKind=\"None\"` here too")
            .related(view.document.value_location(outer), "the section"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(section: &str, property: &str) -> Vec<u32> {
        let xml = format!("<RecordSection Identifier=\"A\" {section}>\n<Property Property=\"P\" {property}/></RecordSection>");
        lines(&xml, "extension-not-possible")
    }

    #[test]
    fn extension_in_a_section_without_is_found() {
        assert_eq!(found("ExtensionKind=\"None\"", "ExtensionKind=\"Default\""), [2]);
        assert_eq!(found("ExtensionKind=\"4\"", "ExtensionKind=\"0\""), [2], "by number");
        assert_eq!(found("ExtensionKind=\"None\"", "\nExtensionKind=\"1\""), [3]);
    }

    #[test]
    fn extension_where_it_is_possible_is_not() {
        assert!(found("", "ExtensionKind=\"Default\"").is_empty());
        assert!(found("ExtensionKind=\"None\"", "").is_empty(), "not asked for");
        assert!(found("ExtensionKind=\"None\"", "ExtensionKind=\"None\"").is_empty());
    }
}
