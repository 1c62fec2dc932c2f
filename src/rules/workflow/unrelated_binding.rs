//! `unrelated-binding`: an aspect changes or checks something outside of what its expressions see.

use crate::finding::Severity;
use crate::grammar::names;
use crate::rules::{Check, ElementView, Rule, Sink};

use super::aspects;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unrelated-binding",
    Severity::Warning,
    "an aspect whose Binding does not go on from its ExpressionBinding",
    Check::At(aspects::OF_A_VALUE, check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(binding), Some(base)) = (view.attribute(names::BINDING), view.attribute(names::EXPRESSION_BINDING)) else { return };
    let (path, start) = (view.value(binding), view.value(base));
    let (path, start) = (path.trim(), start.trim());
    if path.is_empty() || start.is_empty() || goes_on(path, start) {
        return;
    }
    let message = format!("`{path}` does not go on from `{start}`");
    sink.push(
        view.finding(&RULE, "Binding", view.value_place(binding), message)
            .label(format!("`{start}.…` expected"))
            .note("the expressions see what `ExpressionBinding` leads to, and the value belongs to the same resource: from elsewhere it is not reached")
            .help("begin both paths alike")
            .related(view.value_place(base), "what the expressions see"),
    );
}

/// Whether the path begins with the segments of the other. Names compare without case.
fn goes_on(path: &str, start: &str) -> bool {
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', ':']);
    path.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)) && path.get(start.len()..).is_some_and(ends)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(binding: &str, base: &str) -> Vec<u32> {
        let xml = format!("<AssertValueAspect Identifier=\"A\"\nBinding=\"{binding}\"\nExpressionBinding=\"{base}\"/>");
        lines(&xml, "unrelated-binding")
    }

    #[test]
    fn bindings_to_elsewhere_are_found() {
        assert_eq!(found("Workflow_Person:Person.Mail", "Workflow_Person:Person.Records"), [2]);
        assert_eq!(found("Workflow_Guest:Guest.Mail", "Workflow_Person:Person"), [2]);
        assert_eq!(found("Workflow_Person:PersonMail", "Workflow_Person:Person"), [2], "not a segment");
    }

    #[test]
    fn bindings_that_go_on_are_not() {
        assert!(found("Workflow_Person:Person.Records.Mail", "Workflow_Person:Person.Records").is_empty());
        assert!(found("workflow_person:person.Mail", "Workflow_Person:Person").is_empty());
        assert!(found("Workflow_Person:Person.Mail", "Workflow_Person").is_empty());
        assert!(found("Workflow_Person:Person.Mail", "").is_empty());
    }
}
