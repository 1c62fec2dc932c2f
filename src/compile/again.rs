//! A configuration compiled over and over while its texts change: what a text gives on its own is kept as long as it stays.
//!
//! Kept by file: its tree, its items, and what rules found that look at nothing but the file. Merging, resolving,
//! scaffoldings and the rules that look further run over the whole again, from the same functions that a first run
//! calls: the outcome is that of a first run by construction, for what is kept depends on a file's number and text alone.
//! Merging, resolving and scaffoldings are left out where texts differ in nothing that they read.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::{Outside, judged, policy};
use crate::config::Config;
use crate::finding::Report;
use crate::ir::{Program, Reading, Unit};
use crate::rules::{self, OwnFindings};
use crate::scaffold::{self, ScaffoldProblem};
use crate::source::{FileId, Loaded, ReadProblem, SourceFile};

/// A file with what it gives on its own.
#[derive(Debug)]
struct Kept {
    source: Arc<SourceFile>,
    unit: Unit,
    own: OwnFindings,
}

/// A configuration, expanded, of which the rules have not said anything yet.
#[derive(Debug)]
pub struct Built {
    /// The program, scaffoldings expanded.
    pub program: Program,
    /// What kept scaffoldings from being expanded.
    pub problems: Vec<ScaffoldProblem>,
    unread: Vec<ReadProblem>,
    named: Vec<bool>,
    files: Vec<Arc<Kept>>,
    reading: Reading,
}

impl Built {
    /// Builds the texts into a program. What `before` knows of texts that are still the same is taken from there.
    pub fn new(loaded: Loaded, config: &Config, before: Option<&Self>) -> Self {
        let (dialect, reading) = (super::dialect(config), super::reading(config));
        let before = before.filter(|before| before.program.dialect == dialect && before.reading == reading);
        let Loaded { sources, problems: unread, named } = loaded;
        let known = |file: FileId, source: &Arc<SourceFile>| {
            let kept = before?.files.get(file.index())?;
            let same = Arc::ptr_eq(&kept.source, source) || kept.source.text == source.text;
            same.then(|| Arc::clone(kept))
        };
        let ids: Vec<FileId> = sources.iter().map(|(file, _)| file).collect();
        let files: Vec<Arc<Kept>> = ids
            .par_iter()
            .with_min_len(16)
            .map(|&file| {
                let source = sources.shared(file);
                known(file, source).unwrap_or_else(|| {
                    let unit = Unit::read(file, &source.text, reading);
                    Arc::new(Kept { source: Arc::clone(source), unit, own: OwnFindings::new() })
                })
            })
            .collect();
        let units: Vec<&Unit> = files.iter().map(|kept| &kept.unit).collect();
        // Where nothing changed but what nobody names, the items of all files and what is generated stay as they are.
        if let Some(before) = before.filter(|before| same_items(&before.files, &files)) {
            let program = before.program.of_other_texts(sources, &units);
            return Self { program, problems: before.problems.clone(), unread, named, files, reading };
        }
        let mut program = Program::assemble(sources, dialect, &units);
        let problems = scaffold::expand(&mut program);
        Self { program, problems, unread, named, files, reading }
    }

    /// Runs every rule that is on: the report of a first run on the same texts. Nothing where `stop` says that nobody
    /// waits for it any more.
    pub fn check(&self, config: Config, stop: &AtomicBool) -> Option<Report> {
        let policy = policy(config, Outside::default());
        let own: Vec<&OwnFindings> = self.files.iter().map(|kept| &kept.own).collect();
        let unread = self.unread.iter().map(rules::unread).collect();
        let checked = rules::check_again(&self.program, &self.problems, &policy, unread, &own, stop)?;
        Some(judged(&self.program, checked, &self.unread, &self.named))
    }
}

/// Whether files give the same items and declarations at the same places of their trees, and scaffoldings generate the
/// same from them.
fn same_items(before: &[Arc<Kept>], now: &[Arc<Kept>]) -> bool {
    before.len() == now.len() && before.iter().zip(now).all(|(before, now)| Arc::ptr_eq(before, now) || same_file(before, now))
}

fn same_file(before: &Kept, now: &Kept) -> bool {
    let (old, new) = (&before.unit.document, &now.unit.document);
    before.unit.gives_the_same(&now.unit)
        && new.elements().all(|element| {
            let (of_old, of_new) = (old.attributes(element), new.attributes(element));
            old.parent(element) == new.parent(element)
                && of_old.len() == of_new.len()
                && of_old.zip(of_new).all(|(before_one, one)| {
                    let is_same = before_one == one
                        && old.attribute_name_text(before_one) == new.attribute_name_text(one)
                        && old.attribute_namespace(before_one) == new.attribute_namespace(one);
                    // As it is written: what is printed keeps line breaks that the value lacks.
                    let value = old.value_span(before_one).of(&before.source.text);
                    let is_kept = value == new.value_span(one).of(&now.source.text);
                    is_same && (is_kept || !scaffold::may_show(&now.unit, element, one))
                })
        })
}
