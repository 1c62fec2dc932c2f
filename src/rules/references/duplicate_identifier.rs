//! `duplicate-identifier`: two items of one kind with the same identifier.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Finding, Severity, article};
use crate::grammar::{ItemKind, names};
use crate::ir::{Declaration, Generated, Id, Program, Scaffolding, same_identifier};
use crate::rules::{Check, Rule, Sink, element};
use crate::source::{FileId, Location};
use crate::syntax::{AttributeId, ElementId, Namespace};

use super::suggestions::written_name;

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("duplicate-identifier", Severity::Error, "two items of one kind with the same identifier", Check::Program(check));

fn check(program: &Program, sink: &mut Sink) {
    let mut reported: FxHashSet<(Id<Scaffolding>, Id<Scaffolding>)> = FxHashSet::default();
    let beside_taken = program.repeated_beside_taken();
    let told: FxHashSet<(FileId, ElementId)> = beside_taken.iter().map(|&(_, again)| again).collect();
    sink.extend(beside_taken.into_iter().filter_map(|(first, again)| written_twice(program, first, again)));
    for (first, again) in program.declarations.repeated() {
        let is_told = |one: &Declaration| one.generated.is_none() && told.contains(&(one.file, one.element));
        if is_told(first) || is_told(again) {
            continue;
        }
        if !same_identifier(&written_name(program, first), &written_name(program, again)) {
            continue;
        }
        match (first.generated, again.generated) {
            (None, None) => written(program, first, again, sink),
            (Some(first), Some(second)) => {
                let (first, second) = (scaffolding(program, first), scaffolding(program, second));
                // One finding tells of all that two scaffoldings both generate.
                if first != second && reported.insert((first, second)) {
                    sink.push(twice_generated(program, first, again));
                }
            }
            // A written task that could not take the place of the generated one stands beside it. One that was to adjust it
            // is reported as such.
            (None, Some(generated)) if first.kind == ItemKind::Task && !adjusts_another(program, first, generated) => {
                sink.push(also_generated(program, first, generated));
            }
            // Any other written item takes its place.
            (Some(_), None) | (None, Some(_)) => {}
        }
    }
    settings(program, sink);
}

fn written(program: &Program, first: &Declaration, again: &Declaration, sink: &mut Sink) {
    // Which item of its kind is merged with which, of most kinds nobody knows. A job or a task is with a generated one.
    if first.consolidated || again.consolidated {
        if matches!(again.kind, ItemKind::Job | ItemKind::Task) {
            sink.extend(written_twice(program, (first.file, first.element), (again.file, again.element)));
        }
        return;
    }
    // Entity types are opened again to add to them, and so are their properties: what both say must agree.
    let merges = match again.kind {
        ItemKind::EntityType => true,
        ItemKind::Property => parent(program, first) != parent(program, again),
        _ => false,
    };
    if merges {
        contradictions(program, first, again, sink);
        return;
    }
    let name = written_name(program, again);
    sink.push(
        finding(program, again, place(program, again), format!("the {} `{name}` is declared twice", again.kind))
            .label("the same identifier again")
            .note("identifiers compare without case; which of the two the deployment keeps is not defined")
            .help(format!("give one of the {} another identifier, or remove it", again.kind.plural()))
            .related(place(program, first), "first declared here"),
    );
}

/// Attributes to which two elements of one item give different values.
fn contradictions(program: &Program, first: &Declaration, again: &Declaration, sink: &mut Sink) {
    let document = program.document(again.file);
    for attribute in document.attributes(again.element) {
        let name = document.attribute_name(attribute);
        if name == names::IDENTIFIER || document.attribute_namespace(attribute) != Namespace::Dialect {
            continue;
        }
        let other = program.document(first.file);
        let Some(before) = other.find_text(first.element, document.attribute_name_text(attribute)) else { continue };
        if same_value(program, (again.file, again.element, attribute), (first.file, before)) {
            continue;
        }
        let (item, text) = (written_name(program, again), document.attribute_name_text(attribute));
        sink.push(
            finding(
                program,
                again,
                document.value_location(attribute),
                format!("the {} `{item}` is given two values for `{text}`", again.kind),
            )
            .label("differs from the first")
            .note("elements of one identifier are merged; which of two values holds is not defined")
            .help(format!("write `{text}` once, or the same value in both"))
            .related(other.value_location(before), "first given here"),
        );
    }
}

fn same_value(program: &Program, again: (FileId, ElementId, AttributeId), first: (FileId, AttributeId)) -> bool {
    let (file, element, attribute) = again;
    let (a, b) = (program.attribute_value(file, attribute), program.attribute_value(first.0, first.1));
    let document = program.document(file);
    let name = document.attribute_name(attribute);
    match program.kind(file, element).and_then(|kind| kind.def().attribute(name, document.names().text(name))) {
        Some(def) => def.canonical(&a) == def.canonical(&b),
        None => a == b,
    }
}

/// Two written jobs or tasks, at least one of which says how it is brought together with a generated one.
fn written_twice(program: &Program, first: (FileId, ElementId), again: (FileId, ElementId)) -> Option<Finding> {
    let kind = program.kind(again.0, again.1)?.def().declares?;
    let place = |(file, element): (FileId, ElementId)| {
        let document = program.document(file);
        document.find(element, names::IDENTIFIER).map(|identifier| (identifier, document.value_location(identifier)))
    };
    let (identifier, own) = place(again)?;
    let name = program.attribute_value(again.0, identifier);
    Some(
        Finding::new(&RULE.info, own, format!("the {kind} `{}` is declared twice", name.trim()))
            .anchor(element::anchor(program, again.0, again.1))
            .label("the same identifier again")
            .note("`ConsolidationMode` brings a written item together with the generated one of its identifier, never two written ones: which of the two the deployment keeps is not defined")
            .help("write what both say in one element")
            .related(place(first)?.1, "first declared here"),
    )
}

fn twice_generated(program: &Program, first: Id<Scaffolding>, again: &Declaration) -> Finding {
    let name = written_name(program, again);
    let (first, own) = (&program.items.scaffoldings[first], program.document(again.file).name_text(again.element));
    finding(
        program,
        again,
        program.document(again.file).name_location(again.element),
        format!("`{own}` generates the {} `{name}`, as another scaffolding does", again.kind),
    )
    .label(format!("generates `{name}` again"))
    .note("identifiers compare without case; which of the two the deployment keeps is not defined")
    .help("remove one of the scaffoldings, or give one a `JobIdentifier` of its own")
    .related(program.place(first.origin), "generated here first")
}

fn also_generated(program: &Program, written: &Declaration, generated: Generated) -> Finding {
    let scaffolding = &program.items.scaffoldings[scaffolding(program, generated)];
    let own = scaffolding.kind.def().name;
    let (kind, name) = (written.kind, written_name(program, written));
    finding(program, written, place(program, written), format!("the {kind} `{name}` is generated by {} `{own}` as well", article(own)))
        .label("the identifier of a generated task")
        .note("only a task of the same element outside every other job takes the place of a generated one; which of the two the deployment keeps is not defined")
        .help("give it another identifier")
        .related(program.place(scaffolding.origin), "generated here")
}

/// Settings without identifier have the default one, so that each can stand in a configuration once.
fn settings(program: &Program, sink: &mut Sink) {
    let mut seen: FxHashMap<crate::grammar::ElementKind, (FileId, ElementId)> = FxHashMap::default();
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        for element in document.root().into_iter().flat_map(|root| document.children(root)) {
            let Some(kind) = program.kind(file, element).filter(|kind| kind.def().declares == Some(ItemKind::Setting)) else {
                continue;
            };
            let default = kind.def().attribute_named("Identifier").and_then(|def| def.default);
            let written = document.find(element, names::IDENTIFIER).map(|one| program.attribute_value(file, one));
            let is_default = match (&written, default) {
                (Some(written), Some(default)) => same_identifier(written, default),
                (None, Some(_)) => true,
                _ => false,
            };
            if !is_default {
                continue;
            }
            let Some(&(first_file, first)) = seen.get(&kind) else {
                seen.insert(kind, (file, element));
                continue;
            };
            let both_written = written.is_some() && program.document(first_file).find(first, names::IDENTIFIER).is_some();
            if both_written || document.find(element, names::CONSOLIDATION_MODE).is_some() {
                continue;
            }
            let name = kind.def().name;
            sink.push(
                Finding::new(&RULE.info, document.name_location(element), format!("the setting `{name}` is declared twice"))
                    .label("the same setting again")
                    .note("without `Identifier` a setting has the default one; which of the two the deployment keeps is not defined")
                    .help("keep one of them")
                    .related(program.document(first_file).name_location(first), "first declared here")
                    .anchor(element::anchor(program, file, element)),
            );
        }
    }
}

fn finding(program: &Program, at: &Declaration, place: Location, message: String) -> Finding {
    Finding::new(&RULE.info, place, message).anchor(element::anchor(program, at.file, at.element))
}

fn place(program: &Program, declaration: &Declaration) -> Location {
    let document = program.document(declaration.file);
    match declaration.key(program) {
        Some(attribute) => document.value_location(attribute),
        None => document.name_location(declaration.element),
    }
}

fn parent(program: &Program, declaration: &Declaration) -> (FileId, Option<ElementId>) {
    (declaration.file, program.document(declaration.file).parent(declaration.element))
}

/// Whether a written task was to adjust a generated one, and cannot because that is another element.
fn adjusts_another(program: &Program, written: &Declaration, generated: Generated) -> bool {
    written.consolidated && program.kind(written.file, written.element) != Some(program.generated[generated.0 as usize].kind)
}

fn scaffolding(program: &Program, generated: Generated) -> Id<Scaffolding> {
    program.generated[generated.0 as usize].scaffolding
}

#[cfg(test)]
mod tests {
    use crate::grammar::kinds;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "duplicate-identifier";

    #[test]
    fn repeated_identifiers_are_found() {
        assert_eq!(lines("<Connector Identifier=\"AD\"/>\n<Connector Identifier=\"ad\"/>", NAME), [2]);
        assert_eq!(
            lines("<Job Identifier=\"J\"><ExportTask Identifier=\"A\"/>\n<FulfillTask Identifier=\"A\"/></Job>", NAME),
            [2],
            "tasks are one kind"
        );
        assert_eq!(
            lines("<EntityType Identifier=\"E\"><Property Identifier=\"P\"/>\n<Property Identifier=\"P\"/></EntityType>", NAME),
            [2]
        );
        assert_eq!(lines("<AppDisplaySetting/>\n<AppDisplaySetting/>", NAME), [2]);
        assert_eq!(
            lines(
                "<EntityType Identifier=\"E\" DisplayName_L1=\"A\"/>\n<EntityType Identifier=\"E\" DisplayName_L1=\"B\"/>",
                NAME
            ),
            [2]
        );
    }

    #[test]
    fn a_task_beside_a_generated_one_is_found() {
        let with = |written: &str| {
            let model = "<Agent Identifier=\"Local\"/><Connector Identifier=\"AD\" Agent=\"Local\"/>\
                <Connection Identifier=\"ADExport\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>\
                <CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"S\"/>";
            format!("{model}\n{written}")
        };
        let (program, found) = findings(&with("<FulfillTask Identifier=\"s_maintainindexes\"/>"), NAME);
        assert_eq!(found.len(), 1, "another element");
        assert_eq!(program.sources.slice(found[0].location), "s_maintainindexes");
        let generated = program.items.tasks.values().filter(|task| task.kind == kinds::MAINTAIN_INDEXES_TASK).count();
        assert_eq!(generated, 1, "the generated job keeps its task");
        let own = "<MaintainIndexesTask Identifier=\"S_MaintainIndexes\"/>";
        assert_eq!(lines(&with(&format!("<Job Identifier=\"Own\">{own}</Job>")), NAME), [2], "inside another job");
        assert!(lines(&with(own), NAME).is_empty(), "takes the place of the generated one");
        let merged = format!("<Job Identifier=\"S\" ConsolidationMode=\"Merge\">{own}</Job>");
        assert!(lines(&with(&merged), NAME).is_empty(), "inside the same job");
    }

    #[test]
    fn merges_and_references_are_not() {
        assert!(lines("<Connector Identifier=\"AD\"/><Connection Identifier=\"AD\"/>", NAME).is_empty());
        assert!(lines("<EntityType Identifier=\"E\"><Property Identifier=\"P\"/></EntityType><EntityType Identifier=\"F\"><Property Identifier=\"P\"/></EntityType>", NAME).is_empty());
        assert!(lines("<EntityType Identifier=\"E\" DisplayName_L1=\"A\"/><EntityType Identifier=\"E\" DisplayName_L1=\"A\"><Property Identifier=\"P\"/></EntityType>", NAME).is_empty());
        assert!(
            lines(
                "<Job Identifier=\"J\"><ExportTask Identifier=\"A\"/></Job><Job Identifier=\"K\"><Step Identifier=\"A\"/></Job>",
                NAME
            )
            .is_empty()
        );
        let items = "<Tile Identifier=\"T\"/><Tile Identifier=\"T\" ConsolidationMode=\"Merge\"/>";
        assert!(lines(items, NAME).is_empty(), "which of them is generated is not known");
    }

    #[test]
    fn two_written_items_are_found_whatever_their_modes() {
        let model = "<Agent Identifier=\"Local\"/><Connector Identifier=\"AD\" Agent=\"Local\"/>\
            <Connection Identifier=\"ADExport\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>\
            <CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"S\"/>";
        let modes = ["", "ConsolidationMode=\"Delete\"", "ConsolidationMode=\"Merge\"", "ConsolidationMode=\"Update\""];
        for model in [model, ""] {
            for (first, second) in modes.iter().flat_map(|first| modes.map(|second| (first, second))) {
                for element in ["Job Identifier=\"S\"", "MaintainIndexesTask Identifier=\"S_MaintainIndexes\""] {
                    let text = format!("{model}\n<{element} {first}/>\n<{element} {second}/>\n<{element}/>");
                    assert_eq!(lines(&text, NAME), [3, 4], "{text}");
                    let alone = lines(&text, "nothing-to-consolidate");
                    assert!(alone.is_empty() || (model.is_empty() && alone == [2]), "one finding: {text}");
                }
            }
        }
    }
}
