//! `undeclared-dimension`: an attribute numbered after a dimension that does not exist.

use crate::finding::{Finding, Severity};
use crate::ir::Program;
use crate::rules::suggest::listed;
use crate::rules::{Rule, Sink, element};

use super::dimensions;

/// The rule.
pub(crate) static RULE: Rule =
    super::whole("undeclared-dimension", Severity::Error, "an attribute numbered after a dimension that does not exist", check);

fn check(program: &Program, sink: &mut Sink) {
    let Some(declared) = dimensions::declared(program) else { return };
    dimensions::each(program, |site| {
        if declared.contains_key(&site.column) {
            return;
        }
        let document = program.document(site.file);
        let name = document.attribute_name_text(site.attribute);
        let known: Vec<String> = declared
            .iter()
            .filter_map(|(&column, dimension)| {
                let member = site.def.family?.member(column);
                Some(format!("{member} is {}", program.identifier(dimension.origin).trim()))
            })
            .collect();
        sink.push(
            Finding::new(&RULE.info, document.attribute_location(site.attribute), format!("`{name}` stands for the dimension of column {}, which is not declared", site.column))
                .label("no such dimension")
                .note("the number is the dimension's `ColumnMapping` in base32hex: without the dimension the criterion is refused or never met")
                .help(format!("declare the dimension, or use a declared one: {}", listed(known.iter().map(String::as_str), 8)))
                .anchor(format!("{}/@{name}", element::anchor(program, site.file, site.element))),
        );
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "undeclared-dimension";
    const MODEL: &str =
        "<Dimension Identifier=\"Site\" ColumnMapping=\"1\"/><Dimension Identifier=\"Job\" ColumnMapping=\"10\"/>\n";

    fn found(xml: &str) -> Vec<u32> {
        lines(&format!("{MODEL}{xml}"), NAME)
    }

    #[test]
    fn numbers_of_no_dimension_are_found() {
        assert_eq!(found("<SingleRoleRule Role=\"R\" D2=\"A\"/>"), [2]);
        assert_eq!(found("<SingleRole Identifier=\"R\" R10=\"true\"/>"), [2], "10 in base32hex is 32");
        assert_eq!(found("<ContextRule Identifier=\"C\" B1=\"Site\"\nB0=\"Place\"/>"), [3]);
        assert_eq!(found("<ResourceType Identifier=\"R\" P0=\"true\"><TypeRule D1=\"A\"\nD0=\"B\"/></ResourceType>"), [2, 3]);
        let (_, all) = findings(&format!("{MODEL}<SingleRoleRule Role=\"R\" D2=\"A\"/>"), NAME);
        assert!(all[0].help.as_deref().is_some_and(|help| help.contains("`DA is Job`")), "{:?}", all[0].help);
    }

    #[test]
    fn declared_ones_and_configurations_without_any_are_not() {
        assert!(found("<SingleRoleRule Role=\"R\" D1=\"A\" DA=\"B\" LA=\"true\"/>").is_empty());
        assert!(lines("<SingleRoleRule Role=\"R\" D2=\"A\"/>", NAME).is_empty(), "dimensions may stand in generated files");
        assert!(found("<Resource Id=\"1\" C0=\"A\" I40=\"2\"/>").is_empty(), "columns of resources");
    }
}
