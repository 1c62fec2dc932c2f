//! `rule-property-mismatch`: a rule of a resource type fills a property that holds something else.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Nature, Symbol};
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "rule-property-mismatch",
    Severity::Error,
    "a rule of a resource type fills a property that holds something else",
    &[kinds::BINARY_RULE, kinds::NAVIGATION_RULE, kinds::QUERY_RULE, kinds::SCALAR_RULE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let wanted = match view.kind {
        Some(kinds::BINARY_RULE) => Nature::Binary,
        Some(kinds::SCALAR_RULE) => Nature::Scalar,
        _ => Nature::Navigation,
    };
    let Some(entity_type) = target(view) else { return };
    let Some((attribute, property)) = view.attribute(names::PROPERTY).zip(view.symbol(names::PROPERTY)) else { return };
    let Some(nature) = view.program.nature(entity_type, property).filter(|&nature| nature != wanted) else { return };
    let (value, own) = (view.value(attribute), view.name());
    let (holds, help) = match nature {
        Nature::Scalar => ("a value", "a `ScalarRule`"),
        Nature::Binary => ("a file", "a `BinaryRule`"),
        Nature::Navigation => ("other resources", "a `NavigationRule` or `QueryRule`"),
    };
    let message = format!("`{own}` cannot fill `{}`, which holds {holds}", value.trim());
    let finding = view
        .finding(&RULE, "Property", view.value_place(attribute), message)
        .label(format!("holds {holds}"))
        .note("the rule computes nothing that fits: the property is never provisioned")
        .help(format!("use {help}, or correct the property"));
    sink.push(match view.program.declarations.find(ItemKind::Property, Some(entity_type), property) {
        Some(one) => finding.related(view.program.document(one.file).name_location(one.element), "the property"),
        None => finding,
    });
}

/// The entity type that the resource type around the rule provisions.
fn target(view: &ElementView<'_>) -> Option<Symbol> {
    let parent = view.document.parent(view.element)?;
    let attribute = view.document.find(parent, names::TARGET_ENTITY_TYPE)?;
    Some(Symbol::new(&view.document.value(attribute, view.text)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "rule-property-mismatch";
    const MODEL: &str = "<EntityType Identifier=\"Entry\"><Property Identifier=\"mail\"/><Property Identifier=\"photo\" Type=\"Binary\"/>\
        <Property Identifier=\"manager\" Type=\"ForeignKey\"/><Property Identifier=\"parent\" Type=\"Int64\"/><Property Identifier=\"children\"/>\
        </EntityType><EntityAssociation Identifier=\"A\" Property1=\"Entry:parent\" Property2=\"Entry:children\"/>";

    fn found(rule: &str, property: &str) -> Vec<u32> {
        let rule = format!(
            "<ResourceType Identifier=\"R\" TargetEntityType=\"entry\">\n<{rule} Property=\"{property}\"/></ResourceType>"
        );
        lines(&format!("{MODEL}{rule}"), NAME)
    }

    #[test]
    fn rules_of_another_kind_are_found() {
        assert_eq!(found("ScalarRule", "manager"), [2]);
        assert_eq!(found("ScalarRule", "Parent"), [2], "the association tells");
        assert_eq!(found("NavigationRule", "mail"), [2]);
        assert_eq!(found("QueryRule", "photo"), [2]);
        assert_eq!(found("BinaryRule", "mail"), [2]);
    }

    #[test]
    fn rules_of_the_kind_and_unknown_properties_are_not() {
        for (rule, property) in
            [("ScalarRule", "mail"), ("BinaryRule", "photo"), ("QueryRule", "children"), ("ScalarRule", "gone")]
        {
            assert!(found(rule, property).is_empty(), "{rule} {property}");
        }
        let merged = "<EntityType Identifier=\"Entry\" ConsolidationMode=\"Merge\"><Property Identifier=\"boss\"/></EntityType>\
            <ResourceType Identifier=\"R\" TargetEntityType=\"Entry\"><NavigationRule Property=\"boss\"/></ResourceType>";
        assert!(lines(merged, NAME).is_empty(), "its type may be generated");
    }
}
