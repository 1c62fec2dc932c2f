//! `needless-comparison`: a homonym filter says what holds anyway.

use crate::finding::Severity;
use crate::grammar::kinds;
use crate::ir::{Origin, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "needless-comparison",
    Severity::Note,
    "a homonym filter that compares a property with itself in so many words",
    Check::At(&[kinds::HOMONYM_ENTITY_LINK_FILTER], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for attribute in &view.attributes {
        let text = view.document.attribute_name_text(attribute.id);
        let (Some(number), Some(_)) = (text.strip_prefix("ComparisonProperty"), attribute.def) else { continue };
        let Some(property) = view.document.find_text(view.element, &format!("Property{number}")) else { continue };
        let (value, other) = (view.value(*attribute), view.document.value(property, view.text));
        if value.trim().is_empty() || Symbol::new(&value) != Symbol::new(&other) {
            continue;
        }
        let origin = Origin::written(view.file, view.element);
        sink.push(
            view.finding(&RULE, text, view.value_place(*attribute), format!("`{text}` repeats `Property{number}`"))
                .label("what holds without it")
                .note("without it the property is compared with its own stored values: whoever reads this looks for another one")
                .help(format!("remove `{text}`"))
                .related(view.document.value_location(property), "the same property")
                .fix(fixes::remove_attribute(view.program, origin, attribute.id)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    fn found(filter: &str) -> Vec<String> {
        let xml = format!("<HomonymEntityLink Identifier=\"H\" FormEntityType=\"P\">\n<Filter {filter}/></HomonymEntityLink>");
        let (program, found) = findings(&xml, "needless-comparison");
        found.iter().map(|one| one.location.span.of(program.text(one.location.file)).to_owned()).collect()
    }

    #[test]
    fn the_same_property_is_found() {
        assert_eq!(found("Property1=\"Name\" ComparisonProperty1=\"Name\""), ["Name"]);
        assert_eq!(found("ComparisonProperty2=\"name\" Property2=\"Name\" Operator2=\"Contain\""), ["name"]);
        assert_eq!(found("Property1=\"A\" ComparisonProperty1=\"A\"\nProperty5=\"B\" ComparisonProperty5=\"B\""), ["A", "B"]);
    }

    #[test]
    fn other_properties_are_not() {
        assert!(found("Property1=\"Name\" ComparisonProperty1=\"BirthName\"").is_empty());
        assert!(found("Property1=\"Name\" ComparisonProperty2=\"Name\"").is_empty());
        assert!(found("Expression1=\"C#:p:return p.Name;\" ComparisonProperty1=\"Name\"").is_empty());
    }

    #[test]
    fn the_fix_takes_it_away_with_its_blank() {
        let xml =
            "<HomonymEntityLink FormEntityType=\"P\"><Filter Property1=\"A\" ComparisonProperty1=\"A\" /></HomonymEntityLink>";
        let (program, found) = findings(xml, "needless-comparison");
        let edit = &found[0].fix.as_ref().unwrap().edits[0];
        assert_eq!(edit.location.span.of(program.text(edit.location.file)), " ComparisonProperty1=\"A\"");
        assert_eq!(edit.text, "");
    }
}
