//! `scalar-association-end`: an association of a property that is declared as a value.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Nature, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "scalar-association-end",
    Severity::Warning,
    "an association of a property that is not declared as a navigation",
    Check::At(&[kinds::ENTITY_ASSOCIATION], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for name in [names::PROPERTY1, names::PROPERTY2] {
        let Some(attribute) = view.attribute(name) else { continue };
        let value = view.value(attribute);
        let Some((entity_type, property)) = value.split_once(':') else { continue };
        let (entity_type, property) = (Symbol::new(entity_type), Symbol::new(property));
        let nature = view.program.declared_nature(entity_type, property);
        if !matches!(nature, Some(Nature::Scalar | Nature::Binary)) {
            continue;
        }
        let part = view.document.attribute_name_text(attribute.id);
        let message = format!("`{}` is an end of {}, but is not declared with `Type=\"ForeignKey\"`", value.trim(), view.title());
        let finding = view
            .finding(&RULE, part, view.value_place(attribute), message)
            .label("declared as a value")
            .note("both ends of an association lead to resources: links are kept in other columns than values, and one of the two is ignored")
            .help("write `Type=\"ForeignKey\"` on the property, or name another one");
        sink.push(match view.program.declarations.find(ItemKind::Property, Some(entity_type), property) {
            Some(one) => finding.related(view.program.document(one.file).name_location(one.element), "the property"),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityType Identifier=\"U\"><Property Identifier=\"Mail\"/><Property Identifier=\"Number\" Type=\"Int64\"/>\
        <Property Identifier=\"Chief\" Type=\"ForeignKey\"/><Property Identifier=\"Crew\" Type=\"ForeignKey\"/></EntityType>";

    fn found(first: &str, second: &str) -> Vec<u32> {
        let xml = format!("{MODEL}<EntityAssociation Identifier=\"A\"\nProperty1=\"{first}\"\nProperty2=\"{second}\"/>");
        lines(&xml, "scalar-association-end")
    }

    #[test]
    fn values_as_ends_are_found() {
        assert_eq!(found("U:Mail", "U:Crew"), [2]);
        assert_eq!(found("U:Chief", "u:number"), [3]);
        assert_eq!(found("U:Mail", "U:Number"), [2, 3]);
    }

    #[test]
    fn navigations_and_unknown_properties_are_not() {
        assert!(found("U:Chief", "U:Crew").is_empty());
        assert!(found("U:Gone", "Gone:Mail").is_empty());
        assert!(found("Mail", "U:Crew").is_empty());
    }
}
