//! `wrong-reference-kind`: the identifier exists, but names an item of another kind, or an entity type of another connector
//! where one of its own is required.
//!
//! Items of another kind are found by the one pass over all references that `unresolved-reference` makes.

use crate::finding::{Finding, Severity, with_article};
use crate::grammar::ItemKind;
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Rule, element};

use super::judge::{Broken, Instead};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "wrong-reference-kind",
    Severity::Error,
    "the identifier exists, but names an item of another kind",
    Check::Program(super::other_connector::check),
);

/// The finding for a reference that names something else than it should.
pub(super) fn finding(program: &Program, broken: &Broken, instead: Instead) -> Finding {
    let document = program.document(broken.site.file);
    let attribute = document.attribute_name_text(broken.site.attribute);
    let (kind, name) = (broken.wanted, &broken.name);
    let anchor = format!("{}/@{attribute}", element::anchor(program, broken.site.file, broken.site.element));
    let related = |finding: Finding, scope: Option<Symbol>, kind: ItemKind| {
        let mut named = program.declarations.named(Symbol::new(name));
        match named.find(|one| one.kind == kind && (scope == one.scope || scope.is_none())) {
            Some(one) => finding.related(program.document(one.file).name_location(one.element), format!("the {kind}")),
            None => finding,
        }
    };
    match instead {
        Instead::Item(other) => {
            let message = format!("`{name}` is {}, not {}", with_article(other.def().name), with_article(kind.def().name));
            let finding = Finding::new(&RULE.info, broken.place, message)
                .label(format!("{kind} expected"))
                .note(format!(
                    "identifiers of {} and of {} are kept apart: the deployment finds nothing of that name",
                    other.plural(),
                    kind.plural()
                ))
                .help(format!("name {} in `{attribute}`", with_article(kind.def().name)))
                .anchor(anchor);
            related(finding, None, other)
        }
        Instead::Scalar => {
            let finding = Finding::new(&RULE.info, broken.place, format!("`{name}` holds a value, so no path leads through it"))
                .label("navigation property expected")
                .note("only a navigation property leads to another resource: the deployment cannot read the rest of the path")
                .help(format!("end the path at `{name}`, or name a property of type ForeignKey that an association has"))
                .anchor(anchor);
            related(finding, broken.scope, ItemKind::Property)
        }
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
