//! `nothing-to-consolidate`: a job or task that adjusts a generated one, which no scaffolding generates.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::ir::{Origin, Program};
use crate::rules::suggest::nearest;
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "nothing-to-consolidate",
        category: Category::Scaffolding,
        severity: Severity::Warning,
        summary: "a job or task that adjusts a generated one, which no scaffolding generates",
    },
    check: Check::Facts(check),
};

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    // Without scaffoldings they stand elsewhere; and what could not be expanded may have it.
    if program.items.scaffoldings.is_empty() || program.items.scaffoldings.len() > facts.expanded {
        return;
    }
    for job in program.items.jobs.values() {
        judge(program, job.origin, sink);
    }
    for task in program.items.tasks.values().filter(|task| task.job.is_none() && task.base.is_none()) {
        judge(program, task.origin, sink);
    }
}

fn judge(program: &Program, at: Origin, sink: &mut Sink) {
    if at.generated.is_some() || program.taken.contains(&(at.file, at.element)) {
        return;
    }
    let document = program.document(at.file);
    let Some(mode) = document.find(at.element, names::CONSOLIDATION_MODE) else { return };
    let value = program.attribute_value(at.file, mode);
    if !matches!(value.trim(), "Merge" | "Update" | "Delete") {
        return;
    }
    let (name, kind) = (program.identifier(at), program.kind(at.file, at.element));
    let what = if kind == Some(kinds::JOB) { "job" } else { "task" };
    let message = format!("`{}` adjusts a generated {what}, but no scaffolding generates it", name.trim());
    let finding = Finding::new(&RULE.info, document.value_location(mode), message)
        .label(format!("no {what} to {}", value.trim().to_lowercase()))
        .note("an item is adjusted by its whole identifier: this one is deployed by itself, as little as it says, and the generated one stays as it is")
        .anchor(format!("{}/@ConsolidationMode", element::anchor(program, at.file, at.element)));
    let generated = program.generated.iter().filter(|one| (one.kind == kinds::JOB) == (kind == Some(kinds::JOB)));
    let near = nearest(&name, generated.filter_map(|one| one.value(names::IDENTIFIER)));
    sink.push(match near {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding.help("write the identifier of the generated item, or remove `ConsolidationMode`"),
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "nothing-to-consolidate";
    const MODEL: &str = "<Connector Identifier=\"AD\"/><Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>\
        <CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"Night\"/>";

    #[test]
    fn items_that_nothing_generates_are_found() {
        assert_eq!(lines(&format!("{MODEL}\n<Job Identifier=\"Nigth\" ConsolidationMode=\"Merge\"/>"), NAME), [2]);
        assert_eq!(lines(&format!("{MODEL}\n<Job Identifier=\"Day\" ConsolidationMode=\"Delete\"/>"), NAME), [2]);
        let task = "<MaintainIndexesTask Identifier=\"Night_Maintain\"\nConsolidationMode=\"Update\"/>";
        assert_eq!(lines(&format!("{MODEL}{task}"), NAME), [2]);
    }

    #[test]
    fn the_nearest_is_named() {
        let (_, found) = findings(&format!("{MODEL}<Job Identifier=\"Nigth\" ConsolidationMode=\"Merge\"/>"), NAME);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `Night`?"));
    }

    #[test]
    fn items_of_a_scaffolding_are_not() {
        assert!(lines(&format!("{MODEL}<Job Identifier=\"night\" ConsolidationMode=\"Merge\"/>"), NAME).is_empty());
        let task = "<MaintainIndexesTask Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Update\"/>";
        assert!(lines(&format!("{MODEL}{task}"), NAME).is_empty());
        assert!(lines(&format!("{MODEL}<Job Identifier=\"Day\"/>"), NAME).is_empty());
        assert!(lines("<Job Identifier=\"Day\" ConsolidationMode=\"Merge\"/>", NAME).is_empty(), "they stand elsewhere");
    }
}
