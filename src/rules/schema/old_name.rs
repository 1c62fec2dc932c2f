//! `old-name`: an element that newer versions call by another name.

use crate::finding::{Category, Fix, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "old-name",
        category: Category::Schema,
        severity: Severity::Warning,
        summary: "an element that the dialect calls by another name now",
    },
    check: Check::At(&[kinds::AZURE_AD_RESOURCE_TYPE_MAPPING], check),
};

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some((def, (new, since))) = view.def().and_then(|def| Some((def, def.renamed?))) else { return };
    if view.program.dialect < since {
        return;
    }
    let message = format!("`{}` is called `{new}` since {since}", def.name);
    let finding = super::finding(&RULE, view, "", view.place(), message)
        .label("old name")
        .note("the old name is kept for older configurations and can go with any release")
        .help(format!("write `{new}`"));
    // An element with an end tag would need two edits, of which only one place is known.
    let whole = view.document.span(view.element) == view.document.tag_span(view.element);
    sink.push(if whole { finding.fix(Fix::risky(view.place(), new)) } else { finding });
}

#[cfg(test)]
mod tests {
    use crate::grammar::Dialect;
    use crate::rules::testing::{findings, findings_in, lines};

    const NAME: &str = "old-name";
    const OLD: &str = "\n<AzureADResourceTypeMapping Identifier=\"A\" Connection=\"B\" DefaultObjectClass=\"user\"/>";

    #[test]
    fn old_names_are_found() {
        assert_eq!(lines(OLD, NAME), [2]);
        assert_eq!(findings_in(OLD, NAME, Dialect::V6_2).1.len(), 1);
        assert!(findings(OLD, NAME).1[0].fix.is_some());
        let open = "<AzureADResourceTypeMapping Identifier=\"A\">\n</AzureADResourceTypeMapping>";
        assert!(findings(open, NAME).1[0].fix.is_none());
    }

    #[test]
    fn new_names_and_older_versions_are_not() {
        assert!(lines("<MicrosoftEntraIDResourceTypeMapping Identifier=\"A\"/>", NAME).is_empty());
        assert!(findings_in(OLD, NAME, Dialect::V6_1).1.is_empty());
    }
}
