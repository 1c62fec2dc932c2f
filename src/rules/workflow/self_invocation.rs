//! `self-invocation`: an aspect starts the workflow at which it runs.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Symbol;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "self-invocation",
    Severity::Warning,
    "an aspect starts the workflow at which it runs",
    Check::At(&[kinds::INVOKE_WORKFLOW_ASPECT], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    // With a condition the ring may have an end.
    if view.is_written(names::IF_EXPRESSION) {
        return;
    }
    let (Some(attribute), Some(started)) = (view.attribute(names::WORKFLOW), view.symbol(names::WORKFLOW)) else { return };
    let cuts = view.document.children(view.element).filter_map(|child| view.document.find(child, names::ACTIVITY));
    let own = |&cut: &_| {
        let activity = view.document.value(cut, view.text);
        activity.split_once(':').is_some_and(|(workflow, _)| Symbol::new(workflow) == started)
    };
    let Some(cut) = cuts.into_iter().find(own) else { return };
    let message = format!("{} starts the workflow at which it runs", view.title());
    sink.push(
        view.finding(&RULE, "Workflow", view.value_place(attribute), message)
            .label("the workflow of its own point cut")
            .note("each workflow that comes to this activity starts another: there is no end to it")
            .help("name another workflow, or add an `IfExpression` that ends it")
            .related(view.document.value_location(cut), "runs here"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str, activities: &[&str]) -> Vec<u32> {
        let cuts: String = activities.iter().map(|one| format!("<PointCut Activity=\"{one}\"/>")).collect();
        let xml = format!("<InvokeWorkflowAspect Identifier=\"A\"\n{attributes}>{cuts}</InvokeWorkflowAspect>");
        lines(&xml, "self-invocation")
    }

    #[test]
    fn starting_itself_is_found() {
        assert_eq!(found("Workflow=\"W\"", &["W:Save"]), [2]);
        assert_eq!(found("Workflow=\"w\"", &["V:Save", "W:Ask"]), [2]);
        assert_eq!(found("Priority=\"1\"\nWorkflow=\"W\"", &["W:Save"]), [3]);
    }

    #[test]
    fn starting_others_or_on_a_condition_is_not() {
        assert!(found("Workflow=\"V\"", &["W:Save"]).is_empty());
        assert!(found("Workflow=\"W\" IfExpression=\"C#:user:return user.Again;\"", &["W:Save"]).is_empty());
        assert!(found("Workflow=\"W\"", &[]).is_empty());
    }
}
