//! `wrong-reference-kind`: the identifier exists, but names an item of another kind.
//!
//! Found by the one pass over all references that `unresolved-reference` makes.

use crate::finding::{Finding, Severity};
use crate::grammar::ItemKind;
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Rule, element};

use super::judge::Broken;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "wrong-reference-kind",
    Severity::Error,
    "the identifier exists, but names an item of another kind",
    Check::Engine,
);

/// The finding for a reference that names an item of kind `other`.
pub(super) fn finding(program: &Program, broken: &Broken, other: ItemKind) -> Finding {
    let document = program.document(broken.site.file);
    let attribute = document.attribute_name_text(broken.site.attribute);
    let (kind, name) = (broken.wanted, &broken.name);
    let finding =
        Finding::new(&RULE.info, broken.place, format!("`{name}` is {} {other}, not {} {kind}", article(other), article(kind)))
            .label(format!("{kind} expected"))
            .note(format!(
                "identifiers of {} and of {} are kept apart: the deployment finds nothing of that name",
                other.plural(),
                kind.plural()
            ))
            .help(format!("name {} {kind} in `{attribute}`", article(kind)))
            .anchor(format!("{}/@{attribute}", element::anchor(program, broken.site.file, broken.site.element)));
    match program.declarations.named(Symbol::new(name)).find(|one| one.kind == other) {
        Some(one) => finding.related(program.document(one.file).name_location(one.element), format!("the {other}")),
        None => finding,
    }
}

fn article(kind: ItemKind) -> &'static str {
    match kind.def().name.as_bytes().first() {
        Some(b'a' | b'e' | b'i' | b'o' | b'O') => "an",
        _ => "a",
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "wrong-reference-kind";
    const ITEMS: &str = "<Agent Identifier=\"Local\"/><Connector Identifier=\"AD\" Agent=\"Local\"/><Connection Identifier=\"ADExport\" Connector=\"AD\"/>\
        <Job Identifier=\"Nightly\"/>\n";

    fn found(xml: &str) -> Vec<u32> {
        lines(&format!("{ITEMS}{xml}"), NAME)
    }

    #[test]
    fn items_of_another_kind_are_found() {
        assert_eq!(found("<ExportTask Identifier=\"A\" Connection=\"AD\"/>"), [2]);
        assert_eq!(found("<Connection Identifier=\"B\"\nConnector=\"ADExport\"/>"), [3]);
        assert_eq!(found("<Job Identifier=\"B\">\n<Step Identifier=\"Nightly\"/></Job>"), [3]);
        let (_, found) = findings(&format!("{ITEMS}<ExportTask Connection=\"AD\"/>"), NAME);
        assert_eq!(found[0].message, "`AD` is a connector, not a connection");
    }

    #[test]
    fn items_of_the_kind_and_names_of_nothing_are_not() {
        assert!(found("<ExportTask Identifier=\"A\" Connection=\"ADExport\"/>").is_empty());
        assert!(found("<ExportTask Identifier=\"A\" Connection=\"Gone\"/>").is_empty());
        assert!(found("<EntityType Identifier=\"AD\"/><Connection Identifier=\"B\" Connector=\"AD\"/>").is_empty());
    }
}
