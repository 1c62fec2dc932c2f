//! `unserved-aspect`: an aspect waits for a task that no job runs.

use std::cell::LazyCell;

use crate::finding::{Finding, Severity};
use crate::grammar::{ElementKind, ItemKind, kinds, names};
use crate::ir::{Origin, Program, Symbol, Task};
use crate::rules::{Check, Facts, Rule, Sink, element, lost};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("unserved-aspect", Severity::Warning, "an aspect that waits for a task that no job runs", Check::Facts(check));

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    // Without jobs they stand elsewhere; and what could not be expanded may have the task.
    if program.items.jobs.is_empty() || program.items.scaffoldings.len() > facts.expanded {
        return;
    }
    let of_kind = |kind: ElementKind| program.items.tasks.values().filter(move |task| task.kind == kind);
    let aspects = facts.elements(kinds::INVOKE_SCRIPT_ASPECT);
    let has_agents = program.declarations.of_kind(ItemKind::Agent).next().is_some();
    let servers: Vec<&Task> = if aspects.is_empty() { Vec::new() } else { of_kind(kinds::INVOKE_ASPECTS_TASK).collect() };
    let more = LazyCell::new(|| may_run_more(program));
    for &aspect in aspects {
        let agent = program.value(aspect, names::AGENT).filter(|agent| !agent.trim().is_empty());
        let own = agent.as_deref().map(Symbol::new);
        let fits = |task: &&Task| own.is_none_or(|own| task.agent.is_none_or(|agent| agent.value.name == own));
        // An agent that does not exist, or a task that cannot be read, is a finding of its own. Without agents they stand elsewhere.
        let is_unknown = |task: &&Task| has_agents && task.agent.is_some_and(|agent| agent.value.target.is_none());
        let is_declared = !has_agents || own.is_none_or(|own| program.declarations.find(ItemKind::Agent, None, own).is_some());
        if servers.iter().any(|task| fits(task) || is_unknown(task)) || !is_declared || *more {
            continue;
        }
        let on = agent.map(|agent| format!(" on agent `{}`", agent.trim())).unwrap_or_default();
        let message =
            format!("no job runs the script of `{}`: it has no InvokeAspectsTask{on}", program.identifier(aspect).trim());
        sink.push(
            finding(program, aspect, message)
                .label("its script is never run")
                .note("the aspect only puts its script into a queue: an InvokeAspectsTask runs what stands there")
                .help("add an `<InvokeAspectsTask … />` of the same agent to a job"),
        );
    }
    let checks = facts.elements(kinds::UNICITY_CHECK);
    let computes = || of_kind(kinds::COMPUTE_CORRELATION_KEYS_TASK).next().is_some();
    if checks.is_empty() || computes() || may_compute(program) {
        return;
    }
    for &one in checks {
        sink.push(
            finding(program, one, "no job computes the keys that this check compares with".to_owned())
                .severity(Severity::Note)
                .label("no ComputeCorrelationKeysTask")
                .note("existing values are looked up among the correlation keys: where these are not computed, the check goes by old ones")
                .help("add a `<ComputeCorrelationKeysTask … />` with the target entity type to a job"),
        );
    }
}

/// Whether jobs may be meant to run more tasks than they do.
fn may_run_more(program: &Program) -> bool {
    [kinds::JOB, kinds::INVOKE_ASPECTS_TASK].into_iter().any(|kind| lost::may_hold(program, kind))
        || program.items.jobs.values().any(|job| job.origin.generated.is_none() && lost::may_hold_more(program, job.origin))
}

/// Whether generated jobs may be meant to compute keys that they do not, for something of the model that cannot be read.
fn may_compute(program: &Program) -> bool {
    let model = [kinds::ENTITY_TYPE, kinds::ENTITY_TYPE_MAPPING, kinds::RESOURCE_TYPE];
    may_run_more(program) || lost::may_have_connections(program) || model.into_iter().any(|kind| lost::may_hold(program, kind))
}

fn finding(program: &Program, at: Origin, message: String) -> Finding {
    Finding::new(&RULE.info, program.place(at), message).anchor(element::anchor(program, at.file, at.element))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "unserved-aspect";
    const JOB: &str = "<Job Identifier=\"J\"><SynchronizeTask Identifier=\"S\"/></Job>";
    const AGENTS: &str = "<Agent Identifier=\"Harbour\"/><Agent Identifier=\"Island\"/>";

    fn script(agent: &str) -> String {
        format!("{AGENTS}\n<InvokeScriptAspect Identifier=\"A\"{agent} ScriptFile=\"a.ps1\"/>")
    }

    fn runs(agent: &str) -> String {
        format!("<Job Identifier=\"K\"><InvokeAspectsTask Identifier=\"I\" Agent=\"{agent}\"/></Job>")
    }

    const UNIQUE: &str =
        "<BuildUniqueValueAspect Identifier=\"B\">\n<UnicityCheck TargetEntityType=\"P\"/></BuildUniqueValueAspect>";

    #[test]
    fn aspects_without_their_task_are_found() {
        assert_eq!(lines(&format!("{JOB}{}", script("")), NAME), [2]);
        assert_eq!(lines(&format!("{}{}", runs("Island"), script(" Agent=\"Harbour\"")), NAME), [2], "of another agent");
        assert!(lines(&format!("{}{}", runs("Iland"), script(" Agent=\"Island\"")), NAME).is_empty(), "which is misspelt");
        assert_eq!(lines(&format!("{JOB}{UNIQUE}"), NAME), [2]);
        assert_eq!(lines(&format!("{JOB}\n\n<UnicityCheck Aspect=\"B\" TargetEntityType=\"P\"/>"), NAME), [3]);
    }

    #[test]
    fn aspects_with_their_task_are_not() {
        assert!(lines(&format!("{}{}", runs("Harbour"), script(" Agent=\"harbour\"")), NAME).is_empty());
        assert!(lines(&format!("{}{}", runs("Island"), script("")), NAME).is_empty(), "of any agent");
        assert!(lines(&script(""), NAME).is_empty(), "without jobs they stand elsewhere");
        let keys = "<Job Identifier=\"J\"><ComputeCorrelationKeysTask Identifier=\"C\"/></Job>";
        assert!(lines(&format!("{keys}{UNIQUE}"), NAME).is_empty());
        let failed = "<CreateConnectorSynchroComplete Connector=\"Gone\"/>";
        assert!(lines(&format!("{JOB}{failed}{UNIQUE}"), NAME).is_empty(), "a scaffolding that is not expanded may have it");
    }
}
