//! `invalid-cron`: a schedule that is no cron expression.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};
use crate::source::{Location, Span};

use super::cron;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "invalid-cron",
        category: Category::Schedule,
        severity: Severity::Error,
        summary: "a schedule that is no cron expression",
    },
    check: Check::Element(super::is_scheduled, check),
};

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for attribute in super::expressions(view) {
        let value = view.value(attribute);
        let Err(error) = cron::parse(&value) else { continue };
        let name = view.document.attribute_name_text(attribute.id);
        let finding = Finding::new(
            &RULE.info,
            place(view, attribute, &value, &error),
            format!("`{value}` is no cron expression: {}", error.message),
        )
        .note("the configuration is refused when it is deployed, or the job never starts by itself")
        .anchor(format!("{}/@{name}", view.anchor()));
        sink.push(match error.unit {
            Some(unit) => {
                let help = format!("write `*`, or {}, also as a list `a,b`, a range `a-b` or with a step `*/n`", unit.allowed());
                finding.label(error.message).help(help)
            }
            None => finding
                .label("five or six fields are needed")
                .help("write minute, hour, day of month, month and day of week, such as `0 2 * * MON-FRI`; a sixth field in front is seconds"),
        });
    }
}

/// The bad part of the value; all of it where the value is not written literally.
fn place(view: &ElementView<'_>, attribute: AttributeView, value: &str, error: &cron::CronError) -> Location {
    let span = view.document.value_span(attribute.id);
    if error.at.is_empty() || span.of(view.text) != value {
        return view.value_place(attribute);
    }
    let at = |offset: usize| span.start + offset as u32;
    Location::new(view.file, Span::new(at(error.at.start), at(error.at.end)))
}
