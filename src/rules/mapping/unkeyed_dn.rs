//! `unkeyed-dn`: the distinguished names of a directory, by which its resources name each other, are no key.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Connector, Id, Origin, Program, Symbol};
use crate::rules::{Check, Rule, Sink, element};

use super::keys;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unkeyed-dn",
    Severity::Warning,
    "distinguished names of an Active Directory that are no key",
    Check::Program(check),
);

/// The package of Active Directory.
const PACKAGE: &str = "Usercube.AD@0000001";
/// The column of distinguished names.
const COLUMN: &str = "dn";

fn check(program: &Program, sink: &mut Sink) {
    for mapping in program.items.entity_type_mappings.values() {
        let connector = mapping.connector.and_then(|connector| connector.value.target);
        if !connector.is_some_and(|connector| is_directory(program, connector)) {
            continue;
        }
        let origin = mapping.origin;
        if keys::is_consolidated(program, &[origin]) {
            continue;
        }
        for one in keys::mapped(program, origin) {
            let property = Origin::written(origin.file, one.element);
            let column = program.value(property, names::CONNECTION_COLUMN);
            let is_dn = column.is_some_and(|column| column.trim().eq_ignore_ascii_case(COLUMN));
            if is_dn && !one.primary && !one.may_be_unique && !is_key(program, origin, one.property) {
                sink.push(finding(program, origin, property));
            }
        }
    }
}

/// Whether a connector exports an Active Directory.
fn is_directory(program: &Program, connector: Id<Connector>) -> bool {
    let connections = program.connections_of(connector);
    connections.iter().any(|connection| connection.package().is_some_and(|package| package.id == PACKAGE))
}

/// Whether the entity type declares the property as a key, or nobody can tell.
fn is_key(program: &Program, mapping: Origin, property: Symbol) -> bool {
    let Some(entity_type) = program.value(mapping, names::IDENTIFIER) else { return true };
    let declared = program.declarations.find(ItemKind::Property, Some(Symbol::new(&entity_type)), property);
    let Some(declared) = declared.filter(|one| one.generated.is_none()) else { return true };
    let origin = Origin::written(declared.file, declared.element);
    program.kind(declared.file, declared.element) != Some(kinds::ENTITY_TYPE_PROPERTY)
        || program.value(origin, names::IS_KEY).is_some_and(|value| matches!(value.trim(), "true" | "1"))
}

fn finding(program: &Program, mapping: Origin, property: Origin) -> Finding {
    let name = program.identifier(property);
    let message = format!("`{}` of `{}` is no key", name.trim(), program.identifier(mapping).trim());
    Finding::new(&RULE.info, program.identifier_place(property), message)
        .label("neither `IsUniqueKey` nor a key of the entity type")
        .note("members, managers and organizational units are exported by distinguished name: without a key of it their links find nobody")
        .help("add `IsUniqueKey=\"true\"`")
        .anchor(element::anchor(program, property.file, property.element))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(package: &str, property: &str, declared: &str) -> Vec<u32> {
        let model = format!(
            "<Connector Identifier=\"AD\"/><Connection Identifier=\"X\" Connector=\"AD\" Package=\"{package}\"/><EntityType Identifier=\"Entry\"><Property Identifier=\"Dn\"{declared}/><Property Identifier=\"Guid\" IsKey=\"true\"/></EntityType>"
        );
        let mapping = format!(
            "<EntityTypeMapping Identifier=\"Entry\" Connector=\"ad\"><Property Identifier=\"Guid\" ConnectionColumn=\"objectGUID\" IsPrimaryKey=\"true\"/>\n<Property {property}/></EntityTypeMapping>"
        );
        lines(&format!("{model}{mapping}"), "unkeyed-dn")
    }

    const AD: &str = "Usercube.AD@0000001";

    #[test]
    fn names_that_are_no_key_are_found() {
        assert_eq!(found(AD, "Identifier=\"Dn\" ConnectionColumn=\"dn\"", ""), [2]);
        assert_eq!(found(AD, "Identifier=\"dn\" ConnectionColumn=\"DN\" IsUniqueKey=\"false\"", ""), [2]);
        assert_eq!(found(AD, "ConnectionColumn=\"dn\"\nIdentifier=\"Dn\"", " IsKey=\"0\""), [3]);
    }

    #[test]
    fn keys_and_other_systems_are_not() {
        assert!(found(AD, "Identifier=\"Dn\" ConnectionColumn=\"dn\" IsUniqueKey=\"1\"", "").is_empty());
        assert!(found(AD, "Identifier=\"Dn\" ConnectionColumn=\"dn\"", " IsKey=\"true\"").is_empty());
        assert!(found("Usercube.CSV@0000001", "Identifier=\"Dn\" ConnectionColumn=\"dn\"", "").is_empty());
        assert!(found(AD, "Identifier=\"Dn\" ConnectionColumn=\"parentdn\"", "").is_empty());
        assert!(found(AD, "Identifier=\"Gone\" ConnectionColumn=\"dn\"", "").is_empty(), "left to unresolved-reference");
    }
}
