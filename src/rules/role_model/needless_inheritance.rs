//! `needless-inheritance`: a rule extends to child values where there is none to extend.

use crate::finding::{Finding, Severity};
use crate::ir::Program;
use crate::rules::{Rule, Sink, element};

use super::dimensions;

/// The rule.
pub(crate) static RULE: Rule = super::whole(
    "needless-inheritance",
    Severity::Warning,
    "a rule extends to child values of a dimension where there are none",
    check,
);

fn check(program: &Program, sink: &mut Sink) {
    let declared = dimensions::declared(program);
    dimensions::each(program, |site| {
        let document = program.document(site.file);
        if site.prefix != "L" || !matches!(program.attribute_value(site.file, site.attribute).trim(), "true" | "1") {
            return;
        }
        let name = document.attribute_name_text(site.attribute);
        let criterion = format!("D{}", &name[1..]);
        let flat = declared.as_ref().and_then(|all| all.get(&site.column)).filter(|dimension| !dimension.hierarchical);
        let (message, label, help) = if document.find_text(site.element, &criterion).is_none() {
            let message = format!("`{name}` extends a criterion that is not there: there is no `{criterion}`");
            (message, "nothing to extend", format!("write `{criterion}=\"…\"`, or remove `{name}`"))
        } else if let Some(dimension) = flat {
            let message = format!(
                "`{name}` extends to child values, which dimension `{}` does not have",
                program.identifier(dimension.origin).trim()
            );
            (
                message,
                "no hierarchy",
                format!("remove `{name}`, or give the dimension `IsHierarchical=\"true\"` and a `ParentProperty`"),
            )
        } else {
            return;
        };
        let finding = Finding::new(&RULE.info, document.attribute_location(site.attribute), message)
            .label(label)
            .note("the attribute changes nothing: whoever wrote it expects more people to be covered than are")
            .help(help)
            .anchor(format!("{}/@{name}", element::anchor(program, site.file, site.element)));
        sink.push(match flat {
            Some(dimension) => finding.related(program.place(dimension.origin), "the dimension"),
            None => finding,
        });
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "needless-inheritance";
    const MODEL: &str = "<Dimension Identifier=\"Site\" ColumnMapping=\"1\"/>\
        <Dimension Identifier=\"Unit\" ColumnMapping=\"10\" IsHierarchical=\"1\" ParentProperty=\"Up\"/>\n";

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("{MODEL}<SingleRoleRule Role=\"R\" {attributes}/>"), NAME)
    }

    #[test]
    fn inheritance_of_nothing_is_found() {
        assert_eq!(found("LA=\"true\""), [2], "no value");
        assert_eq!(found("D1=\"Quay\"\nL1=\"1\""), [3], "no hierarchy");
        assert_eq!(lines("<ResourceType Identifier=\"R\">\n<TypeRule D0=\"A\" L1=\"true\"/></ResourceType>", NAME), [2]);
    }

    #[test]
    fn inheritance_of_a_hierarchy_is_not() {
        assert!(found("DA=\"Deck\" LA=\"true\"").is_empty());
        assert!(found("L1=\"false\" LA=\"0\"").is_empty());
        assert!(lines("<SingleRoleRule Role=\"R\" D1=\"A\" L1=\"true\"/>", NAME).is_empty(), "the dimension is not known");
    }
}
