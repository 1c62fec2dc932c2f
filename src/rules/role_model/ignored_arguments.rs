//! `ignored-arguments`: arguments of orders for a system whose package reads none.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::names;
use crate::ir::Program;
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "ignored-arguments",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "arguments of orders for a system whose package reads none",
    },
    check: Check::Facts(check),
};

/// Libraries that read the arguments of an order: those of the LDAP family, and of workflows.
const READERS: [&str; 2] = ["Usercube-Fulfill-Ldap.dll", "Usercube-Fulfill-InternalWorkflows.dll"];

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    for (id, item) in program.items.resource_types.iter() {
        let Some(place) = program.attribute_place(item.origin, names::ARGUMENTS_EXPRESSION) else { continue };
        if program.value(item.origin, names::ARGUMENTS_EXPRESSION).is_none_or(|value| value.trim().is_empty()) {
            continue;
        }
        let Some(connector) = facts.connector_of_resource_type(program, id) else { continue };
        let connections = program.connections_of(connector);
        // A package that nobody knows may read them.
        if connections.iter().any(|connection| connection.package().is_none()) {
            continue;
        }
        let mut fulfilling = connections.into_iter().filter(|connection| connection.fulfils()).peekable();
        let Some(&first) = fulfilling.peek() else { continue };
        let reads = |package: &crate::grammar::Package| package.fulfill.iter().any(|library| READERS.contains(library));
        if fulfilling.any(|connection| connection.package().is_some_and(reads)) {
            continue;
        }
        let package = first.package().map_or("", |package| package.id);
        let message = format!(
            "resource type `{}` computes arguments that `{package}` does not read",
            program.identifier(item.origin).trim()
        );
        sink.push(
            Finding::new(&RULE.info, place, message)
                .label("read by nobody")
                .note("arguments of an order reach the packages of the LDAP family and that of workflows only: what they ask for does not happen")
                .help("remove `ArgumentsExpression`, or put what is needed into a property that the resource type fills")
                .related(program.place(first.origin), "the connection that fulfils")
                .anchor(format!("{}/@ArgumentsExpression", element::anchor(program, item.origin.file, item.origin.element))),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(connections: &[&str], attributes: &str) -> Vec<u32> {
        let one = |(number, rest): (usize, &&str)| format!("<Connection Identifier=\"C{number}\" Connector=\"HR\" {rest}/>");
        let connections: String = connections.iter().enumerate().map(one).collect();
        let model = "<Connector Identifier=\"HR\"/><EntityType Identifier=\"Account\"/><EntityTypeMapping Identifier=\"Account\" Connector=\"HR\"/>";
        let xml = format!("{model}{connections}<ResourceType Identifier=\"R\" TargetEntityType=\"Account\"\n{attributes}/>");
        lines(&xml, "ignored-arguments")
    }

    const ARGUMENTS: &str = "ArgumentsExpression=\"C#:r:return null;\"";
    const SAP: &str = "Package=\"Usercube.SAP@0000001\"";

    #[test]
    fn arguments_that_nobody_reads_are_found() {
        assert_eq!(found(&[SAP], ARGUMENTS), [2]);
        assert_eq!(found(&["Package=\"Usercube.CSV@0000001\"", "Package=\"Usercube.FulfillToFile@0000001\""], ARGUMENTS), [2]);
        let off = "Package=\"Usercube.AD@0000001\" DeactivationExportFulfill=\"Fulfill\"";
        assert_eq!(found(&[SAP, off], ARGUMENTS), [2]);
    }

    #[test]
    fn arguments_that_somebody_may_read_are_not() {
        assert!(found(&["Package=\"Usercube.OpenLDAP@0000001\""], ARGUMENTS).is_empty());
        assert!(found(&[SAP, "Package=\"Usercube.FulfillWorkflow@0000001\""], ARGUMENTS).is_empty());
        assert!(found(&[SAP, "Package=\"Fleet.Own@0000001\""], ARGUMENTS).is_empty());
        assert!(found(&["Package=\"Usercube.CSV@0000001\""], ARGUMENTS).is_empty(), "nothing fulfils");
        assert!(found(&[SAP], "ArgumentsExpression=\"\"").is_empty());
    }
}
