//! `never-fires`: a schedule that no day satisfies.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::{Check, ElementView, Rule, Sink};

use super::cron;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "never-fires",
        category: Category::Schedule,
        severity: Severity::Warning,
        summary: "a schedule that no day satisfies",
    },
    check: Check::Element(super::is_scheduled, check),
};

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for attribute in super::expressions(view) {
        let value = view.value(attribute);
        let Ok(schedule) = cron::parse(&value) else { continue };
        if schedule.next_starts(0).next().is_some() {
            continue;
        }
        let name = view.document.attribute_name_text(attribute.id);
        sink.push(
            Finding::new(&RULE.info, view.value_place(attribute), format!("`{value}` never comes: no year has such a day"))
                .label("no such day")
                .note("month, day of month and day of week must all match: the job is deployed, shown as scheduled, and never starts")
                .help("give the days that the months have, such as `0 0 28 2 *`; for the last day of a month, start on the first of the next")
                .anchor(format!("{}/@{name}", view.anchor())),
        );
    }
}
