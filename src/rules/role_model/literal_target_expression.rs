//! `literal-target-expression`: a query rule compares with a constant where it must compare with a property.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "literal-target-expression",
    Severity::Error,
    "a query rule that searches its target by a constant",
    &[kinds::QUERY_RULE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::TARGET_EXPRESSION) else { return };
    if !view.value(attribute).trim_start().starts_with("Literal:") {
        return;
    }
    let message = "this `QueryRule` searches its target by a constant".to_owned();
    sink.push(
        view.finding(&RULE, "TargetExpression", view.value_place(attribute), message)
            .label("the same for every resource")
            .note("a constant fits all resources or none, so the product refuses it on the target's side")
            .help("name a property in `TargetBinding`; a constant may stand in `SourceExpression`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str) -> Vec<u32> {
        let xml = format!("<ResourceType Identifier=\"R\"><QueryRule Property=\"P\" {attributes}/></ResourceType>");
        lines(&xml, "literal-target-expression")
    }

    #[test]
    fn constants_to_search_by_are_found() {
        assert_eq!(found("\nTargetExpression=\"Literal:Quay\""), [2]);
        assert_eq!(found("\nTargetExpression=\" Literal:\""), [2]);
        assert_eq!(found("SourceBinding=\"Site\" TargetBinding=\"code\"\n\nTargetExpression=\"Literal:1\""), [3]);
    }

    #[test]
    fn constants_of_the_source_and_expressions_are_not() {
        assert!(found("SourceExpression=\"Literal:Quay\" TargetBinding=\"code\"").is_empty());
        assert!(found("TargetExpression=\"C#:entry:return entry.code;\"").is_empty());
        let scalar = "<ResourceType Identifier=\"R\"><ScalarRule Property=\"P\" Expression=\"Literal:1\"/></ResourceType>";
        assert!(lines(scalar, "literal-target-expression").is_empty());
    }
}
