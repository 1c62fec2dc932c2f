//! Findings of one cause become one, where they are listed for a person.
//!
//! Checks find every place on its own, so that suppressions, baselines and editors speak of each; what is printed tells
//! of a cause once.

use rustc_hash::FxHashMap;

use super::{Finding, Report, Severity};

/// How many further places a finding shows.
const SHOWN: usize = 8;

impl Report {
    /// Keeps the first finding of each cause, with the places of the others, and counts again. The fix of one corrects all.
    pub fn fold(&mut self) {
        let mut first: FxHashMap<(&str, u32, Severity), usize> = FxHashMap::default();
        let mut kept: Vec<bool> = Vec::with_capacity(self.findings.len());
        let mut more: FxHashMap<usize, usize> = FxHashMap::default();
        for number in 0..self.findings.len() {
            let Finding { rule, severity, cause, .. } = self.findings[number];
            let known = cause.map(|cause| *first.entry((rule.name, cause, severity)).or_insert(number));
            kept.push(known.is_none_or(|known| known == number));
            let Some(known) = known.filter(|&known| known != number) else { continue };
            let (location, fix) = (self.findings[number].location, self.findings[number].fix.take());
            let seen = more.entry(known).or_default();
            *seen += 1;
            let known = &mut self.findings[known];
            if let (Some(own), Some(fix)) = (&mut known.fix, fix) {
                own.edits.extend(fix.edits);
            }
            if *seen <= SHOWN {
                known.related.push(super::Related { location, message: "for the same reason".to_owned() });
            }
        }
        for (number, finding) in self.findings.iter_mut().enumerate() {
            let unseen = more.get(&number).map_or(0, |seen| seen.saturating_sub(SHOWN));
            if unseen > 0 {
                finding.notes.push(format!("{unseen} more places have it for the same reason"));
            }
        }
        let mut kept = kept.into_iter();
        self.retain(|_| kept.next().unwrap_or(true));
    }
}
