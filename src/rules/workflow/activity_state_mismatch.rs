//! `activity-state-mismatch`: a state that the activity never has.

use crate::finding::{Severity, article};
use crate::grammar::{ElementKind, ItemKind, kinds, names};
use crate::ir::{Origin, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "activity-state-mismatch",
    Severity::Warning,
    "a state that the named activity never has",
    Check::At(KINDS, check),
);

const KINDS: &[ElementKind] = &[kinds::FORM, kinds::POINT_CUT, kinds::RECIPIENT];

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(activity), Some(state)) = (view.attribute(names::ACTIVITY), view.attribute(names::ACTIVITY_STATE)) else { return };
    let (activity, value) = (view.value(activity), view.effective(names::ACTIVITY_STATE));
    let Some(value) = value else { return };
    let (Some((workflow, name)), Some((template, _))) = (activity.split_once(':'), value.split_once('-')) else { return };
    let declared = view.program.declarations.find(ItemKind::Activity, Some(Symbol::new(workflow)), Symbol::new(name));
    let Some(declared) = declared.filter(|one| one.generated.is_none()) else { return };
    let origin = Origin::written(declared.file, declared.element);
    let Some(own) = view.program.value(origin, names::TEMPLATE) else { return };
    let (own, document) = (own.trim(), view.program.document(declared.file));
    let known =
        document.find(declared.element, names::TEMPLATE).zip(kinds::ACTIVITY.def().attribute(names::TEMPLATE, "Template"));
    if own == template || known.is_none_or(|(_, def)| def.check(own).is_err()) {
        return;
    }
    let message = format!("activity `{}` is {} `{own}` and never in the state `{value}`", activity.trim(), article(own));
    let finding = view
        .finding(&RULE, "ActivityState", view.value_place(state), message)
        .label(format!("a state of `{template}`"))
        .note("the states of an activity are those of its template: what waits for another never happens")
        .help(format!("choose a state that begins with `{own}-`"));
    sink.push(match known {
        Some((attribute, _)) => finding.related(document.value_location(attribute), "the activity's template"),
        None => finding,
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const WORKFLOW: &str = "<Workflow Identifier=\"W\"><Activity Identifier=\"Ask\" Template=\"ActionWithRefine\"/>\
        <Activity Identifier=\"Save\" Template=\"Persist\"/></Workflow>";

    fn found(activity: &str, state: &str) -> Vec<u32> {
        let cut = format!("<PointCut Activity=\"{activity}\"\nActivityState=\"{state}\"/>");
        lines(&format!("{WORKFLOW}<AssertValueAspect Identifier=\"A\">{cut}</AssertValueAspect>"), "activity-state-mismatch")
    }

    #[test]
    fn states_of_other_templates_are_found() {
        assert_eq!(found("W:Ask", "Review-Approved"), [2]);
        assert_eq!(found("w:ask", "Action-Executed"), [2]);
        assert_eq!(found("W:Save", "ActionWithRefine-Executed"), [2]);
        let form = format!("{WORKFLOW}\n<Form Identifier=\"F\" Activity=\"W:Save\" ActivityState=\"Review-Declined\"/>");
        assert_eq!(lines(&form, "activity-state-mismatch"), [2]);
    }

    #[test]
    fn states_of_the_template_and_unknown_activities_are_not() {
        assert!(found("W:Ask", "ActionWithRefine-Aborted").is_empty());
        assert!(found("W:Gone", "Review-Approved").is_empty());
        assert!(found("W:Ask", "Nonsense-State").is_empty(), "left to invalid-value");
    }
}
