//! `flexible-comparison`: homonyms are sought loosely by a property that says nothing of how.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "flexible-comparison",
    Severity::Warning,
    "a flexible operator on a property without a FlexibleComparisonExpression",
    Check::At(&[kinds::HOMONYM_ENTITY_LINK_FILTER], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let link = view.document.parent(view.element).and_then(|link| view.document.find(link, names::FORM_ENTITY_TYPE));
    let Some(entity_type) = link.map(|link| Symbol::new(&view.document.value(link, view.text))) else { return };
    for attribute in &view.attributes {
        let text = view.document.attribute_name_text(attribute.id);
        let (Some(number), Some(def)) = (text.strip_prefix("Operator"), attribute.def) else { continue };
        let value = view.value(*attribute);
        if !def.canonical(&value).starts_with("Flexible") || def.check(&value).is_err() {
            continue;
        }
        let named = |prefix: &str| view.document.find_text(view.element, &format!("{prefix}{number}"));
        let Some(compared) = named("ComparisonProperty").or_else(|| named("Property")) else { continue };
        let property = view.document.value(compared, view.text);
        let declared = view.program.declarations.find(ItemKind::Property, Some(entity_type), Symbol::new(&property));
        let Some(declared) = declared.filter(|one| one.generated.is_none()) else { continue };
        let origin = Origin::written(declared.file, declared.element);
        let document = view.program.document(declared.file);
        // The rest of an item that is consolidated may be generated.
        let is_whole =
            document.parent(declared.element).is_some_and(|parent| document.find(parent, names::CONSOLIDATION_MODE).is_none());
        if !is_whole || view.program.value(origin, names::FLEXIBLE_COMPARISON_EXPRESSION).is_some() {
            continue;
        }
        let message = format!("`{}` cannot compare `{}` loosely", value.trim(), property.trim());
        sink.push(
            view.finding(&RULE, text, view.value_place(*attribute), message)
                .label("how is not said")
                .note("flexible operators compare what the property's `FlexibleComparisonExpression` makes of both values: without it they find the same as plain ones")
                .help("give the property a `FlexibleComparisonExpression`, or compare it plainly")
                .related(document.name_location(declared.element), "the property"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityType Identifier=\"User\"><Property Identifier=\"Name\"/>\
        <Property Identifier=\"Sound\" FlexibleComparisonExpression=\"C#:text:return text;\"/></EntityType>";

    fn found(filter: &str) -> Vec<u32> {
        let link =
            format!("<HomonymEntityLink Identifier=\"H\" FormEntityType=\"User\">\n<Filter {filter}/></HomonymEntityLink>");
        lines(&format!("{MODEL}{link}"), "flexible-comparison")
    }

    #[test]
    fn properties_without_expression_are_found() {
        assert_eq!(found("Property1=\"Name\" Operator1=\"FlexibleEqual\""), [2]);
        assert_eq!(found("Property2=\"Sound\" ComparisonProperty2=\"Name\"\nOperator2=\"FlexibleStartWith\""), [3]);
        assert_eq!(found("Property1=\"Sound\" Operator1=\"FlexibleEqual\" Property2=\"name\" Operator2=\"FlexibleEqual\""), [2]);
    }

    #[test]
    fn other_operators_and_properties_are_not() {
        assert!(found("Property1=\"Name\" Operator1=\"Equal\"").is_empty());
        assert!(found("Property1=\"Sound\" Operator1=\"FlexibleEqual\"").is_empty());
        assert!(found("Property1=\"Gone\" Operator1=\"FlexibleEqual\"").is_empty());
    }
}
