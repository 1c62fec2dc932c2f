//! `conflicting-attributes`: two attributes that say the same thing in different ways.

use crate::finding::Severity;
use crate::grammar::Relation;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "conflicting-attributes",
    Severity::Warning,
    "two attributes of which only one can count",
    Check::Element(|def| def.relations.iter().any(|one| matches!(one, Relation::Exclusive(_))), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    for relation in def.relations {
        let Relation::Exclusive(group) = relation else { continue };
        let mut written = view
            .attributes
            .iter()
            .copied()
            .filter(|one| one.def.is_some_and(|def| group.contains(&def.name_id)) && view.says(one.name));
        let Some(first) = written.next() else { continue };
        for again in written {
            let name = |one: crate::rules::AttributeView| view.document.attribute_name_text(one.id);
            let message = format!("{} has both `{}` and `{}`", view.title(), name(first), name(again));
            sink.push(
                super::finding(&RULE, view, name(again), view.name_place(again), message)
                    .label("only one of the two can count")
                    .note("they stand for one another; which of them the product reads is not defined")
                    .help(format!("keep one of `{}` and `{}`", name(first), name(again)))
                    .related(view.name_place(first), "the other"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "conflicting-attributes";

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("<ContextRule Identifier=\"A\" {attributes}/>"), NAME)
    }

    #[test]
    fn two_ways_to_say_one_thing_are_found() {
        assert_eq!(found("ResourcesBinding=\"Records\"\nResourcesExpression=\"C#:user:return user.Records;\""), [2]);
        assert_eq!(found("ResourcesStartExpression=\"C#:r:return r.A;\"\nResourcesStartBinding=\"A\""), [2]);
        assert_eq!(found("ResourcesEndExpression=\"C#:r:return r.A;\"\n\nResourcesEndBinding=\"A\""), [3]);
    }

    fn filter(attributes: &str) -> Vec<u32> {
        lines(&format!("<AccessControlRule Identifier=\"A\"><Filter {attributes}/></AccessControlRule>"), NAME)
    }

    #[test]
    fn two_things_of_which_one_is_meant_are_found() {
        assert_eq!(filter("Binding=\"Id\" CurrentUser=\"true\"\nValue=\"\""), [2]);
        assert_eq!(lines("<MenuItem Identifier=\"A\" URI=\"/a\"\nWorkflow=\"W\"/>", NAME), [2]);
        assert_eq!(lines("<ProfileRuleContext EntityType=\"U\"\nResourceType=\"R\"/>", NAME), [2]);
    }

    #[test]
    fn one_way_each_is_not() {
        assert!(
            found("ResourcesBinding=\"Records\" ResourcesStartBinding=\"A\" ResourcesEndExpression=\"C#:r:return r.A;\"")
                .is_empty()
        );
        assert!(found("ResourcesBinding=\"Records\" ResourcesExpression=\"\"").is_empty());
        assert!(filter("Binding=\"Id\" Dimension=\"Site\" CurrentUser=\"false\"").is_empty(), "the default");
        assert!(lines("<MenuItem Identifier=\"A\" EntityType=\"U\" Workflow=\"W\"/>", NAME).is_empty());
    }
}
