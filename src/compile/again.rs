//! A configuration compiled over and over while its texts change: what a text gives on its own is kept as long as it stays.
//!
//! Kept by file: its tree, its items, and what rules found that look at nothing but the file. Merging, resolving,
//! scaffoldings and the rules that look further run over the whole again, from the same functions that a first run
//! calls: the outcome is that of a first run by construction, for what is kept depends on a file's number and text alone.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;

use super::{Outside, judged, policy};
use crate::config::Config;
use crate::finding::Report;
use crate::grammar::Dialect;
use crate::ir::{Program, Unit};
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
}

impl Built {
    /// Builds the texts into a program. What `before` knows of texts that are still the same is taken from there.
    pub fn new(loaded: Loaded, dialect: Dialect, before: Option<&Self>) -> Self {
        let Loaded { sources, problems: unread, named } = loaded;
        let known = |file: FileId, source: &Arc<SourceFile>| {
            let before = before.filter(|before| before.program.dialect == dialect)?;
            let kept = before.files.get(file.index())?;
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
                    let unit = Unit::read(file, &source.text);
                    Arc::new(Kept { source: Arc::clone(source), unit, own: OwnFindings::new() })
                })
            })
            .collect();
        let units: Vec<&Unit> = files.iter().map(|kept| &kept.unit).collect();
        let mut program = Program::assemble(sources, dialect, &units);
        let problems = scaffold::expand(&mut program);
        Self { program, problems, unread, named, files }
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
