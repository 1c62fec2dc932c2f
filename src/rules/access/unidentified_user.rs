//! `unidentified-user`: rights go by the signed-in person, whom no setting finds.

use crate::finding::{Finding, Severity};
use crate::grammar::{kinds, names};
use crate::ir::Program;
use crate::rules::{Check, Facts, Rule, Sink, element, lost};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unidentified-user",
    Severity::Warning,
    "rights that go by the signed-in person, whom no setting finds",
    Check::Facts(check),
);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let settled = !facts.elements(kinds::SELECT_USER_BY_IDENTITY_QUERY_HANDLER_SETTING).is_empty();
    // Without any, the settings stand elsewhere.
    if settled || !facts.has_settings() {
        return;
    }
    // One finding: what is missing is one setting.
    for &filter in facts.elements(kinds::ACCESS_CONTROL_RULE_FILTER) {
        let document = program.document(filter.file);
        let Some(attribute) = document.find(filter.element, names::CURRENT_USER) else { continue };
        if !matches!(program.attribute_value(filter.file, attribute).trim(), "true" | "1") {
            continue;
        }
        // The setting may be there under a wrong name, which is the finding.
        if lost::may_hold(program, kinds::SELECT_USER_BY_IDENTITY_QUERY_HANDLER_SETTING) {
            return;
        }
        let message = "a filter goes by the signed-in person, whom no setting finds among the resources".to_owned();
        sink.push(
            Finding::new(&RULE.info, document.attribute_location(attribute), message)
                .label("compared with nobody")
                .note("a `SelectUserByIdentityQueryHandlerSetting` says by which property a login names a resource: without it the filter never holds, and the right is nobody's")
                .help("declare a `SelectUserByIdentityQueryHandlerSetting` with `ResourceIdentityProperty=\"…\"`")
                .anchor(format!("{}/@CurrentUser", element::anchor(program, filter.file, filter.element))),
        );
        return;
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const SETTING: &str = "<MailSetting/>";

    fn found(setting: &str, filter: &str) -> Vec<u32> {
        let rule = format!("<AccessControlRule Identifier=\"R\">\n<Filter Binding=\"Id\" {filter}/></AccessControlRule>");
        lines(&format!("{setting}{rule}"), "unidentified-user")
    }

    #[test]
    fn filters_of_nobody_are_found() {
        assert_eq!(found(SETTING, "CurrentUser=\"true\""), [2]);
        assert_eq!(found("<AppDisplaySetting/>", "CurrentUser=\"1\""), [2]);
        assert_eq!(found(SETTING, "CurrentUser=\"true\"/>\n<Filter Binding=\"Id\" CurrentUser=\"true\""), [2], "once");
    }

    #[test]
    fn other_filters_and_settled_ones_are_not() {
        assert!(found("<SelectUserByIdentityQueryHandlerSetting/>", "CurrentUser=\"true\"").is_empty());
        assert!(found(SETTING, "CurrentUser=\"false\"").is_empty());
        assert!(found(SETTING, "Value=\"1\"").is_empty());
        assert!(found("", "CurrentUser=\"true\"").is_empty(), "the settings stand elsewhere");
    }
}
