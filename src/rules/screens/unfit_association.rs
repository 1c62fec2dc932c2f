//! `unfit-association`: a universe joins two instances by an association that does not link their types.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{EntityAssociation, Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element, lost};
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unfit-association",
    Severity::Warning,
    "instances of a universe joined by an association that does not link their entity types",
    Check::Facts(check),
);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    for &origin in facts.elements(kinds::ASSOCIATION_INSTANCE) {
        let Some(name) = program.value(origin, names::ASSOCIATION) else { continue };
        let Some(association) = program.index.find::<EntityAssociation>(Symbol::new(&name)) else { continue };
        let association = program.items.entity_associations[association].origin;
        let end = |property| {
            let value = program.value(association, property)?;
            value.split_once(':').map(|(entity_type, _)| entity_type.trim().to_owned())
        };
        let (Some(first), Some(second)) = (end(names::PROPERTY1), end(names::PROPERTY2)) else { continue };
        let (Some(one), Some(other)) = (instance(program, origin, names::INSTANCE1), instance(program, origin, names::INSTANCE2))
        else {
            continue;
        };
        if [&one, &other].into_iter().any(|name| lost::is_unknown_type(program, name)) {
            continue;
        }
        let same = |a: &str, b: &str| Symbol::new(a) == Symbol::new(b);
        if (same(&one, &first) && same(&other, &second)) || (same(&one, &second) && same(&other, &first)) {
            continue;
        }
        let Some(place) = program.attribute_place(origin, names::ASSOCIATION) else { continue };
        let message = format!("association `{}` links `{first}` and `{second}`, not `{one}` and `{other}`", name.trim());
        sink.push(
            Finding::new(&RULE.info, place, message)
                .label("links other entity types")
                .note("there is no way from one instance to the other: a query over both finds nothing, or fails")
                .help("name an association of the two entity types, or instances of those that it links")
                .related(program.place(association), "the association")
                .anchor(format!("{}/@Association", element::anchor(program, origin.file, origin.element))),
        );
    }
}

/// The entity type of the instance that an attribute names.
fn instance(program: &Program, at: Origin, name: NameId) -> Option<String> {
    let document = program.document(at.file);
    let universe = document.find(document.parent(at.element)?, names::IDENTIFIER)?;
    let universe = Symbol::new(&program.attribute_value(at.file, universe));
    let instance = Symbol::new(&program.value(at, name)?);
    let declared = program.declarations.find(ItemKind::EntityInstance, Some(universe), instance)?;
    let entity_type = program.value(Origin::written(declared.file, declared.element), names::ENTITY_TYPE)?;
    Some(entity_type.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityAssociation Identifier=\"Site_Of\" Property1=\"Person:Site\" Property2=\"Site:People\"/>";

    fn found(attributes: &str) -> Vec<u32> {
        let instances = "<EntityInstance Identifier=\"P\" EntityType=\"Person\"/><EntityInstance Identifier=\"S\" EntityType=\"site\"/><EntityInstance Identifier=\"T\" EntityType=\"Title\"/>";
        let universe = format!("<Universe Identifier=\"U\">{instances}\n<AssociationInstance {attributes}/></Universe>");
        lines(&format!("{MODEL}{universe}"), "unfit-association")
    }

    #[test]
    fn associations_of_other_types_are_found() {
        assert_eq!(found("Association=\"Site_Of\" Instance1=\"P\" Instance2=\"T\""), [2]);
        assert_eq!(found("Association=\"site_of\" Instance1=\"P\" Instance2=\"P\" Direction=\"From1To2\""), [2]);
        assert_eq!(found("Instance1=\"T\" Instance2=\"T\"\nAssociation=\"Site_Of\""), [3]);
    }

    #[test]
    fn associations_of_the_types_and_unknown_ones_are_not() {
        assert!(found("Association=\"Site_Of\" Instance1=\"P\" Instance2=\"S\"").is_empty());
        assert!(found("Association=\"Site_Of\" Instance1=\"s\" Instance2=\"p\" Direction=\"From2To1\"").is_empty());
        assert!(found("Association=\"Gone\" Instance1=\"P\" Instance2=\"T\"").is_empty());
        assert!(found("Association=\"Site_Of\" Instance1=\"P\" Instance2=\"Gone\"").is_empty());
    }
}
