//! Runs all rules over a program, in parallel, and applies suppressions and policy.

use std::ops::Range;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::finding::{Finding, Totals};
use crate::ir::{Id, Job, Program, Task};
use crate::scaffold::ScaffoldProblem;
use crate::source::FileId;
use crate::syntax::ElementId;

use super::element::ElementView;
use super::{Check, ElementCheck, Facts, JobModel, Policy, TaskModel, registry, suppression, xml_syntax};

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
    let files: Vec<FileId> = program.sources.iter().map(|(id, _)| id).collect();
    let pieces: Vec<(FileId, Range<u32>)> = files.iter().flat_map(|&file| pieces(program, file)).collect();
    findings
        .par_extend(pieces.par_iter().with_max_len(1).flat_map_iter(|(file, elements)| check_piece(program, *file, elements)));
    let jobs: Vec<Id<Job>> = program.items.jobs.iter().map(|(id, _)| id).collect();
    let facts = Facts::new(program);
    findings.par_extend(jobs.par_iter().flat_map_iter(|&job| check_job(program, &facts, job)));
    let tasks: Vec<Id<Task>> = program.items.tasks.iter().map(|(id, _)| id).collect();
    findings.par_extend(tasks.par_chunks(256).flat_map_iter(|tasks| check_tasks(program, &facts, tasks)));
    let program_checks: Vec<_> = registry::ALL
        .iter()
        .filter(|rule| matches!(rule.check, Check::Program(_) | Check::Facts(_) | Check::Settings(_) | Check::Embedded(_)))
        .collect();
    findings.par_extend(program_checks.par_iter().flat_map_iter(|rule| {
        let mut sink = Vec::new();
        match (rule.check, &policy.settings) {
            (Check::Program(check), _) => check(program, &mut sink),
            (Check::Facts(check), _) => check(program, &facts, &mut sink),
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
    super::scaffold_problems::report(program, problems, &mut findings);

    let (mut findings, suppressed) = suppression::apply(program, findings, policy);
    policy.apply(&program.sources, &mut findings);
    let elements = program.documents.iter().map(crate::syntax::Document::len).sum();
    let totals = Totals { files: program.sources.len(), elements, suppressed, baseline: 0 };
    Checked { findings, totals }
}

/// A file's elements in stretches that are checked side by side: a large file is no slower than many small ones.
pub(super) fn pieces(program: &Program, file: FileId) -> impl Iterator<Item = (FileId, Range<u32>)> {
    const ELEMENTS: usize = 4096;
    let count = program.document(file).len() as u32;
    (0..count.max(1)).step_by(ELEMENTS).map(move |start| (file, start..count.min(start + ELEMENTS as u32)))
}

fn check_piece(program: &Program, file: FileId, elements: &Range<u32>) -> Vec<Finding> {
    let mut sink = Vec::new();
    if elements.start == 0 {
        xml_syntax::report(program.document(file), &mut sink);
    }
    let checks: Vec<_> =
        registry::ALL.iter().filter_map(|rule| if let Check::Element(check) = rule.check { Some(check) } else { None }).collect();
    let by_kind = checks_by_kind();
    let mut view = ElementView::new(program, file);
    for element in elements.clone().map(ElementId) {
        view.move_to(element);
        for check in &checks {
            check(&view, &mut sink);
        }
        for check in view.kind.and_then(|kind| by_kind.get(usize::from(kind.0))).into_iter().flatten() {
            check(&view, &mut sink);
        }
    }
    sink
}

/// The checks of elements of each kind, gathered once.
fn checks_by_kind() -> &'static [Vec<ElementCheck>] {
    static CHECKS: OnceLock<Vec<Vec<ElementCheck>>> = OnceLock::new();
    CHECKS.get_or_init(|| {
        let mut checks = vec![Vec::new(); crate::grammar::elements().len()];
        for rule in registry::ALL {
            if let Check::At(kinds, check) = rule.check {
                for kind in kinds {
                    checks[usize::from(kind.0)].push(check);
                }
            }
        }
        checks
    })
}

fn check_tasks(program: &Program, facts: &Facts, tasks: &[Id<Task>]) -> Vec<Finding> {
    let mut sink = Vec::new();
    for model in tasks.iter().filter_map(|&id| TaskModel::new(program, facts, id)) {
        for rule in registry::ALL {
            if let Check::Task(check) = rule.check {
                check(&model, &mut sink);
            }
        }
    }
    sink
}

fn check_job(program: &Program, facts: &Facts, id: Id<Job>) -> Vec<Finding> {
    let mut sink = Vec::new();
    let model = JobModel::new(program, facts, id);
    for rule in registry::ALL {
        if let Check::Job(check) = rule.check {
            let from = sink.len();
            check(&model, &mut sink);
            for finding in &mut sink[from..] {
                if finding.anchor.is_empty() {
                    finding.anchor = model.anchor_of(finding.location);
                }
            }
        }
    }
    sink
}
