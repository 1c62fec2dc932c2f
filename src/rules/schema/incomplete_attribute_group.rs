//! `incomplete-attribute-group`: attributes that mean something only together, and some are absent.

use crate::finding::Severity;
use crate::grammar::{Relation, name_text, names};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "incomplete-attribute-group",
    Severity::Warning,
    "attributes that mean something only together, and some are absent",
    Check::Element(|def| def.relations.iter().any(|one| matches!(one, Relation::Together(_) | Relation::Needs { .. })), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    for relation in def.relations {
        match relation {
            Relation::Together(group) => {
                let there = |name: &&NameId| view.attribute(**name).is_some();
                let Some(first) = group.iter().find(there).and_then(|&name| view.attribute(name)) else { continue };
                let absent: Vec<NameId> = group.iter().filter(|name| !there(name)).copied().collect();
                if !absent.is_empty() {
                    report(view, first, &absent, "and", sink);
                }
            }
            Relation::Needs { attribute, others } if view.is_written(*attribute) => {
                let Some(own) = view.attribute(*attribute) else { continue };
                if !others.iter().any(|&other| view.attribute(other).is_some()) {
                    report(view, own, others, "or", sink);
                }
            }
            _ => {}
        }
    }
}

fn report(view: &ElementView<'_>, own: AttributeView, absent: &[NameId], word: &str, sink: &mut Sink) {
    // The rest of an item that is consolidated may be generated.
    if view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let absent: Vec<String> = absent.iter().filter_map(|&name| name_text(name)).map(|name| format!("`{name}`")).collect();
    let absent = absent.join(&format!(" {word} "));
    let name = view.document.attribute_name_text(own.id);
    sink.push(
        super::finding(&RULE, view, name, view.name_place(own), format!("{} has `{name}` without {absent}", view.title()))
            .label("not enough by itself")
            .note("they count together only: what is written of them changes nothing")
            .help(format!("add {absent}, or remove `{name}`")),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "incomplete-attribute-group";
    const BINDING: &str = "ResourceCertificationComparisonBinding=\"Type\"";
    const OPERATOR: &str = "ResourceCertificationComparisonOperator=\"Equal\"";
    const VALUE: &str = "ResourceCertificationComparisonValue=\"1\"";

    fn found(attributes: &[&str]) -> Vec<u32> {
        lines(&format!("<ContextRule Identifier=\"A\"\n{}/>", attributes.join("\n")), NAME)
    }

    #[test]
    fn parts_of_a_group_are_found() {
        assert_eq!(found(&[BINDING]), [2]);
        assert_eq!(found(&["MinIdentitiesCount=\"1\"", VALUE, OPERATOR]), [4], "the first of the group");
        assert_eq!(found(&[VALUE, BINDING]), [3]);
    }

    fn control(attributes: &str) -> Vec<u32> {
        lines(&format!("<Form Identifier=\"A\" EntityType=\"U\">\n<Control {attributes}/></Form>"), NAME)
    }

    #[test]
    fn attributes_without_what_they_need_are_found() {
        assert_eq!(control("Binding2=\"Chief.Chief\""), [2]);
        assert_eq!(control("Binding=\"Chief\"\nBinding3=\"Chief.Chief\""), [3]);
        assert_eq!(control("Binding=\"Site\" LinkedBinding2=\"Code\""), [2]);
        let instance = |attributes: &str| {
            lines(&format!("<Universe Identifier=\"A\"><EntityInstance Identifier=\"B\"\n{attributes}/></Universe>"), NAME)
        };
        assert_eq!(instance("FilterProperty=\"Kind\""), [2]);
        assert_eq!(instance("FilterValue=\"1\""), [2]);
        assert!(instance("FilterProperty=\"Kind\" FilterValue=\"\"").is_empty(), "the empty value");
        assert!(control("Binding=\"Chief\" Binding2=\"Chief.Chief\" FilterBinding1=\"A\" LinkedBinding1=\"B\"").is_empty());
    }

    #[test]
    fn whole_groups_and_none_are_not() {
        assert!(found(&[VALUE, OPERATOR, BINDING]).is_empty());
        assert!(found(&[]).is_empty());
        assert!(found(&["ConsolidationMode=\"Merge\"", BINDING]).is_empty(), "the rest is generated");
    }
}
