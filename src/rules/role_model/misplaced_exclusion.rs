//! `misplaced-exclusion`: a property is excluded from a record section that is not the default one.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{ElementView, Rule, Sink};
use crate::syntax::ElementId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "misplaced-exclusion",
    Severity::Warning,
    "a property excluded from a record section that lists what it has",
    &[kinds::RECORD_SECTION_PROPERTY],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::IS_EXCLUDED).filter(|_| view.is_true(names::IS_EXCLUDED)) else { return };
    let Some(section) = view.document.parent(view.element) else { return };
    let is_property = |child: ElementId| view.program.kind(view.file, child) == Some(kinds::RECORD_SECTION_PROPERTY);
    let is_listed = |child: ElementId| {
        let excluded = view.document.find(child, names::IS_EXCLUDED).map(|one| view.document.value(one, view.text));
        !excluded.is_some_and(|value| matches!(value.trim(), "true" | "1"))
    };
    let Some(listed) = view.document.children(section).find(|&child| is_property(child) && is_listed(child)) else { return };
    sink.push(
        view.finding(
            &RULE,
            "IsExcluded",
            view.name_place(attribute),
            "a property is excluded where others are listed".to_owned(),
        )
        .label("without effect")
        .note("a section that lists properties has those alone; only the default section, which has all others, can exclude some")
        .help("remove this property, or exclude it from the default section")
        .related(view.document.name_location(listed), "a property that is listed"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(properties: &str) -> Vec<u32> {
        lines(&format!("<RecordSection Identifier=\"A\">{properties}</RecordSection>"), "misplaced-exclusion")
    }

    const LISTED: &str = "<Property Property=\"Title\"/>";
    const EXCLUDED: &str = "\n<Property Property=\"Login\" IsExcluded=\"true\"/>";

    #[test]
    fn exclusions_beside_listed_properties_are_found() {
        assert_eq!(found(&format!("{LISTED}{EXCLUDED}")), [2]);
        assert_eq!(found(&format!("{EXCLUDED}{LISTED}{EXCLUDED}")), [2, 3]);
        assert_eq!(found(&format!("{}{LISTED}", EXCLUDED.replace("true", "1"))), [2]);
    }

    #[test]
    fn exclusions_from_the_default_section_are_not() {
        assert!(found(EXCLUDED).is_empty());
        assert!(found(&format!("{EXCLUDED}{EXCLUDED}")).is_empty());
        assert!(found(&format!("{LISTED}{}", EXCLUDED.replace("true", "false"))).is_empty());
    }
}
