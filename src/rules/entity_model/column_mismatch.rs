//! `column-mismatch`: a property in a storage column that cannot hold what the property holds.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::{Nature, Symbol};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "column-mismatch",
    Severity::Warning,
    "a property in a storage column that cannot hold what it holds",
    Check::At(&[kinds::ENTITY_TYPE_PROPERTY], check),
);

/// The first column of links to one resource.
const LINKS: i64 = 128;
/// The columns that a table has.
const COLUMNS: std::ops::RangeInclusive<i64> = 0..=152;

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::TARGET_COLUMN_INDEX) else { return };
    let Some(column) = view.value(attribute).trim().parse::<i64>().ok().filter(|column| COLUMNS.contains(column)) else {
        // What is no column at all is a finding of its own.
        return;
    };
    let Some(property) = view.symbol(names::IDENTIFIER) else { return };
    let parent = view.document.parent(view.element).and_then(|parent| view.document.find(parent, names::IDENTIFIER));
    let Some(entity_type) = parent.map(|parent| Symbol::new(&view.document.value(parent, view.text))) else { return };
    let is_collection = view.program.association_end(entity_type, property).is_some_and(|end| end.collection);
    // Most properties are values in a column of values: nothing has to be looked up for them.
    let written = view.attribute(names::TYPE).map(|attribute| view.value(attribute));
    let special = written.is_some_and(|written| matches!(written.trim(), "Binary" | "ForeignKey"));
    if column < LINKS && !special && !is_collection {
        return;
    }
    let (holds, help) = match view.program.nature(entity_type, property) {
        Some(Nature::Binary) => ("a file, which is kept in a table of its own", "remove the attribute"),
        Some(Nature::Navigation) if is_collection => {
            ("several resources, which are kept in the table of links", "remove the attribute")
        }
        Some(Nature::Scalar) if column >= LINKS => ("a value, for which columns 0 to 127 are", "choose a column from 4 to 127"),
        _ => return,
    };
    let message = format!("{} in column {column} holds {holds}", view.title());
    sink.push(
        view.finding(&RULE, "TargetColumnIndex", view.value_place(attribute), message)
            .label("another kind of column")
            .note("columns 0 to 127 hold values, 128 to 152 links to one resource: what is written there is lost, or the deployment refuses it")
            .help(help),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const ASSOCIATION: &str =
        "<EntityAssociation Identifier=\"A\" Property1=\"U:Chief\" Property2=\"U:Crew\" IsProperty2Collection=\"true\"/>";

    fn found(property: &str) -> Vec<u32> {
        let xml = format!("{ASSOCIATION}<EntityType Identifier=\"U\">\n<Property {property}/></EntityType>");
        lines(&xml, "column-mismatch")
    }

    #[test]
    fn properties_in_other_columns_are_found() {
        assert_eq!(found("Identifier=\"Photo\" Type=\"Binary\" TargetColumnIndex=\"5\""), [2]);
        assert_eq!(found("Identifier=\"Crew\" Type=\"ForeignKey\" TargetColumnIndex=\"129\""), [2]);
        assert_eq!(found("Identifier=\"Mail\" TargetColumnIndex=\"128\""), [2]);
    }

    #[test]
    fn properties_in_their_columns_are_not() {
        assert!(found("Identifier=\"Photo\" Type=\"Binary\" TargetColumnIndex=\"-1\"").is_empty());
        assert!(found("Identifier=\"Crew\" Type=\"ForeignKey\"").is_empty());
        assert!(found("Identifier=\"Chief\" Type=\"Int64\" TargetColumnIndex=\"128\"").is_empty(), "an end of an association");
        assert!(found("Identifier=\"Mail\" TargetColumnIndex=\"0\"").is_empty());
        assert!(found("Identifier=\"Mail\" TargetColumnIndex=\"153\"").is_empty(), "no column: reported as a value");
    }
}
