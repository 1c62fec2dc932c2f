//! `raw-line-break`: a list of values, one a line, whose line breaks XML takes away.

use crate::finding::{Edit, Fix, Safety, Severity};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::source::{Location, Span};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "raw-line-break",
    Severity::Warning,
    "a list whose line breaks XML turns into blanks",
    Check::Element(|def| def.attributes.iter().any(|one| one.lines), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for &attribute in view.attributes.iter().filter(|attribute| attribute.def.is_some_and(|def| def.lines)) {
        let span = view.document.value_span(attribute.id);
        let raw = span.of(view.text);
        let inner = raw.trim();
        if !inner.contains('\n') {
            continue;
        }
        let name = view.document.attribute_name_text(attribute.id);
        let start = span.start + (raw.len() - raw.trim_start().len()) as u32;
        let mut edits = Vec::new();
        for (at, _) in inner.match_indices('\n') {
            let before = inner[..at].trim_end().len();
            let after = inner.len() - inner[at..].trim_start().len();
            let place = Span::new(start + before as u32, start + after as u32);
            // Empty lines between two values belong to the break before them.
            if edits.last().is_none_or(|last: &Edit| last.location.span != place) {
                edits.push(Edit { location: Location::new(view.file, place), text: "&#xA;".to_owned() });
            }
        }
        sink.push(
            super::finding(&RULE, view, name, view.value_place(attribute), format!("the values of `{name}` run together: a line break in an attribute is a blank"))
                .label("read as one line")
                .note("XML turns a raw line break in a value into a blank before the product sees it, so several values become one that does not exist")
                .help("write each line break as `&#xA;`")
                .fix(Fix { safety: Safety::Safe, edits }),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "raw-line-break";

    fn mapping(value: &str) -> String {
        format!("<LdapResourceTypeMapping Identifier=\"A\" DefaultObjectClass=\"{value}\"/>")
    }

    #[test]
    fn raw_breaks_are_found() {
        assert_eq!(lines(&mapping("top\nperson"), NAME), [1]);
        assert_eq!(lines(&mapping("top\r\n  person\r\n"), NAME), [1]);
        let (_, found) = findings(&mapping("top\n\n  person\nuser"), NAME);
        let edits: Vec<u32> = found[0].fix.as_ref().unwrap().edits.iter().map(|edit| edit.location.span.len()).collect();
        assert_eq!(edits, [4, 1], "the blank line goes with the first break");
    }

    #[test]
    fn written_breaks_and_other_attributes_are_not() {
        assert!(lines(&mapping("top&#xA;person"), NAME).is_empty());
        assert!(lines(&mapping("\n  top\n"), NAME).is_empty(), "one value");
        assert!(lines("<EntityPropertyExpression Identifier=\"A\" Expression=\"C#:a:\nreturn a;\"/>", NAME).is_empty());
    }
}
