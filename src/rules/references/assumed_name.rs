//! The agent and the client that scaffoldings take where nothing names one: they must exist all the same.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Program, Scaffolding};
use crate::rules::{Sink, element};
use crate::syntax::NameId;

use super::certainty::Certainty;
use super::unresolved_reference::RULE;

/// What stands in for a name that is not written.
struct Assumed {
    kind: ItemKind,
    attribute: NameId,
    name: &'static str,
    /// What the generated tasks do with it.
    role: &'static str,
    help: &'static str,
}

const AGENT: Assumed = Assumed {
    kind: ItemKind::Agent,
    attribute: names::AGENT,
    name: "Local",
    role: "run on agent",
    help: "declare the agent, or name one in the scaffolding or on the connector",
};
const CLIENT: Assumed = Assumed {
    kind: ItemKind::OpenIdClient,
    attribute: names::OPEN_ID_CLIENT,
    name: "Job",
    role: "sign in as OpenID client",
    help: "declare the client, or name another with `<OpenIdIdentifier Identifier=\"…\" />` in the scaffolding",
};

/// Reports them once for each scaffolding that takes them. `unharmed` says what exists for sure, at less cost.
pub(super) fn report(program: &Program, certainty: &Certainty<'_>, unharmed: &Certainty<'_>, sink: &mut Sink) {
    if program.generated.is_empty() {
        return;
    }
    for assumed in [AGENT, CLIENT] {
        if unharmed.exists(assumed.kind, assumed.name) != Some(false) {
            continue;
        }
        let taken = |element: &&crate::ir::GeneratedElement| element.value(assumed.attribute) == Some(assumed.name);
        let mut scaffoldings: Vec<_> = program.generated.iter().filter(taken).map(|element| element.scaffolding).collect();
        scaffoldings.sort_unstable();
        scaffoldings.dedup();
        // A name that is written is reported where it is.
        scaffoldings.retain(|&id| !is_written(program, &program.items.scaffoldings[id], &assumed));
        if !scaffoldings.is_empty() && certainty.exists(assumed.kind, assumed.name) == Some(false) {
            sink.extend(scaffoldings.into_iter().map(|id| finding(program, &program.items.scaffoldings[id], &assumed)));
        }
    }
}

fn is_written(program: &Program, item: &Scaffolding, assumed: &Assumed) -> bool {
    if assumed.kind == ItemKind::OpenIdClient {
        return program.children_of(item.origin, kinds::OPEN_ID_IDENTIFIER).next().is_some();
    }
    let connector = item.connector.and_then(|connector| connector.value.target);
    item.agent.is_some()
        || match connector {
            Some(connector) => program.items.connectors[connector].agent.is_some(),
            None => !program.items.connectors.values().any(|connector| connector.agent.is_none()),
        }
}

fn finding(program: &Program, item: &Scaffolding, assumed: &Assumed) -> Finding {
    let scaffolding = item.kind.def().name;
    let Assumed { kind, name, role, help, .. } = assumed;
    Finding::new(
        &RULE.info,
        program.place(item.origin),
        format!("the tasks that {scaffolding} generates {role} `{name}`, which does not exist"),
    )
    .severity(Severity::Warning)
    .label(format!("takes the {kind} `{name}`"))
    .note(format!("nothing names another {kind}, so the generated tasks have this one: the deployment refuses tasks that name something unknown"))
    .help(*help)
    .anchor(format!("{}/@{name}", element::anchor(program, item.origin.file, item.origin.element)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "unresolved-reference";
    const MODEL: &str =
        "<Connector Identifier=\"AD\"/><Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>";
    const AGENT: &str = "<Agent Identifier=\"local\"/>";
    const CLIENT: &str = "<OpenIdClient Identifier=\"Job\"/>";

    #[test]
    fn names_that_are_taken_and_do_not_exist_are_found() {
        for scaffolding in [
            "<CreateConnectorSynchroComplete Connector=\"AD\"/>",
            "<CreateAgentSynchroIncremental/>",
            "<CreateInitializationJob/>",
        ] {
            let (_, found) = findings(&format!("{MODEL}{scaffolding}"), NAME);
            let names: Vec<bool> = found.iter().map(|one| one.message.contains("`Local`")).collect();
            assert_eq!(names, [true, false], "{scaffolding}: {found:?}");
        }
        assert_eq!(lines(&format!("{MODEL}\n<CreateConnectorsJobs/>"), NAME), [2], "no client");
    }

    #[test]
    fn names_that_exist_or_are_written_are_not() {
        let complete = "<CreateConnectorSynchroComplete Connector=\"AD\"/>";
        assert!(lines(&format!("{MODEL}{AGENT}{CLIENT}{complete}"), NAME).is_empty());
        assert!(lines(&format!("{MODEL}<CreateAccessCertificationJob/>"), NAME).is_empty(), "on the server");
        // A name that is wrong where it is written is told there, once.
        let written =
            "<CreateAgentSynchroComplete\nAgent=\"Local\"><OpenIdIdentifier Identifier=\"Job\"/></CreateAgentSynchroComplete>";
        assert_eq!(lines(&format!("{}{written}", MODEL.replace("=\"AD\"/>", "=\"AD\" Agent=\"Local\"/>")), NAME), [1, 2, 2]);
    }
}
