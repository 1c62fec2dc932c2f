//! `excess-unique-keys`: more unique keys in a mapping than the product has room for.

use crate::finding::{Finding, Severity};
use crate::ir::Program;
use crate::rules::{Check, Rule, Sink, element};
use crate::source::Location;

use super::keys;

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("excess-unique-keys", Severity::Error, "more than three unique keys in a mapping", Check::Program(check));

/// What one mapping takes, as its page says.
const MOST: usize = 3;

fn check(program: &Program, sink: &mut Sink) {
    for mapping in keys::mappings(program) {
        let places = mapping.iter().flat_map(|&origin| {
            let unique = keys::mapped(program, origin).filter(|one| one.unique);
            unique.map(move |one| (origin, one.element, program.document(origin.file).name_location(one.element)))
        });
        let all: Vec<(crate::ir::Origin, _, Location)> = places.collect();
        let Some(&(origin, property, place)) = all.get(MOST) else { continue };
        let message = format!("the mapping of `{}` has {} unique keys", program.identifier(origin).trim(), all.len());
        sink.push(
            Finding::new(&RULE.info, place, message)
                .label(format!("one more than {MOST}"))
                .note("beside the primary key a mapping has room for three: the deployment refuses it")
                .help("keep `IsUniqueKey` on the properties that association mappings name")
                .anchor(element::anchor(program, origin.file, property)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "excess-unique-keys";

    fn mapping(keys: usize) -> String {
        let one = |number: usize| format!("\n<Property Identifier=\"P{number}\" IsUniqueKey=\"true\"/>");
        let keys: String = (0..keys).map(one).collect();
        format!(
            "<EntityTypeMapping Identifier=\"U\"><Property Identifier=\"K\" IsPrimaryKey=\"true\"/>{keys}</EntityTypeMapping>"
        )
    }

    #[test]
    fn the_fourth_is_found() {
        assert_eq!(lines(&mapping(4), NAME), [5]);
        assert_eq!(lines(&mapping(6), NAME), [5], "once");
        assert_eq!(lines(&format!("{}{}", mapping(2), mapping(2)), NAME), [5], "over all elements of the mapping");
    }

    #[test]
    fn three_are_not() {
        assert!(lines(&mapping(3), NAME).is_empty());
        assert!(lines(&mapping(4).replacen("\"true\"/>\n", "\"false\"/>\n", 2), NAME).is_empty());
    }
}
