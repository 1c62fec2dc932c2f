//! `malformed-identifier`: a name with characters that the product refuses in it.

use crate::finding::{Severity, article};
use crate::grammar::{AttributeDef, ElementDef, ValueProblem};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::source::trim;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "malformed-identifier",
    Severity::Error,
    "a name with characters that the product refuses in it",
    Check::Element(|def| key(def).is_some_and(|key| key.pattern.is_some()), check),
);

/// What carries the name of an item.
fn key(def: &'static ElementDef) -> Option<&'static AttributeDef> {
    def.attribute(def.key?, "")
}

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.def().and_then(|def| def.key).and_then(|key| view.attribute(key)) else { return };
    let Some(def) = attribute.def.filter(|def| def.pattern.is_some()) else { return };
    let value = view.value(attribute);
    // An empty name is missing.
    let Err(ValueProblem::OffPattern(pattern)) = def.check(trim(&value)) else { return };
    if trim(&value).is_empty() {
        return;
    }
    let shown: String = value.chars().take(60).collect();
    let name = view.document.attribute_name_text(attribute.id);
    sink.push(
        super::finding(
            &RULE,
            view,
            name,
            view.value_place(attribute),
            format!("`{shown}` cannot be the {name} of {} `{}`", article(view.name()), view.name()),
        )
        .label("refused as a name")
        .note("the deployment refuses it; every reference would have to repeat it")
        .help(format!(
            "{}{}; it must follow `{}`",
            likely(def, value.trim()),
            def.summary.trim_end_matches('.'),
            pattern.text
        )),
    );
}

/// What may have been meant: the name without the characters that are refused in it.
fn likely(def: &AttributeDef, value: &str) -> String {
    let plain: String = value.chars().filter(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.')).collect();
    let dashed: String = plain.chars().map(|sign| if sign == '_' { '-' } else { sign }).collect();
    let fits = |name: &&String| !name.is_empty() && def.check(name).is_ok();
    [plain, dashed].iter().find(fits).map(|name| format!("write e.g. `{name}`. ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "malformed-identifier";

    fn property(name: &str) -> Vec<u32> {
        lines(&format!("<EntityType Identifier=\"Employé\">\n<Property Identifier=\"{name}\"/></EntityType>"), NAME)
    }

    #[test]
    fn names_with_other_characters_are_found() {
        assert_eq!(lines("\n<Connection Identifier=\"AD export\"/>", NAME), [2]);
        assert_eq!(lines("\n<Connection Identifier=\"2AD\"/>", NAME), [2]);
        assert_eq!(lines(&format!("\n<Connection Identifier=\"A{}\"/>", "x".repeat(442)), NAME), [2]);
        assert_eq!(property("Prénom"), [2]);
        assert_eq!(property("1stName"), [2]);
        assert_eq!(property("First-Name"), [2]);
        assert_eq!(lines("\n<Language Code=\"english\" IndicatorNumber=\"1\"/>", NAME), [2]);
    }

    #[test]
    fn names_the_product_takes_are_not() {
        assert!(lines("<Connection Identifier=\"AD.Export-2\"/>", NAME).is_empty());
        assert!(property("First_Name2").is_empty());
        assert!(lines("<Language Code=\"en-US\" IndicatorNumber=\"1\"/>", NAME).is_empty());
        assert!(lines("<SingleRole Identifier=\"Shares - Public\"/>", NAME).is_empty(), "role names are free");
        assert!(lines("<Connection Identifier=\"\"/>", NAME).is_empty(), "left to missing-attribute");
    }
}
