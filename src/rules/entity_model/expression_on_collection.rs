//! `expression-on-collection`: a computed property that holds several resources.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "expression-on-collection",
    Severity::Warning,
    "a property computed that holds several resources",
    Check::At(&[kinds::ENTITY_PROPERTY_EXPRESSION], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(entity_type), Some(property)) = (view.symbol(names::ENTITY_TYPE), view.symbol(names::PROPERTY)) else { return };
    let Some(attribute) = view.attribute(names::PROPERTY) else { return };
    if !view.program.association_end(entity_type, property).is_some_and(|end| end.collection) {
        return;
    }
    let message = format!("{} computes `{}`, which holds several resources", view.title(), view.value(attribute).trim());
    sink.push(
        view.finding(&RULE, "Property", view.value_place(attribute), message)
            .label("several resources")
            .note("an expression gives one value or one resource: the links of a collection are kept elsewhere and are not computed")
            .help("compute the property at the other end of the association, or remove the expression"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const ASSOCIATION: &str =
        "<EntityAssociation Identifier=\"A\" Property1=\"Person:Chief\" Property2=\"Person:Crew\" IsProperty2Collection=\"1\"/>";

    fn found(entity_type: &str, property: &str, how: &str) -> Vec<u32> {
        let expression =
            format!("<EntityPropertyExpression Identifier=\"E\" EntityType=\"{entity_type}\"\nProperty=\"{property}\" {how}/>");
        lines(&format!("{ASSOCIATION}{expression}"), "expression-on-collection")
    }

    #[test]
    fn computed_collections_are_found() {
        assert_eq!(found("Person", "Crew", "Binding=\"Site.Crew\""), [2]);
        assert_eq!(found("person", "crew", "Expression=\"C#:p:return p.Crew;\""), [2]);
        assert_eq!(found("Person", "Crew", ""), [2]);
    }

    #[test]
    fn single_ends_and_other_types_are_not() {
        assert!(found("Person", "Chief", "Binding=\"Site.Head\"").is_empty());
        assert!(found("Site", "Crew", "Binding=\"Head\"").is_empty());
    }
}
