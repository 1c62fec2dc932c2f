//! Rounds of fixing, until nothing is left to fix.

use std::collections::BTreeMap;

use crate::compile::Compiled;
use crate::finding::{Finding, Safety};
use crate::source::{FileId, Loaded};

use super::Fixed;
use super::select::{Barred, Key, apply, key, select};

/// How many rounds there are at most: fixes at one place that need more are left.
const ROUNDS: usize = 20;

/// Applies the fixes of what `judge` finds, safe ones only or the others too, until none is left.
pub fn fix(mut loaded: Loaded, allowed: Safety, judge: impl Fn(Loaded) -> Compiled) -> Fixed {
    let before = loaded.sources.clone();
    let mut after = judge(loaded.clone());
    let mut counts: BTreeMap<String, BTreeMap<&'static str, usize>> = BTreeMap::new();
    let mut barred = Barred::default();
    let mut unfinished = true;
    // Whether a fix was applied since one was taken back.
    let mut changed = false;
    for _ in 0..ROUNDS {
        let findings = &after.report.findings;
        let (chosen, edits) = select(findings, &loaded.sources, allowed, &barred);
        if chosen.is_empty() {
            if changed && !barred.keys.is_empty() {
                // Beside other fixes it may have seemed not to help: those let findings of its kind come up.
                barred.keys.clear();
                changed = false;
                continue;
            }
            unfinished = false;
            break;
        }
        let mut candidate = loaded.clone();
        for (file, edits) in edits {
            candidate.sources.replace(file, apply(&loaded.sources.get(file).text, edits));
        }
        let result = judge(candidate.clone());
        let failed = failed(&after, &result, &chosen);
        if failed.is_empty() {
            for &index in &chosen {
                let path = loaded.sources.get(findings[index].location.file).path.clone();
                *counts.entry(path).or_default().entry(findings[index].rule.name).or_default() += 1;
            }
            (loaded, after) = (candidate, result);
            changed = true;
        } else {
            barred.keys.extend(failed);
        }
    }
    let refused = after.report.findings.iter().filter(|finding| is_refused(finding, &loaded, allowed));
    let mut refused: Vec<String> = refused.map(|finding| loaded.sources.get(finding.location.file).path.clone()).collect();
    refused.dedup();
    let taken_back = barred.keys.iter().map(|(rule, file, _)| (loaded.sources.get(*file).path.clone(), *rule)).collect();
    Fixed { before, after, counts, refused, taken_back, unfinished }
}

fn is_refused(finding: &Finding, loaded: &Loaded, allowed: Safety) -> bool {
    let fix = finding.fix.as_ref().filter(|fix| fix.safety <= allowed);
    fix.is_some_and(|fix| fix.edits.iter().any(|edit| !loaded.sources.get(edit.location.file).utf8))
}

/// The fixes of a round that left their findings, or the text less well-formed than it was. A fix that changes nothing for
/// the better would otherwise be applied again in every round.
fn failed(before: &Compiled, after: &Compiled, chosen: &[usize]) -> Vec<Key> {
    let findings = &before.report.findings;
    let keys = |file: FileId| {
        let errors = |compiled: &Compiled| compiled.program.document(file).errors().len();
        errors(after) > errors(before)
    };
    let count = |compiled: &Compiled| {
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in &compiled.report.findings {
            *counts.entry(key(finding)).or_default() += 1;
        }
        counts
    };
    let (were, are) = (count(before), count(after));
    let mut failed = Vec::new();
    for &index in chosen {
        let key = key(&findings[index]);
        let touched = findings[index].fix.iter().flat_map(|fix| &fix.edits).any(|edit| keys(edit.location.file));
        if touched || are.get(&key) >= were.get(&key) {
            failed.push(key);
        }
    }
    failed
}
