//! Which fixes a round takes, and the texts that they make.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Edit, Finding, Safety};
use crate::source::{FileId, Location, Sources, Span};

/// What a round is not to touch.
#[derive(Default)]
pub(super) struct Barred {
    /// Fixes that were taken back, by [`key`].
    pub(super) keys: BTreeSet<Key>,
}

/// A finding over rounds: rule, file, structural place.
pub(super) type Key = (&'static str, FileId, String);

/// The name of a finding over rounds.
pub(super) fn key(finding: &Finding) -> Key {
    let place = if finding.anchor.is_empty() { &finding.message } else { &finding.anchor };
    (finding.rule.name, finding.location.file, place.clone())
}

/// Edits that touch no other one.
#[derive(Default)]
struct Taken {
    /// Ends by file and start.
    spans: BTreeMap<(FileId, u32), u32>,
}

impl Taken {
    /// Whether `at` touches an edit taken. Two edits side by side do not, unless one of them inserts.
    fn touches(&self, at: Location) -> bool {
        let Span { start, end } = at.span;
        self.spans.range((at.file, 0)..=(at.file, end)).rev().take(3).any(|(&(_, from), &to)| {
            let beside = from == end || to == start;
            let inserts = start == end || from == to;
            to >= start && (!beside || inserts)
        })
    }
}

/// The findings whose fixes are applied in this round, by index, and the edits; the first finding wins.
pub(super) fn select<'f>(
    findings: &'f [Finding],
    sources: &Sources,
    allowed: Safety,
    barred: &Barred,
) -> (Vec<usize>, BTreeMap<FileId, Vec<&'f Edit>>) {
    let (mut chosen, mut edits) = (Vec::new(), BTreeMap::<FileId, Vec<&Edit>>::new());
    let mut taken = Taken::default();
    let mut whole: Vec<&[Edit]> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safety <= allowed && !fix.edits.is_empty()) else { continue };
        let possible = fix.edits.iter().all(|edit| sources.get(edit.location.file).utf8 && fits(edit, sources));
        if !possible || barred.keys.contains(&key(finding)) {
            continue;
        }
        if fix.edits.iter().any(|edit| taken.touches(edit.location)) {
            // Two findings may ask for the very same edits.
            if whole.contains(&fix.edits.as_slice()) {
                chosen.push(index);
            }
            continue;
        }
        for edit in &fix.edits {
            taken.spans.insert((edit.location.file, edit.location.span.start), edit.location.span.end);
            edits.entry(edit.location.file).or_default().push(edit);
        }
        whole.push(&fix.edits);
        chosen.push(index);
    }
    (chosen, edits)
}

fn fits(edit: &Edit, sources: &Sources) -> bool {
    let Span { start, end } = edit.location.span;
    sources.get(edit.location.file).text.get(start as usize..end as usize).is_some()
}

/// The text with the edits, which do not touch each other.
pub(super) fn apply(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.location.span.start);
    let mut changed = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        let Span { start, end } = edit.location.span;
        changed.push_str(&text[at..start as usize]);
        changed.push_str(&edit.text);
        at = end as usize;
    }
    changed.push_str(&text[at..]);
    changed
}
