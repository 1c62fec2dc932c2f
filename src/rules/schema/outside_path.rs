//! `outside-path`: a template file that does not lie in the configuration folder.

use crate::finding::{Category, RuleInfo, Severity};
use crate::grammar::{ElementKind, kinds};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "outside-path",
        category: Category::Schema,
        severity: Severity::Error,
        summary: "a template file that does not lie in the configuration folder",
    },
    check: Check::At(KINDS, check),
};

const KINDS: &[ElementKind] = &[
    kinds::ACCESS_CERTIFICATION_NOTIFICATION,
    kinds::MANUAL_PROVISIONING_NOTIFICATION,
    kinds::NOTIFICATION,
    kinds::NOTIFICATION_ASPECT,
    kinds::NOTIFICATION_TEMPLATE,
    kinds::PROVISIONING_REVIEW_NOTIFICATION,
    kinds::ROLE_REVIEW_NOTIFICATION,
];

/// How the names begin of attributes that hold a path.
const PATHS: [&str; 6] = ["BodyTemplate_L", "CssFile", "CssTemplate", "RazorFile_L", "RazorTemplate", "SubjectTemplate_L"];

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for attribute in &view.attributes {
        let name = view.document.attribute_name_text(attribute.id);
        if attribute.def.is_none() || !PATHS.iter().any(|path| name.starts_with(path)) {
            continue;
        }
        let value = view.value(*attribute);
        let Some(why) = outside(value.trim()) else { continue };
        sink.push(
            view.finding(
                &RULE,
                name,
                view.value_place(*attribute),
                format!("`{}` does not lie in the configuration folder", value.trim()),
            )
            .label(why)
            .note("templates are deployed with the configuration: they are read from its folder, by a path that begins there")
            .help(
                "put the file into the configuration folder, and write its path from there, such as `Templates/Welcome.cshtml`",
            ),
        );
    }
}

/// Why a path leads elsewhere. Exports write what the file holds in the attribute, which is no path.
fn outside(path: &str) -> Option<&'static str> {
    if path.len() > 1024 || path.contains(['\n', '<', '{', '*']) {
        return None;
    }
    let bytes = path.as_bytes();
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.get(1) == Some(&b':')
        && matches!(bytes.get(2), Some(b'\\' | b'/'));
    if drive || path.starts_with(['/', '\\']) {
        return Some("an absolute path");
    }
    let mut depth = 0_i32;
    for part in path.split(['/', '\\']) {
        match part {
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
        if depth < 0 {
            return Some("leads out of the folder");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(element: &str, attributes: &str) -> Vec<u32> {
        lines(&format!("<{element} Identifier=\"N\"\n{attributes}/>"), "outside-path")
    }

    #[test]
    fn paths_to_elsewhere_are_found() {
        assert_eq!(found("Notification", "RazorTemplate=\"C:\\Templates\\a.cshtml\"\nCssTemplate=\"/etc/a.css\""), [2, 3]);
        assert_eq!(found("NotificationTemplate", "BodyTemplate_L1=\"../a.cshtml\""), [2]);
        assert_eq!(found("NotificationAspect", "RazorFile_L2=\"Mails\\..\\..\\a.cshtml\""), [2]);
        assert_eq!(found("RoleReviewNotification", "CssTemplate=\"\\\\server\\a.css\""), [2]);
    }

    #[test]
    fn paths_inside_and_contents_are_not() {
        assert!(found("Notification", "RazorTemplate=\"Mails/a.cshtml\" CssTemplate=\"Mails\\..\\a.css\"").is_empty());
        assert!(found("NotificationAspect", "CssFile=\"/* all */ body { color: red }\"").is_empty(), "what an export writes");
        assert!(found("NotificationTemplate", "SubjectTemplate_L1=\"a.cshtml\"").is_empty());
    }
}
