//! `deprecated`: an element, attribute or argument that the dialect version no longer has.

use crate::finding::{Finding, Severity};
use crate::grammar::Dialect;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "deprecated",
    Severity::Warning,
    "an element or attribute withdrawn in the selected dialect",
    Check::Element(|def| !def.withdrawn.is_empty() || def.attributes.iter().any(|one| !one.withdrawn.is_empty()), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    let dialect = view.program.dialect;
    if def.is_withdrawn(dialect) {
        let message = format!("`{}` was withdrawn: {dialect} no longer has it", def.name);
        sink.push(explained(super::finding(&RULE, view, "", view.place(), message), def.withdrawn));
    }
    for attribute in &view.attributes {
        let Some(known) = attribute.def.filter(|known| known.is_withdrawn(dialect)) else { continue };
        let name = view.document.names().text(attribute.name);
        let message = format!("`{name}` of `{}` was withdrawn: {dialect} no longer has it", def.name);
        sink.push(explained(super::finding(&RULE, view, name, view.name_place(*attribute), message), known.withdrawn));
    }
}

fn explained(finding: Finding, withdrawn: &[Dialect]) -> Finding {
    let kept: Vec<&str> =
        Dialect::ALL.iter().filter(|dialect| !withdrawn.contains(dialect)).map(|dialect| dialect.as_str()).collect();
    let finding = finding.label("withdrawn").note("the product ignores or refuses it, so what it asks for does not happen");
    match kept.as_slice() {
        [] => finding.help("remove it"),
        kept => finding.help(format!(
            "remove it; if you deploy to {}, say so with `--dialect {}`",
            kept.join(" or "),
            kept[kept.len() - 1]
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::grammar::Dialect;
    use crate::rules::testing::{findings_in, lines};

    const NAME: &str = "deprecated";
    const WITHDRAWN: &str =
        "<CreateConnectorSynchroComplete Connector=\"A\">\n<DoNotCreateJob/></CreateConnectorSynchroComplete>";

    #[test]
    fn what_was_withdrawn_is_found() {
        assert_eq!(lines(WITHDRAWN, NAME), [2]);
        assert_eq!(lines("<CreateConnectorSynchroComplete Connector=\"A\"\nOldAlgorithm=\"true\"/>", NAME), [2]);
        assert_eq!(findings_in(WITHDRAWN, NAME, Dialect::V6_2).1.len(), 1);
        let added = "<CreateConnectorSynchroComplete Connector=\"A\">\n<AddTask Task=\"T\" CopyOccurence=\"1\"/></CreateConnectorSynchroComplete>";
        assert_eq!(lines(added, NAME), [2]);
        assert_eq!(
            lines("\n<CreateAgentSynchroIncremental Agent=\"A\"><DoNotCreateJob/></CreateAgentSynchroIncremental>", NAME),
            [2]
        );
    }

    #[test]
    fn what_is_withdrawn_does_nothing_that_is_reported_again() {
        let added = "<Connector Identifier=\"AD\"/><Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>\
            <RefreshSchemaTask Identifier=\"T\"/><CreateConnectorSynchroComplete Connector=\"AD\">\
            <AddTask Task=\"T\" TaskToCompareWith=\"MaintainIndexes\" After=\"true\" CopyOccurence=\"2\"/></CreateConnectorSynchroComplete>";
        // There is no second one.
        for (dialect, withdrawn, missing) in [(Dialect::Saas, 1, 0), (Dialect::V6_2, 1, 0), (Dialect::V6_1, 0, 1)] {
            assert_eq!(findings_in(added, NAME, dialect).1.len(), withdrawn, "{dialect}");
            assert_eq!(findings_in(added, "scaffold-target-not-found", dialect).1.len(), missing, "{dialect}");
        }
    }

    #[test]
    fn what_the_version_has_is_not() {
        assert!(findings_in(WITHDRAWN, NAME, Dialect::V6_1).1.is_empty());
        assert!(lines("<CreateConnectorSynchroComplete Connector=\"A\"/>", NAME).is_empty());
        assert!(lines("<CreateAgentSynchroComplete Agent=\"A\" OldAlgorithm=\"true\"/>", NAME).is_empty());
    }
}
