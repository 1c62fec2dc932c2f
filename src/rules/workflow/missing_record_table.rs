//! `missing-record-table`: a form of several records has no table to show them in.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-record-table",
    Severity::Warning,
    "a form of several records without the table that shows them",
    Check::At(&[kinds::WORKFLOW_UPDATE_SEVERAL_RECORDS_ENTITY_FORM], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    if view.is_written(names::RECORD_TABLE) || view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    sink.push(
        view.finding(&RULE, "RecordTable", view.place(), format!("{} has no `RecordTable`", view.title()))
            .label("nothing shows the records")
            .note("the records to choose from stand in a table: without one nobody sees which there are")
            .help("add `RecordTable=\"…\"` with a `DisplayTable` of the records' entity type"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(element: &str, attributes: &str) -> Vec<u32> {
        lines(&format!("\n<{element} Identifier=\"F\" {attributes}/>"), "missing-record-table")
    }

    #[test]
    fn forms_without_a_table_are_found() {
        assert_eq!(found("WorkflowUpdateSeveralRecordsEntityForm", ""), [2]);
        assert_eq!(found("WorkflowUpdateSeveralRecordsEntityForm", "RecordProperty=\"Person:Records\""), [2]);
        assert_eq!(found("WorkflowUpdateSeveralRecordsEntityForm", "RecordTable=\" \""), [2]);
    }

    #[test]
    fn forms_with_one_and_other_forms_are_not() {
        assert!(found("WorkflowUpdateSeveralRecordsEntityForm", "RecordTable=\"Positions\"").is_empty());
        assert!(found("WorkflowUpdateSeveralRecordsEntityForm", "ConsolidationMode=\"Merge\"").is_empty());
        assert!(found("WorkflowUpdateRecordEntityForm", "").is_empty());
    }
}
