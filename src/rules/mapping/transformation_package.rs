//! `transformation-package`: a transformation of exported data other than Excel's.

use crate::finding::Severity;
use crate::grammar::{kinds, names, packages};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "transformation-package",
    Severity::Note,
    "a transformation of exported data other than Excel's",
    Check::At(&[kinds::TRANSFORMATION], check),
);

/// The package whose export applies transformations.
const EXCEL: &str = "Usercube.Excel@0000001";

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let connection = view.document.parent(view.element);
    let Some(attribute) = connection.and_then(|connection| view.document.find(connection, names::PACKAGE)) else { return };
    let package = view.document.value(attribute, view.text);
    let Some(package) = packages::find(package.trim()).filter(|package| package.id != EXCEL) else { return };
    sink.push(
        view.finding(
            &RULE,
            "Transformation",
            view.place(),
            format!("package `{}` is not known to transform what it exports", package.id),
        )
        .label("described for Excel only")
        .note("transformations are described for the export of Excel files; with other packages the data may stay as it is")
        .help(format!("check that the table is transformed, or export by `{EXCEL}`"))
        .related(view.document.value_location(attribute), "the connection's package"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(package: &str, transformations: &str) -> Vec<u32> {
        let xml = format!("<Connection Identifier=\"C\"{package}>\n{transformations}</Connection>");
        lines(&xml, "transformation-package")
    }

    const ONE: &str = "<Transformation Table=\"C_a\" Type=\"WhereValue\"/>";

    #[test]
    fn other_packages_are_found() {
        assert_eq!(found(" Package=\"Usercube.CSV@0000001\"", ONE), [2]);
        assert_eq!(found(" Package=\" Usercube.AD@0000001 \"", ONE), [2]);
        assert_eq!(found(" Package=\"Usercube.SQL@0000001\"", &format!("{ONE}\n{ONE}")), [2, 3]);
    }

    #[test]
    fn excel_and_unknown_packages_are_not() {
        assert!(found(" Package=\"Usercube.Excel@0000001\"", ONE).is_empty());
        assert!(found(" Package=\"Fleet.Own@0000001\"", ONE).is_empty());
        assert!(found("", ONE).is_empty());
    }
}
