//! `navigation-filled-twice`: one navigation property filled by navigation rules and by query rules.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Symbol;
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "navigation-filled-twice",
    Severity::Warning,
    "a navigation property filled by navigation rules and by query rules",
    &[kinds::RESOURCE_TYPE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let of = |wanted| {
        let children = view.document.children(view.element);
        children.filter(move |&child| view.program.kind(view.file, child) == Some(wanted)).filter_map(move |child| {
            let attribute = view.document.find(child, names::PROPERTY)?;
            Some((Symbol::new(&view.document.value(attribute, view.text)), attribute))
        })
    };
    let first_of_each = |wanted| {
        let mut all: Vec<_> = of(wanted).collect();
        all.sort_by_key(|&(symbol, attribute)| (symbol, attribute.0));
        all.dedup_by_key(|one| one.0);
        all
    };
    let queries = first_of_each(kinds::QUERY_RULE);
    if queries.is_empty() {
        return;
    }
    for (symbol, attribute) in first_of_each(kinds::NAVIGATION_RULE) {
        let Ok(at) = queries.binary_search_by_key(&symbol, |one| one.0) else { continue };
        let name = view.document.value(attribute, view.text);
        let message = format!("{}: `{}` is filled by navigation rules and by query rules", view.title(), name.trim());
        sink.push(
            view.finding(&RULE, name.trim(), view.document.value_location(attribute), message)
                .label("filled by a query rule too")
                .note("each kind of rule is computed by itself: what one gives the other does not know of and may take away")
                .help("fill the property by one kind of rule")
                .related(view.document.value_location(queries[at].1), "the query rule"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "navigation-filled-twice";

    fn found(rules: &[(&str, &str)]) -> Vec<u32> {
        let one = |(rule, property): &(&str, &str)| format!("\n<{rule} Property=\"{property}\"/>");
        let rules: String = rules.iter().map(one).collect();
        lines(&format!("<ResourceType Identifier=\"R\">{rules}</ResourceType>"), NAME)
    }

    #[test]
    fn both_kinds_on_one_property_are_found() {
        assert_eq!(found(&[("NavigationRule", "memberOf"), ("QueryRule", "memberOf")]), [2]);
        assert_eq!(found(&[("QueryRule", "MemberOf"), ("NavigationRule", "memberOf"), ("NavigationRule", "memberOf")]), [3]);
        assert_eq!(found(&[("QueryRule", "a"), ("QueryRule", "b"), ("NavigationRule", "b"), ("NavigationRule", "a")]), [4, 5]);
    }

    #[test]
    fn one_kind_each_is_not() {
        assert!(found(&[("NavigationRule", "memberOf"), ("NavigationRule", "memberOf"), ("QueryRule", "manager")]).is_empty());
        assert!(found(&[("QueryRule", "manager"), ("QueryRule", "manager"), ("ScalarRule", "manager")]).is_empty());
        let two = "<ResourceType Identifier=\"R\"><QueryRule Property=\"a\"/></ResourceType>\
            <ResourceType Identifier=\"S\"><NavigationRule Property=\"a\"/></ResourceType>";
        assert!(lines(two, NAME).is_empty());
    }
}
