//! `unlinked-foreign-key`: a navigation property that no association leads anywhere.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, ScaffoldingKind, kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::suggest::perhaps_meant;
use crate::rules::{Check, Rule, Sink, element};
use crate::syntax::Namespace;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unlinked-foreign-key",
    Severity::Warning,
    "a navigation property that no association leads anywhere",
    Check::Program(check),
);

fn check(program: &Program, sink: &mut Sink) {
    let makes_model = |kind: &crate::grammar::ElementKind| kind.def().scaffolding == Some(ScaffoldingKind::Other);
    // Associations may stand in files that are not here, or be made by a scaffolding.
    if program.items.entity_associations.is_empty() || program.present_kinds().iter().any(makes_model) {
        return;
    }
    let mut found = Vec::new();
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
        let called = program.identifier(origin).trim().to_owned();
        let message = format!("navigation `{called}` of `{}` is no end of an association", name.trim());
        let finding = Finding::new(&RULE.info, document.value_location(written), message)
            .label("leads nowhere")
            .note("the association says what a navigation leads to: without it nothing can be stored in the property")
            .help("add an `EntityAssociation` that names the property, or remove the property")
            .anchor(format!("{}/@Type", element::anchor(program, one.file, one.element)));
        let (type_name, property) = (name.trim().to_owned(), one.symbol);
        found.push(Unlinked { entity_type, type_name, property, name: called, finding });
    }
    if found.is_empty() {
        return;
    }
    let lost = LostEnds::of(program);
    found.retain(|one| !lost.may_be(one));
    // An end that is not written can have been any of them, but no more than one.
    if found.len() > lost.absent {
        sink.extend(found.into_iter().map(|one| one.finding));
    }
}

/// A navigation that no association names.
struct Unlinked {
    entity_type: Symbol,
    type_name: String,
    property: Symbol,
    name: String,
    finding: Finding,
}

/// Lost ends that a navigation is compared with.
const COMPARED: usize = 100;

/// Ends of associations that name no property, each of which is a finding of its own.
#[derive(Default)]
struct LostEnds {
    /// Of entity types that there are, with the name that none of its properties has.
    of_types: Vec<(Symbol, String)>,
    /// Properties of entity types that there are not, with the names of these.
    of_none: Vec<(String, Symbol)>,
    /// How many ends are not written.
    absent: usize,
}

impl LostEnds {
    fn of(program: &Program) -> Self {
        let mut lost = Self::default();
        for association in program.items.entity_associations.values().filter(|one| one.origin.generated.is_none()) {
            for end in [names::PROPERTY1, names::PROPERTY2] {
                let Some(written) = program.value(association.origin, end).filter(|end| !end.trim().is_empty()) else {
                    // One that is consolidated has the ends of the other.
                    lost.absent += usize::from(program.value(association.origin, names::CONSOLIDATION_MODE).is_none());
                    continue;
                };
                let (type_name, name) = written.split_once(':').unwrap_or(("", &*written));
                let (entity_type, property) = (Symbol::new(type_name), Symbol::new(name));
                if program.declarations.find(ItemKind::EntityType, None, entity_type).is_none() {
                    lost.of_none.push((type_name.trim().to_owned(), property));
                } else if program.declarations.find(ItemKind::Property, Some(entity_type), property).is_none() {
                    lost.of_types.push((entity_type, name.trim().to_owned()));
                }
            }
        }
        lost.add_unread(program);
        lost
    }

    /// Adds those of elements that the dialect does not have, as they are written, and of what is missing.
    fn add_unread(&mut self, program: &Program) {
        for (file, _) in program.sources.iter() {
            let document = program.document(file);
            let starts = document.unmatched_ends().filter(|(name, _)| *name == kinds::ENTITY_ASSOCIATION.def().name).count();
            self.absent = self.absent.saturating_add(2 * starts);
            if document.ends_early() {
                self.absent = usize::MAX;
            }
            let unread = document.elements().zip(program.kinds(file)).filter(|(_, kind)| kind.is_none());
            for (element, _) in unread.filter(|(element, _)| document.namespace(*element) == Namespace::Dialect) {
                for end in [names::PROPERTY1, names::PROPERTY2].into_iter().filter_map(|end| document.find(element, end)) {
                    let written = program.attribute_value(file, end);
                    let Some((type_name, name)) = written.split_once(':') else { continue };
                    self.of_types.push((Symbol::new(type_name), name.trim().to_owned()));
                }
            }
        }
    }

    /// Whether an end is a misspelt name of the property, or one of it in a misspelt entity type.
    fn may_be(&self, one: &Unlinked) -> bool {
        let mut of_type = self.of_types.iter().filter(|(of, _)| *of == one.entity_type).take(COMPARED);
        let mut of_none = self.of_none.iter().filter(|(_, property)| *property == one.property).take(COMPARED);
        of_type.any(|(_, wrong)| perhaps_meant(wrong, [one.name.as_str()]).is_some())
            || of_none.any(|(wrong, _)| perhaps_meant(wrong, [one.type_name.as_str()]).is_some())
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
    fn ends_of_an_unknown_element_are_those_it_names() {
        let model = |association: &str| {
            format!(
                "<EntityType Identifier=\"U\">\n<Property Identifier=\"A\" Type=\"ForeignKey\"/>\n<Property Identifier=\"B\" Type=\"ForeignKey\"/>\n\
                <Property Identifier=\"Zebra\" Type=\"ForeignKey\"/></EntityType>\
                <EntityAssociation Identifier=\"X\" Property1=\"V:C\" Property2=\"V:D\"/>{association}"
            )
        };
        assert_eq!(lines(&model(""), "unlinked-foreign-key"), [2, 3, 4]);
        assert_eq!(
            lines(&model("<EntityAssociations Identifier=\"Y\" Property1=\"U:A\" Property2=\"U:B\"/>"), "unlinked-foreign-key"),
            [4]
        );
    }

    #[test]
    fn navigations_to_nowhere_are_found() {
        assert_eq!(found(ASSOCIATION, "Identifier=\"U\"", "Identifier=\"Ship\" Type=\"ForeignKey\""), [2]);
        assert_eq!(
            found(ASSOCIATION, "Identifier=\"Vessel\"", "Identifier=\"Chief\" Type=\"ForeignKey\""),
            [2],
            "of another type"
        );
        assert_eq!(
            found(ASSOCIATION, "Identifier=\"Vessel\"", "Identifier=\"Crew\"\nTargetColumnIndex=\"128\" Type=\"ForeignKey\""),
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

    #[test]
    fn what_an_association_fails_to_name_is_told_there_alone() {
        let navigation = "EntityType Identifier=\"U\"><Property Identifier=\"Chief\" Type=\"ForeignKey\"/></EntityType>";
        let with = |end: &str| {
            lines(
                &format!("<{navigation}<EntityAssociation Identifier=\"A\"{end} Property2=\"U:Crew\"/>")
                    .replace("</EntityType>", "<Property Identifier=\"Crew\" Type=\"ForeignKey\"/></EntityType>"),
                "unlinked-foreign-key",
            )
        };
        assert!(with(" Property1=\"U:Cheif\"").is_empty(), "misspelt");
        assert!(with(" Property1=\"V:Chief\"").is_empty(), "of a type that there is not");
        assert!(with("").is_empty(), "absent");
        assert_eq!(with(" Property1=\"V:Other\""), [1]);
        let consolidated = "<EntityAssociation Identifier=\"A\" ConsolidationMode=\"Merge\"/>";
        let both = format!(
            " Property1=\"V:Other\" Property2=\"U:Crew\"/>{consolidated}<EntityAssociation Identifier=\"B\" Property1=\"U:Crew\""
        );
        assert_eq!(with(&both), [1], "the ends stand elsewhere");
    }
}
