//! `untyped-automation-rule`: an automation rule in the general form, where there is one for its type.

use crate::finding::Severity;
use crate::grammar::{kinds, name_id, names};
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "untyped-automation-rule",
    Severity::Note,
    "an automation rule in the general form, where there is one for its type",
    &[kinds::AUTOMATION_RULE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::TYPE) else { return };
    let Some(kind) = view.effective(names::TYPE) else { return };
    let typed = format!("{kind}AutomationRule");
    if name_id(&typed).is_none_or(|name| crate::grammar::kinds_named(name).is_empty()) {
        return;
    }
    sink.push(
        view.finding(
            &RULE,
            "Type",
            view.value_place(attribute),
            format!("an `AutomationRule` with `Type=\"{kind}\"` has an element of its own"),
        )
        .label("the general form")
        .note("the element of the type asks for what that type needs, so that less can be forgotten")
        .help(format!("write `<{typed} … />` without `Type`")),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "untyped-automation-rule";

    #[test]
    fn general_forms_are_found() {
        for kind in ["SingleRole", "CompositeRole", "ResourceType"] {
            assert_eq!(lines(&format!("\n<AutomationRule Type=\"{kind}\"/>"), NAME), [2], "{kind}");
        }
    }

    #[test]
    fn typed_forms_and_unknown_types_are_not() {
        assert!(lines("<SingleRoleAutomationRule SingleRole=\"R\"/>", NAME).is_empty());
        assert!(lines("<AutomationRule Type=\"Nonsense\"/>", NAME).is_empty());
        assert!(lines("<AutomationRule/>", NAME).is_empty());
    }
}
