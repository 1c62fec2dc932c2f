//! `missing-primary-key`: an entity type's mapping without a key to match rows by.

use crate::finding::{Finding, Severity};
use crate::ir::Program;
use crate::rules::{Check, Rule, Sink, element, lost};

use super::keys;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-primary-key",
    Severity::Error,
    "a mapping without a key to match rows with resources by",
    Check::Program(check),
);

fn check(program: &Program, sink: &mut Sink) {
    for mapping in keys::mappings(program) {
        let mut all = mapping.iter().flat_map(|&origin| keys::mapped(program, origin)).peekable();
        // Without any property there is nothing to have a key of.
        if all.peek().is_none() || all.any(|one| one.primary) || keys::is_consolidated(program, &mapping) {
            continue;
        }
        // A property that cannot be read is a finding of its own, and may be the key.
        if mapping.iter().any(|&part| lost::may_hold_more(program, part)) {
            continue;
        }
        let first = mapping[0];
        let name = program.identifier(first);
        sink.push(
            Finding::new(
                &RULE.info,
                program.identifier_place(first),
                format!("the mapping of `{}` has no primary key", name.trim()),
            )
            .label("no property has `IsPrimaryKey`")
            .note("synchronization matches rows with resources by it: without one it cannot tell a change from a new resource")
            .help("write `IsPrimaryKey=\"true\"` on the property that is unique and never changes")
            .anchor(element::anchor(program, first.file, first.element)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "missing-primary-key";

    fn mapping(attributes: &str, properties: &str) -> String {
        format!("\n<EntityTypeMapping Identifier=\"U\" {attributes}>{properties}</EntityTypeMapping>")
    }

    const KEY: &str = "<Property Identifier=\"A\" IsPrimaryKey=\"1\"/>";
    const PLAIN: &str = "<Property Identifier=\"B\" IsUniqueKey=\"true\"/>";

    #[test]
    fn what_cannot_be_read_may_be_the_key() {
        for key in [
            "<Property IsPrimaryKey=\"1\"/>",
            "<Propery Identifier=\"A\" IsPrimaryKey=\"1\"/>",
            "<Property Identifier=\"A\" IsPrimaryKey=\"\"/>",
        ] {
            assert!(lines(&mapping("Connector=\"C\"", &format!("{PLAIN}{key}")), NAME).is_empty(), "{key}");
        }
    }

    #[test]
    fn mappings_without_a_key_are_found() {
        assert_eq!(lines(&mapping("Connector=\"C\"", PLAIN), NAME), [2]);
        assert_eq!(lines(&mapping("", "<Property Identifier=\"A\" IsPrimaryKey=\"false\"/>"), NAME), [2]);
        let two = format!("{}{}", mapping("Connector=\"C\"", KEY), mapping("Connector=\"D\"", PLAIN));
        assert_eq!(lines(&two, NAME), [3], "each connector has its own");
    }

    #[test]
    fn keys_anywhere_in_the_mapping_count() {
        assert!(lines(&mapping("", KEY), NAME).is_empty());
        let unread = mapping("", &KEY.replace("\"1\"", "\"True\""));
        assert_eq!((lines(&unread, "invalid-value"), lines(&unread, NAME)), (vec![2], vec![]), "one mistake, one finding");
        assert!(lines(&format!("{}{}", mapping("", PLAIN), mapping("", KEY)), NAME).is_empty());
        assert!(lines(&mapping("ConsolidationMode=\"Merge\"", PLAIN), NAME).is_empty());
        assert!(lines(&mapping("", ""), NAME).is_empty());
    }
}
