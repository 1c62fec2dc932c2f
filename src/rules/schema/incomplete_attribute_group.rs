//! `incomplete-attribute-group`: attributes that mean something only together, and some are absent.

use crate::finding::Severity;
use crate::grammar::{Relation, names};
use crate::rules::suggest::listed;
use crate::rules::{ElementView, Rule, Sink};
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "incomplete-attribute-group",
    Severity::Error,
    "attributes that mean something only together, and some are absent",
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    for relation in def.relations {
        let Relation::Together(group) = relation else { continue };
        let there = |name: &&NameId| view.attribute(**name).is_some();
        let Some(first) = group.iter().find(there).and_then(|&name| view.attribute(name)) else { continue };
        if group.iter().all(|name| there(&name)) || view.attribute(names::CONSOLIDATION_MODE).is_some() {
            continue;
        }
        let text = |name: &NameId| crate::grammar::name_text(*name).unwrap_or_default();
        let absent = listed(group.iter().filter(|name| !there(name)).map(text), 4);
        let name = view.document.attribute_name_text(first.id);
        sink.push(
            super::finding(&RULE, view, name, view.name_place(first), format!("{} has `{name}` without {absent}", view.title()))
                .label("not enough by itself")
                .note("they are one condition: with a part of it the product compares nothing")
                .help(format!("add {absent}, or remove the others")),
        );
    }
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

    #[test]
    fn whole_groups_and_none_are_not() {
        assert!(found(&[VALUE, OPERATOR, BINDING]).is_empty());
        assert!(found(&[]).is_empty());
        assert!(found(&["ConsolidationMode=\"Merge\"", BINDING]).is_empty(), "the rest is generated");
    }
}
