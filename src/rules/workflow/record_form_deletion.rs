//! `record-form-deletion`: a form of one record deletes the resource with all its records.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "record-form-deletion",
    Severity::Warning,
    "a form of one record that deletes the resource with all its records",
    Check::At(&[kinds::WORKFLOW_UPDATE_RECORD_ENTITY_FORM], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::IS_DELETE_FORM).filter(|_| view.is_true(names::IS_DELETE_FORM)) else { return };
    sink.push(
        view.finding(&RULE, "IsDeleteForm", view.name_place(attribute), format!("{} deletes more than the record it shows", view.title()))
            .label("deletes the resource and all its records")
            .note("who deletes one position in this form deletes the person")
            .help("use a `WorkflowUpdateSeveralRecordsEntityForm` to delete single records, or a `WorkflowEditEntityForm` where the resource is meant"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(element: &str, attributes: &str) -> Vec<u32> {
        lines(&format!("<{element} Identifier=\"F\"\n{attributes}/>"), "record-form-deletion")
    }

    #[test]
    fn deletions_by_the_record_are_found() {
        assert_eq!(found("WorkflowUpdateRecordEntityForm", "IsDeleteForm=\"true\""), [2]);
        assert_eq!(found("WorkflowUpdateRecordEntityForm", "IsDeleteForm=\"1\" EntityType=\"Workflow_Person\""), [2]);
        assert_eq!(found("WorkflowUpdateRecordEntityForm", "EntityType=\"Workflow_Person\"\nIsDeleteForm=\"true\""), [3]);
    }

    #[test]
    fn other_forms_are_not() {
        assert!(found("WorkflowUpdateRecordEntityForm", "IsDeleteForm=\"false\"").is_empty());
        assert!(found("WorkflowUpdateRecordEntityForm", "").is_empty());
        assert!(found("WorkflowEditEntityForm", "IsDeleteForm=\"true\"").is_empty());
    }
}
