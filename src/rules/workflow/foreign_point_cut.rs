//! `foreign-point-cut`: an aspect runs in a workflow of other data than its paths begin at.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink};

use super::aspects;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "foreign-point-cut",
    Severity::Warning,
    "an aspect that runs in a workflow of other data than its paths begin at",
    Check::At(aspects::ALL, check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let written = |name| view.attribute(name).filter(|_| view.is_written(name));
    let Some(path) = written(names::EXPRESSION_BINDING).or_else(|| written(names::BINDING)) else { return };
    let value = view.value(path);
    let Some(root) = root(&value) else { return };
    let is_cut = |child: &_| view.program.kind(view.file, *child) == Some(kinds::POINT_CUT);
    for cut in view.document.children(view.element).filter(is_cut) {
        let Some(attribute) = view.document.find(cut, names::ACTIVITY) else { continue };
        let activity = view.document.value(attribute, view.text);
        let Some((workflow, _)) = activity.split_once(':') else { continue };
        let declared = view.program.declarations.find(ItemKind::Workflow, None, Symbol::new(workflow));
        let Some(declared) = declared.filter(|one| one.generated.is_none()) else { continue };
        let origin = Origin::written(declared.file, declared.element);
        let Some(variables) = view.program.value(origin, names::VARIABLES_TYPE) else { continue };
        let variables = variables.trim();
        if variables.is_empty() || Symbol::new(variables) == Symbol::new(root) {
            continue;
        }
        let message =
            format!("workflow `{}` handles `{variables}`, but the paths of {} begin at `{root}`", workflow.trim(), view.title());
        let mut finding = view
            .finding(&RULE, "PointCut", view.document.value_location(attribute), message)
            .label(format!("a workflow of `{variables}`"))
            .note("what the aspect reads and sets is not part of this workflow: it fails there, or does nothing")
            .help(format!("begin the paths at `{variables}`, or name an activity of a workflow with `VariablesType=\"{root}\"`"))
            .related(view.value_place(path), "where the paths begin");
        if let Some(place) = view.program.attribute_place(origin, names::VARIABLES_TYPE) {
            finding = finding.related(place, "what the workflow handles");
        }
        sink.push(finding);
    }
}

/// The type that a path begins at; nothing where none is written.
fn root(path: &str) -> Option<&str> {
    let root = match path.split_once(':') {
        Some((root, _)) => root.trim(),
        // A whole path may be the type alone.
        None => path.trim(),
    };
    let is_type = path.contains(':') || root.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("Workflow_"));
    (is_type && !root.is_empty() && !root.contains('.')).then_some(root)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const WORKFLOWS: &str = "<Workflow Identifier=\"Hire\" VariablesType=\"Workflow_Person\"/>\
        <Workflow Identifier=\"Open\" VariablesType=\"Workflow_Site\"/>";

    fn found(element: &str, attributes: &str, activities: &[&str]) -> Vec<u32> {
        let cuts: String = activities.iter().map(|one| format!("\n<PointCut Activity=\"{one}\"/>")).collect();
        lines(&format!("{WORKFLOWS}<{element} Identifier=\"A\" {attributes}>{cuts}</{element}>"), "foreign-point-cut")
    }

    #[test]
    fn workflows_of_other_data_are_found() {
        assert_eq!(found("AddChangeAspect", "Binding=\"Workflow_Person:Person.Mail\"", &["Hire:Ask", "Open:Ask"]), [3]);
        assert_eq!(found("NotificationAspect", "ExpressionBinding=\"Workflow_Site\"", &["Hire:Save"]), [2]);
        let both = "Binding=\"Workflow_Person:Person.Mail\" ExpressionBinding=\"Workflow_Person:Person\"";
        assert_eq!(found("AssertValueAspect", both, &["open:Ask", "OPEN:Save"]), [2, 3]);
        assert_eq!(found("InvokeScriptAspect", "ExpressionBinding=\"Person:Records\"", &["Hire:Ask"]), [2]);
    }

    #[test]
    fn workflows_of_the_same_and_of_unknown_data_are_not() {
        assert!(found("AddChangeAspect", "Binding=\"workflow_person:Person.Mail\"", &["Hire:Ask"]).is_empty());
        assert!(found("AddChangeAspect", "Binding=\"Person.Mail\"", &["Open:Ask"]).is_empty(), "no type");
        assert!(found("AddChangeAspect", "Binding=\"Workflow_Person:Person.Mail\"", &["Gone:Ask", "Open"]).is_empty());
        assert!(found("InvokeWorkflowAspect", "Workflow=\"Open\"", &["Hire:Ask"]).is_empty());
    }
}
