//! `missing-child`: a child element that the dialect version calls required is absent.

use crate::finding::Severity;
use crate::grammar::names;
use crate::rules::suggest::perhaps_meant;
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::syntax::ElementId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-child",
    Severity::Note,
    "a child element that the dialect calls required is absent",
    Check::Element(|def| !def.required_children.is_empty(), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    if def.required_children.is_empty() || view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    for required in def.required_children.iter().filter(|required| required.dialects.contains(&view.program.dialect)) {
        if view.document.children(view.element).any(|child| view.document.name(child) == required.name) {
            continue;
        }
        let child = view.document.names().text(required.name);
        // It may be there under a wrong name, which is the finding.
        let is_meant = |written: ElementId| {
            view.program.kind(view.file, written).is_none() && perhaps_meant(view.document.name_text(written), [child]).is_some()
        };
        if view.document.children(view.element).any(is_meant) {
            continue;
        }
        let version = view.program.dialect;
        sink.push(
            super::finding(&RULE, view, child, view.place(), format!("`{}` lacks the child element `{child}`", def.name))
                .label(format!("`{child}` missing"))
                .note(format!("the documentation of {version} calls it required, though configurations without it deploy"))
                .help(format!("add `<{child} … />` inside it")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::grammar::Dialect;
    use crate::rules::testing::{findings_in, lines};

    const NAME: &str = "missing-child";

    #[test]
    fn a_misspelt_child_is_there() {
        let child = "<OpenIdIdentifir Identifier=\"B\"/>";
        assert!(
            lines(&format!("<CreateConnectorSynchroComplete Connector=\"A\">{child}</CreateConnectorSynchroComplete>"), NAME)
                .is_empty()
        );
    }

    #[test]
    fn an_absent_child_is_found() {
        assert_eq!(lines("\n<CreateConnectorSynchroComplete Connector=\"A\"/>", NAME), [2]);
        assert_eq!(
            lines(
                "<CreateConnectorSynchroComplete Connector=\"A\">\n<NoConnectorProvisioning Identifier=\"B\"/></CreateConnectorSynchroComplete>",
                NAME
            ),
            [1]
        );
        assert_eq!(lines("\n\n<CreateConnectorSynchroComplete/>", NAME), [3]);
    }

    #[test]
    fn one_that_is_there_or_not_asked_for_is_not() {
        let with = "<CreateConnectorSynchroComplete Connector=\"A\"><OpenIdIdentifier Identifier=\"Job\"/></CreateConnectorSynchroComplete>";
        assert!(lines(with, NAME).is_empty());
        assert!(lines("<CreateAgentSynchroComplete Agent=\"A\"/>", NAME).is_empty());
        assert!(findings_in("<CreateConnectorSynchroComplete Connector=\"A\"/>", NAME, Dialect::V6_1).1.is_empty());
    }
}
