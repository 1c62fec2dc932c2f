//! Runs all rules over a program, in parallel, and applies suppressions and policy.

use rayon::prelude::*;

use crate::finding::{Finding, Totals};
use crate::grammar::kinds;
use crate::ir::{Id, Job, Program};
use crate::scaffold::ScaffoldProblem;
use crate::source::FileId;

use super::element::ElementView;
use super::{Check, JobModel, Policy, registry, suppression, xml_syntax};

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
    findings.par_extend(files.par_iter().with_max_len(1).flat_map_iter(|&file| check_file(program, file)));
    let jobs: Vec<Id<Job>> = program.items.jobs.iter().map(|(id, _)| id).collect();
    findings.par_extend(jobs.par_iter().flat_map_iter(|&job| check_job(program, job)));
    let program_checks: Vec<_> =
        registry::ALL.iter().filter_map(|rule| if let Check::Program(check) = rule.check { Some(check) } else { None }).collect();
    findings.par_extend(program_checks.par_iter().flat_map_iter(|check| {
        let mut sink = Vec::new();
        check(program, &mut sink);
        sink
    }));
    super::scaffold_problems::report(program, problems, &mut findings);

    let (mut findings, suppressed) = suppression::apply(program, findings, policy);
    policy.apply(&program.sources, &mut findings);
    let elements = program.documents.iter().map(crate::syntax::Document::len).sum();
    let totals = Totals { files: program.sources.len(), elements, suppressed, baseline: 0 };
    Checked { findings, totals }
}

fn check_file(program: &Program, file: FileId) -> Vec<Finding> {
    let mut sink = Vec::new();
    xml_syntax::report(program.document(file), &mut sink);
    let checks: Vec<_> =
        registry::ALL.iter().filter_map(|rule| if let Check::Element(check) = rule.check { Some(check) } else { None }).collect();
    let mut view = ElementView::new(program, file);
    for element in view.document.elements() {
        view.move_to(element);
        for check in &checks {
            check(&view, &mut sink);
        }
    }
    sink
}

fn check_job(program: &Program, id: Id<Job>) -> Vec<Finding> {
    let mut sink = Vec::new();
    let model = JobModel::new(program, id);
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
    let _ = kinds::JOB;
    sink
}
