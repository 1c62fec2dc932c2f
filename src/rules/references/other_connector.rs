//! What belongs to another connector than it must: a part of `wrong-reference-kind`.

use rustc_hash::FxHashMap;

use crate::finding::Finding;
use crate::grammar::{name_text, names};
use crate::ir::{Connector, EntityAssociationMapping, Field, Id, Program, Ref, Symbol, Task};
use crate::rules::{Sink, element};
use crate::source::{Location, Span};
use crate::syntax::{NameId, raw_offset};

use super::wrong_reference_kind::RULE;

/// The connectors whose mappings fill an entity type.
type Fillers = FxHashMap<Symbol, Vec<Id<Connector>>>;

pub(super) fn check(program: &Program, sink: &mut Sink) {
    if program.items.connectors.len() < 2 {
        return;
    }
    associations(program, sink);
    for task in program.items.tasks.values() {
        sink.extend(connection(program, task));
    }
}

/// Both ends of an association's mapping are read by one connector, that of the mapping: an entity type that another
/// connector fills is none that it can name.
fn associations(program: &Program, sink: &mut Sink) {
    let mut fillers = Fillers::default();
    for mapping in program.items.entity_type_mappings.values() {
        let connector = mapping.connector.and_then(|connector| connector.value.target);
        if let (Some(entity_type), Some(connector)) = (mapping.entity_type, connector) {
            fillers.entry(entity_type.value.name).or_default().push(connector);
        }
    }
    let [first, second] = [names::ENTITY_PROPERTY_MAPPING1, names::ENTITY_PROPERTY_MAPPING2];
    for mapping in program.items.entity_association_mappings.values() {
        if let Some(connector) = mapping.connector {
            let Some(own) = connector.value.target else { continue };
            let found = [first, second].map(|name| foreign(program, mapping, name, &[own], &fillers));
            sink.extend(found.into_iter().flatten());
        } else {
            let own = end(program, mapping, first).and_then(|one| fillers.get(&Symbol::new(&one.entity_type)));
            sink.extend(own.and_then(|own| foreign(program, mapping, second, own, &fillers)));
        }
    }
}

/// An end of an association's mapping.
struct End {
    entity_type: String,
    place: Location,
}

fn end(program: &Program, mapping: &EntityAssociationMapping, name: NameId) -> Option<End> {
    let value = program.value(mapping.origin, name)?;
    let written = value.split(':').next().unwrap_or_default();
    let entity_type = written.trim();
    let start = written.len() - written.trim_start().len();
    let whole = program.attribute_place(mapping.origin, name)?;
    let raw = program.sources.slice(whole);
    let at = |offset| whole.span.start + raw_offset(raw, offset) as u32;
    let place = Location::new(whole.file, Span::new(at(start), at(start + entity_type.len())));
    Some(End { entity_type: entity_type.to_owned(), place })
}

/// The finding for an end whose entity type none of `own` fills, but another connector does.
fn foreign(
    program: &Program,
    mapping: &EntityAssociationMapping,
    name: NameId,
    own: &[Id<Connector>],
    fillers: &Fillers,
) -> Option<Finding> {
    let End { entity_type, place } = end(program, mapping, name)?;
    let others = fillers.get(&Symbol::new(&entity_type))?;
    if others.iter().any(|one| own.contains(one)) {
        return None;
    }
    let (own, other) = (called(program, *own.first()?), called(program, *others.first()?));
    let message = format!("entity type `{entity_type}` is filled by connector `{other}`, not by `{own}`");
    Some(
        Finding::new(&RULE.info, place, message)
            .label(format!("an entity type of `{own}` expected"))
            .note("the connector reads the links from its own data: it finds no resource of the other connector there")
            .help(format!("name a property that an EntityTypeMapping of connector `{own}` fills, or correct `Connector`"))
            .anchor(format!(
                "EntityAssociationMapping[{}]/@{}",
                program.identifier(mapping.origin),
                name_text(name).unwrap_or_default()
            )),
    )
}

/// A task that names its connector works through a connection of that connector. What is generated is as its scaffolding
/// has it, and what an override leaves as it is belongs to the task it overrides.
fn connection(program: &Program, task: &Task) -> Option<Finding> {
    let (connector, connection) = (task.connector?, task.connection?);
    let own = connector.value.target?;
    let item = &program.items.connections[connection.value.target?];
    let other = item.connector?.value.target?;
    if own == other || task.origin.generated.is_some() || !(is_written(connector) || is_written(connection)) {
        return None;
    }
    let name = program.identifier(item.origin);
    let (own, other) = (called(program, own), called(program, other));
    let place = program.field_place(task.origin, task.base, connection.at);
    Some(
        Finding::new(&RULE.info, place, format!("connection `{}` belongs to connector `{other}`, not to `{own}`", name.trim()))
            .label(format!("a connection of `{own}` expected"))
            .note("the task reads or writes the other system, and what follows in the job works on data that it did not bring")
            .help(format!("name a connection of connector `{own}`, or correct `Connector`"))
            .related(program.identifier_place(item.origin), "the connection")
            .anchor(format!("{}/@Connection", element::anchor(program, task.origin.file, task.origin.element))),
    )
}

/// Whether the value stands on the element itself.
fn is_written<T>(field: Field<Ref<T>>) -> bool {
    field.at.get().is_some_and(|(_, of_base)| !of_base)
}

fn called(program: &Program, connector: Id<Connector>) -> String {
    program.identifier(program.items.connectors[connector].origin).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::findings;

    const CONNECTORS: &str = "<Connector Identifier=\"AD\"/><Connector Identifier=\"HR\"/>\
        <Connection Identifier=\"ADExport\" Connector=\"AD\"/><Connection Identifier=\"HRExport\" Connector=\"HR\"/>\
        <EntityTypeMapping Identifier=\"User\" Connector=\"AD\"/><EntityTypeMapping Identifier=\"Person\" Connector=\"HR\"/>\n";

    fn underlined(xml: &str) -> Vec<String> {
        let (program, found) = findings(&format!("{CONNECTORS}{xml}"), RULE.info.name);
        found.iter().map(|one| program.sources.slice(one.location).to_owned()).collect()
    }

    #[test]
    fn an_association_is_mapped_between_entity_types_of_its_connector() {
        let mapping = |connector: &str, first: &str, second: &str| {
            let ends = format!("EntityPropertyMapping1=\"{first}\" EntityPropertyMapping2=\"{second}\"");
            underlined(&format!("<EntityAssociationMapping Identifier=\"X\" {connector} {ends}/>"))
        };
        let ad = "Connector=\"AD\"";
        assert_eq!(mapping(ad, "User:dn", "Person:id"), ["Person"]);
        assert_eq!(mapping(ad, " Person:id", "Person:id"), ["Person", "Person"]);
        assert_eq!(mapping("", "User:dn", "Person:id"), ["Person"], "both ends are read by one connector");
        assert!(mapping(ad, "User:dn", "user:manager").is_empty());
        assert!(mapping(ad, "Gone:dn", "User:dn").is_empty(), "what nobody fills is another rule's");
        assert!(mapping("Connector=\"Gone\"", "Person:dn", "User:dn").is_empty());
    }

    #[test]
    fn a_task_works_through_a_connection_of_its_connector() {
        assert_eq!(underlined("<ExportTask Identifier=\"A\" Connector=\"AD\" Connection=\"HRExport\"/>"), ["HRExport"]);
        assert_eq!(
            underlined("<Job Identifier=\"J\"><FulfillTask Identifier=\"A\" Connector=\"hr\" Connection=\"adexport\"/></Job>"),
            ["adexport"]
        );
        let task = "<ExportTask Identifier=\"A\" Connector=\"AD\" Connection=\"ADExport\"/>";
        assert_eq!(
            underlined(&format!(
                "{task}<Job Identifier=\"J\"><ExportTaskOverride Identifier=\"A\" Connection=\"HRExport\"/></Job>"
            )),
            ["HRExport"]
        );
        assert!(underlined(task).is_empty());
        assert!(underlined("<ExportTask Identifier=\"A\" Connection=\"HRExport\"/>").is_empty());
        assert!(underlined("<ExportTask Identifier=\"A\" Connector=\"Gone\" Connection=\"HRExport\"/>").is_empty());
    }

    #[test]
    fn a_wrong_task_is_found_once_however_often_it_is_overridden() {
        let task = "<ExportTask Identifier=\"A\" Connector=\"AD\" Connection=\"HRExport\"/>";
        let job = |name: &str| {
            format!("<Job Identifier=\"{name}\"><ExportTaskOverride Identifier=\"A\" ContinueOnError=\"true\"/></Job>")
        };
        assert_eq!(underlined(&format!("{task}{}{}", job("J"), job("K"))), ["HRExport"]);
    }
}
