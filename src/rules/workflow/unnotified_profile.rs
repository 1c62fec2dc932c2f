//! `unnotified-profile`: a mail to the holders of profiles, of which none has the right to get it.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Program};
use crate::rules::{Check, Facts, Rule, Sink, element, references};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unnotified-profile",
    Severity::Warning,
    "a mail to the holders of profiles, of which none has the right to get it",
    Check::Facts(check),
);

/// Where the permissions stand that make the holders of a profile get the mails of a workflow.
const ROOT: &str = "/custom/workflowsnotifications";

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let (recipients, entries) = (facts.elements(kinds::RECIPIENT), facts.elements(kinds::ENTRY));
    // Without rights, or with generated ones, they stand elsewhere.
    if recipients.is_empty() || entries.is_empty() || references::may_be_generated(program, ItemKind::AccessControlRule) {
        return;
    }
    let of_profiles = |&one: &Origin| program.value(one, names::TYPE).is_some_and(|value| value.trim() == "Profile");
    let mut recipients = recipients.iter().copied().filter(of_profiles).peekable();
    if recipients.peek().is_none() {
        return;
    }
    let granted: Vec<String> = entries.iter().filter_map(|&entry| granted(program, entry)).collect();
    for recipient in recipients {
        let Some(aspect) = program.document(recipient.file).parent(recipient.element) else { continue };
        let aspect = Origin::written(recipient.file, aspect);
        for cut in program.children_of(aspect, kinds::POINT_CUT) {
            let Some(activity) = program.value(Origin::written(aspect.file, cut), names::ACTIVITY) else { continue };
            let Some((workflow, activity)) = activity.split_once(':') else { continue };
            let path = format!("{ROOT}/{}/{}", workflow.trim(), activity.trim()).to_lowercase();
            if granted.iter().any(|own| is_under(&path, own) || is_under(own, &path)) {
                continue;
            }
            let shown = format!("/Custom/WorkflowsNotifications/{}/{}", workflow.trim(), activity.trim());
            sink.push(
                Finding::new(&RULE.info, program.place(recipient), format!("no profile may get mails of `{shown}`"))
                    .label("reaches nobody")
                    .note("the mail goes to the holders of the profiles that have this permission: an access control rule grants it")
                    .help(format!("add `<Entry Permission=\"{shown}/…\" />` to a rule of the profile"))
                    .anchor(element::anchor(program, recipient.file, recipient.element)),
            );
            break;
        }
    }
}

/// What an entry is about, where it has to do with such mails. It need not be one that can be carried out.
fn granted(program: &Program, entry: Origin) -> Option<String> {
    let permission = program.value(entry, names::PERMISSION)?;
    let path = permission.trim().trim_end_matches('/').to_lowercase();
    (is_under(&path, ROOT) || is_under(ROOT, &path)).then_some(path)
}

/// Whether a path is another one or lies below it.
fn is_under(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(permissions: &[&str], recipient: &str) -> Vec<u32> {
        let entry = |one: &&str| format!("<Entry Permission=\"{one}\"/>");
        let entries: String = permissions.iter().map(entry).collect();
        let rule = format!("<AccessControlRule Identifier=\"R\">{entries}</AccessControlRule>");
        let aspect = format!(
            "<NotificationAspect Identifier=\"N\"><PointCut Activity=\"Hire:Ask\" ActivityState=\"Action-Executed\"/>\n<Recipient {recipient}/></NotificationAspect>"
        );
        lines(&format!("{rule}{aspect}"), "unnotified-profile")
    }

    #[test]
    fn mails_to_nobody_are_found() {
        assert_eq!(found(&["/Jobs/Job/Query"], "Type=\"Profile\""), [2]);
        assert_eq!(found(&["/Custom/WorkflowsNotifications/Hire/Save/Invoked"], "Type=\"Profile\""), [2], "of another activity");
        assert_eq!(found(&["/Custom/Workflows/Hire/Ask", "/Custom/WorkflowsNotifications/Hires"], "Type=\"Profile\""), [2]);
    }

    #[test]
    fn mails_to_somebody_are_not() {
        assert!(found(&["/Custom/WorkflowsNotifications/hire/ask/Executed"], "Type=\"Profile\"").is_empty());
        assert!(found(&["/Custom/WorkflowsNotifications"], "Type=\"Profile\"").is_empty(), "rights flow down the tree");
        assert!(found(&["/Jobs/Job/Query"], "Type=\"Actor\"").is_empty());
        assert!(found(&[], "Type=\"Profile\"").is_empty(), "the rights stand elsewhere");
    }
}
