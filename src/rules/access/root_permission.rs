//! `root-permission`: a rule grants the root of the permission tree.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule. The page on access control rules says that the deployment refuses it.
pub(crate) static RULE: Rule = super::rule(
    "root-permission",
    Severity::Error,
    "an access control rule that grants every permission at once",
    Check::At(&[kinds::ENTRY], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::PERMISSION).filter(|&one| view.value(one).trim() == "/") else { return };
    if !view.is_true(names::CAN_EXECUTE) {
        return;
    }
    let message = "`Permission=\"/\"` with `CanExecute=\"true\"` grants everything".to_owned();
    sink.push(
        view.finding(&RULE, "Permission", view.value_place(attribute), message)
            .label("the root of all permissions")
            .note("the deployment refuses it: rights are granted below the root only")
            .help("name what is meant, as in `Permission=\"/Jobs/Job\"`, with an `Entry` for each part"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str) -> Vec<u32> {
        let xml = format!("<AccessControlRule Identifier=\"A\">\n<Entry {attributes}/></AccessControlRule>");
        lines(&xml, "root-permission")
    }

    #[test]
    fn the_root_is_found() {
        assert_eq!(found("Permission=\"/\" CanExecute=\"true\""), [2]);
        assert_eq!(found("CanExecute=\"1\"\nPermission=\"/\""), [3]);
        assert_eq!(found("Permission=\" / \" CanExecute=\"true\" Priority=\"1\""), [2]);
    }

    #[test]
    fn what_is_below_it_or_not_granted_is_not() {
        assert!(found("Permission=\"/\"").is_empty());
        assert!(found("Permission=\"/\" CanExecute=\"false\"").is_empty());
        assert!(found("Permission=\"/Jobs\" CanExecute=\"true\"").is_empty());
    }
}
