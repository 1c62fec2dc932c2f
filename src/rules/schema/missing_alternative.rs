//! `missing-alternative`: none of several attributes of which one is needed.

use crate::finding::Severity;
use crate::grammar::{Relation, name_text, names};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-alternative",
    Severity::Warning,
    "none of several attributes of which one is needed",
    Check::Element(|def| def.relations.iter().any(|one| matches!(one, Relation::AnyOf(_))), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    for relation in def.relations {
        let Relation::AnyOf(group) = relation else { continue };
        if group.iter().any(|&name| view.says(name) || is_unreadable(view, name))
            || view.attribute(names::CONSOLIDATION_MODE).is_some()
        {
            continue;
        }
        let all: Vec<&str> = group.iter().filter_map(|&name| name_text(name)).collect();
        sink.push(
            super::finding(
                &RULE,
                view,
                all.first().copied().unwrap_or_default(),
                view.place(),
                match &all[..] {
                    [one] => format!("{} has no {one}", view.title()),
                    _ => format!("{} has neither {}", view.title(), all.join(" nor ")),
                },
            )
            .label(if all.len() == 1 { "expected here" } else { "one of them expected" })
            .note("it has nothing to work with: what it is for does not happen")
            .help(format!(
                "write {}{}",
                if all.len() == 1 { "" } else { "one of them: " },
                all.iter().map(|name| format!("`{name}=\"…\"`")).collect::<Vec<_>>().join(" or ")
            )),
        );
    }
}

/// Whether an attribute is empty whose type has no empty value, which is a finding of its own.
fn is_unreadable(view: &ElementView<'_>, name: NameId) -> bool {
    let Some(attribute) = view.attribute(name) else { return false };
    let value = view.value(attribute);
    value.trim().is_empty() && attribute.def.is_some_and(|def| def.check(&value).is_err())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "missing-alternative";

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("\n<EntityPropertyExpression Identifier=\"A\" EntityType=\"U\" Property=\"P\" {attributes}/>"), NAME)
    }

    #[test]
    fn an_item_without_any_is_found() {
        assert_eq!(found(""), [2]);
        assert_eq!(found("Priority=\"1\""), [2]);
        assert_eq!(found("Expression=\" \" Binding=\"\""), [2]);
        assert_eq!(filter("CurrentUser=\"false\""), [2], "that is the default");
        assert!(filter("CurrentUser=\"\"").is_empty(), "no Boolean, which is told");
        let mail = |attributes: &str| lines(&format!("\n<Notification Identifier=\"N\" {attributes}/>"), NAME);
        assert_eq!(mail(""), [2, 2], "each of both");
        assert_eq!(mail("RazorTemplate=\"a.cshtml\""), [2]);
        assert!(mail("RazorTemplate=\"a.cshtml\" CssTemplate=\"a.css\"").is_empty());
    }

    fn filter(attributes: &str) -> Vec<u32> {
        let filter = format!("<AccessControlRule Identifier=\"A\">\n<Filter Binding=\"Id\" {attributes}/></AccessControlRule>");
        lines(&filter, NAME)
    }

    #[test]
    fn one_is_enough() {
        assert!(found("Binding=\"Mail\"").is_empty());
        assert!(found("Expression=\"Literal:1\"").is_empty());
        assert!(found("ConsolidationMode=\"Delete\"").is_empty());
        assert!(filter("Value=\"\"").is_empty(), "compares with the empty value");
    }
}
