//! `childless-item`: an item without the children that make it do something.

use crate::finding::Severity;
use crate::grammar::names;
use crate::ir::Origin;
use crate::rules::{Check, ElementView, Rule, Sink, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "childless-item",
    Severity::Warning,
    "an item without the children that make it do something",
    Check::Element(|def| !def.expected_children.is_empty(), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def().filter(|def| !def.expected_children.is_empty()) else { return };
    if view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    for &expected in def.expected_children {
        if view.document.children(view.element).any(|child| view.document.name(child) == expected) {
            continue;
        }
        // A child that cannot be read is a finding of its own.
        if lost::may_hold_more(view.program, Origin::written(view.file, view.element)) {
            continue;
        }
        let child = view.document.names().text(expected);
        sink.push(
            super::finding(&RULE, view, child, view.place(), format!("{} has no `{child}`", view.title()))
                .label(format!("`{child}` expected"))
                .note("without one it does nothing: it is deployed, and nobody is told")
                .help(format!("add `<{child} … />` inside it, or remove the item")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "childless-item";

    #[test]
    fn items_that_do_nothing_are_found() {
        assert_eq!(
            lines("\n<AccessControlRule Identifier=\"A\"><Filter Binding=\"Id\" Value=\"1\"/></AccessControlRule>", NAME),
            [2]
        );
        assert_eq!(lines("\n<AssertValueAspect Identifier=\"A\"/>", NAME), [2]);
        assert_eq!(
            lines("\n<NotificationAspect Identifier=\"A\"><PointCut/></NotificationAspect>", NAME),
            [2],
            "nobody receives it"
        );
        assert_eq!(lines("\n<NotificationAspect Identifier=\"A\"/>", NAME), [2, 2]);
    }

    #[test]
    fn items_with_them_and_consolidated_ones_are_not() {
        assert!(lines("<AccessControlRule Identifier=\"A\"><Entry Permission=\"/A\"/></AccessControlRule>", NAME).is_empty());
        assert!(lines("<InvokeScriptAspect Identifier=\"A\"><PointCut/></InvokeScriptAspect>", NAME).is_empty());
        assert!(lines("<AccessControlRule Identifier=\"A\" ConsolidationMode=\"Delete\"/>", NAME).is_empty());
    }
}
