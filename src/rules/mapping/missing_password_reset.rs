//! `missing-password-reset`: users are made in Entra ID without a way to give them a password.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-password-reset",
    Severity::Warning,
    "users are made in Entra ID without a setting for their password",
    Check::At(&[kinds::MICROSOFT_ENTRA_ID_RESOURCE_TYPE_MAPPING, kinds::AZURE_AD_RESOURCE_TYPE_MAPPING], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    if view.attribute(names::PASSWORD_RESET_SETTING).is_some() || view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let Some(class) = view.attribute(names::DEFAULT_OBJECT_CLASS) else { return };
    let value = view.value(class);
    // Guests who are invited choose a password themselves.
    let makes_users = value.lines().any(|line| line.trim().eq_ignore_ascii_case("users"));
    if !makes_users || view.effective(names::INVITATION_MODE).as_deref() != Some("None") {
        return;
    }
    let message = format!("{} makes users without `PasswordResetSetting`", view.title());
    sink.push(
        view.finding(&RULE, "PasswordResetSetting", view.value_place(class), message)
            .label("users need a first password")
            .note("who is not invited gets a password from these settings: without them the account cannot be created")
            .help("add `PasswordResetSetting=\"…\"`, the identifier of a `PasswordResetSettings`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str) -> Vec<u32> {
        let xml = format!("<MicrosoftEntraIDResourceTypeMapping Identifier=\"R\" Connection=\"C\"\n{attributes}/>");
        lines(&xml, "missing-password-reset")
    }

    #[test]
    fn users_without_password_are_found() {
        assert_eq!(found("DefaultObjectClass=\"users\""), [2]);
        assert_eq!(found("DefaultObjectClass=\"users\" InvitationMode=\"None\""), [2]);
        assert_eq!(found("InvitationMode=\"None\"\nDefaultObjectClass=\"Users\""), [3]);
    }

    #[test]
    fn groups_guests_and_those_with_settings_are_not() {
        assert!(found("DefaultObjectClass=\"groups\"").is_empty());
        assert!(found("DefaultObjectClass=\"users\" InvitationMode=\"MicrosoftInvitation\"").is_empty());
        assert!(found("DefaultObjectClass=\"users\" PasswordResetSetting=\"Reset\"").is_empty());
    }
}
