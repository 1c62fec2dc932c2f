//! `clear-text-password`: a password written into the configuration.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "clear-text-password",
    Severity::Warning,
    "a password written into the configuration",
    Check::At(&[kinds::PASSWORD_RESET_SETTINGS], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::DEFAULT_PASSWORD).filter(|_| view.is_written(names::DEFAULT_PASSWORD)) else {
        return;
    };
    // The message does not repeat it: findings go to logs and reports.
    let message = format!("{} gives every account one password that stands in the configuration", view.title());
    sink.push(
        view.finding(&RULE, "DefaultPassword", view.name_place(attribute), message)
            .label("readable by all who see the file")
            .note("the configuration is kept in version control and in copies: whoever has read it once can log on as every new account")
            .help("write `AutoGenerate=\"true\"` and let the product make a password for each account"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "clear-text-password";

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("<PasswordResetSettings Identifier=\"A\" {attributes}/>"), NAME)
    }

    #[test]
    fn passwords_are_found_and_not_repeated() {
        assert_eq!(found("\nDefaultPassword=\"Ahoy!2026\""), [2]);
        assert_eq!(found("AutoGenerate=\"false\"\n\nDefaultPassword=\"x\""), [3]);
        assert_eq!(found("\nAutoGenerate=\"true\" DefaultPassword=\"x\""), [2]);
        let (_, all) = findings("<PasswordResetSettings Identifier=\"A\" DefaultPassword=\"Ahoy!2026\"/>", NAME);
        assert!(!format!("{all:?}").contains("Ahoy"));
    }

    #[test]
    fn settings_without_one_are_not() {
        assert!(found("AutoGenerate=\"true\" GeneratedLength=\"16\"").is_empty());
        assert!(found("DefaultPassword=\"\"").is_empty());
    }
}
