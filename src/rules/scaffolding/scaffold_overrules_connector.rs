//! `scaffold-overrules-connector`: a job made for a connector that is kept out of such jobs.

use crate::finding::{Category, RuleInfo, Severity, with_article};
use crate::grammar::{kinds, names};
use crate::ir::{Connector, JobIntegration};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "scaffold-overrules-connector",
        category: Category::Scaffolding,
        severity: Severity::Note,
        summary: "a job made for a connector that is kept out of such jobs",
    },
    check: Check::At(&[kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE, kinds::CREATE_CONNECTOR_SYNCHRO_INCREMENTAL], check),
};

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(attribute), Some(symbol)) = (view.attribute(names::CONNECTOR), view.symbol(names::CONNECTOR)) else { return };
    let Some(connector) = view.program.index.find::<Connector>(symbol).map(|id| &view.program.items.connectors[id]) else {
        return;
    };
    let (part, word, name) = match view.kind {
        Some(kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE) => (connector.complete_job, "complete", "CompleteJob"),
        _ => (connector.incremental_job, "incremental", "IncrementalJob"),
    };
    let Some(part) = part.filter(|part| part.value == JobIntegration::NotUsed) else { return };
    let message = format!(
        "{} makes {} job for connector `{}`, which `{name}` keeps out of such jobs",
        view.name(),
        with_article(word),
        view.value(attribute).trim()
    );
    sink.push(
        view.finding(&RULE, "Connector", view.value_place(attribute), message)
            .label("the scaffolding wins")
            .note(format!("`{name}=\"NotUsed\"` counts in the jobs of the agent; a scaffolding that names the connector makes its job all the same"))
            .help(format!("if the connector shall have no {word} job, remove the scaffolding; if it shall have this one, say so in a suppression"))
            .related(view.program.field_place(connector.origin, None, part.at), "not used"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "scaffold-overrules-connector";

    fn found(attribute: &str, scaffolding: &str) -> Vec<u32> {
        let connection = "<Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>";
        lines(&format!("<Connector Identifier=\"AD\" {attribute}/>{connection}<{scaffolding}/>"), NAME)
    }

    #[test]
    fn connectors_that_are_not_used_are_found() {
        assert_eq!(found("CompleteJob=\"NotUsed\"", "CreateConnectorSynchroComplete\nConnector=\"ad\""), [2]);
        assert_eq!(found("IncrementalJob=\"1\"", "CreateConnectorSynchroIncremental\nConnector=\"AD\""), [2]);
        let written = "<Connector Identifier=\"AD\" CompleteJob=\"NotUsed\"/><CreateConnectorSynchroComplete Connector=\"AD\"/>";
        let (program, found) = findings(written, NAME);
        assert_eq!(program.sources.slice(found[0].related[0].location), "NotUsed");
    }

    #[test]
    fn others_are_not() {
        assert!(found("IncrementalJob=\"NotUsed\"", "CreateConnectorSynchroComplete Connector=\"AD\"").is_empty());
        assert!(
            found("CompleteJob=\"OnlyProvisioning\"", "CreateConnectorSynchroComplete Connector=\"AD\"").is_empty(),
            "it is obeyed"
        );
        assert!(found("CompleteJob=\"NotUsed\"", "CreateAgentSynchroComplete").is_empty(), "it is obeyed");
        assert!(found("CompleteJob=\"NotUsed\"", "CreateConnectorSynchroComplete Connector=\"Gone\"").is_empty());
    }
}
