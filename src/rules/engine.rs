//! Runs all rules over a program, in parallel, and applies suppressions and policy.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::finding::{Finding, Totals};
use crate::ir::{Id, Job, Program, Task};
use crate::scaffold::ScaffoldProblem;
use crate::source::{FileId, Location};
use crate::syntax::ElementId;

use super::dispatch::Checks;
use super::element::ElementView;
use super::{Check, Facts, JobModel, Policy, TaskModel, suppression, xml_syntax};

/// What a check found, silenced findings counted.
#[derive(Debug)]
pub struct Checked {
    /// Findings that are left, in no particular order.
    pub findings: Vec<Finding>,
    /// Files, elements, silenced findings.
    pub totals: Totals,
}

/// Runs every rule that the policy does not switch off. `problems` are those that expansion found; `read` those found
/// while files were read.
pub fn check(program: &Program, problems: &[ScaffoldProblem], policy: &Policy, read: Vec<Finding>) -> Checked {
    let mut findings = read;
    let (facts, ()) = rayon::join(
        || Facts::new(program),
        || {
            let pieces = pieces_of_all(program);
            findings.par_extend(pieces.par_iter().with_max_len(1).flat_map_iter(|piece| check_piece(program, piece, Reach::Any)));
        },
    );
    check_together(program, &facts, policy, &mut findings, &|| false);
    report(program, problems, policy, findings)
}

/// What rules that look at one file alone found in it: as good as new while its text stays.
pub type OwnFindings = OnceLock<Vec<Finding>>;

/// As [`check`], but for files of which it is known what they hold on their own. `own` has an entry for each file, which
/// is filled in where it is empty. Nothing where `stop` says that nobody waits for the result any more.
pub fn check_again(
    program: &Program,
    problems: &[ScaffoldProblem],
    policy: &Policy,
    read: Vec<Finding>,
    own: &[&OwnFindings],
    stop: &AtomicBool,
) -> Option<Checked> {
    let is_over = || stop.load(Ordering::Relaxed);
    let mut findings = read;
    let pieces = pieces_of_all(program);
    let new: Vec<&(FileId, Range<u32>)> = pieces.iter().filter(|(file, _)| own[file.index()].get().is_none()).collect();
    let checked: Vec<(FileId, Vec<Finding>)> = new
        .par_iter()
        .map(|&piece| (piece.0, if is_over() { Vec::new() } else { check_piece(program, piece, Reach::File) }))
        .collect();
    if is_over() {
        return None;
    }
    let mut checked = checked.into_iter().peekable();
    while let Some((file, mut found)) = checked.next() {
        while let Some((_, more)) = checked.next_if(|(next, _)| *next == file) {
            found.extend(more);
        }
        // Another check of the same text may have come first, with the same result.
        let _ = own[file.index()].set(found);
    }
    findings.extend(own.iter().filter_map(|own| own.get()).flatten().cloned());
    findings.par_extend(
        pieces
            .par_iter()
            .flat_map_iter(|piece| if is_over() { Vec::new() } else { check_piece(program, piece, Reach::Configuration) }),
    );
    check_together(program, &Facts::new(program), policy, &mut findings, &is_over);
    (!is_over()).then(|| report(program, problems, policy, findings))
}

/// Runs the rules that look at more than elements.
fn check_together(
    program: &Program,
    facts: &Facts,
    policy: &Policy,
    findings: &mut Vec<Finding>,
    is_over: &(dyn Fn() -> bool + Sync),
) {
    let jobs: Vec<Id<Job>> = program.items.jobs.iter().map(|(id, _)| id).collect();
    let from = findings.len();
    findings
        .par_extend(jobs.par_iter().flat_map_iter(|&job| if is_over() { Vec::new() } else { check_job(program, facts, job) }));
    tell_once(findings, from);
    let tasks: Vec<Id<Task>> = program.items.tasks.iter().map(|(id, _)| id).collect();
    findings.par_extend(
        tasks.par_chunks(256).flat_map_iter(|tasks| if is_over() { Vec::new() } else { check_tasks(program, facts, tasks) }),
    );
    findings.par_extend(Checks::get().whole.par_iter().with_max_len(1).flat_map_iter(|&check| {
        let mut sink = Vec::new();
        if is_over() {
            return sink;
        }
        match (check, &policy.settings) {
            (Check::Program(check), _) => check(program, &mut sink),
            (Check::Facts(check), _) => check(program, facts, &mut sink),
            (Check::Settings(check), Some(settings)) => check(program, settings, &mut sink),
            (Check::Embedded(check), _) => {
                if let Some(embedded) = &policy.embedded {
                    check(program, embedded, &mut sink);
                }
            }
            _ => {}
        }
        sink
    }));
}

/// Leaves one of several findings of a rule that one edit at one place removes: jobs that run the same task have them in
/// common. The places that explain the others explain it, too.
fn tell_once(findings: &mut Vec<Finding>, from: usize) {
    let mut first: FxHashMap<(&str, Location), usize> = FxHashMap::default();
    let mut kept = from;
    for at in from..findings.len() {
        let earlier = findings[at].fix.as_ref().and_then(|fix| {
            let earlier = *first.entry((findings[at].rule.name, findings[at].location)).or_insert(kept);
            let is_same = earlier < kept && findings[earlier].fix.as_ref().is_some_and(|other| other.edits == fix.edits);
            is_same.then_some(earlier)
        });
        if let Some(earlier) = earlier {
            for place in std::mem::take(&mut findings[at].related) {
                if !findings[earlier].related.contains(&place) {
                    findings[earlier].related.push(place);
                }
            }
        } else {
            findings.swap(kept, at);
            kept += 1;
        }
    }
    findings.truncate(kept);
}

/// What is left of all that was found when comments and policy have spoken.
fn report(program: &Program, problems: &[ScaffoldProblem], policy: &Policy, mut findings: Vec<Finding>) -> Checked {
    super::scaffold_problems::report(program, problems, &mut findings);
    let (mut findings, suppressed) = suppression::apply(program, findings, policy);
    policy.apply(&program.sources, &mut findings);
    let elements = program.documents.iter().map(|document| document.len()).sum();
    let totals = Totals { files: program.sources.len(), elements, suppressed, baseline: 0 };
    Checked { findings, totals }
}

/// A file's elements in stretches that are checked side by side: a large file is no slower than many small ones.
pub(super) fn pieces(program: &Program, file: FileId) -> impl Iterator<Item = (FileId, Range<u32>)> {
    const ELEMENTS: usize = 4096;
    let count = program.document(file).len() as u32;
    (0..count.max(1)).step_by(ELEMENTS).map(move |start| (file, start..count.min(start + ELEMENTS as u32)))
}

/// The stretches of all files.
pub(super) fn pieces_of_all(program: &Program) -> Vec<(FileId, Range<u32>)> {
    program.sources.iter().flat_map(|(file, _)| pieces(program, file)).collect()
}

/// Which rules of elements are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// All.
    Any,
    /// Those that look at the element's file alone.
    File,
    /// Those that may look at the whole configuration.
    Configuration,
}

fn check_piece(program: &Program, (file, elements): &(FileId, Range<u32>), reach: Reach) -> Vec<Finding> {
    let mut sink = Vec::new();
    let file = *file;
    let checks = Checks::get();
    let mut view = ElementView::new(program, file);
    if reach != Reach::Configuration && elements.start == 0 {
        xml_syntax::report(program.document(file), &mut sink);
        if !elements.is_empty() {
            view.move_to(ElementId(0));
            checks.roots.iter().for_each(|check| check(&view, &mut sink));
        }
    }
    for element in elements.clone().map(ElementId) {
        let kind = program.kind(file, element);
        let alone = if reach == Reach::Configuration { &[] } else { checks.alone(kind) };
        let together = if reach == Reach::File { &[] } else { checks.together(kind) };
        if alone.is_empty() && together.is_empty() {
            continue;
        }
        view.move_to(element);
        for check in alone.iter().chain(together) {
            check(&view, &mut sink);
        }
    }
    sink
}

fn check_tasks(program: &Program, facts: &Facts, tasks: &[Id<Task>]) -> Vec<Finding> {
    let mut sink = Vec::new();
    for model in tasks.iter().filter_map(|&id| TaskModel::new(program, facts, id)) {
        for check in &Checks::get().tasks {
            check(&model, &mut sink);
        }
    }
    sink
}

fn check_job(program: &Program, facts: &Facts, id: Id<Job>) -> Vec<Finding> {
    let mut sink = Vec::new();
    let model = JobModel::new(program, facts, id);
    for check in &Checks::get().jobs {
        let from = sink.len();
        check(&model, &mut sink);
        for finding in &mut sink[from..] {
            if finding.anchor.is_empty() {
                finding.anchor = model.anchor_of(finding.location);
            }
        }
    }
    sink
}
