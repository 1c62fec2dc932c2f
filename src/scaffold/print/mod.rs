//! What scaffoldings generate, written out: as configuration, as data, as an explanation for a person, and as the
//! difference that a change of the configuration makes.
//!
//! A scaffolding that could not be expanded, and one that makes other things than jobs, stays as it was written; one that
//! has nothing to generate goes. Everything is written to a stream as it is found, so
//! the size of a configuration costs no memory.

mod difference;
mod explain;
mod json;
mod left;
mod xml;

pub use difference::{difference, difference_json};
pub use explain::explain;
pub use json::json;
pub use left::left;
pub use xml::xml;

use crate::grammar::names;
use crate::ir::{Generated, GeneratedElement, GeneratedJob, Job, Origin, Program, same_identifier};

/// The identifiers of all jobs, written and generated, ordinal.
pub fn job_identifiers(program: &Program) -> Vec<String> {
    let jobs = program.items.jobs.values().map(|job| program.identifier(job.origin).trim().to_owned());
    let mut jobs: Vec<String> = jobs.filter(|identifier| !identifier.is_empty()).collect();
    jobs.sort();
    jobs.dedup();
    jobs
}

/// The job of that identifier.
fn find<'p>(program: &'p Program, identifier: &str) -> Option<&'p Job> {
    program.items.jobs.values().find(|job| same_identifier(&program.identifier(job.origin), identifier))
}

/// The generated element of that number.
fn element(program: &Program, Generated(number): Generated) -> &GeneratedElement {
    &program.generated[number as usize]
}

/// The identifier of a generated job; none for tasks at top level.
fn identifier<'p>(program: &'p Program, job: &GeneratedJob) -> Option<&'p str> {
    job.job.and_then(|(number, _)| element(program, number).value(names::IDENTIFIER))
}

/// Whether a generated job is among those asked for.
fn is_asked(program: &Program, job: &GeneratedJob, only: Option<&str>) -> bool {
    only.is_none_or(|only| identifier(program, job).is_some_and(|identifier| same_identifier(identifier, only)))
}

/// File and line of an element.
pub fn place(program: &Program, origin: Origin) -> (&str, u32) {
    let file = program.sources.get(origin.file);
    (&file.path, file.position(program.place(origin).span.start).line)
}
