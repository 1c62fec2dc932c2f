//! `missing-resource-type-mapping`: a fulfilled resource type lacks the mapping that its package needs.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{Dialect, ElementKind, kinds};
use crate::ir::{Connection, Id, Program, ResourceType};
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-resource-type-mapping",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "a fulfilled resource type lacks the mapping that its package needs",
    },
    check: Check::Facts(check),
};

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut seen = FxHashSet::default();
    let mut reported = FxHashSet::default();
    for (id, task) in program.items.tasks.iter() {
        let runs = facts.runs_of(id);
        if task.kind != kinds::FULFILL_TASK || (runs.first.is_none() && (runs.in_connector_job || runs.overridden)) {
            continue;
        }
        // A connection that does not exist is the other rule's finding.
        if task.connection.is_some_and(|field| field.value.target.is_none()) {
            continue;
        }
        let connection = task.connection.and_then(|field| field.value.target);
        for &resource_type in super::covered(facts, task).iter().flat_map(|types| types.iter()) {
            if !seen.insert((resource_type, connection)) || reported.contains(&resource_type) {
                continue;
            }
            // One without a name can have no mapping, and is reported as what it is.
            if program.identifier(program.items.resource_types[resource_type].origin).trim().is_empty() {
                continue;
            }
            let connections: Vec<&Connection> = match connection {
                Some(id) => vec![&program.items.connections[id]],
                None => match facts.connector_of_resource_type(program, resource_type) {
                    Some(connector) => program.connections_of(connector),
                    None => continue,
                },
            };
            let candidates: Vec<&Connection> = connections.into_iter().filter(|connection| connection.fulfils()).collect();
            let Some((connection, mapping)) =
                candidates.first().and_then(|connection| Some((*connection, needed(program, connection)?)))
            else {
                continue;
            };
            let has = |connection: &&Connection| {
                needed(program, connection)
                    .is_none_or(|needed| facts.mappings_of(resource_type).iter().any(|&kind| is_mapping(kind, needed)))
            };
            if candidates.iter().any(has) {
                continue;
            }
            reported.insert(resource_type);
            sink.push(
                report(program, resource_type, connection, mapping)
                    .related(program.place(task.origin), format!("`{}` fulfils it", program.task_name(id))),
            );
        }
    }
}

/// The element that a connection's package needs, as the selected dialect calls it.
fn needed(program: &Program, connection: &Connection) -> Option<&'static str> {
    match connection.package()?.resource_type_mapping? {
        "MicrosoftEntraIDResourceTypeMapping" if program.dialect == Dialect::V6_1 => Some("AzureADResourceTypeMapping"),
        element => Some(element),
    }
}

/// Whether an element is the mapping of that name. The one of Entra ID has an older name.
fn is_mapping(kind: ElementKind, name: &str) -> bool {
    let entra = ["AzureADResourceTypeMapping", "MicrosoftEntraIDResourceTypeMapping"];
    let own = kind.def().name;
    own == name || (entra.contains(&own) && entra.contains(&name))
}

fn report(program: &Program, resource_type: Id<ResourceType>, connection: &Connection, mapping: &str) -> Finding {
    let item = &program.items.resource_types[resource_type];
    let (name, connection_name) = (program.identifier(item.origin), program.identifier(connection.origin));
    let package = connection.package().map_or("", |package| package.id);
    Finding::new(
        &RULE.info,
        program.identifier_place(item.origin),
        format!("resource type `{name}` is fulfilled through `{connection_name}`, but has no {mapping}"),
    )
    .label(format!("no {mapping}"))
    .note(format!("package `{package}` does not know how to write these resources: its orders end in error one by one"))
    .help(format!("add `<{mapping} Identifier=\"{name}\" Connection=\"{connection_name}\" … />`"))
    .related(program.place(connection.origin), "the connection")
    .anchor(element::anchor(program, item.origin.file, item.origin.element))
}
