//! `disabled-module`: a module that is switched off, which deletes what it made.

use crate::finding::{Category, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "disabled-module",
        category: Category::Scaffolding,
        severity: Severity::Warning,
        summary: "a module that is switched off, which deletes what it made",
    },
    check: Check::At(&[kinds::WORKFORCE_MODULE], check),
};

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::IS_ENABLED) else { return };
    if view.effective(names::IS_ENABLED).is_none_or(|value| value != "false") {
        return;
    }
    sink.push(
        view.finding(&RULE, "IsEnabled", view.value_place(attribute), format!("{} is switched off", view.title()))
            .label("deletes what the module made")
            .note("at the next deployment its entity types, forms, workflows and rights go, and with them what they hold")
            .help("remove `IsEnabled` to keep them; where they are to go, say so in a suppression"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("<WorkforceModule\n{attributes}/>"), "disabled-module")
    }

    #[test]
    fn modules_switched_off_are_found() {
        assert_eq!(found("IsEnabled=\"false\""), [2]);
        assert_eq!(found("IsEnabled=\"0\""), [2]);
        assert_eq!(found("IsEnabled=\" false \""), [2]);
    }

    #[test]
    fn modules_that_are_on_are_not() {
        assert!(found("IsEnabled=\"true\"").is_empty());
        assert!(found("").is_empty());
        assert!(found("IsEnabled=\"no\"").is_empty(), "left to invalid-value");
    }
}
