//! `consolidation-ignores-content`: what is written in an item whose `ConsolidationMode` leaves it out.

use crate::finding::Severity;
use crate::grammar::names;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "consolidation-ignores-content",
    Severity::Warning,
    "attributes or children that the item's ConsolidationMode leaves out",
    Check::Element(|_| true, check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(mode) = view.attribute(names::CONSOLIDATION_MODE) else { return };
    let (value, key) = (view.value(mode), view.def().and_then(|def| def.key).unwrap_or(names::IDENTIFIER));
    let child = view.document.children(view.element).next();
    // What tells which item is meant is no content, and some items need more than their identifier for that.
    let content = || view.attributes.iter().find(|one| one.name != key && one.name != mode.name && !is_naming(**one)).copied();
    let (place, part, what, note) = match (value.trim(), child) {
        ("Delete", Some(child)) => {
            let place = view.document.name_location(child);
            (place, "children", "children of an item that is deleted", "the generated item is removed, with all that is in it")
        }
        ("Delete", None) => {
            let Some(content) = content() else { return };
            let what = "attributes of an item that is deleted";
            (
                view.name_place(content),
                view.document.attribute_name_text(content.id),
                what,
                "the generated item is removed, whatever is written here",
            )
        }
        ("Update", Some(child)) => {
            let place = view.document.name_location(child);
            (
                place,
                "children",
                "children of an item that is updated",
                "with `Update` the written attributes replace the generated ones, but the generated children stay and these are lost",
            )
        }
        _ => return,
    };
    sink.push(
        super::finding(&RULE, view, part, place, format!("{}: {what} count for nothing", view.title()))
            .label("left out")
            .note(note)
            .help("write `ConsolidationMode=\"Merge\"` to add to the generated item, or leave the mode out to replace all of it")
            .related(view.value_place(mode), "the mode"),
    );
}

/// Whether the attribute may be needed to tell which item is meant: required ones and references.
fn is_naming(attribute: crate::rules::AttributeView) -> bool {
    attribute.def.is_none_or(|def| def.required != crate::grammar::Required::No || def.reference.is_some())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "consolidation-ignores-content";

    #[test]
    fn content_left_out_is_found() {
        assert_eq!(
            lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Update\">\n<Property Identifier=\"P\"/></EntityType>", NAME),
            [2]
        );
        assert_eq!(
            lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Delete\">\n<Property Identifier=\"P\"/></EntityType>", NAME),
            [2]
        );
        assert_eq!(
            lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Delete\"\nLicenseTag=\"T\" TableName=\"X\"/>", NAME),
            [2]
        );
        assert_eq!(lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Delete\"\nTableName=\"X\"/>", NAME), [2]);
    }

    #[test]
    fn content_that_counts_is_not() {
        assert!(
            lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Merge\"><Property Identifier=\"P\"/></EntityType>", NAME)
                .is_empty()
        );
        assert!(lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Delete\"/>", NAME).is_empty());
        assert!(lines("<EntityType Identifier=\"U\" ConsolidationMode=\"Update\" TableName=\"X\"/>", NAME).is_empty());
        assert!(
            lines("<Job Identifier=\"U\" ConsolidationMode=\"Delete\" DisplayName_L1=\"A\"/>", NAME).is_empty(),
            "required attributes"
        );
    }
}
