//! `unkeyed-association`: an association is mapped by a property that is no key of its mapping.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Finding, Severity};
use crate::grammar::{name_text, names};
use crate::ir::{EntityTypeMapping, Origin, Program, Symbol};
use crate::rules::{Check, Rule, Sink, element};

use super::keys;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unkeyed-association",
    Severity::Warning,
    "an association mapped by a property that is no key",
    Check::Program(check),
);

/// Whether a mapped property is a key, and where it is mapped.
type Keys = FxHashMap<(Symbol, Symbol), (bool, Origin)>;

fn check(program: &Program, sink: &mut Sink) {
    if program.items.entity_association_mappings.is_empty() {
        return;
    }
    let keys = keys_of(program);
    for mapping in program.items.entity_association_mappings.values() {
        for name in [names::ENTITY_PROPERTY_MAPPING1, names::ENTITY_PROPERTY_MAPPING2] {
            let (Some(value), Some(place)) = (program.value(mapping.origin, name), program.attribute_place(mapping.origin, name))
            else {
                continue;
            };
            let Some((entity_type, property)) = value.split_once(':') else { continue };
            let Some(&(false, at)) = keys.get(&(Symbol::new(entity_type), Symbol::new(property))) else { continue };
            let attribute = name_text(name).unwrap_or_default();
            let message = format!("`{}` is no key of the mapping of `{}`", property.trim(), entity_type.trim());
            sink.push(
                Finding::new(&RULE.info, place, message)
                    .label("a primary or unique key expected")
                    .note("links are found by looking up the column's values among the keys of the entity type: no link is synchronized")
                    .help("write `IsUniqueKey=\"true\"` where the property is mapped, or name a property that is a key")
                    .related(program.place(at), "mapped here")
                    .anchor(format!("{}/@{attribute}", element::anchor(program, mapping.origin.file, mapping.origin.element))),
            );
        }
    }
}

fn keys_of(program: &Program) -> Keys {
    let mut keys = Keys::default();
    let mappings = || program.items.entity_type_mappings.values();
    // Several elements of one entity type and connector are one mapping.
    let of = |mapping: &EntityTypeMapping| {
        let connector = mapping.connector.map(|connector| connector.value.name);
        Some((mapping.entity_type?.value.name, connector))
    };
    let has_primary = |mapping: &&EntityTypeMapping| keys::mapped(program, mapping.origin).any(|one| one.primary);
    let with_primary: FxHashSet<_> = mappings().filter(has_primary).map(of).collect();
    for mapping in program.items.entity_type_mappings.values() {
        let Some(entity_type) = mapping.entity_type else { continue };
        if keys::is_consolidated(program, &[mapping.origin]) {
            continue;
        }
        // A mapping without any primary key is a finding of its own: what is missing may be this one.
        let keyless = !with_primary.contains(&of(mapping));
        for one in keys::mapped(program, mapping.origin) {
            let origin = Origin::written(mapping.origin.file, one.element);
            let key = keys.entry((entity_type.value.name, one.property)).or_insert((false, origin));
            // One mapping of it as a key is enough: other connectors may map it too.
            key.0 |= one.primary || one.may_be_unique || keyless;
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityTypeMapping Identifier=\"User\"><Property Identifier=\"id\" IsPrimaryKey=\"true\"/>\
        <Property Identifier=\"dn\" IsUniqueKey=\"true\"/><Property Identifier=\"mail\"/></EntityTypeMapping>";

    fn found(first: &str, second: &str) -> Vec<u32> {
        let xml = format!(
            "{MODEL}<EntityAssociationMapping Identifier=\"A\"\nEntityPropertyMapping1=\"{first}\"\nEntityPropertyMapping2=\"{second}\"/>"
        );
        lines(&xml, "unkeyed-association")
    }

    #[test]
    fn several_elements_are_one_mapping() {
        let xml = "<EntityTypeMapping Identifier=\"User\" Connector=\"HR\"><Property Identifier=\"id\" IsPrimaryKey=\"true\"/></EntityTypeMapping>\
            <EntityTypeMapping Identifier=\"User\" Connector=\"HR\"><Property Identifier=\"mail\"/></EntityTypeMapping>\n\
            <EntityAssociationMapping Identifier=\"A\" EntityPropertyMapping1=\"User:mail\"/>";
        assert_eq!(lines(xml, "unkeyed-association"), [2]);
    }

    #[test]
    fn properties_that_are_no_keys_are_found() {
        assert_eq!(found("User:mail", "User:id"), [2]);
        assert_eq!(found("User:dn", "user:Mail"), [3]);
        assert_eq!(found("User:mail", "User:mail"), [2, 3]);
    }

    #[test]
    fn keys_and_what_is_not_mapped_here_are_not() {
        assert!(found("User:dn", "User:id").is_empty());
        assert!(found("User:gone", "Group:mail").is_empty());
    }
}
