//! `filtered-history`: a right to see histories in a rule that filters.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "filtered-history",
    Severity::Warning,
    "a right to see histories in an access control rule that filters",
    Check::At(&[kinds::ENTRY], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::PERMISSION) else { return };
    let value = view.value(attribute);
    let permission = value.trim();
    if !permission.starts_with("/Custom/Resources/") || !permission.ends_with("/ViewHistory") || !view.is_true(names::CAN_EXECUTE)
    {
        return;
    }
    let Some(rule) = view.document.parent(view.element) else { return };
    let is_filter = |&child: &_| view.program.kind(view.file, child) == Some(kinds::ACCESS_CONTROL_RULE_FILTER);
    let Some(filter) = view.document.children(rule).find(is_filter) else { return };
    sink.push(
        view.finding(&RULE, "Permission", view.value_place(attribute), format!("`{permission}` cannot be filtered"))
            .label("a right without filter")
            .note("histories are shown to those who may see all of them: with a filter in the rule the right does not work")
            .help("move the entry to a rule of its own, without `Filter`")
            .related(view.document.name_location(filter), "the filter"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const FILTER: &str = "<Filter Binding=\"Id\" CurrentUser=\"true\"/>";
    const HISTORY: &str = "<Entry Permission=\"/Custom/Resources/Person/ViewHistory\" CanExecute=\"true\"/>";

    fn found(content: &str) -> Vec<u32> {
        lines(&format!("<AccessControlRule Identifier=\"A\">\n{content}</AccessControlRule>"), "filtered-history")
    }

    #[test]
    fn filtered_histories_are_found() {
        assert_eq!(found(&format!("{FILTER}{HISTORY}")), [2]);
        assert_eq!(found(&format!("{HISTORY}{FILTER}")), [2], "in any order");
        assert_eq!(found(&format!("<Entry Permission=\"/A\"/>\n{HISTORY}{FILTER}{FILTER}")), [3]);
    }

    #[test]
    fn other_rights_and_rules_without_filter_are_not() {
        assert!(found(HISTORY).is_empty());
        assert!(found(&format!("{}{FILTER}", HISTORY.replace("ViewHistory", "View"))).is_empty());
        assert!(found(&format!("{}{FILTER}", HISTORY.replace("true", "false"))).is_empty());
    }
}
