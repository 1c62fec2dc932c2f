//! What an item may leave out that says how it is brought together with another of its identifier.
//!
//! | mode   | what may be absent                                                       |
//! |--------|--------------------------------------------------------------------------|
//! | Merge  | what the other item has: a generated one, or one that is written elsewhere |
//! | Update | nothing: the written attributes take the place of all that the other has  |
//! | Delete | everything: nothing of the item is left                                   |
//!
//! The name of the item must be there in any case. What scaffoldings make that are not expanded may have anything.

use crate::finding::{Finding, Severity};
use crate::grammar::{AttributeDef, ElementDef, ItemKind, kinds, names};
use crate::ir::{ConsolidationMode, Declaration, Generated, GeneratedEntry, Origin, Program};
use crate::rules::suggest::listed;
use crate::rules::{ElementView, Facts, Sink};

use super::{RULE, absent, demanded, is_broken, is_meant, is_of_connector_page, view_at};

pub(super) fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut view = None;
    for at in replacing(program, facts) {
        replaced(view_at(&mut view, program, at), sink);
    }
    // Where other scaffoldings make items, nobody knows what there is to merge with.
    let all_known = facts.other_scaffoldings().is_empty();
    for one in program.declarations.all().iter().filter(|one| one.consolidated) {
        let at = Origin::written(one.file, one.element);
        let mode = program.value(at, names::CONSOLIDATION_MODE).and_then(|mode| ConsolidationMode::read(&mode));
        match mode {
            Some(ConsolidationMode::Merge) if all_known => merged(view_at(&mut view, program, at), one, sink),
            // That there is no such job or task is reported.
            Some(ConsolidationMode::Update) if !is_expanded(program, one) => replaced(view_at(&mut view, program, at), sink),
            _ => {}
        }
    }
}

/// The written items whose attributes took the place of generated ones.
fn replacing<'p>(program: &'p Program, facts: &'p Facts) -> impl Iterator<Item = Origin> + 'p {
    let written = |Generated(number): Generated| program.generated[number as usize].replacing();
    program.generated_jobs.iter().flat_map(move |job| {
        let tasks = job.entries.iter().filter_map(move |entry| match *entry {
            GeneratedEntry::Task(number, id) if !is_of_connector_page(facts, id, &program.items.tasks[id]) => written(number),
            _ => None,
        });
        job.job.and_then(|(number, _)| written(number)).into_iter().chain(tasks)
    })
}

/// Whether the configuration may make the item by scaffoldings that are expanded. What stands in a written job meets none of
/// their tasks, unless the job was to be merged itself.
fn is_expanded(program: &Program, one: &Declaration) -> bool {
    let document = program.document(one.file);
    let in_written_job = || {
        document.parent(one.element).is_some_and(|parent| {
            program.kind(one.file, parent) == Some(kinds::JOB)
                && !program.taken.contains(&(one.file, parent))
                && document.find(parent, names::CONSOLIDATION_MODE).is_none()
        })
    };
    matches!(one.kind, ItemKind::Job | ItemKind::Task) && !program.items.scaffoldings.is_empty() && !in_written_job()
}

/// What is required and not written, but for the name.
fn lacks(view: &ElementView<'_>) -> Option<(&'static ElementDef, Vec<&'static AttributeDef>)> {
    let (kind, def) = (view.kind?, view.def()?);
    let key = def.key.unwrap_or(names::IDENTIFIER);
    let lacks = |attribute: &&AttributeDef| {
        attribute.name_id != key
            && view.attribute(attribute.name_id).is_none()
            && demanded(view, attribute).is_some_and(|(severity, _)| severity == Severity::Error)
            && !is_meant(view, def, attribute)
    };
    if is_broken(view) {
        return None;
    }
    let lacking: Vec<&AttributeDef> = super::super::tables::required(kind).iter().copied().filter(lacks).collect();
    (!lacking.is_empty()).then_some((def, lacking))
}

fn replaced(view: &ElementView<'_>, sink: &mut Sink) {
    let Some((def, lacking)) = lacks(view) else { return };
    for attribute in lacking {
        let finding = absent(view, def, attribute).map(|finding| {
            finding.note("with `ConsolidationMode=\"Update\"` the written attributes take the place of all others, so nothing else gives it one")
        });
        sink.extend(finding);
    }
}

fn merged(view: &ElementView<'_>, one: &Declaration, sink: &mut Sink) {
    let Some((_, mut lacking)) = lacks(view) else { return };
    let declarations = &view.program.declarations;
    let is_other = |other: &&Declaration| {
        (other.kind, other.scope) == (one.kind, one.scope) && (other.file, other.element) != (one.file, one.element)
    };
    let mut others = declarations.named(one.symbol).filter(is_other).peekable();
    let Some(&first) = others.peek() else {
        // That there is no such job or task is reported.
        if !is_expanded(view.program, one) {
            sink.push(alone(view, &lacking));
        }
        return;
    };
    for other in others {
        // One that is generated and did not take it in is another element, which is reported.
        if other.generated.is_some() {
            return;
        }
        let document = view.program.document(other.file);
        lacking.retain(|attribute| document.find(other.element, attribute.name_id).is_none());
    }
    if !lacking.is_empty() {
        let place = view.program.document(first.file).name_location(first.element);
        sink.push(finding(view, &lacking, "neither has the item that it is merged with").related(place, "merged with this"));
    }
}

/// Nothing is there to merge with: the rest may come from files that were not given.
fn alone(view: &ElementView<'_>, lacking: &[&AttributeDef]) -> Finding {
    finding(view, lacking, "there is nothing to take the rest from")
        .severity(Severity::Warning)
        .note("no scaffolding of the configuration generates an item of this identifier, and no other element declares it")
}

fn finding(view: &ElementView<'_>, lacking: &[&AttributeDef], why: &str) -> Finding {
    const SHOWN: usize = 4;
    let names = listed(lacking.iter().map(|attribute| attribute.name), SHOWN);
    let message = format!("{} lacks {names}, and {why}", view.title());
    let part = lacking.first().map_or("", |attribute| attribute.name);
    let finding = super::super::finding(&RULE, view, part, view.place(), message)
        .label(format!("{names} missing"))
        .help("write what is missing, or correct the identifier");
    match view.attribute(names::CONSOLIDATION_MODE) {
        Some(mode) => finding.related(view.value_place(mode), "adds to another item of the same identifier"),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "missing-attribute";
    const MODEL: &str = "<Connector Identifier=\"AD\" DisplayName_L1=\"AD\" Agent=\"L\"/>\
        <Connection Identifier=\"X\" DisplayName_L1=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>\
        <CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"Night\"/>";

    fn severities(xml: &str) -> Vec<Severity> {
        findings(xml, NAME).1.iter().map(|one| one.severity).collect()
    }

    #[test]
    fn what_a_generated_item_has_may_be_left_out() {
        for item in [
            "<Job Identifier=\"night\" ConsolidationMode=\"Merge\"/>",
            "<Job Identifier=\"Night\" ConsolidationMode=\"Delete\"/>",
            "<MaintainIndexesTask Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Merge\"/>",
            "<ExportTask Identifier=\"Night_Export_AD_Complete_X\" ConsolidationMode=\"Delete\"/>",
        ] {
            assert!(severities(&format!("{MODEL}{item}")).is_empty(), "{item}");
        }
    }

    #[test]
    fn an_update_must_say_everything() {
        let job = "\n<Job Identifier=\"Night\" Agent=\"L\" ConsolidationMode=\"Update\"/>";
        assert_eq!(lines(&format!("{MODEL}{job}"), NAME), [2], "the label");
        let task = "\n<ExportTask Identifier=\"Night_Export_AD_Complete_X\" DisplayName_L1=\"X\" ConsolidationMode=\"Update\"/>";
        assert_eq!(lines(&format!("{MODEL}{task}"), NAME), [2, 2], "agent and client");
        assert_eq!(lines("\n<Agent Identifier=\"U\" ConsolidationMode=\"Update\"/>", NAME), [2]);
        let whole = job.replace("Agent", "DisplayName_L1=\"N\" Agent");
        assert!(lines(&format!("{MODEL}{whole}"), NAME).is_empty());
        // Tasks behind the steps of a connector's page lack most of it when generated.
        let page =
            "<ExportTask Identifier=\"AD_ConnectorExport\" DisplayName_L1=\"X\" Connector=\"AD\" ConsolidationMode=\"Update\"/>";
        assert!(lines(&format!("{MODEL}<CreateConnectorsJobs/>{page}"), NAME).is_empty());
    }

    #[test]
    fn what_a_written_item_has_may_be_left_out() {
        let merge = "<Agent Identifier=\"U\" ConsolidationMode=\"Merge\"/>";
        assert!(severities(&format!("<Agent Identifier=\"u\" DisplayName_L1=\"U\"/>{merge}")).is_empty());
        let other = "<Agent Identifier=\"U\" URI=\"http://localhost\" ConsolidationMode=\"Merge\"/>";
        assert_eq!(severities(&format!("{other}{merge}")), [Severity::Error, Severity::Error], "neither has it");
        // An activity is unique within its workflow.
        let workflow = |name: &str, activity: &str| {
            format!("<Workflow Identifier=\"{name}\" DisplayName_L1=\"W\" VariablesType=\"V\">{activity}</Workflow>")
        };
        let whole = "<Activity Identifier=\"A\" DisplayName_L1=\"A\" Template=\"Persist\"/>";
        let merged = "<Activity Identifier=\"A\" ConsolidationMode=\"Merge\"/>";
        assert!(severities(&format!("{}{}", workflow("W", whole), workflow("W", merged))).is_empty());
        assert_eq!(severities(&format!("{}{}", workflow("W", whole), workflow("X", merged))), [Severity::Warning]);
    }

    #[test]
    fn what_is_alone_is_told_once() {
        assert_eq!(severities("<Agent Identifier=\"U\" ConsolidationMode=\"Merge\"/>"), [Severity::Warning]);
        assert_eq!(severities("<Job Identifier=\"J\" ConsolidationMode=\"Merge\"/>"), [Severity::Warning]);
        let task = "<PrepareSynchronizationTask Identifier=\"P\" ConsolidationMode=\"Merge\"/>";
        let (_, found) = findings(task, NAME);
        assert_eq!(found.len(), 1, "one finding for all that is missing");
        assert!(found[0].message.contains("`Agent`") && found[0].message.contains("`Connector`"), "{}", found[0].message);
        assert!(severities("<Agent Identifier=\"U\" ConsolidationMode=\"Delete\"/>").is_empty());
        // What other scaffoldings make is not known.
        assert!(severities("<WorkforceModule/><Agent Identifier=\"U\" ConsolidationMode=\"Merge\"/>").is_empty());
        // That no scaffolding generates it is a finding of its own.
        assert!(severities(&format!("{MODEL}<Job Identifier=\"Day\" ConsolidationMode=\"Merge\"/>")).is_empty());
        assert_eq!(
            lines(&format!("{MODEL}<Job Identifier=\"Day\" ConsolidationMode=\"Merge\"/>"), "nothing-to-consolidate").len(),
            1
        );
        // Nothing that is generated comes into a job that is written.
        let inside = format!("{MODEL}<Job Identifier=\"J\" DisplayName_L1=\"J\">{task}</Job>");
        assert_eq!(severities(&inside), [Severity::Warning]);
        // What is no item is not consolidated.
        assert_eq!(
            severities("<Job Identifier=\"J\" DisplayName_L1=\"J\"><Step ConsolidationMode=\"Merge\"/></Job>"),
            [Severity::Error]
        );
    }
}
