//! `missing-key`: an entity type without a property that resources can be named by.

use rustc_hash::FxHashSet;

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Rule, Sink, element, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-key",
    Severity::Warning,
    "an entity type without a property that its resources can be named by",
    Check::Program(check),
);

fn check(program: &Program, sink: &mut Sink) {
    let (mut some, mut keyed): (FxHashSet<Symbol>, FxHashSet<Symbol>) = Default::default();
    let mut types = Vec::new();
    for one in program.declarations.all() {
        let origin = Origin::written(one.file, one.element);
        match (one.kind, one.scope) {
            (ItemKind::EntityType, _) => {
                // What else an item that is consolidated has is not known.
                if program.value(origin, names::CONSOLIDATION_MODE).is_some() {
                    keyed.insert(one.symbol);
                }
                types.push((one.symbol, origin));
            }
            (ItemKind::Property, Some(entity_type)) => {
                some.insert(entity_type);
                // What is no Boolean is a finding of its own, and may be meant as one that is true.
                let may_be = || program.value(origin, names::IS_KEY).is_some_and(|value| !matches!(value.trim(), "false" | "0"));
                if !keyed.contains(&entity_type) && may_be() {
                    keyed.insert(entity_type);
                }
            }
            _ => {}
        }
    }
    let mut unread: Option<FxHashSet<Symbol>> = None;
    for &(symbol, origin) in &types {
        // An entity type is reported once, and one without any property is only opened again here.
        if !some.contains(&symbol) || !keyed.insert(symbol) {
            continue;
        }
        // A property that cannot be read is a finding of its own, and may be the key.
        let in_doubt = || types.iter().filter(|(_, at)| lost::may_hold_more(program, *at)).map(|one| one.0).collect();
        if unread.get_or_insert_with(in_doubt).contains(&symbol) {
            continue;
        }
        let name = program.identifier(origin);
        if ItemKind::EntityType.is_predeclared(name.trim()) {
            continue;
        }
        sink.push(
            Finding::new(&RULE.info, program.identifier_place(origin), format!("entity type `{}` has no key", name.trim()))
                .label("no property has `IsKey`")
                .note("the configuration names resources by a key, as in `D1=\"Marketing\"`: none of this type can be named")
                .help("write `IsKey=\"true\"` on a property whose values are unique")
                .anchor(element::anchor(program, origin.file, origin.element)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "missing-key";

    fn entity_type(name: &str, properties: &str) -> String {
        format!("\n<EntityType Identifier=\"{name}\">{properties}</EntityType>")
    }

    const PLAIN: &str = "<Property Identifier=\"A\"/>";
    const KEY: &str = "<Property Identifier=\"B\" IsKey=\"1\"/>";

    #[test]
    fn what_cannot_be_read_may_be_the_key() {
        for key in
            ["<Property IsKey=\"1\"/>", "<Propery Identifier=\"B\" IsKey=\"1\"/>", "<Property Identifier=\"B\" IsKey=\"\"/>"]
        {
            assert!(lines(&entity_type("U", &format!("{PLAIN}{key}")), NAME).is_empty(), "{key}");
            let two = format!("{}{}", entity_type("U", PLAIN), entity_type("u", &format!("{PLAIN}{key}")));
            assert!(lines(&two, NAME).is_empty(), "opened again: {key}");
        }
    }

    #[test]
    fn types_without_a_key_are_found() {
        assert_eq!(lines(&entity_type("U", PLAIN), NAME), [2]);
        assert_eq!(lines(&entity_type("U", "<Property Identifier=\"A\" IsKey=\"false\"/>"), NAME), [2]);
        assert_eq!(lines(&format!("{}{}{}", entity_type("U", PLAIN), entity_type("V", KEY), entity_type("u", PLAIN)), NAME), [2]);
    }

    #[test]
    fn keys_in_any_element_of_the_type_count() {
        assert!(lines(&entity_type("U", &format!("{PLAIN}{KEY}")), NAME).is_empty());
        let unread = entity_type("U", &KEY.replace("\"1\"", "\"yes\""));
        assert_eq!((lines(&unread, "invalid-value"), lines(&unread, NAME)), (vec![2], vec![]), "one mistake, one finding");
        assert!(lines(&format!("{}{}", entity_type("U", PLAIN), entity_type("u", KEY)), NAME).is_empty());
        assert!(lines(&entity_type("U", ""), NAME).is_empty());
        assert!(
            lines(&entity_type("U", PLAIN).replace("<EntityType", "<EntityType ConsolidationMode=\"Merge\""), NAME).is_empty()
        );
        assert!(lines(&entity_type("Resource", PLAIN), NAME).is_empty(), "the product's own");
    }
}
