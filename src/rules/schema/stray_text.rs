//! `stray-text`: text between elements, where the dialect has none.

use crate::finding::Finding;
use crate::finding::{Category, RuleInfo, Severity};
use crate::grammar::{ElementKind, kinds};
use crate::rules::{Check, ElementView, Rule, Sink, element};
use crate::source::Location;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "stray-text",
        category: Category::Schema,
        severity: Severity::Warning,
        summary: "text between elements, where the dialect has none",
    },
    check: Check::At(&[kinds::CONFIGURATION_FILE], check),
};

/// Once for a file: its root is the only element of that kind.
fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for text in view.document.texts() {
        let kind: Option<ElementKind> = view.program.kind(view.file, text.inside);
        // In what the dialect does not have, anything may stand.
        let Some(def) = kind.map(ElementKind::def).filter(|def| !def.text) else { continue };
        // What a broken tag leaves behind is no text that anybody wrote.
        if view.document.errors().iter().any(|error| error.span.start <= text.span.end && text.span.start <= error.span.end) {
            continue;
        }
        let shown: String = text.span.of(view.text).chars().take_while(|c| !c.is_control()).take(40).collect();
        let anchor = element::anchor(view.program, view.file, text.inside);
        sink.push(
            Finding::new(
                &RULE.info,
                Location::new(view.file, text.span),
                format!("text in `{}`: `{}`", def.name, shown.trim_end()),
            )
            .label("not part of the configuration")
            .note("the product reads elements and attributes only: at best the text is ignored, at worst the file is refused")
            .help("remove it, or make it a comment: `<!-- … -->`")
            .anchor(format!("{anchor}/text()")),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "stray-text";

    #[test]
    fn text_between_elements_is_found() {
        assert_eq!(lines("\nAgents:\n<Agent Identifier=\"A\"/>", NAME), [2]);
        assert_eq!(lines("<Job Identifier=\"A\">\n**\n<Step Identifier=\"B\"/></Job>", NAME), [2]);
        assert_eq!(lines("<Agent Identifier=\"A\"/>\n<![CDATA[x]]>", NAME), [2]);
    }

    #[test]
    fn a_tag_that_has_lost_its_bracket_is_one_finding() {
        let task = "FulfillTask Identifier=\"F\" DisplayName_L1=\"F\" ContinueOnError=\"true\" Connector=\"C\">\n<TaskDependsOnTask ParentTask=\"O\"/></FulfillTask>";
        let orders = "<GenerateProvisioningOrdersTask Identifier=\"O\" DisplayName_L1=\"O\" Connector=\"C\"/>";
        let text = format!(
            "<Connector Identifier=\"C\"/><Job Identifier=\"J\">{orders}\n{task}<MaintainIndexesTask Identifier=\"M\"><TaskDependsOnTask ParentTask=\"F\"/></MaintainIndexesTask></Job>"
        );
        assert_eq!(lines(&text, "xml-syntax"), [2]);
        for rule in [NAME, "misplaced-element", "unresolved-reference", "fulfill-not-linked"] {
            assert_eq!(lines(&text, rule), [0; 0], "{rule}");
        }
        // An empty one is text to XML, and nothing else tells that it was meant to be a tag.
        assert_eq!(lines("<Job Identifier=\"J\">\nStep Identifier=\"S\"/></Job>", NAME), [2]);
    }

    #[test]
    fn blanks_comments_and_foreign_elements_are_not() {
        assert!(lines("\n  <Agent Identifier=\"A\"/>\t\n<!-- text -->", NAME).is_empty());
        assert!(lines("<Zebra>text</Zebra>", NAME).is_empty(), "the element is reported");
    }
}
