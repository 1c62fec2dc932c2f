//! What was found when every text was last well-formed: it goes on being said of all that a broken text did not touch.
//!
//! A tag that is being typed may swallow what follows it, and leave out what others name. Where a text is broken, what is
//! said of the lines that changed is what the rules say now; of everything else, what they said before.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::analysis::Judgement;
use crate::finding::{Category, Finding, Fingerprint, Report};
use crate::grammar::ValueType;
use crate::ir::Program;
use crate::source::{FileId, Location, Sources, Span};
use crate::syntax::Document;

/// What was found when every text was last well-formed.
#[derive(Debug, Default)]
pub(super) struct Sound {
    report: Arc<Report>,
    known: FxHashSet<Fingerprint>,
    /// The texts at that time.
    sources: Sources,
}

/// What a broken text changes in what is said.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// Findings that are not shown for now, by their place among all.
    pub(super) held_back: FxHashSet<usize>,
    /// Findings from before that are shown all the same.
    pub(super) kept: Vec<(Finding, Fingerprint)>,
}

/// Text between elements is a tag whose `<` is not there yet.
fn is_whole(document: &Document) -> bool {
    document.errors().is_empty() && document.texts().is_empty()
}

/// Whether an attribute in some lines has nothing in its quotes yet, where the dialect wants something: editors close a
/// quote as soon as it is opened.
fn is_half_typed(program: &Program, file: FileId, lines: Span) -> bool {
    let document = program.document(file);
    let near = document.elements().filter(|&element| {
        let tag = document.tag_span(element);
        tag.start <= lines.end && lines.start <= tag.end
    });
    near.filter_map(|element| Some((element, program.kind(file, element)?))).any(|(element, kind)| {
        document.attributes(element).any(|attribute| {
            let value = document.value_span(attribute);
            let name = document.attribute_name(attribute);
            let def = || kind.def().attribute(name, document.attribute_name_text(attribute));
            value.is_empty()
                && lines.contains(value)
                && def().is_some_and(|def| def.reference.is_some() || def.value != ValueType::String)
        })
    })
}

fn is_about_text(finding: &Finding) -> bool {
    finding.rule.category == Category::Syntax || finding.rule.name == "stray-text"
}

impl Sound {
    /// Holds back what a broken text may have brought about, and keeps what it may have made vanish.
    pub(super) fn apply(&mut self, judgement: &mut Judgement) {
        let program = judgement.of.program();
        let changes = Changes::between(&self.sources, &program.sources);
        let is_broken = |file: FileId| {
            program.documents.get(file.index()).is_some_and(|document| !is_whole(document))
                || matches!(changes.of(file), Change::In(lines) if is_half_typed(program, file, lines.now))
        };
        if program.documents.iter().all(|document| is_whole(document)) && !changes.any(&is_broken) {
            self.report = Arc::clone(judgement.report());
            self.known = self.report.fingerprints.iter().copied().collect();
            self.sources = program.sources.clone();
            return;
        }
        // Where a text that is whole changed too, that may have mended what was found, and brought what is found now.
        let only_broken = changes.all_in(&is_broken);
        let held_back = self.held_back(judgement, &changes, &is_broken, only_broken);
        let kept = if only_broken { self.kept(judgement, &changes, &held_back) } else { Vec::new() };
        judgement.doubt(Doubt { held_back, kept });
    }

    /// Findings in files that did not change, and in a broken file away from where it did: those that nobody knew, or all.
    fn held_back(
        &self,
        judgement: &Judgement,
        changes: &Changes,
        is_broken: &dyn Fn(FileId) -> bool,
        all: bool,
    ) -> FxHashSet<usize> {
        let report = judgement.report();
        let is_at = |finding: &Finding, lines: Span| {
            let span = finding.location.span;
            lines.start <= span.end && span.start <= lines.end
        };
        // A text that is broken is said to be, be it elsewhere than where it was changed: an end tag that was taken away.
        let told: FxHashSet<FileId> = report
            .findings
            .iter()
            .filter(|finding| is_about_text(finding))
            .filter(|finding| matches!(changes.of(finding.location.file), Change::In(lines) if is_at(finding, lines.now)))
            .map(|finding| finding.location.file)
            .collect();
        let doubtful = |finding: &Finding| {
            let file = finding.location.file;
            match changes.of(file) {
                Change::New => false,
                Change::Nothing => true,
                Change::In(lines) => {
                    let is_told = !is_about_text(finding) || told.contains(&file);
                    is_broken(file) && is_told && !is_at(finding, lines.now)
                }
            }
        };
        let findings = report.findings.iter().zip(&report.fingerprints).enumerate();
        let new = findings.filter(|(_, (finding, name))| (all || !self.known.contains(name)) && doubtful(finding));
        new.map(|(index, _)| index).collect()
    }

    /// What was found before away from where the texts changed, and is not found in the lines that did.
    fn kept(&self, judgement: &Judgement, changes: &Changes, held_back: &FxHashSet<usize>) -> Vec<(Finding, Fingerprint)> {
        let names = judgement.report().fingerprints.iter().enumerate();
        let shown: FxHashSet<Fingerprint> =
            names.filter(|(index, _)| !held_back.contains(index)).map(|(_, name)| *name).collect();
        let before = self.report.findings.iter().zip(&self.report.fingerprints);
        let others =
            before.filter(|(finding, name)| !shown.contains(*name) && finding.location.file.index() < self.sources.len());
        others.filter_map(|(finding, name)| Some((changes.moved(finding)?, *name))).collect()
    }
}

/// How the texts differ from what they were when all was well-formed.
struct Changes {
    /// By file as it is now; those that did not change are left out.
    changed: BTreeMap<FileId, Change>,
    /// By file as it was: its number now.
    numbers: Vec<Option<FileId>>,
}

impl Changes {
    fn between(before: &Sources, now: &Sources) -> Self {
        let known: FxHashMap<&str, FileId> = before.iter().map(|(file, source)| (source.path.as_str(), file)).collect();
        let mut changes = Self { changed: BTreeMap::new(), numbers: vec![None; before.len()] };
        for (file, source) in now.iter() {
            let change = match known.get(source.path.as_str()) {
                None => Change::New,
                Some(&old) => {
                    changes.numbers[old.index()] = Some(file);
                    if Arc::ptr_eq(before.shared(old), now.shared(file)) {
                        continue;
                    }
                    Change::between(&before.get(old).text, &source.text)
                }
            };
            if !matches!(change, Change::Nothing) {
                changes.changed.insert(file, change);
            }
        }
        changes
    }

    fn of(&self, file: FileId) -> Change {
        self.changed.get(&file).copied().unwrap_or(Change::Nothing)
    }

    /// Whether one of the texts that changed is so.
    fn any(&self, is_so: &dyn Fn(FileId) -> bool) -> bool {
        self.changed.keys().any(|&file| is_so(file))
    }

    /// Whether nothing else happened than that texts changed which are so.
    fn all_in(&self, is_so: &dyn Fn(FileId) -> bool) -> bool {
        let all = self.changed.iter().all(|(&file, change)| matches!(change, Change::In(_)) && is_so(file));
        all && self.numbers.iter().all(Option::is_some)
    }

    /// A finding where its place is now; nothing where the place changed. What it says of changed places is left out.
    fn moved(&self, finding: &Finding) -> Option<Finding> {
        let mut moved = finding.clone();
        moved.location = self.place(finding.location)?;
        moved.related.retain_mut(|related| {
            let place = self.place(related.location);
            related.location = place.unwrap_or_default();
            place.is_some()
        });
        let edits = moved.fix.iter_mut().flat_map(|fix| &mut fix.edits);
        let mut all = true;
        for edit in edits {
            let place = self.place(edit.location);
            edit.location = place.unwrap_or_default();
            all &= place.is_some();
        }
        moved.fix = moved.fix.filter(|_| all);
        Some(moved)
    }

    fn place(&self, before: Location) -> Option<Location> {
        let file = self.numbers.get(before.file.index()).copied().flatten()?;
        let Location { span, .. } = before;
        match self.of(file) {
            Change::Nothing => Some(Location::new(file, span)),
            Change::In(lines) if span.end < lines.before.start => Some(Location::new(file, span)),
            Change::In(lines) if lines.before.end < span.start => {
                let by = |offset: u32| offset - lines.before.end + lines.now.end;
                Some(Location::new(file, Span::new(by(span.start), by(span.end))))
            }
            Change::New | Change::In(_) => None,
        }
    }
}

/// How a text differs from what it was when all was well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// There was none.
    New,
    /// It does not.
    Nothing,
    /// In these lines.
    In(Lines),
}

/// The lines that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lines {
    /// In the text as it was.
    before: Span,
    /// In the text as it is.
    now: Span,
}

impl Change {
    fn between(before: &str, text: &str) -> Self {
        if before == text {
            return Self::Nothing;
        }
        let same = |(a, b): &(u8, u8)| a == b;
        let (old, new) = (before.as_bytes(), text.as_bytes());
        let start = old.iter().copied().zip(new.iter().copied()).take_while(same).count();
        let most = old.len().min(new.len()) - start;
        let end = old.iter().rev().copied().zip(new.iter().rev().copied()).take(most).take_while(same).count();
        // The lines begin alike before the first difference, and end alike behind the last.
        let line = new[..start].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let rest = |text: &[u8]| {
            let from = text.len() - end;
            text[from..].iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| from + at) as u32
        };
        let line = line as u32;
        Self::In(Lines { before: Span::new(line, rest(old)), now: Span::new(line, rest(new)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(before: (u32, u32), now: (u32, u32)) -> Change {
        Change::In(Lines { before: Span::new(before.0, before.1), now: Span::new(now.0, now.1) })
    }

    #[test]
    fn a_change_is_that_of_whole_lines() {
        assert_eq!(Change::between("a\nb\nc", "a\nb\nc"), Change::Nothing);
        assert_eq!(Change::between("a\nb\nc", "a\nbé\nc"), lines((2, 3), (2, 5)));
        assert_eq!(Change::between("a\nb\nc", "a\nb\nx\nc"), lines((4, 5), (4, 7)), "the line before the next one");
        assert_eq!(Change::between("a\nb\nc", "a\nc"), lines((2, 5), (2, 3)));
        assert_eq!(Change::between("", "a"), lines((0, 0), (0, 1)));
    }
}
