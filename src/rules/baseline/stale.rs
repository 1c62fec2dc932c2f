//! `stale-baseline`: an entry of the baseline matches nothing any more.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::rules::{Check, Rule};
use crate::source::{FileId, Location, SourceFile, Span};

use super::{Entry, Place};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "stale-baseline",
        category: Category::Directives,
        severity: Severity::Warning,
        summary: "a baseline entry matches nothing any more",
    },
    check: Check::Engine,
};

/// That `gone` findings of `entry` are no longer there. `text` is the baseline's, `shown` its name.
pub(super) fn finding(entry: &Entry, gone: usize, file: FileId, text: &SourceFile, shown: &str) -> Finding {
    let lines = text.lines();
    let (start, next) = (lines.start(entry.line, &text.text), lines.start(entry.line + 1, &text.text));
    let line = Span::new(start, next).of(&text.text);
    let span = Span::new(start, start + line.trim_end_matches(['\n', '\r']).len() as u32);
    let known = &entry.known;
    let message = match (entry.count, gone) {
        (1, _) => format!("the finding of `{}` in `{}` that the baseline knows is gone", known.rule, known.file),
        (all, gone) if all == gone => {
            format!("the {all} findings of `{}` in `{}` that the baseline knows are gone", known.rule, known.file)
        }
        (all, gone) => {
            format!("{gone} of the {all} findings of `{}` in `{}` that the baseline knows are gone", known.rule, known.file)
        }
    };
    let place = match &known.place {
        Place::Anchor(place) | Place::Message(place) => place,
    };
    Finding::new(&RULE.info, Location::new(file, span), message)
        .label("matches nothing")
        .note("a new finding at the same place would be taken for the old one and stay unseen")
        .help(format!("`jobwright baseline prune --baseline {shown}` removes what is gone"))
        .anchor(format!("{}:{}:{place}", known.rule, known.file))
}
