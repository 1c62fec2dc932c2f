//! `reserved-identifier`: an entity type or property named like a word that the product keeps for itself.

use crate::finding::{Category, RuleInfo, Severity, article};
use crate::grammar::{is_reserved_identifier, kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::source::trim;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "reserved-identifier",
        category: Category::Schema,
        severity: Severity::Error,
        summary: "an entity type or property named by a reserved word",
    },
    check: Check::At(&[kinds::ENTITY_TYPE, kinds::ENTITY_TYPE_PROPERTY], check),
};

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for &attribute in &view.attributes {
        let Some(def) = attribute.def else { continue };
        let is_label = def.name_id == names::DISPLAY_NAME_L1 && view.kind == Some(kinds::ENTITY_TYPE_PROPERTY);
        if def.name_id != names::IDENTIFIER && !is_label {
            continue;
        }
        let value = view.value(attribute);
        let reserved = if is_label { trim(&value).eq_ignore_ascii_case("Id") } else { is_reserved_identifier(trim(&value)) };
        if !reserved {
            continue;
        }
        let name = view.document.attribute_name_text(attribute.id);
        let what = if is_label { "shown to users as" } else { "called" };
        let message = format!("{} `{}` cannot be {what} `{}`", article(view.name()), view.name(), value.trim());
        sink.push(
            super::finding(&RULE, view, name, view.value_place(attribute), message)
                .label("reserved")
                .note("the product keeps the word for itself, in any case, since expressions are compiled to code with these names: the deployment refuses it")
                .help("choose another name, such as one with the entity type in front"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "reserved-identifier";

    #[test]
    fn reserved_words_are_found_in_any_case() {
        assert_eq!(lines("\n<EntityType Identifier=\"Class\"/>", NAME), [2]);
        assert_eq!(lines("<EntityType Identifier=\"U\">\n<Property Identifier=\"id\"/></EntityType>", NAME), [2]);
        assert_eq!(lines("<EntityType Identifier=\"U\">\n<Property Identifier=\"RETURN\"/></EntityType>", NAME), [2]);
        assert_eq!(
            lines("<EntityType Identifier=\"U\"><Property Identifier=\"Number\"\nDisplayName_L2=\"Id\"/></EntityType>", NAME),
            [2]
        );
    }

    #[test]
    fn other_names_and_items_are_not() {
        assert!(lines("<EntityType Identifier=\"Classes\" DisplayName_L1=\"Id\"><Property Identifier=\"EmployeeId\" DisplayName_L1=\"Identifier\"/></EntityType>", NAME).is_empty());
        assert!(lines("<Category Identifier=\"Public\"/><SingleRole Identifier=\"Id\"/>", NAME).is_empty());
    }
}
