//! `transformation-table`: a transformation of a table that its connection does not export.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "transformation-table",
    Severity::Warning,
    "a transformation of a table that its connection does not export",
    Check::At(&[kinds::TRANSFORMATION], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::TABLE) else { return };
    let connection = view.document.parent(view.element).and_then(|parent| view.document.find(parent, names::IDENTIFIER));
    let Some(connection) = connection else { return };
    let (table, name) = (view.value(attribute), view.document.value(connection, view.text));
    // Names of tables are compared with their case.
    if table.trim().is_empty()
        || name.trim().is_empty()
        || table.strip_prefix(name.trim()).is_some_and(|rest| rest.starts_with('_'))
    {
        return;
    }
    let message = format!("table `{}` is none that connection `{}` exports", table.trim(), name.trim());
    sink.push(
        view.finding(&RULE, "Table", view.value_place(attribute), message)
            .label(format!("`{}_…` expected", name.trim()))
            .note("exported tables are called by their connection, an underscore and their own name, case included: this one is never transformed")
            .help(format!("write the name with `{}_` in front", name.trim()))
            .related(view.document.value_location(connection), "the connection"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(table: &str) -> Vec<u32> {
        let xml =
            format!("<Connection Identifier=\"HRExcel\">\n<Transformation Type=\"WhereValue\" Table=\"{table}\"/></Connection>");
        lines(&xml, "transformation-table")
    }

    #[test]
    fn tables_of_others_are_found() {
        assert_eq!(found("Persons"), [2]);
        assert_eq!(found("hrexcel_Persons"), [2], "case counts");
        assert_eq!(found("HRExcelPersons"), [2]);
    }

    #[test]
    fn tables_of_the_connection_are_not() {
        assert!(found("HRExcel_Persons").is_empty());
        assert!(found("HRExcel_").is_empty());
        assert!(found("").is_empty());
    }
}
