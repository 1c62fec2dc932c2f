//! `incomplete-risk`: a separation-of-duties risk that a single entitlement fulfils.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Origin;
use crate::rules::{ElementView, Rule, Sink, lost};
use crate::syntax::ElementId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "incomplete-risk",
    Severity::Warning,
    "a separation-of-duties risk with fewer than two entitlements",
    &[kinds::RISK],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    if view.attribute(names::CONSOLIDATION_MODE).is_some() || view.effective(names::RISK_TYPE).as_deref() != Some("SoD") {
        return;
    }
    let is = |child: ElementId, wanted| view.program.kind(view.file, child) == Some(wanted);
    for rule in view.document.children(view.element).filter(|&child| is(child, kinds::RISK_RULE)) {
        let count = view.document.children(rule).filter(|&child| is(child, kinds::RISK_RULE_ITEM)).count();
        let items = match count {
            0 => "no item",
            1 => "one item only",
            _ => continue,
        };
        // An item that cannot be read is a finding of its own.
        if lost::may_hold_more(view.program, Origin::written(view.file, rule)) {
            continue;
        }
        let message = format!("{} separates duties, but a rule of it has {items}", view.title());
        sink.push(
            view.finding(&RULE, "Rule", view.document.name_location(rule), message)
                .label(items)
                .note("duties are separated between two entitlements at least: with fewer the rule marks nobody, or all who have the one")
                .help("add an `Item` for the other entitlement, or choose the `RiskType` of a single one"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str, items: usize) -> Vec<u32> {
        let items = "<Item Property=\"P\" ResourceType=\"R\"/>".repeat(items);
        lines(&format!("<Risk Identifier=\"A\" {attributes}>\n<Rule>{items}</Rule></Risk>"), "incomplete-risk")
    }

    #[test]
    fn rules_with_too_few_items_are_found() {
        assert_eq!(found("", 1), [2]);
        assert_eq!(found("RiskType=\"SoD\"", 0), [2]);
        let two = "<Risk Identifier=\"A\">\n<Rule><Item/><Item/></Rule>\n<Rule><Item/></Rule></Risk>";
        assert_eq!(lines(two, "incomplete-risk"), [3]);
    }

    #[test]
    fn rules_with_two_and_other_risks_are_not() {
        assert!(found("", 2).is_empty());
        assert!(found("RiskType=\"1\"", 1).is_empty());
        assert!(found("ConsolidationMode=\"Merge\"", 1).is_empty());
        assert!(lines("<Risk Identifier=\"A\"/>", "incomplete-risk").is_empty());
    }
}
