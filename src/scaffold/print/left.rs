//! Scaffoldings that are printed as they were written.

use std::collections::BTreeMap;

use crate::ir::Program;

/// How many scaffoldings of each name are printed as they were written: those that make other things than jobs, and those
/// of jobs that could not be expanded.
pub fn left(program: &Program) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (file, _) in program.sources.iter() {
        for element in program.document(file).elements() {
            let Some(kind) = program.kind(file, element) else { continue };
            if kind.def().scaffolding.is_some() && !kind.def().is_job_scaffolding() {
                *counts.entry(kind.def().name).or_default() += 1;
            }
        }
    }
    let mut expanded = vec![false; program.items.scaffoldings.len()];
    let generating = program.generated_jobs.iter().map(|job| job.scaffolding);
    for id in generating.chain(program.idle.iter().copied()) {
        expanded[id.index()] = true;
    }
    for (_, item) in program.items.scaffoldings.iter().filter(|(id, _)| !expanded[id.index()]) {
        *counts.entry(item.kind.def().name).or_default() += 1;
    }
    counts
}
