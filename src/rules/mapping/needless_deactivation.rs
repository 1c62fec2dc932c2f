//! `needless-deactivation`: a connection switches off a half that its package does not have.

use crate::finding::Severity;
use crate::grammar::{kinds, names, packages};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "needless-deactivation",
    Severity::Warning,
    "a connection switches off a half that its package does not have",
    Check::At(&[kinds::CONNECTION], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::DEACTIVATION_EXPORT_FULFILL) else { return };
    let Some(half) = view.effective(names::DEACTIVATION_EXPORT_FULFILL) else { return };
    let written = view.attribute(names::PACKAGE).map(|package| view.value(package));
    let Some(package) = written.and_then(|package| packages::find(package.trim())) else { return };
    let lacks = match half.as_ref() {
        "Export" if !package.exports() => "exports nothing",
        "Fulfill" if !package.fulfills() => "fulfils nothing",
        _ => return,
    };
    let message = format!("{} switches off a half that its package does not have", view.title());
    sink.push(
        view.finding(&RULE, "DeactivationExportFulfill", view.value_place(attribute), message)
            .label(format!("`{}` {lacks}", package.id))
            .note("nothing is switched off: what was meant to rest goes on, or the package is not the one that was meant")
            .help("remove the attribute, or correct the package"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(package: &str, half: &str) -> Vec<u32> {
        let xml = format!("<Connection Identifier=\"A\" Package=\"{package}\"\nDeactivationExportFulfill=\"{half}\"/>");
        lines(&xml, "needless-deactivation")
    }

    #[test]
    fn a_half_that_is_not_there_is_found() {
        assert_eq!(found("Usercube.CSV@0000001", "Fulfill"), [2]);
        assert_eq!(found("Usercube.csv@0000001", "2"), [2]);
        assert_eq!(found("Usercube.FulfillDatabase@0000001", "Export"), [2]);
    }

    #[test]
    fn a_half_that_is_there_is_not() {
        assert!(found("Usercube.AD@0000001", "Fulfill").is_empty());
        assert!(found("Usercube.CSV@0000001", "Export").is_empty());
        assert!(found("Usercube.CSV@0000001", "None").is_empty());
        assert!(found("Unknown", "Fulfill").is_empty());
    }
}
