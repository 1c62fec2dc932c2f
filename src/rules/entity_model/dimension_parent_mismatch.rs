//! `dimension-parent-mismatch`: a dimension whose parent property does not lead to the dimension's own values.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::{EntityType, Nature};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "dimension-parent-mismatch",
    Severity::Error,
    "a dimension whose parent property does not lead to its own values",
    Check::At(&[kinds::DIMENSION], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(entity_type), Some(attribute), Some(property)) =
        (view.symbol(names::ENTITY_TYPE), view.attribute(names::PARENT_PROPERTY), view.symbol(names::PARENT_PROPERTY))
    else {
        return;
    };
    let program = view.program;
    let Some(own) = program.index.find::<EntityType>(entity_type) else { return };
    let name = view.value(attribute);
    let message = match program.navigates_to(own, property) {
        Some(other) if other != own => {
            let other = program.identifier(program.items.entity_types[other].origin);
            format!("`{}` of {} leads to entity type `{}`", name.trim(), view.title(), other.trim())
        }
        None if matches!(program.nature(entity_type, property), Some(Nature::Scalar | Nature::Binary)) => {
            format!("`{}` of {} leads nowhere: it is no navigation property", name.trim(), view.title())
        }
        _ => return,
    };
    let own = program.identifier(program.items.entity_types[own].origin);
    sink.push(
        view.finding(&RULE, "ParentProperty", view.value_place(attribute), message)
            .label(format!("a property that leads to a `{}` expected", own.trim()))
            .note("the values of the dimension are a tree of one entity type: rules that extend to child values find no children")
            .help(format!("name the property of `{}` that an association leads back to `{}`", own.trim(), own.trim())),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityType Identifier=\"Unit\"><Property Identifier=\"Code\"/><Property Identifier=\"Up\"/><Property Identifier=\"Down\"/>\
        <Property Identifier=\"Head\" Type=\"ForeignKey\"/></EntityType><EntityType Identifier=\"Person\"><Property Identifier=\"Leads\"/></EntityType>\
        <EntityAssociation Identifier=\"T\" Property1=\"Unit:Up\" Property2=\"Unit:Down\" IsProperty2Collection=\"1\"/>\
        <EntityAssociation Identifier=\"H\" Property1=\"Unit:Head\" Property2=\"Person:Leads\"/>";

    fn found(entity_type: &str, parent: &str) -> Vec<u32> {
        let dimension = format!(
            "<Dimension Identifier=\"D\" EntityType=\"{entity_type}\" ColumnMapping=\"1\" IsHierarchical=\"true\"\nParentProperty=\"{parent}\"/>"
        );
        lines(&format!("{MODEL}{dimension}"), "dimension-parent-mismatch")
    }

    #[test]
    fn ways_elsewhere_are_found() {
        assert_eq!(found("Unit", "Head"), [2]);
        assert_eq!(found("Unit", "Code"), [2]);
        assert_eq!(found("person", "leads"), [2]);
    }

    #[test]
    fn ways_back_and_unknown_ones_are_not() {
        assert!(found("Unit", "Up").is_empty());
        assert!(found("Unit", "Gone").is_empty(), "left to unresolved-reference");
        assert!(found("Gone", "Up").is_empty());
    }
}
