//! `missing-resource-type-mapping`: a fulfilled resource type lacks the mapping that its package needs.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{Dialect, ElementKind, ItemKind, kinds, names};
use crate::ir::{Connection, Declaration, Id, Origin, Program, ResourceType, ResourceTypeMapping, Symbol};
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
    let mut lost = None;
    // Those that are brought together are one.
    let whole = |one: &Declaration| program.value(Origin::written(one.file, one.element), names::CONSOLIDATION_MODE).is_none();
    let repeated = program.declarations.repeated().filter(|(first, again)| again.kind == ItemKind::ResourceType && whole(first));
    let repeated: FxHashSet<_> = repeated.map(|(_, again)| (again.file, again.element)).collect();
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
            // One without a name can have no mapping, and is reported as what it is; so is the second one of a name.
            let at = program.items.resource_types[resource_type].origin;
            if program.identifier(at).trim().is_empty() || repeated.contains(&(at.file, at.element)) {
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
            // The mapping may be there, under a wrong element or a wrong name: that is the finding.
            let lost = lost.get_or_insert_with(|| Lost::of(program));
            if lost.may_be(program, resource_type, &candidates) {
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

/// Mappings of which nobody can tell what they are of.
struct Lost<'p> {
    /// Those that name no resource type that exists.
    unresolved: Vec<&'p ResourceTypeMapping>,
    /// What elements are called that the dialect does not have where they stand.
    strangers: FxHashSet<Symbol>,
    /// Whether any may be missing: the start tag of one is, or the rest of a file.
    any: bool,
}

impl<'p> Lost<'p> {
    fn of(program: &'p Program) -> Self {
        let is_unresolved = |one: &&ResourceTypeMapping| one.resource_type.is_none_or(|named| named.value.target.is_none());
        let unresolved = program.items.resource_type_mappings.values().filter(is_unresolved).collect();
        let (mut strangers, mut any) = (FxHashSet::default(), false);
        for (file, _) in program.sources.iter() {
            let (document, kinds) = (program.document(file), program.kinds(file));
            any |= document.ends_early() || document.unmatched_ends().any(|(name, _)| name.ends_with("ResourceTypeMapping"));
            let unknown = document.elements().zip(kinds).filter(|(_, kind)| kind.is_none()).map(|(element, _)| element);
            let identifiers = unknown.filter_map(|element| document.find(element, names::IDENTIFIER));
            strangers.extend(identifiers.map(|one| Symbol::new(&program.attribute_value(file, one))));
        }
        Self { unresolved, strangers, any }
    }

    /// Whether one of them may be the mapping of a resource type for one of these connections.
    fn may_be(&self, program: &Program, resource_type: Id<ResourceType>, connections: &[&Connection]) -> bool {
        let name = Symbol::new(&program.identifier(program.items.resource_types[resource_type].origin));
        let fits = |mapping: &&ResourceTypeMapping, connection: &Connection| {
            let of = mapping.connection.and_then(|named| named.value.target);
            let is_its = of.is_none_or(|of| std::ptr::eq(&raw const program.items.connections[of], connection));
            is_its && needed(program, connection).is_some_and(|needed| is_mapping(mapping.kind, needed))
        };
        self.any
            || self.strangers.contains(&name)
            || self.unresolved.iter().any(|mapping| connections.iter().any(|connection| fits(mapping, connection)))
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
