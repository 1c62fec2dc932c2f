//! `unsaved-workflow`: a workflow that keeps nothing of what is entered.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Origin;
use crate::rules::{Check, ElementView, Rule, Sink, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unsaved-workflow",
    Severity::Warning,
    "a workflow that keeps nothing of what is entered",
    Check::At(&[kinds::WORKFLOW], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    if view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let is_activity = |&child: &_| view.program.kind(view.file, child) == Some(kinds::ACTIVITY);
    let mut some = false;
    for activity in view.document.children(view.element).filter(is_activity) {
        some = true;
        // A template that nobody knows may save.
        let Some(template) = view.document.find(activity, names::TEMPLATE) else { return };
        let template = view.document.value(template, view.text);
        if !matches!(template.trim(), "Action" | "ActionWithRefine" | "Review" | "ReviewWithFeedback") {
            return;
        }
    }
    // An activity that cannot be read may be the one, and is a finding of its own.
    if !some || lost::may_hold_more(view.program, Origin::written(view.file, view.element)) {
        return;
    }
    sink.push(
        view.finding(&RULE, "Activity", view.place(), format!("{} never saves", view.title()))
            .label("no activity that saves")
            .note("what is entered and approved is dropped at the end of the workflow")
            .help("end it with an `Activity` of the template `Persist`, `PersistOnlyResources` or `ContinueWith`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str, templates: &[&str]) -> Vec<u32> {
        let one = |template: &&str| format!("<Activity Identifier=\"{template}\" Template=\"{template}\"/>");
        let activities: String = templates.iter().map(one).collect();
        lines(&format!("\n<Workflow Identifier=\"W\" {attributes}>{activities}</Workflow>"), "unsaved-workflow")
    }

    #[test]
    fn workflows_that_save_nothing_are_found() {
        assert_eq!(found("", &["Action"]), [2]);
        assert_eq!(found("", &["ActionWithRefine", "Review"]), [2]);
        assert_eq!(found("", &["ReviewWithFeedback"]), [2]);
    }

    #[test]
    fn workflows_that_save_or_go_on_are_not() {
        assert!(found("", &["Action", "Persist"]).is_empty());
        assert!(found("", &["ContinueWith"]).is_empty());
        assert!(found("", &["Action", "Unknown"]).is_empty());
        assert!(found("ConsolidationMode=\"Merge\"", &["Action"]).is_empty());
        assert!(found("", &[]).is_empty());
    }
}
