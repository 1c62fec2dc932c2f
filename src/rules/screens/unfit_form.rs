//! `unfit-form`: a form embedded where another entity type is shown.

use crate::finding::Severity;
use crate::grammar::{ItemKind, Reference, TypeSource, kinds, names};
use crate::ir::references::{Site, starts};
use crate::ir::{Origin, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink, lost};

use super::containment_cycle::CONTROLS;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unfit-form",
    Severity::Warning,
    "a form embedded where another entity type is shown",
    Check::At(&CONTROLS, check),
);

/// How the entity types of workflows are called after those that they handle.
const WORKFLOW: &str = "Workflow_";

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(kind), Some(attribute)) = (view.kind, view.attribute(names::EMBEDDED_FORM)) else { return };
    // A path beside it may lead to what the form shows.
    if view.is_written(names::BINDING) {
        return;
    }
    let Some(symbol) = view.symbol(names::EMBEDDED_FORM) else { return };
    let declared = view.program.declarations.find(ItemKind::Form, None, symbol);
    let Some(declared) = declared.filter(|one| one.generated.is_none() && !one.consolidated) else { return };
    if view.program.kind(declared.file, declared.element) != Some(kinds::FORM) {
        return;
    }
    let form = Origin::written(declared.file, declared.element);
    let Some(shown) = view.program.value(form, names::ENTITY_TYPE).filter(|shown| !lost::is_unknown_type(view.program, shown))
    else {
        return;
    };
    let reference = Reference::Binding(TypeSource::Enclosing);
    let site = Site { file: view.file, element: view.element, kind, attribute: attribute.id, reference };
    let fits = |place: Option<Symbol>| place.is_none_or(|place| place == Symbol::new(&shown) || is_of_workflow(place, &shown));
    if starts(view.program, &site).iter().any(fits) {
        return;
    }
    let shown = shown.trim();
    let message = format!("the form `{}` shows `{shown}`, which nothing around this control is", view.value(attribute).trim());
    let mut finding = view
        .finding(&RULE, "EmbeddedForm", view.value_place(attribute), message)
        .label(format!("a form of `{shown}`"))
        .note("its controls name properties of another entity type: the screen fails, or stays empty there")
        .help(format!(
            "embed a form of the entity type that is shown here, or say `EntityType=\"{shown}\"` where its resources are"
        ));
    if let Some(place) = view.program.attribute_place(form, names::ENTITY_TYPE) {
        finding = finding.related(place, "what the form shows");
    }
    sink.push(finding);
}

/// Whether one of two types is that of the workflows of the other: what a workflow handles is at hand in its forms.
fn is_of_workflow(place: Symbol, shown: &str) -> bool {
    let shown = shown.trim();
    let handled = shown.get(..WORKFLOW.len()).filter(|start| start.eq_ignore_ascii_case(WORKFLOW));
    place == Symbol::new(&format!("{WORKFLOW}{shown}"))
        || handled.is_some_and(|start| Symbol::new(&shown[start.len()..]) == place)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const FORMS: &str = "<Form Identifier=\"Of_Ship\" EntityType=\"Ship\"/>\
        <Form Identifier=\"Of_Workflow\" EntityType=\"Workflow_Ship\"/><Form Identifier=\"Of_None\"/>";

    fn found(form: &str, control: &str) -> Vec<u32> {
        lines(
            &format!("{FORMS}<Form Identifier=\"F\" {form}>\n<Control OutputType=\"TransformImport\" {control}/></Form>"),
            "unfit-form",
        )
    }

    #[test]
    fn forms_of_other_types_are_found() {
        assert_eq!(found("EntityType=\"Sailor\"", "EmbeddedForm=\"of_ship\""), [2]);
        assert_eq!(found("EntityType=\"Ship\"", "EntityType=\"Ship\" EmbeddedForm=\"Of_Ship\""), [0; 0]);
        assert_eq!(found("EntityType=\"Workflow_Sailor\"", "EmbeddedForm=\"Of_Workflow\""), [2]);
    }

    #[test]
    fn forms_that_fit_or_may_are_not() {
        assert!(found("EntityType=\"ship\"", "EmbeddedForm=\"Of_Ship\"").is_empty());
        assert!(found("EntityType=\"Sailor\"", "EntityType=\"Ship\" EmbeddedForm=\"Of_Ship\"").is_empty());
        assert!(found("EntityType=\"Workflow_Ship\"", "EmbeddedForm=\"Of_Ship\"").is_empty(), "what the workflow handles");
        assert!(found("EntityType=\"Ship\"", "EmbeddedForm=\"Of_Workflow\"").is_empty());
        assert!(found("EntityType=\"Sailor\"", "Binding=\"Ship\" EmbeddedForm=\"Of_Ship\"").is_empty(), "it may lead there");
        assert!(found("", "EmbeddedForm=\"Of_Ship\"").is_empty(), "of no type that is known");
        assert!(found("EntityType=\"Sailor\"", "EmbeddedForm=\"Of_None\"").is_empty());
        assert!(found("EntityType=\"Sailor\"", "EmbeddedForm=\"Gone\"").is_empty());
    }
}
