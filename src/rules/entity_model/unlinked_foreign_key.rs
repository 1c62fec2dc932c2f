//! `unlinked-foreign-key`: a navigation property that no association leads anywhere.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, ScaffoldingKind, names};
use crate::ir::{Origin, Program};
use crate::rules::{Check, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unlinked-foreign-key",
    Severity::Warning,
    "a navigation property that no association leads anywhere",
    Check::Program(check),
);

fn check(program: &Program, sink: &mut Sink) {
    let makes_model = |kind: crate::grammar::ElementKind| kind.def().scaffolding == Some(ScaffoldingKind::Other);
    // Associations may stand in files that are not here, or be made by a scaffolding.
    if program.items.entity_associations.is_empty() || program.all_kinds().any(makes_model) {
        return;
    }
    for one in program.declarations.of_kind(ItemKind::Property).filter(|one| one.generated.is_none()) {
        let (origin, document) = (Origin::written(one.file, one.element), program.document(one.file));
        let Some(written) = document.find(one.element, names::TYPE) else { continue };
        if program.attribute_value(one.file, written).trim() != "ForeignKey" {
            continue;
        }
        let (Some(entity_type), Some(parent)) = (one.scope, document.parent(one.element)) else { continue };
        let around = Origin::written(one.file, parent);
        let name = program.identifier(around);
        let is_product = ItemKind::EntityType.is_predeclared(name.trim());
        if is_product
            || program.value(around, names::CONSOLIDATION_MODE).is_some()
            || program.association_end(entity_type, one.symbol).is_some()
        {
            continue;
        }
        let message =
            format!("navigation `{}` of `{}` is no end of an association", program.identifier(origin).trim(), name.trim());
        sink.push(
            Finding::new(&RULE.info, document.value_location(written), message)
                .label("leads nowhere")
                .note("the association says what a navigation leads to: without it nothing can be stored in the property")
                .help("add an `EntityAssociation` that names the property, or remove the property")
                .anchor(format!("{}/@Type", element::anchor(program, one.file, one.element))),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const ASSOCIATION: &str = "<EntityAssociation Identifier=\"A\" Property1=\"U:Chief\" Property2=\"U:Crew\"/>";

    fn found(rest: &str, entity_type: &str, property: &str) -> Vec<u32> {
        let xml = format!("{rest}<EntityType {entity_type}>\n<Property {property}/></EntityType>");
        lines(&xml, "unlinked-foreign-key")
    }

    #[test]
    fn navigations_to_nowhere_are_found() {
        assert_eq!(found(ASSOCIATION, "Identifier=\"U\"", "Identifier=\"Ship\" Type=\"ForeignKey\""), [2]);
        assert_eq!(found(ASSOCIATION, "Identifier=\"V\"", "Identifier=\"Chief\" Type=\"ForeignKey\""), [2], "of another type");
        assert_eq!(
            found(ASSOCIATION, "Identifier=\"V\"", "Identifier=\"Crew\"\nTargetColumnIndex=\"128\" Type=\"ForeignKey\""),
            [3]
        );
    }

    #[test]
    fn ends_and_what_may_be_generated_are_not() {
        let chief = "Identifier=\"chief\" Type=\"ForeignKey\"";
        assert!(found(ASSOCIATION, "Identifier=\"u\"", chief).is_empty());
        assert!(found("", "Identifier=\"V\"", chief).is_empty(), "associations stand elsewhere");
        assert!(found(ASSOCIATION, "Identifier=\"V\" ConsolidationMode=\"Merge\"", chief).is_empty());
        let scaffolding = format!("{ASSOCIATION}<WorkflowEntityType EntityType=\"U\"/>");
        assert!(found(&scaffolding, "Identifier=\"V\"", chief).is_empty());
    }
}
