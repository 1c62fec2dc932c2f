//! `owner-property-mismatch`: `DependsOnOwnerProperty` is no value of the owners.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::{Nature, Symbol, same_identifier};
use crate::rules::{ElementView, Rule, Sink, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "owner-property-mismatch",
    Severity::Warning,
    "a resource type waits for a property that its owners do not have as a value",
    &[kinds::RESOURCE_TYPE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::DEPENDS_ON_OWNER_PROPERTY) else { return };
    let Some(source) = view.attribute(names::SOURCE_ENTITY_TYPE) else { return };
    let (value, owner) = (view.value(attribute), view.value(source));
    let Some((entity_type, property)) = value.split_once(':') else { return };
    let (entity_type, property, owner) = (entity_type.trim(), property.trim(), owner.trim());
    if lost::is_unknown_type(view.program, owner) {
        return;
    }
    let nature = view.program.nature(Symbol::new(entity_type), Symbol::new(property));
    let message = if !same_identifier(entity_type, owner) {
        format!("`{entity_type}:{property}` is no property of the owners, who are of entity type `{owner}`")
    } else if matches!(nature, Some(Nature::Navigation | Nature::Binary)) {
        format!("`{entity_type}:{property}` is no value: it holds other resources or a file")
    } else {
        return;
    };
    sink.push(
        view.finding(&RULE, "DependsOnOwnerProperty", view.value_place(attribute), message)
            .label(format!("a scalar property of `{owner}` expected"))
            .note("provisioning waits until the owner has a value there: with another property it waits for ever, or not at all")
            .help(format!("name a scalar property of `{owner}`"))
            .related(view.value_place(source), "the owners"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityType Identifier=\"Person\"><Property Identifier=\"Number\"/><Property Identifier=\"Chief\" Type=\"ForeignKey\"/>\
        <Property Identifier=\"Photo\" Type=\"Binary\"/></EntityType>";

    fn found(property: &str) -> Vec<u32> {
        let xml =
            format!("{MODEL}<ResourceType Identifier=\"R\" SourceEntityType=\"Person\"\nDependsOnOwnerProperty=\"{property}\"/>");
        lines(&xml, "owner-property-mismatch")
    }

    #[test]
    fn other_properties_are_found() {
        assert_eq!(found("ServiceNow:identifier"), [2]);
        assert_eq!(found("Person:Chief"), [2]);
        assert_eq!(found("Person:Photo"), [2]);
    }

    #[test]
    fn an_entity_type_that_a_scaffolding_may_make_is_another_one_all_the_same() {
        let foreign = "<EntityType Identifier=\"User\"/>\
            <ResourceType Identifier=\"R\" SourceEntityType=\"Directory_User\"\nDependsOnOwnerProperty=\"User:Key\"/>";
        assert!(lines(foreign, "owner-property-mismatch").is_empty(), "the entity type is the finding");
        assert_eq!(lines(&format!("<WorkforceModule/>{foreign}"), "owner-property-mismatch"), [2]);
    }

    #[test]
    fn values_of_the_owner_are_not() {
        assert!(found("Person:Number").is_empty());
        assert!(found("person:number").is_empty());
        assert!(found("Person:Gone").is_empty(), "left to unresolved-reference");
        assert!(found("Number").is_empty());
    }
}
